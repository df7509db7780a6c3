import BylawModel
import BylawSyntax

extension RuleSetChecker {
  typealias Checked = ExpressionChecker.Checked

  /// `all:`, `any:` or `none:` alone: a list of named conditions.
  func isConditionList(_ node: Node) -> Bool {
    guard case .mapping(let entries) = node.kind, entries.count == 1 else { return false }
    return ["all", "any", "none"].contains(entries[0].key.text)
      && (entries[0].value.isMapping || entries[0].value.kindName == "a list")
  }

  /// An expression, or a list of named conditions, or `{text: sentence}`.
  mutating func expression(
    _ node: Node, expecting type: ValueType?, in scope: Scope, given flow: Flow = .none
  ) -> TypedExpression {
    checked(node, expecting: type, in: scope, given: flow).expression
  }

  /// A condition, with what it shows to be there when it holds.
  mutating func condition(_ node: Node, in scope: Scope, given flow: Flow = .none) -> Checked {
    checked(node, expecting: .bool, in: scope, given: flow)
  }

  mutating func checked(
    _ node: Node, expecting type: ValueType?, in scope: Scope, given flow: Flow
  ) -> Checked {
    switch node.kind {
    case .mapping(let entries):
      if isConditionList(node) { return conditionList(entries[0], node: node, in: scope, given: flow) }
      if entries.count == 1, entries[0].key.text == "text" {
        let sentence = self.sentence(entries[0].value, in: scope, given: flow)
        return Checked(TypedExpression(.text(sentence.pieces), .string, at: node.range), after: flow)
      }
      reader.diagnostics.report(Messages.noConditionList(node, entries, meant: sources.textMeant(by: node)))
      return Checked(TypedExpression(.invalid, .error, at: node.range), after: flow)
    case .sequence:
      reader.diagnostics.report(Messages.noExpression(node, meant: sources.textMeant(by: node)))
      return Checked(TypedExpression(.invalid, .error, at: node.range), after: flow)
    case .scalar(let scalar):
      guard !scalar.isEmptyPlain else {
        reader.reportKind(of: node, expected: "an expression", "a condition or value")
        return Checked(TypedExpression(.invalid, .error, at: node.range), after: flow)
      }
      let parsed = parse(scalar)
      let checked = checker.check(parsed, expecting: type, in: scope, given: flow)
      if takeDiagnostics() { foundLoops = true } else { checkConstants(in: checked.expression) }
      return checked
    }
  }

  /// Reads an expression.
  ///
  /// Where it cannot be read and a comment follows, the comment has cut it.
  mutating func parse(_ scalar: Scalar) -> Expression {
    var found = Diagnostics()
    let parsed = ExpressionParser.parse(scalar, diagnostics: &found)
    if found.hasErrors, let cut = sources.commentInText(scalar) {
      reader.diagnostics.report(cut)
    } else {
      reader.diagnostics.report(contentsOf: found.all)
    }
    return parsed
  }

  private mutating func conditionList(
    _ entry: Node.Entry, node: Node, in scope: Scope, given flow: Flow
  ) -> Checked {
    guard case .mapping(let entries) = entry.value.kind else {
      report(
        "unnamed-condition", at: entry.value.range, "the conditions under '\(entry.key.text)' have no sentences",
        expected: "a mapping of sentence: condition", hint: "write what each condition means before it")
      return Checked(TypedExpression(.invalid, .error, at: node.range), after: flow)
    }
    let kind: TypedExpression.ConditionList.Kind =
      switch entry.key.text {
      case "all": .all
      case "any": .any
      default: .none
      }
    var members: [TypedExpression.ConditionList.Member] = []
    var whenTrue = flow
    for member in entries {
      let condition = self.condition(member.value, in: scope, given: flow)
      let sentence = self.sentence(
        Node(kind: .scalar(member.key), range: member.key.range), in: scope, given: flow)
      members.append(.init(sentence: sentence, condition: condition.expression))
      if kind == .all { whenTrue = whenTrue.adding(condition.whenTrue) }
      if kind == .none { whenTrue = whenTrue.adding(condition.whenFalse) }
    }
    let list = TypedExpression(.conditions(.init(kind: kind, members: members)), .bool, at: node.range)
    var checked = Checked(list, after: flow)
    checked.whenTrue = whenTrue
    return checked
  }

  /// A sentence with holes.
  mutating func sentence(_ node: Node, in scope: Scope, given flow: Flow = .none) -> TypedSentence {
    guard let scalar = reader.scalar(node, as: "a sentence") else { return TypedSentence(pieces: []) }
    if scalar.text.isBlank {
      report(
        "wrong-kind", at: scalar.range, "a sentence is blank here", expected: "words for whoever reads the decision")
    }
    if let cut = sources.commentInText(scalar) { reader.diagnostics.report(cut) }
    guard scalar.text.utf8.contains(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") }) else {
      return TypedSentence(pieces: scalar.text.isEmpty ? [] : [.text(scalar.text)])
    }
    let parsed = SentenceParser.parse(scalar, diagnostics: &reader.diagnostics)
    let checked = checker.check(parsed, in: scope, given: flow)
    guard !takeDiagnostics() else { return checked }
    for case .hole(let hole) in checked.pieces { checkConstants(in: hole) }
    return checked
  }

  /// Moves what the expression checker reported to the rest; true when there were errors.
  @discardableResult
  mutating func takeDiagnostics() -> Bool {
    defer { checker.diagnostics = Diagnostics() }
    reader.diagnostics.report(contentsOf: checker.diagnostics.all)
    return checker.diagnostics.hasErrors
  }

  /// What a field is set to: a word of its enum stands for itself.
  mutating func setValue(
    _ node: Node, type: ValueType, in scope: Scope, given flow: Flow
  ) -> TypedExpression {
    if let scalar = node.scalar, case .enumeration(let index) = type.content,
      vocabulary.schema.enums[index].members.contains(scalar.text)
    {
      let literal = TypedExpression(.literal(.string(scalar.text)), type.content, at: node.range)
      return type.isOptional ? TypedExpression(.wrap(literal), type, at: node.range) : literal
    }
    if let scalar = node.scalar, case .enumeration(let index) = type.content, scalar.isWord,
      scope.names[scalar.text] == nil
    {
      let enumeration = vocabulary.schema.enums[index]
      reader.diagnostics.report(
        Messages.unknownWord(scalar, of: "word of \(enumeration.name)", known: enumeration.members))
      return TypedExpression(.invalid, .error, at: node.range)
    }
    return expression(node, expecting: type, in: scope, given: flow)
  }
}

extension Scalar {
  /// One word, as enums have them.
  var isWord: Bool {
    !text.isEmpty
      && text.unicodeScalars.allSatisfy {
        switch $0 {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-": true
        default: !$0.isASCII && $0.properties.isAlphabetic
        }
      }
  }
}

extension Flow {
  /// What is known when both this and another flow were taken.
  func adding(_ other: Flow) -> Flow {
    var result = adding(present: other.present.map { $0 })
    for (path, indices) in other.entities { result = result.narrowing(path, to: indices) }
    return result
  }
}

extension ExpressionChecker.Checked {
  /// What is no condition, or tells nothing: the flow stays as it was.
  init(_ expression: TypedExpression, after flow: Flow) {
    self.init(expression: expression, whenTrue: flow, whenFalse: flow, path: nil)
  }
}
