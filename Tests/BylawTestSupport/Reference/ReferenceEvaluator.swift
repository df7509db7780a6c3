package import BylawCompiler
import BylawEvaluator
package import BylawModel
package import BylawSyntax

/// A second evaluator, written straight from the design as a walk over the checked rule set.
///
/// It is slow and simple on purpose: nothing is lowered, shared, indexed or remembered. What both evaluators say of
/// the same request is compared; see `Differential`.
package final class ReferenceEvaluator {
  let rules: CheckedRuleSet
  let sources: SourceMap
  let identity: Decision.RuleSetIdentity
  var records: (any RecordSource)?
  var now = Timestamp(seconds: 0)
  var request = Request(subject: .init(type: "", id: ""), action: "")
  /// The position of the action asked for.
  var actionIndex = 0
  /// Attributes given with the request, by record.
  var given: [RecordKey: [String: Value]] = [:]
  var locals: [Int: Result<ReferenceValue, ReferenceError>] = [:]
  var inputs: [ReferenceValue] = []
  var context: [Result<ReferenceValue, ReferenceError>] = []
  /// Facts given with the request, by definition.
  var facts: [Int: ReferenceValue] = [:]
  /// The records; `nil` for the engine itself, and for an action without a resource.
  var subject: (entity: Int, id: String)?
  var resource: (entity: Int, id: String)?
  var isSystem = false
  /// Whether undeclared members are passed over.
  var isLenient = false
  var override: CheckedRuleSet.Override?
  var indeterminate: Set<Decision.Indeterminate> = []
  var observed: [Decision.Reason] = []
  var refusals: [(denialClass: DenialClass, reason: Decision.Reason)] = []

  package init(_ rules: CheckedRuleSet, sources: SourceMap, identity: Decision.RuleSetIdentity) {
    self.rules = rules
    self.sources = sources
    self.identity = identity
  }

  var action: CheckedRuleSet.Action { rules.actions[actionIndex] }
  var schema: Schema { rules.vocabulary.schema }

  func place(_ range: SourceRange) -> String { sources.files.isEmpty ? "" : sources.place(range) }

  func error(_ cause: String, _ expression: TypedExpression) -> ReferenceError {
    ReferenceError(cause: cause, place: place(expression.range))
  }

  // MARK: Expressions

  /// The value of an expression.
  func evaluate(_ expression: TypedExpression) throws(ReferenceError) -> ReferenceValue {
    switch expression.kind {
    case .literal(let value): return literal(value, expression.type)
    case .root(let root): return try evaluate(root, expression)
    case .local(let local): return try (locals[local] ?? .success(.absent)).get()
    case .field(let base, let field), .optionalField(let base, let field):
      return try evaluateField(try evaluate(base), field, expression)
    case .identifier(let base):
      guard case .reference(_, let id, _) = try evaluate(base) else { return .absent }
      return .string(id)
    case .call(let builtin, let arguments): return try call(builtin, arguments, expression)
    case .and(let parts): return try absorb(parts, decidedBy: false)
    case .or(let parts): return try absorb(parts, decidedBy: true)
    case .not(let operand): return .bool(!(try evaluate(operand)).isTrue)
    case .conditional(let condition, let first, let second):
      return try evaluate(try evaluate(condition).isTrue ? first : second)
    case .list(let elements): return .list(try values(of: elements))
    case .map(let entries): return try map(entries, expression)
    case .record(let members):
      var values: [ReferenceValue] = []
      for member in members {
        values.append(try member.map { expression throws(ReferenceError) in try evaluate(expression) } ?? .absent)
      }
      return .record(values)
    case .comprehension(let loop): return try comprehend(loop)
    case .bind(let local, let value, let body): return try bind([(local, value)], body)
    case .conditions(let list): return try evaluate(list)
    case .condition(let index, let arguments):
      return try bind(
        Array(zip(rules.conditions[index].parameters.map(\.local), arguments)), rules.conditions[index].body)
    case .classification(let index, let arguments): return try classify(index, arguments).value
    case .query(let query): return try look(query, expression)
    case .bandReached(let threshold, let band): return .bool(try reaches(threshold, band, expression))
    case .text(let pieces): return .string(text(pieces))
    case .wrap(let inner): return try evaluate(inner)
    case .unwrap(let inner): return try present(inner, expression)
    case .isPresent(let inner): return .bool(!(try evaluate(inner)).isAbsent)
    case .none: return .absent
    case .rescale(let inner, let from, let to): return try rescale(try evaluate(inner), to - from, expression)
    case .entityType(let index): return .entityType(index)
    case .calendar(let index, let time): return .bool(try isOpen(rules.calendars[index], time))
    case .invalid: throw error("invalid expression", expression)
    }
  }

  /// The value of an expression that must be there.
  func present(_ operand: TypedExpression, _ expression: TypedExpression? = nil) throws(ReferenceError)
    -> ReferenceValue
  {
    let value = try evaluate(operand)
    if value.isAbsent { throw error("absent value", expression ?? operand) }
    return value
  }

  private func values(of expressions: [TypedExpression]) throws(ReferenceError) -> [ReferenceValue] {
    var values: [ReferenceValue] = []
    for expression in expressions { values.append(try evaluate(expression)) }
    return values
  }

  private func map(
    _ entries: [(key: TypedExpression, value: TypedExpression)], _ expression: TypedExpression
  ) throws(ReferenceError) -> ReferenceValue {
    var pairs: [(key: String, value: ReferenceValue)] = []
    for entry in entries {
      guard case .string(let key) = try evaluate(entry.key) else { throw error("absent value", entry.key) }
      pairs.append((key, try evaluate(entry.value)))
    }
    return .map(pairs)
  }

  private func literal(_ value: Value, _ type: ValueType) -> ReferenceValue {
    switch (value, type) {
    case (_, .optional(let content)): return literal(value, content)
    case (.bool(let bool), _): return .bool(bool)
    case (.int(let int), .double): return .double(Double(int))
    case (.int(let int), .decimal(let scale)):
      return .decimal(FixedPoint(units: int, scale: 0).rescaled(to: scale)?.units ?? int)
    case (.int(let int), _): return .int(int)
    case (.decimal(let decimal), .decimal(let scale)):
      return .decimal(decimal.rescaled(to: scale)?.units ?? decimal.units)
    case (.decimal(let decimal), .double): return .double(decimal.doubleValue)
    case (.decimal(let decimal), _): return .decimal(decimal.units)
    case (.double(let double), _): return .double(double)
    case (.timestamp(let time), _): return .timestamp(time)
    case (.duration(let span), _): return .duration(span)
    case (.date(let date), _): return .date(date)
    case (.string(let word), .enumeration(let index)):
      return .word(schema.enums[index].members.firstIndex(of: word) ?? 0)
    case (.string(let text), _): return .string(text)
    case (.list(let values), .list(let element)): return .list(values.map { literal($0, element) })
    case (.object(let members), .map(let element)):
      return .map(members.sorted { $0.key < $1.key }.map { ($0.key, literal($0.value, element)) })
    case (.object(let members), .range(let bound)):
      return .range(
        ["from", "above", "to", "under"].map { name in members[name].map { literal($0, bound) } ?? .absent })
    case (.object(let members), _):
      return .record(
        schema.fields(of: type).map { field in
          if let value = members[field.name] { return literal(value, field.type) }
          switch field.defaultValue {
          case .value(let value): return literal(value, field.type)
          case .now: return .timestamp(now)
          case nil: return .absent
          }
        })
    default: return .absent
    }
  }

  private func evaluate(_ root: TypedExpression.Root, _ expression: TypedExpression) throws(ReferenceError)
    -> ReferenceValue
  {
    switch root {
    case .subject:
      guard let subject else { throw error("no such resource", expression) }
      return .reference(entity: subject.entity, id: subject.id, isAfter: false)
    case .resource:
      guard let resource else { throw error("no such resource", expression) }
      return .reference(entity: resource.entity, id: resource.id, isAfter: false)
    case .after:
      guard let resource else { throw ReferenceError(cause: "no such resource", place: "after") }
      return .reference(entity: resource.entity, id: resource.id, isAfter: true)
    case .action: return .string(action.name)
    case .proposal: return .absent
    case .input(let index): return inputs[index]
    case .context(let index): return try context[index].get()
    case .singleton(let index):
      let singleton = rules.singletons[index]
      let ids = records?.ids(of: schema.entities[singleton.entity].name) ?? []
      return .reference(entity: singleton.entity, id: ids.count == 1 ? ids[0] : singleton.name, isAfter: false)
    case .definition(let index):
      if let given = facts[index] { return given }
      return try evaluate(rules.definitions[index].value)
    case .effect: throw error("absent value", expression)
    case .now: return .timestamp(now)
    case .requestedAt: return .timestamp(request.requestedAt ?? now)
    case .today:
      let zone = TimeZoneRules.shared(rules.manifest.timeZone) ?? .utc
      return .date(zone.civil(at: now).date)
    }
  }

  private func evaluateField(
    _ base: ReferenceValue, _ position: Int, _ expression: TypedExpression
  ) throws(ReferenceError) -> ReferenceValue {
    switch base {
    case .record(let values): return values[position].isEmptied ? .absent : values[position]
    case .reference(let entity, let id, let isAfter):
      if isAfter, let change = action.after.first(where: { $0.field == position }) { return try evaluate(change.value) }
      return try field(position, entity: entity, id: id)
    default: return .absent
    }
  }

  /// `&&`, `||` and the named lists: one value decides whatever errs beside it.
  private func absorb(_ parts: [TypedExpression], decidedBy value: Bool) throws(ReferenceError) -> ReferenceValue {
    var failure: ReferenceError?
    for part in parts {
      do throws(ReferenceError) {
        if try present(part).isTrue == value { return .bool(value) }
      } catch {
        failure = failure ?? error
      }
    }
    if let failure { throw failure }
    return .bool(!value)
  }

  private func evaluate(_ list: TypedExpression.ConditionList) throws(ReferenceError) -> ReferenceValue {
    let conditions = list.members.map(\.condition)
    switch list.kind {
    case .all: return try absorb(conditions, decidedBy: false)
    case .any: return try absorb(conditions, decidedBy: true)
    case .none: return .bool(!(try absorb(conditions, decidedBy: true)).isTrue)
    }
  }

  /// The value or the error of an expression.
  func result(_ expression: TypedExpression) -> Result<ReferenceValue, ReferenceError> {
    do throws(ReferenceError) { return .success(try evaluate(expression)) } catch { return .failure(error) }
  }

  /// A body with variables bound; what errs is an error only where it is used.
  func bind(_ bindings: [(Int, TypedExpression)], _ body: TypedExpression) throws(ReferenceError) -> ReferenceValue {
    let outer = locals
    defer { locals = outer }
    let values = bindings.map { ($0.0, result($0.1)) }
    for (local, value) in values { locals[local] = value }
    return try evaluate(body)
  }

  private func rescale(
    _ value: ReferenceValue, _ places: Int, _ expression: TypedExpression
  ) throws(ReferenceError) -> ReferenceValue {
    let units: Int64
    switch value {
    case .int(let int): units = int
    case .decimal(let decimal): units = decimal
    default: return value
    }
    let power = (0..<places).reduce(Int128(1)) { power, _ in power * 10 }
    guard let exact = Int64(exactly: Int128(units) * power) else { throw error("overflow", expression) }
    return .decimal(exact)
  }

  private func comprehend(_ loop: TypedExpression.Comprehension) throws(ReferenceError) -> ReferenceValue {
    let outer = locals
    defer { locals = outer }
    var steps: [(first: ReferenceValue, second: ReferenceValue)] = []
    var isMap = false
    switch try present(loop.range) {
    case .list(let elements):
      steps = elements.enumerated().map { loop.second == nil ? ($1, .absent) : (.int(Int64($0)), $1) }
    case .map(let pairs):
      isMap = true
      steps = pairs.map { (.string($0.key), $0.value) }
    default: break
    }
    var failure: ReferenceError?
    var kept: [ReferenceValue] = []
    var keys: [String] = []
    var hits = 0
    for step in steps {
      locals[loop.local] = .success(step.first)
      if let second = loop.second { locals[second] = .success(step.second) }
      let verdict: Bool
      do throws(ReferenceError) {
        verdict = try loop.condition.map { condition throws(ReferenceError) in try evaluate(condition).isTrue } ?? true
      } catch {
        guard loop.kind == .all || loop.kind == .exists else { throw error }
        failure = failure ?? error
        continue
      }
      switch loop.kind {
      case .all: if !verdict { return .bool(false) }
      case .exists: if verdict { return .bool(true) }
      case .existsOne: hits += verdict ? 1 : 0
      case .filter: if verdict { kept.append(isMap || loop.second == nil ? step.first : step.second) }
      case .map, .transformList, .transformMap:
        guard verdict, let transform = loop.transform else { continue }
        kept.append(try evaluate(transform))
        if case .string(let key) = step.first { keys.append(key) }
      }
    }
    if let failure { throw failure }
    switch loop.kind {
    case .all: return .bool(true)
    case .exists: return .bool(false)
    case .existsOne: return .bool(hits == 1)
    case .transformMap: return .map(zip(keys, kept).map { ($0, $1) })
    case .filter, .map, .transformList: return .list(kept)
    }
  }
}
