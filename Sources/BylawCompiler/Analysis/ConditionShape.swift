import BylawModel
import BylawSyntax

extension ConditionSpace {
  /// How a condition is made, seen from its top.
  enum Shape {
    enum Connective { case and, or, not, none }
    case constant(Bool)
    case parts(Connective, [(TypedExpression, [Int: TypedExpression])])
    case comparison(TypedExpression, Builtin, Value, ValueType)
    /// The operand is one of these words.
    case word(TypedExpression, [String], ValueType)
    /// A bool that is a value by itself.
    case question(TypedExpression)
    case opaque(TypedExpression)

    init(_ expression: TypedExpression, _ environment: [Int: TypedExpression], _ constants: ConstantEvaluator) {
      func all(_ parts: [TypedExpression]) -> [(TypedExpression, [Int: TypedExpression])] {
        parts.map { ($0, environment) }
      }
      switch expression.kind {
      case .literal(.bool(let value)): self = .constant(value)
      case .and(let parts): self = .parts(.and, all(parts))
      case .or(let parts): self = .parts(.or, all(parts))
      case .not(let part): self = .parts(.not, all([part]))
      case .conditions(let list):
        let members = all(list.members.map(\.condition))
        switch list.kind {
        case .all: self = .parts(.and, members)
        case .any: self = .parts(.or, members)
        case .none: self = .parts(.none, members)
        }
      case .condition(let index, let arguments):
        var inner: [Int: TypedExpression] = [:]
        for (parameter, argument) in zip(constants.rules.conditions[index].parameters, arguments) {
          inner[parameter.local] = ExpressionKey.resolve(argument, environment)
        }
        self = .parts(.and, [(constants.rules.conditions[index].body, inner)])
      case .bind(let local, let value, let body):
        var inner = environment
        inner[local] = ExpressionKey.resolve(value, environment)
        self = .parts(.and, [(body, inner)])
      case .call(let builtin, let arguments) where arguments.count == 2:
        if let truth = Self.certain(builtin, arguments, environment, expression, constants) {
          self = .constant(truth)
        } else {
          self = Self.comparison(builtin, arguments, expression)
        }
      case .field, .isPresent, .local, .root: self = .question(expression)
      default: self = .opaque(expression)
      }
    }

    private static func isComparison(_ builtin: Builtin) -> Bool {
      switch builtin {
      case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: true
      default: false
      }
    }

    /// What a comparison always comes to: of two values that are written out, or of one value with itself.
    private static func certain(
      _ builtin: Builtin, _ arguments: [TypedExpression], _ environment: [Int: TypedExpression],
      _ whole: TypedExpression, _ constants: ConstantEvaluator
    ) -> Bool? {
      guard isComparison(builtin) else { return nil }
      if constants.dependence(of: whole) == .literals {
        if case .value(.bool(let truth)) = constants.evaluate(whole) { return truth }
        return nil
      }
      guard arguments[0].type != .double,
        ExpressionKey(arguments[0], environment) == ExpressionKey(arguments[1], environment)
      else { return nil }
      switch builtin {
      case .equal, .lessOrEqual, .greaterOrEqual: return true
      case .notEqual, .less, .greater: return false
      default: return nil
      }
    }

    private static func comparison(
      _ builtin: Builtin, _ arguments: [TypedExpression], _ whole: TypedExpression
    ) -> Shape {
      let (left, right) = (arguments[0], arguments[1])
      switch builtin {
      case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual:
        if case .literal(let value) = right.kind { return compared(left, builtin, value, whole) }
        if case .literal(let value) = left.kind { return compared(right, builtin.mirrored, value, whole) }
        return .opaque(whole)
      case .inList:
        guard case .list(let elements) = right.kind else { return .opaque(whole) }
        let words = elements.compactMap { element -> String? in
          if case .literal(.string(let word)) = element.kind { word } else { nil }
        }
        guard words.count == elements.count, left.type.isWordType else { return .opaque(whole) }
        return .word(left, words, left.type)
      default: return .opaque(whole)
      }
    }

