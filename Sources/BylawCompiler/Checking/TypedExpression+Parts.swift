import BylawModel

extension TypedExpression {
  /// Whether `isWanted` says so of one of the parts, which are asked in turn; the same as of `parts`, without a list.
  func anyPart(_ isWanted: (TypedExpression) -> Bool) -> Bool {
    switch kind {
    case .literal, .root, .local, .bandReached, .none, .entityType, .invalid: false
    case .field(let base, _), .optionalField(let base, _), .identifier(let base), .not(let base), .wrap(let base),
      .unwrap(let base), .isPresent(let base):
      isWanted(base)
    case .call(_, let arguments), .and(let arguments), .or(let arguments), .list(let arguments):
      arguments.contains(where: isWanted)
    default: parts.contains(where: isWanted)
    }
  }

  /// Hands over each of the parts in turn; the same as a loop over `parts`, without a list.
  func forEachPart(_ body: (TypedExpression) -> Void) {
    _ = anyPart {
      body($0)
      return false
    }
  }

  /// The expressions that this one is directly made of.
  package var parts: [TypedExpression] {
    switch kind {
    case .literal, .root, .local, .bandReached, .none, .entityType, .invalid: []
    case .field(let base, _), .optionalField(let base, _), .identifier(let base), .not(let base), .wrap(let base),
      .unwrap(let base), .isPresent(let base), .rescale(let base, _, _), .calendar(_, let base):
      [base]
    case .call(_, let arguments), .and(let arguments), .or(let arguments), .list(let arguments),
      .condition(_, let arguments), .classification(_, let arguments):
      arguments
    case .conditional(let condition, let left, let right): [condition, left, right]
    case .map(let entries): entries.flatMap { [$0.key, $0.value] }
    case .record(let values): values.compactMap { $0 }
    case .comprehension(let comprehension):
      [comprehension.range] + [comprehension.condition, comprehension.transform].compactMap { $0 }
    case .bind(_, let value, let body): [value, body]
    case .conditions(let list): list.members.map(\.condition)
    case .query(let query): [query.condition, query.of, query.order].compactMap { $0 }
    case .text(let pieces):
      pieces.compactMap { piece in
        if case .hole(let expression) = piece { expression } else { nil }
      }
    }
  }
}
