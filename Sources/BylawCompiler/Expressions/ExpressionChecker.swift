package import BylawModel
package import BylawSyntax

/// Finds the meaning and the type of expressions.
///
/// What it accepts cannot fail by type. Every mistake is reported once, at its place; what was reported has the type
/// `.error`, which agrees with everything. One checker serves a whole rule set, so that variables are numbered apart.
package struct ExpressionChecker: Sendable {
  /// A checked expression, and what is known after it.
  package struct Checked: Sendable {
    package var expression: TypedExpression
    /// What is known where the expression, a condition, has turned out true.
    package var whenTrue: Flow
    /// What is known where it has turned out false.
    package var whenFalse: Flow
    /// The value as a path, where it is one.
    package var path: Flow.Path?
    /// For `type(x)`: the reference asked about, and the entity types that it can have.
    var typeOf: (path: Flow.Path, entities: [Int])?

    var type: ValueType { expression.type }
  }

  /// Where an expression stands: the names there and what is known there.
  struct Context {
    var scope: Scope
    var flow: Flow

    /// The same place, with more known.
    func given(_ flow: Flow) -> Context { Context(scope: scope, flow: flow) }
  }

  /// What every expression of the rule set can name.
  package var vocabulary: Vocabulary
  /// The number of the next variable.
  package private(set) var nextLocal = 0
  /// What was reported so far, in the order of checking.
  package var diagnostics = Diagnostics()

  /// Creates a checker for one rule set.
  package init(vocabulary: Vocabulary) { self.vocabulary = vocabulary }

  /// A number for a variable that no other has.
  package mutating func makeLocal() -> Int {
    defer { nextLocal += 1 }
    return nextLocal
  }

  /// Checks an expression.
  ///
  /// With `expecting`, the result has that type: literals are read as it asks, a value stands for an optional, an
  /// optional that the flow knows to be there for its content, a decimal for one with more places. Without it, the
  /// expression keeps its own type; an optional known to be there gives its content.
  package mutating func check(
    _ expression: Expression, expecting: ValueType?, in scope: Scope, given flow: Flow = .none
  ) -> Checked {
    let context = Context(scope: scope, flow: flow)
    guard let expecting else { return settle(expression, hint: nil, in: context) }
    return value(expression, as: expecting, in: context)
  }

  /// Checks the holes of a sentence: anything that can be printed; an absent optional prints nothing.
  package mutating func check(
    _ sentence: Sentence, in scope: Scope, given flow: Flow = .none
  ) -> TypedSentence {
    TypedSentence(
      pieces: sentence.pieces.map { piece in
        switch piece {
        case .text(let text): return .text(text)
        case .hole(let expression):
          let hole = check(expression, expecting: nil, in: scope, given: flow).expression
          guard !hole.type.isPrintable else { return .hole(hole) }
          report(ExpressionMessages.unprintable(name(of: hole.type), at: hole.range))
          return .hole(invalid(at: hole.range))
        }
      })
  }

  // MARK: Parts shared by all kinds of expressions

  /// Checks an expression bottom up.
  ///
  /// The hint is the type that literals take where they can; the result may have another, and optionals stay optionals.
  mutating func infer(_ expression: Expression, hint: ValueType?, in context: Context) -> Checked {
    let range = expression.range
    let hint = hint.flatMap { $0.isOpen ? nil : $0 }
    switch expression.kind {
    case .literal(let value): return literal(value, at: range, hint: hint?.content, in: context)
    case .identifier(let text): return identifier(text, at: range, hint: hint?.content, in: context)
    case .select(let base, let member, let isOptional):
      return isOptional
        ? optionalSelection(of: base, member, at: range, in: context)
        : selection(of: base, member, at: range, in: context)
    case .index(let base, let key, let isOptional):
      return isOptional
        ? optionalElement(of: base, key, at: range, in: context)
        : element(of: base, key, at: range, in: context)
    case .call(let target, let callee, let arguments):
      let call = Call(target: target, name: callee, arguments: arguments, range: range, hint: hint)
      return check(call, in: context)
    case .list(let elements): return list(elements, at: range, hint: hint?.content, in: context)
    case .map(let entries): return map(entries, at: range, hint: hint?.content, in: context)
    case .not(let operand): return negation(of: operand, at: range, in: context)
    case .negate(let operand): return negative(of: operand, at: range, hint: hint?.content, in: context)
    case .binary(let symbol, let left, let right, let place):
      let operation = Operation(symbol: symbol, left: left, right: right, place: place, range: range)
      return check(operation, hint: hint?.content, in: context)
    case .conditional(let condition, let first, let second):
      return conditional(condition, first, second, at: range, hint: hint, in: context)
    case .invalid: return failed(at: range, in: context)
    }
  }

  /// A value, never an optional: one that the flow knows to be there gives its content, another is reported.
  mutating func content(_ expression: Expression, hint: ValueType? = nil, in context: Context) -> Checked {
    let value = settle(expression, hint: hint, in: context)
    guard value.type.isOptional else { return value }
    report(
      ExpressionMessages.mayBeAbsent(
        spelling(of: expression), literal: exampleLiteral(of: value.type.content),
        at: expression.range))
    return failed(at: expression.range, in: context)
  }

  /// A value of a type.
  mutating func value(_ expression: Expression, of type: ValueType, in context: Context) -> TypedExpression {
    value(expression, as: type, in: context).expression
  }

  /// A condition, with what is known after it.
  mutating func condition(_ expression: Expression, in context: Context) -> Checked {
    value(expression, as: .bool, in: context)
  }

  private mutating func value(_ expression: Expression, as type: ValueType, in context: Context) -> Checked {
    let value = infer(expression, hint: type, in: context)
    if case .bool = type, case .bool = value.type { return value }
    return fit(value, to: type, in: context, written: expression)
  }

  /// Checks an expression bottom up, and gives it as it is known there.
  mutating func settle(_ expression: Expression, hint: ValueType?, in context: Context) -> Checked {
    // Not in one line: `self` would be copied before `infer` changes it.
    let value = infer(expression, hint: hint, in: context)
    return settled(value, in: context)
  }

  /// An optional known to be there gives its content, and a reference whose type is known better takes that type.
  func settled(_ value: Checked, in context: Context) -> Checked {
    guard !context.flow.knowsNothing, case .optional(let content) = value.type, let path = value.path,
      context.flow.holds(path)
    else { return value }
    var result = value
    result.expression = TypedExpression(.unwrap(value.expression), content, at: value.expression.range)
    return narrowed(result, in: context)
  }

  /// A reference to one of several entities, with the type that the flow knows.
  func narrowed(_ value: Checked, in context: Context) -> Checked {
    guard !context.flow.knowsNothing, case .entity(let all) = value.type, let path = value.path,
      let known = context.flow.entities[path]
    else { return value }
    let left = all.filter(known.contains)
    guard !left.isEmpty else { return value }
    var result = value
    result.expression.type = .entity(left)
    return result
  }

  /// A checked expression that teaches nothing.
  func checked(
    _ kind: TypedExpression.Kind, _ type: ValueType, at range: SourceRange, path: Flow.Path? = nil,
    in context: Context
  ) -> Checked {
    Checked(
      expression: TypedExpression(kind, type, at: range), whenTrue: context.flow, whenFalse: context.flow,
      path: path)
  }

  /// What stands for an expression that was reported.
  func failed(at range: SourceRange, in context: Context) -> Checked {
    checked(.invalid, .error, at: range, in: context)
  }

  /// What stands in the tree for an expression that was reported.
  func invalid(at range: SourceRange) -> TypedExpression { TypedExpression(.invalid, .error, at: range) }

  /// Collects a mistake.
  mutating func report(_ diagnostic: Diagnostic) { diagnostics.report(diagnostic) }

  /// The name of a type as authors write it.
  func name(of type: ValueType) -> String { vocabulary.name(of: type) }

  /// A reference to a variable.
  func local(_ number: Int, _ type: ValueType, at range: SourceRange) -> TypedExpression {
    TypedExpression(.local(number), type, at: range)
  }
}