    private static func compared(
      _ operand: TypedExpression, _ builtin: Builtin, _ value: Value, _ whole: TypedExpression
    ) -> Shape {
      switch (value, operand.type) {
      case (.string(let word), .string) where builtin == .equal || builtin == .notEqual:
        return builtin == .equal ? .word(operand, [word], .string) : .opaque(whole)
      case (.string(let word), .enumeration(let index)):
        return .enumeration(operand, builtin, word, index)
      case (.bool(let bool), .bool) where builtin == .equal:
        return bool ? .question(operand) : .opaque(whole)
      default:
        guard ConditionSpace.number(value, operand.type) != nil else { return .opaque(whole) }
        return .comparison(operand, builtin, value, operand.type)
      }
    }

    /// Words of an enum are told apart by name; `words` of an order are found where the schema is at hand.
    private static func enumeration(
      _ operand: TypedExpression, _ builtin: Builtin, _ word: String, _ index: Int
    ) -> Shape {
      switch builtin {
      case .equal: .word(operand, [word], operand.type)
      case .notEqual:
        .parts(
          .not,
          [
            (
              TypedExpression(
                .call(
                  .equal, [operand, TypedExpression(.literal(.string(word)), operand.type, at: operand.range)]),
                .bool, at: operand.range), [:]
            )
          ])
      default:
        .opaque(
          TypedExpression(
            .call(builtin, [operand, TypedExpression(.literal(.string(word)), operand.type, at: operand.range)]),
            .bool, at: operand.range))
      }
    }
  }
}

extension Builtin {
  /// The comparison with its sides exchanged.
  var mirrored: Builtin {
    switch self {
    case .less: .greater
    case .lessOrEqual: .greaterOrEqual
    case .greater: .less
    case .greaterOrEqual: .lessOrEqual
    default: self
    }
  }
}

extension ValueType {
  /// Whether values are told apart as words.
  var isWordType: Bool {
    switch self {
    case .string, .enumeration: true
    default: false
    }
  }
}

/// What two expressions share when they mean the same.
indirect enum ExpressionKey: Hashable {
  case local(Int)
  case root(TypedExpression.Root)
  case literal(Value)
  case field(ExpressionKey, Int)
  case isPresent(ExpressionKey)
  case identifier(ExpressionKey)
  case call(Builtin, [ExpressionKey])
  case condition(Int, [ExpressionKey])
  /// Anything else is its own question at its own place, for these variables.
  case place(SourceRange, [Int: ExpressionKey])

  init(_ expression: TypedExpression, _ environment: [Int: TypedExpression]) {
    switch expression.kind {
    case .local(let local):
      if let value = environment[local] { self.init(value, [:]) } else { self = .local(local) }
    case .root(let root): self = .root(root)
    case .literal(let value): self = .literal(value)
    case .field(let base, let field), .optionalField(let base, let field):
      self = .field(ExpressionKey(base, environment), field)
    case .unwrap(let base), .wrap(let base): self.init(base, environment)
    case .isPresent(let base): self = .isPresent(ExpressionKey(base, environment))
    case .identifier(let base): self = .identifier(ExpressionKey(base, environment))
    case .call(let builtin, let arguments): self = .call(builtin, arguments.map { ExpressionKey($0, environment) })
    case .condition(let index, let arguments):
      self = .condition(index, arguments.map { ExpressionKey($0, environment) })
    default: self = .place(expression.range, environment.mapValues { ExpressionKey($0, [:]) })
    }
  }

  /// An expression with its variables replaced by what they stand for.
  static func resolve(_ expression: TypedExpression, _ environment: [Int: TypedExpression]) -> TypedExpression {
    switch expression.kind {
    case .local(let local): return environment[local] ?? expression
    case .field(let base, let field):
      return TypedExpression(.field(resolve(base, environment), field), expression.type, at: expression.range)
    case .optionalField(let base, let field):
      return TypedExpression(.optionalField(resolve(base, environment), field), expression.type, at: expression.range)
    case .unwrap(let base):
      return TypedExpression(.unwrap(resolve(base, environment)), expression.type, at: expression.range)
    case .wrap(let base):
      return TypedExpression(.wrap(resolve(base, environment)), expression.type, at: expression.range)
    default: return expression
    }
  }
}
