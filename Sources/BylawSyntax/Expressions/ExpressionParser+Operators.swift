import BylawModel

extension Expression.BinaryOperator {
  /// How strongly the operator binds, from 1 for `||` to 5 for `*`.
  fileprivate var precedence: Int {
    switch self {
    case .or: 1
    case .and: 2
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .in: 3
    case .add, .subtract: 4
    case .multiply, .divide, .modulo: 5
    }
  }
}

extension ExpressionParser {
  /// A whole expression: conditions with `?` and `:`, or what stands below them.
  ///
  /// `Expr = Or ["?" Or ":" Expr]`: the middle holds no condition of its own without parentheses.
  mutating func expression() throws(SyntaxFailure) -> Part {
    var last = try binary(1)
    guard current.is(.question) else { return last }
    // A chain `a ? b : c ? d : e` is read in a loop and then put together from its end.
    var branches: [(condition: Part, value: Part)] = []
    while current.is(.question) {
      let question = try advance().range
      let value = try binary(1)
      guard current.is(.colon) else {
        // The two slips that have a better answer than "expected ':'".
        if current.is(.question) {
          throw lexer.failure(current.range, SyntaxMessages.nestedConditional)
        }
        if current.isEnd, openBrackets.isEmpty {
          throw lexer.failure(question, SyntaxMessages.conditionalWithoutElse)
        }
        throw unexpected(expected: .colonOfConditional)
      }
      try advance()
      branches.append((condition: last, value: value))
      last = try binary(1)
    }
    for branch in branches.reversed() {
      let kind = Expression.Kind.conditional(finish(branch.condition), finish(branch.value), finish(last))
      last = try part(
        kind, branch.condition.range.lowerBound..<last.range.upperBound, over: [branch.condition, branch.value, last])
    }
    return last
  }

  /// Operands joined by operators that bind at least as strongly as `minimum`.
  ///
  /// All operators associate to the left, so the right operand is read one step more strongly. The recursion is at
  /// most as deep as there are steps.
  private mutating func binary(_ minimum: Int) throws(SyntaxFailure) -> Part {
    var left = try unary()
    while let operation = current.binaryOperator, operation.precedence >= minimum {
      if operation == .and || operation == .or {
        left = try logicalChain(operation, from: left)
        continue
      }
      let place = try skip()
      // `50 %` is meant as a percentage.
      if operation == .modulo, !startsOperand {
        throw lexer.failure(place, SyntaxMessages.percentSign)
      }
      let right = try binary(operation.precedence + 1)
      left = try join(operation, at: place, left, right)
    }
    return left
  }

  /// `a && b && c …`, put together as a balanced tree, so that long lists of conditions stay shallow.
  ///
  /// `&&` and `||` are associative, errors included.
  private mutating func logicalChain(
    _ operation: Expression.BinaryOperator, from first: Part
  ) throws(SyntaxFailure) -> Part {
    let place = try skip()
    let second = try binary(operation.precedence + 1)
    guard current.binaryOperator == operation else { return try join(operation, at: place, first, second) }
    var operands = [first, second]
    var places = [place]
    while current.binaryOperator == operation {
      places.append(try skip())
      operands.append(try binary(operation.precedence + 1))
    }
    // Each round joins neighbours in pairs; an operand without a neighbour waits for the next round.
    while operands.count > 1 {
      var joined: [Part] = []
      var between: [Range<Int>] = []
      for index in stride(from: 0, to: operands.count, by: 2) {
        if index + 1 < operands.count {
          joined.append(try join(operation, at: places[index], operands[index], operands[index + 1]))
        } else {
          joined.append(operands[index])
        }
        if index + 2 < operands.count { between.append(places[index + 1]) }
      }
      operands = joined
      places = between
    }
    return operands[0]
  }

  /// Two operands and the operator between them.
  private func join(
    _ operation: Expression.BinaryOperator, at place: Range<Int>, _ left: Part, _ right: Part
  ) throws(SyntaxFailure) -> Part {
    let kind = Expression.Kind.binary(
      operation, finish(left), finish(right), operatorRange: lexer.map.range(place))
    return try part(kind, left.range.lowerBound..<right.range.upperBound, on: max(left.height, right.height))
  }

  /// `!`, `not` and `-` before an operand, however many, in a loop.
  private mutating func unary() throws(SyntaxFailure) -> Part {
    guard isPrefix else { return try member() }
    var prefixes: [(isMinus: Bool, range: Range<Int>)] = []
    var operand: Part?
    while operand == nil {
      if current.is(.minus) {
        let minus = try skip()
        if let literal = try numericLiteral(minus: minus) {
          operand = try members(of: literal)
        } else {
          prefixes.append((true, minus))
        }
      } else if isPrefix {
        prefixes.append((false, try skip()))
      } else {
        operand = try member()
      }
    }
    guard var result = operand else { preconditionFailure("the loop ends with an operand") }
    // The prefix next to the operand applies first.
    for prefix in prefixes.reversed() {
      let inner = finish(result)
      let kind: Expression.Kind = prefix.isMinus ? .negate(inner) : .not(inner)
      result = try part(kind, prefix.range.lowerBound..<result.range.upperBound, on: result.height)
    }
    return result
  }

  /// Whether the current token is `!`, `not` or `-`.
  private var isPrefix: Bool {
    switch current.kind {
    case .symbol(.not), .symbol(.minus), .identifier("not"): true
    default: false
    }
  }

  /// Whether the current token can begin an operand.
  private var startsOperand: Bool {
    switch current.kind {
    case .end, .identifier("in"): false
    case .symbol(.leftParenthesis), .symbol(.leftBracket), .symbol(.leftBrace), .symbol(.not), .symbol(.minus): true
    case .symbol: false
    default: true
    }
  }
}
