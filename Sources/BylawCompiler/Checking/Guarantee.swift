import BylawModel
import BylawSyntax

/// What the engine itself keeps to, whatever the rules say.
///
/// A manual may ask for it; a rule set then says under `guarantees` which of its clauses that is.
package enum Guarantee: String, Sendable, CaseIterable {
  /// Times are those of the engine's clock; a request cannot state one.
  case ownClock = "own_clock"
  /// What is not declared is refused: actions, inputs, entities, filters.
  case declaredOnly = "declared_only"
  /// Shape, authority, references, requirements, approvals: nothing of a later stage is told.
  case checksInOrder = "checks_in_order"
  /// An operation is carried out whole, or nothing of it is.
  case allOrNothing = "all_or_nothing"
  /// An operation whose audit entry cannot be written is not carried out.
  case auditedOrNothing = "audited_or_nothing"
  /// A call that fails is a refusal of a class of its own, which names the call.
  case failuresNamed = "failures_named"
  /// The audit trail holds names and digests, never values.
  case trailWithoutValues = "trail_without_values"
}

/// What the rules say beside rules: what the engine keeps to, and what a human takes over.
extension RuleSetChecker {
  /// The clauses of a manual that the engine itself answers for.
  mutating func checkGuarantees() {
    for entry in sections["guarantees"] ?? [] {
      guard Guarantee(rawValue: entry.key.text) != nil else {
        reader.diagnostics.report(
          Messages.unknownName(entry.key, what: "guarantee", known: Guarantee.allCases.map(\.rawValue)))
        continue
      }
      for word in reader.words(entry.value, as: "a clause of guarantee '\(entry.key.text)'") {
        rules.clauses.append(.init(clause: word.text, owner: "guarantees.\(entry.key.text)", range: word.range))
      }
    }
  }

  /// The obligations that go along with refusals.
  mutating func checkHandOvers() {
    for entry in sections[HandOver.section] ?? [] {
      guard checkName(entry.key, what: "hand-over") else { continue }
      if Self.obligationMembers.contains(entry.key.text) { reportObligation(entry.key) }
      guard
        let members = reader.members(
          entry.value, of: "hand-over '\(entry.key.text)'", keys: .handOver, required: ["when"])
      else { continue }
      _ = clauses(members, owner: "\(HandOver.section).\(entry.key.text)")
      var occasions: Set<HandOver.Occasion> = []
      for word in reader.words(members["when"], as: "an occasion") {
        guard let occasion = HandOver.Occasion(rawValue: word.text) else {
          reader.diagnostics.report(
            Messages.unknownWord(word, of: "occasion", known: HandOver.Occasion.allCases.map(\.rawValue)))
          continue
        }
        occasions.insert(occasion)
      }
      rules.handOvers.append(HandOver(name: entry.key.text, occasions: occasions))
    }
  }
}
