import Bylaw
import BylawModel
import BylawStoreSQLite
import Foundation

// A store in a file of its own, with the people of the examples.
let ruleSet = try RuleSet(contentsOf: "rules/incident-management")
let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
defer { try? FileManager.default.removeItem(at: folder) }
let path = folder.appendingPathComponent("incidents.db").path
let store = try await GatedStore.create(ruleSet, in: .sqlite(path))
let records = try Records(contentsOf: "examples/entities-incident-management.yaml", for: ruleSet)
let taken = try await store.take(records)
print("taken in:", taken.imported, "refused:", taken.refused.count)

// An incident manager asks for a change that bears a critical risk: it becomes a proposal.
let request = Request(
  subject: .init(type: "User", id: "im-1"), action: "change.request",
  input: [
    "change_title": .string("New power supply"), "change_type": .string("normal"),
    "risk_level": .string("critical"), "requested_by": .string("im-1"),
  ])
let asked = try await store.perform(request)
print(asked.decision.outcome, asked.decision.missing.map(\.rule))

// It waits in the inbox of an executive, whose vote carries it out.
let executive = Request.Entity(type: "User", id: "ex-1")
for proposal in try await store.inbox(of: executive) {
  let voted = try await store.vote(.approve, on: proposal.id, by: executive)
  print(proposal.id, voted.decision.outcome, voted.changes.filter(\.isNew).map(\.record.description))
}

// Everybody sees what the rules let them see.
let found = try await store.list(
  "User", where: ["role": .string("executive"), "status": .string("active")], by: executive)
print("executives:", found.records.map(\.reference.id))

// The audit trail proves every row.
let proof = try await store.verify()
print("entries:", proof.entries, "findings:", proof.findings)
