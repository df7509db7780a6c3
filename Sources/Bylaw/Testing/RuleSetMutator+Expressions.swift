import BylawCompiler
import BylawModel
import BylawSyntax

/// The changes inside expressions.
extension RuleSetMutator {
  /// The expression with the wanted change; `nil` where it is not in here.
  mutating func rewrite(_ expression: TypedExpression) -> TypedExpression? {
    if let changed = rewriteItself(expression) { return changed }
    switch expression.kind {
    case .literal, .root, .local, .bandReached, .none, .entityType, .invalid, .text: return nil
    case .field(let base, let field): return one(base, expression) { .field($0, field) }
    case .optionalField(let base, let field): return one(base, expression) { .optionalField($0, field) }
    case .identifier(let base): return one(base, expression) { .identifier($0) }
    case .not(let base): return one(base, expression) { .not($0) }
    case .wrap(let base): return one(base, expression) { .wrap($0) }
    case .unwrap(let base): return one(base, expression) { .unwrap($0) }
    case .isPresent(let base): return one(base, expression) { .isPresent($0) }
    case .rescale(let base, let from, let to): return one(base, expression) { .rescale($0, from: from, to: to) }
    case .calendar(let index, let base): return one(base, expression) { .calendar(index: index, $0) }
    // The scale of a percentage is no bound of the author's.
    case .call(.percentDecimal, let arguments):
      return one(arguments[0], expression) { .call(.percentDecimal, [$0] + arguments.dropFirst()) }
    case .call(let builtin, let arguments): return many(arguments, expression) { .call(builtin, $0) }
    case .and(let parts): return many(parts, expression) { .and($0) }
    case .or(let parts): return many(parts, expression) { .or($0) }
    case .list(let parts): return many(parts, expression) { .list($0) }
    case .condition(let index, let parts): return many(parts, expression) { .condition(index: index, arguments: $0) }
    case .classification(let index, let parts):
      return many(parts, expression) { .classification(index: index, arguments: $0) }
    case .conditional(let condition, let left, let right):
      return many([condition, left, right], expression) { .conditional($0[0], $0[1], $0[2]) }
    case .bind(let local, let value, let body):
      return many([value, body], expression) { .bind(local: local, value: $0[0], body: $0[1]) }
    case .map(let entries):
      return many(entries.map(\.value), expression) { .map(zip(entries, $0).map { ($0.key, $1) }) }
    case .record(let values): return record(values, expression)
    case .comprehension(let comprehension): return rewrite(comprehension, expression)
    case .query(let query): return rewrite(query, expression)
    case .conditions(let list):
      return many(list.members.map(\.condition), expression) { conditions in
        var list = list
        for index in list.members.indices { list.members[index].condition = conditions[index] }
        return .conditions(list)
      }
    }
  }

  // MARK: Parts

  private mutating func one(
    _ part: TypedExpression, _ whole: TypedExpression, _ make: (TypedExpression) -> TypedExpression.Kind
  ) -> TypedExpression? {
    guard let changed = rewrite(part) else { return nil }
    return TypedExpression(make(changed), whole.type, at: whole.range)
  }

  private mutating func many(
    _ parts: [TypedExpression], _ whole: TypedExpression, _ make: ([TypedExpression]) -> TypedExpression.Kind
  ) -> TypedExpression? {
    var changed: [TypedExpression]?
    for (index, part) in parts.enumerated() {
      guard let other = rewrite(part) else { continue }
      if changed == nil { changed = parts }
      changed?[index] = other
    }
    return changed.map { TypedExpression(make($0), whole.type, at: whole.range) }
  }

  private mutating func record(_ values: [TypedExpression?], _ whole: TypedExpression) -> TypedExpression? {
    var changed: [TypedExpression?]?
    for (index, value) in values.enumerated() {
      guard let value, let other = rewrite(value) else { continue }
      if changed == nil { changed = values }
      changed?[index] = other
    }
    return changed.map { TypedExpression(.record($0), whole.type, at: whole.range) }
  }

