import BylawModel
import BylawSyntax

/// Who is told.
extension RuleSetChecker {
  mutating func notices(_ node: Node?, rule: String, scope: Scope) -> [CheckedRuleSet.Notice] {
    guard let node else { return [] }
    return reader.oneOrMore(node).compactMap { element in
      guard let members = reader.members(element, of: "a notice", keys: .notice, required: ["to"]) else {
        return nil
      }
      _ = clauses(members, owner: rule)
      var flow = Flow.none
      var when: TypedExpression?
      if let whenNode = members["when"] {
        let checked = condition(whenNode, in: scope)
        when = checked.expression
        flow = checked.whenTrue
      }
      var notice = self.notice(members, rule: rule, at: element.range, scope: scope, given: flow)
      notice?.when = when
      return notice
    }
  }

  private enum Period: String, CaseIterable { case hour, day, week, month, year }

  mutating func notice(
    _ members: Members, rule: String, at range: SourceRange, scope: Scope, given flow: Flow
  ) -> CheckedRuleSet.Notice? {
    guard let to = members["to"] else {
      report("missing-key", at: range, "a notice does not say who is told", expected: "to: people, a party or a list")
      return nil
    }
    var notice = CheckedRuleSet.Notice(rule: rule, to: [], names: [], range: range)
    for node in reader.oneOrMore(to) {
      guard let scalar = reader.scalar(node, as: "a recipient") else { continue }
      notice.to.append(recipients(scalar, node: node, scope: scope, given: flow))
      notice.names.append(scalar.text)
    }
    notice.by = reader.text(members["by"], as: "'by'")
    notice.once = reader.word(members["once"], as: "period", of: Period.self)?.rawValue
    notice.text = members["text"].map { sentence($0, in: scope, given: flow) }
    return notice
  }

  /// A party, `holders("permission")`, `voters(record)`, or people by expression.
  private mutating func recipients(
    _ scalar: Scalar, node: Node, scope: Scope, given flow: Flow
  ) -> CheckedRuleSet.Recipients {
    if rules.parties.contains(where: { $0.name == scalar.text }) { return .party(scalar.text) }
    if let inner = Self.argument(of: "holders", in: scalar.text) {
      var word = scalar
      word.text = inner.trimming { $0 == "\"" || $0 == "'" }
      _ = roles(holding: word)
      return .permission(word.text)
    }
    if scalar.text.hasPrefix("voters(") {
      let parsed = parse(scalar)
      if case .call(target: nil, _, let arguments) = parsed.kind, arguments.count == 1 {
        let record = checker.check(arguments[0], expecting: nil, in: scope, given: flow)
        takeDiagnostics()
        return .voters(record.expression)
      }
    }
    let known = rules.parties.map(\.name)
    if scope.names[scalar.text] == nil, !scalar.text.contains("."), !scalar.text.contains("(") {
      reader.diagnostics.report(Messages.unknownName(scalar, what: "party", known: known))
      return .people(TypedExpression(.invalid, .error, at: node.range))
    }
    let people = expression(node, expecting: nil, in: scope, given: flow)
    checkRecipients(people)
    return .people(people)
  }

  /// Whoever is told must be records: people, a list of them, or one that may be absent.
  mutating func checkRecipients(_ people: TypedExpression) {
    var type = people.type.content
    if case .list(let element) = type { type = element.content }
    switch type {
    case .entity, .error, .undetermined: break
    default:
      report(
        "wrong-type", at: people.range, "\(vocabulary.name(of: people.type)) cannot be told",
        expected: "people, a list of them, or a party")
    }
  }

  private static func argument(of function: String, in text: String) -> String? {
    guard text.hasPrefix(function + "("), text.hasSuffix(")") else { return nil }
    return String(text.dropFirst(function.count + 1).dropLast())
  }
}

extension String {
  /// Without the characters at both ends that the predicate names.
  func trimming(_ predicate: (Character) -> Bool) -> String {
    var view = Substring(self)
    while let first = view.first, predicate(first) { view.removeFirst() }
    while let last = view.last, predicate(last) { view.removeLast() }
    return String(view)
  }
}
