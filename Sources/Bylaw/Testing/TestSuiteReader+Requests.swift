import BylawCompiler
import BylawModel
import BylawSyntax

/// Turns the merged parts of a case into a request, records and expectations.
extension TestSuiteReader {
  private static let requestKeys = ["subject", "action", "resource", "input", "context", "now", "records"]
  private static let entityKeys = ["type", "id", "properties"]
  private static let approvalKeys = ["approver", "decision", "at", "input", "bound"]

  /// Reads a case and adds it, unless it has mistakes.
  mutating func add(_ parts: TestParts, caseName: String?, at range: SourceRange) {
    let before = diagnostics.all.count
    let expectation = readExpectation(parts.expect, at: range)
    guard mapping(parts.request, "a request", keys: Self.requestKeys) != nil else { return }
    guard let now = readNow(parts, at: range), let request = readRequest(parts.request, at: range) else { return }
    var records = parts.records
    if let changes = parts.request["records"] { records.apply(changes, reader: &self) }
    guard diagnostics.all.count == before else { return }
    suite.tests.append(
      DecisionTest(
        test: parts.name.text, caseName: caseName, place: sources.place(range), clauses: parts.clauses,
        request: request, now: now, records: records.records, expectation: expectation))
  }

  private mutating func readNow(_ parts: TestParts, at range: SourceRange) -> Timestamp? {
    guard let node = parts.request["now"] ?? parts.fileNow else {
      report(TestMessages.noClock(at: range))
      return nil
    }
    return time(of: node, "'now'")
  }

  mutating func time(of node: Node, _ what: String) -> Timestamp? {
    guard let text = node.scalarContent?.text, let time = Timestamp(text) else {
      report(TestMessages.notATime(node, of: what))
      return nil
    }
    return time
  }

  private mutating func readRequest(_ node: Node, at range: SourceRange) -> Request? {
    guard let subjectNode = node["subject"] else {
      report(TestMessages.missingKey("subject", in: "a request", at: range))
      return nil
    }
    guard let action = node["action"]?.scalarContent?.text else {
      report(TestMessages.missingKey("action", in: "a request", at: range))
      return nil
    }
    guard let subject = entity(subjectNode, "subject") else { return nil }
    var request = Request(subject: subject, action: action)
    if let resource = node["resource"], resource.plainValue != .null { request.resource = entity(resource, "resource") }
    if let input = node["input"] { request.input = object(input, "'input'") }
    if let context = node["context"] { readContext(context, into: &request) }
    return request
  }

  // MARK: Entities

  /// `TYPE/ID`, an id, or `{type, id, properties}`; an id alone is one of a subject.
  private mutating func entity(_ node: Node, _ what: String) -> Request.Entity? {
    var type: String?
    var id: String?
    var properties: [String: Value] = [:]
    switch node.kind {
    case .scalar(let scalar): id = scalar.text
    case .sequence:
      report(TestMessages.notAnEntity(node, of: what))
      return nil
    case .mapping:
      _ = mapping(node, "the \(what)", keys: Self.entityKeys)
      type = node["type"]?.scalarContent?.text
      id = node["id"]?.scalarContent?.text
      if let given = node["properties"] { properties = object(given, "'properties'") }
    }
    let isPerson = what != "resource"
    if type == nil, let text = id, let slash = text.firstIndex(of: "/") {
      let name = String(text[..<slash])
      if !isPerson || entityNames.contains(name) || name == "System" {
        (type, id) = (name, String(text[text.index(after: slash)...]))
      }
    }
    if type == nil, isPerson { type = id == "System" ? "System" : subjectType(of: id ?? "") }
    guard let type, let id = id ?? (type == "System" ? "engine" : nil) else {
      report(TestMessages.notAnEntity(node, of: what))
      return nil
    }
    if isPerson, type == Request.Entity.system.type { return .system }
    return Request.Entity(type: type, id: id, properties: properties)
  }

  private var entityNames: [String] { ruleSet.checked.vocabulary.schema.entities.map(\.name) }

  /// The type of a subject that a test names by its id alone: the first that the manifest names.
  private func subjectType(of id: String) -> String? {
    ruleSet.checked.manifest.subjects.first.map { entityNames[$0] }
  }

  private mutating func object(_ node: Node, _ what: String) -> [String: Value] {
    guard case .object(let members) = node.plainValue else {
      report(TestMessages.wrongKind(node, expected: "a mapping", of: what))
      return [:]
    }
    return members
  }

  // MARK: Context

  private mutating func readContext(_ node: Node, into request: inout Request) {
    guard let entries = node.entries else {
      return report(TestMessages.wrongKind(node, expected: "a mapping", of: "'context'"))
    }
    for entry in entries where !entry.value.isEmpty {
      switch entry.key.text {
      case "facts": request.facts = object(entry.value, "'facts'")
      case "approvals": request.approvals = readApprovals(entry.value)
      case "override": request.override = claimedOverride(entry.value)
      case "requested_at": request.requestedAt = time(of: entry.value, "'requested_at'")
      default: setContext(entry.key.text, entry.value.plainValue, in: &request)
      }
    }
  }

  /// A test speaks for the service as well as for the caller: each member goes where its declaration says.
  private func setContext(_ name: String, _ value: Value, in request: inout Request) {
    let isServer = ruleSet.checked.context.contains { $0.field.name == name && $0.fromServer }
    if isServer { request.serverContext[name] = value } else { request.context[name] = value }
  }

  private mutating func readApprovals(_ node: Node) -> [Request.Approval] {
    guard let elements = node.elements else {
      report(TestMessages.wrongKind(node, expected: "a list of votes", of: "'approvals'"))
      return []
    }
    var approvals: [Request.Approval] = []
    for element in elements {
      guard mapping(element, "a vote", keys: Self.approvalKeys) != nil else { continue }
      guard let person = element["approver"], let approver = entity(person, "approver") else {
        report(TestMessages.missingKey("approver", in: "a vote", at: element.range))
        continue
      }
      var approval = Request.Approval(approver: approver, vote: .approve)
      if let decision = element["decision"]?.scalarContent {
        if let vote = Request.Approval.Vote(rawValue: decision.text) {
          approval.vote = vote
        } else {
          let known = Request.Approval.Vote.allCases.map(\.rawValue)
          report(TestMessages.unknownWord(decision, of: "decision", known: known))
        }
      } else {
        report(TestMessages.missingKey("decision", in: "a vote", at: element.range))
      }
      if let at = element["at"] { approval.at = time(of: at, "'at'") }
      if let input = element["input"] { approval.input = object(input, "'input'") }
      if let bound = element["bound"] { approval.bound = object(bound, "'bound'") }
      approvals.append(approval)
    }
    return approvals
  }

  mutating func claimedOverride(_ node: Node) -> Request.Override? {
    if let scalar = node.scalarContent { return scalar.plainValue == .null ? nil : Request.Override(name: scalar.text) }
    guard mapping(node, "an override", keys: ["id", "input"]) != nil else { return nil }
    guard let name = node["id"]?.scalarContent?.text else {
      report(TestMessages.missingKey("id", in: "an override", at: node.range))
      return nil
    }
    let input = node["input"].map { object($0, "'input'") } ?? [:]
    return Request.Override(name: name, input: input)
  }
}