  private mutating func rewrite(
    _ comprehension: TypedExpression.Comprehension, _ whole: TypedExpression
  ) -> TypedExpression? {
    var copy = comprehension
    let range = rewrite(comprehension.range)
    let condition = comprehension.condition.flatMap { rewrite($0) }
    let transform = comprehension.transform.flatMap { rewrite($0) }
    guard range != nil || condition != nil || transform != nil else { return nil }
    copy.range = range ?? copy.range
    copy.condition = condition ?? copy.condition
    copy.transform = transform ?? copy.transform
    return TypedExpression(.comprehension(copy), whole.type, at: whole.range)
  }

  private mutating func rewrite(_ query: TypedExpression.Query, _ whole: TypedExpression) -> TypedExpression? {
    var copy = query
    let condition = query.condition.flatMap { rewrite($0) }
    let of = query.of.flatMap { rewrite($0) }
    guard condition != nil || of != nil else { return nil }
    copy.condition = condition ?? copy.condition
    copy.of = of ?? copy.of
    return TypedExpression(.query(copy), whole.type, at: whole.range)
  }

  // MARK: Changes

  /// The changes to a node itself.
  private mutating func rewriteItself(_ expression: TypedExpression) -> TypedExpression? {
    var kind: TypedExpression.Kind?
    switch expression.kind {
    case .literal(let value): kind = moved(value, at: expression.range).map { .literal($0) }
    case .call(let builtin, let arguments):
      kind = swapped(builtin, at: expression.range).map { .call($0, arguments) }
    case .list(let parts): kind = shortened(parts, at: expression.range).map { .list($0) }
    case .conditions(let list): kind = shortened(list, at: expression.range).map { .conditions($0) }
    default: break
    }
    return kind.map { TypedExpression($0, expression.type, at: expression.range) }
  }

  /// A number or a length of time, one step off.
  private mutating func moved(_ value: Value, at range: SourceRange) -> Value? {
    var result: Value?
    for step: Int64 in [1, -1] {
      let other: Value
      switch value {
      case .int(let int):
        let (sum, overflow) = int.addingReportingOverflow(step)
        if overflow { continue }
        other = .int(sum)
      case .decimal(let decimal): other = .decimal(FixedPoint(units: decimal.units + step, scale: decimal.scale))
      case .duration(let span):
        other = .duration(TimeSpan(seconds: span.seconds + step, nanoseconds: span.nanoseconds))
      default: return nil
      }
      if offers(.bound, range, "\(step)", TestMessages.literalChanged(value, to: other)) { result = other }
    }
    return result
  }

  /// A comparison that takes the bound in, or leaves it out.
  private mutating func swapped(_ builtin: Builtin, at range: SourceRange) -> Builtin? {
    let other: (Builtin, String)
    switch builtin {
    case .less: other = (.lessOrEqual, "< became <=")
    case .lessOrEqual: other = (.less, "<= became <")
    case .greater: other = (.greaterOrEqual, "> became >=")
    case .greaterOrEqual: other = (.greater, ">= became >")
    case .atLeast: other = (.greater, "at_least became >")
    default: return nil
    }
    return offers(.comparison, range, "\(builtin)", other.1) ? other.0 : nil
  }

  /// A list of words without one of them.
  private mutating func shortened(_ parts: [TypedExpression], at range: SourceRange) -> [TypedExpression]? {
    guard parts.count > 1 else { return nil }
    var result: [TypedExpression]?
    for (index, part) in parts.enumerated() {
      guard case .literal(.string(let word)) = part.kind else { continue }
      if offers(.listElement, range, "\(index)", TestMessages.wordDropped(word)) {
        result = parts
        result?.remove(at: index)
      }
    }
    return result
  }

  /// A list of conditions without one of them.
  private mutating func shortened(
    _ list: TypedExpression.ConditionList, at range: SourceRange
  ) -> TypedExpression.ConditionList? {
    guard list.members.count > 1 else { return nil }
    var result: TypedExpression.ConditionList?
    for (index, member) in list.members.enumerated() {
      let change = TestMessages.memberDropped(member.sentence, of: "\(list.kind)")
      if offers(.member, member.condition.range, "member \(index)", change) {
        result = list
        result?.members.remove(at: index)
      }
    }
    return result
  }
}
