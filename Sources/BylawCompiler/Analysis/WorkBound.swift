import BylawModel
import BylawSyntax

/// How many steps an expression can take at most, by the declared lengths of the lists that it goes through.
///
/// Nested loops multiply. Lists that lie in the elements of another count as short ones, as one request carries them
/// all together. What reads no variable of the loop around it is worked out once, and counts once. The records
/// that a fact selects are not counted: they are the store's.
struct WorkBound {
  /// The steps of an expression, and the lists that its costliest loops go through.
  struct Work {
    var steps = 0
    var lists: [(range: SourceRange, length: Int)] = []

    /// One after the other; the lists are those of the greater part.
    func adding(_ other: Work) -> Work {
      Work(
        steps: min(steps.addingReportingOverflow(other.steps).partialValue, WorkBound.most),
        lists: steps >= other.steps && !lists.isEmpty ? lists : other.lists)
    }
  }

  /// An expression that could take more steps than this is refused.
  static let limit = 10_000_000
  /// What a list counts for that lies in an element of the list around it: with ten thousand of them, a million together.
  private static let nestedLength = 100
  /// Counting ends here.
  private static let most = 1 << 60
  /// A text without a greatest length, cut into pieces: as many as the longest text that expressions make.
  private static let unboundedText = 1 << 20

  private let rules: CheckedRuleSet
  private let inputs: [Field]
  /// What is declared of variables.
  private var declared: [Int: Constraint] = [:]
  /// Conditions and classifications by what they are applied to.
  private var known = QuickTable<Use, Work>()
  private struct Use: Hashable {
    var isTable: Bool
    var index: Int
    var arguments: [Constraint?]
    /// Which arguments lie in an element of a list.
    var isNested: [Bool]
  }

  /// - Parameters:
  ///   - rules: With the vocabulary.
  ///   - inputs: Those of the action that the expressions belong to.
  init(_ rules: CheckedRuleSet, inputs: [Field]) {
    self.rules = rules
    self.inputs = inputs
  }

  // MARK: Steps

  /// The steps of a condition that is asked for each element of a list.
  mutating func work(each: (local: Int, list: TypedExpression)?, _ parts: [TypedExpression]) -> Work {
    guard let each else { return sum(parts, []) }
    declared[each.local] = constraint(of: each.list)?.element.first
    return loop(over: each.list, parts, own: [each.local], around: [])
  }

  private mutating func sum(_ parts: [TypedExpression], _ variables: Set<Int>) -> Work {
    parts.reduce(Work()) { $0.adding(work(of: $1, variables)) }
  }

  /// `variables`: those of the loops around.
  private mutating func work(of expression: TypedExpression, _ variables: Set<Int>) -> Work {
    switch expression.kind {
    case .comprehension(let comprehension):
      let element = constraint(of: comprehension.range)?.element.first
      var own: Set = [comprehension.local]
      declared[comprehension.second ?? comprehension.local] = element
      if let second = comprehension.second { own.insert(second) }
      let body = [comprehension.condition, comprehension.transform].compactMap { $0 }
      return work(of: comprehension.range, variables)
        .adding(loop(over: comprehension.range, body, own: own, around: variables))
    case .condition(let index, let arguments):
      let condition = rules.conditions[index]
      return apply(arguments, condition.parameters, [condition.body], variables, isTable: false, index)
    case .classification(let index, let arguments):
      let table = rules.classifications[index]
      let rows = table.rows.flatMap { [$0.condition] + $0.outputs } + (table.otherwise ?? [])
      return apply(arguments, table.parameters, rows, variables, isTable: true, index)
    case .call(.inList, let arguments):
      // A comparison is far less than a step.
      let scan = Work(steps: 1 + (arguments.last.map { length(of: $0) } ?? 0) / 100)
      return sum(arguments, variables).adding(scan)
    case .bind(let local, let value, let body):
      declared[local] = constraint(of: value)
      return work(of: value, variables).adding(work(of: body, variables))
    default:
      var (own, work) = (Work(), Work())
      expression.forEachPart { part in
        own.steps = 1
        work = work.adding(self.work(of: part, variables))
      }
      return own.adding(work)
    }
  }

  private mutating func loop(
    over list: TypedExpression, _ body: [TypedExpression], own: Set<Int>, around: Set<Int>
  ) -> Work {
    let isNested = list.root.map { around.contains($0) } ?? false
    let length = isNested ? min(length(of: list), Self.nestedLength) : length(of: list)
    let variables = around.union(own)
    var inside = Work(steps: 1)
    var once = Work()
    for part in body.flatMap({ $0.loops(reading: own) }) {
      if part.isInside {
        inside = inside.adding(work(of: part.expression, variables))
      } else {
        once = once.adding(work(of: part.expression, around))
      }
    }
    let (steps, overflow) = length.multipliedReportingOverflow(by: inside.steps)
    let own = Work(steps: overflow ? Self.most : min(steps, Self.most), lists: [(list.range, length)] + inside.lists)
    return own.adding(once)
  }

  private mutating func apply(
    _ arguments: [TypedExpression], _ parameters: [CheckedRuleSet.Parameter], _ body: [TypedExpression],
    _ variables: Set<Int>, isTable: Bool, _ index: Int
  ) -> Work {
    let constraints = arguments.map { constraint(of: $0) }
    let isNested = arguments.map { argument in argument.root.map { variables.contains($0) } ?? false }
    let use = Use(isTable: isTable, index: index, arguments: constraints, isNested: isNested)
    var inner = Work()
    if let found = known[use] {
      inner = found
    } else {
      for (parameter, constraint) in zip(parameters, constraints) { declared[parameter.local] = constraint }
      inner = sum(body, Set(zip(parameters, isNested).filter(\.1).map(\.0.local)))
      known.insert(use, inner)
    }
    return sum(arguments, variables).adding(inner)
  }

  // MARK: Lengths

  /// How many elements a list or a map can have.
  private func length(of expression: TypedExpression) -> Int {
    switch expression.kind {
    case .list(let elements): return elements.count
    case .map(let entries): return entries.count
    case .comprehension(let comprehension): return length(of: comprehension.range)
    case .conditional(_, let first, let second): return max(length(of: first), length(of: second))
    case .classification(let index, _): return rules.classifications[index].rows.count + 1
    case .query(let query): return query.limit ?? TypeReader.defaultLength
    case .root(.definition(let index)): return length(of: rules.definitions[index].value)
    case .call(.split, let arguments), .call(.splitCount, let arguments):
      let text = arguments.first.flatMap { constraint(of: $0)?.upper }
      return text.map { Int(clamping: $0) } ?? Self.unboundedText
    case .call(.concatenateLists, let arguments): return arguments.reduce(0) { $0 + length(of: $1) }
    case .call(_, let arguments):
      let lists = arguments.filter { if case .list = $0.type.content { true } else { false } }
      return lists.map { length(of: $0) }.max() ?? TypeReader.defaultLength
    default: return constraint(of: expression)?.upper.map { Int(clamping: $0) } ?? TypeReader.defaultLength
    }
  }

  /// What is declared of a value, of its content where it is an optional; a list that is made has its length.
  private func constraint(of expression: TypedExpression) -> Constraint? {
    let found: (constraint: Constraint, type: ValueType)
    switch expression.kind {
    case .root(.input(let index)) where index < inputs.count: found = (inputs[index].constraint, inputs[index].type)
    case .root(.context(let index)):
      found = (rules.context[index].field.constraint, rules.context[index].field.type)
    case .root(.definition(let index)): return constraint(of: rules.definitions[index].value)
    case .local(let local): return declared[local]
    case .wrap(let inner), .unwrap(let inner): return constraint(of: inner)
    case .field(let base, let position), .optionalField(let base, let position):
      let fields = rules.vocabulary.schema.fields(of: base.type.content)
      guard position < fields.count else { return nil }
      found = (fields[position].constraint, fields[position].type)
    case .comprehension(let comprehension):
      var made = comprehension.transform == nil ? constraint(of: comprehension.range) ?? .none : .none
      made.upper = Int64(length(of: expression))
      return made
    case .list, .call, .query, .conditional:
      guard case .list = expression.type.content else { return nil }
      var made = Constraint.none
      made.upper = Int64(length(of: expression))
      return made
    default: return nil
    }
    return found.type.isOptional ? found.constraint.element.first ?? .none : found.constraint
  }
}

extension TypedExpression {
  /// The expression itself where it reads variables of a loop; else, apart, the loops within that are worked out once.
  fileprivate func loops(reading variables: Set<Int>) -> [(expression: TypedExpression, isInside: Bool)] {
    var once: [(expression: TypedExpression, isInside: Bool)] = []
    let inside = withoutClosedLoops(of: variables, into: &once)
    return [(inside, true)] + once
  }

  /// Loops that read none of the variables are taken out, as their value is kept.
  private func withoutClosedLoops(
    of variables: Set<Int>, into once: inout [(expression: TypedExpression, isInside: Bool)]
  ) -> TypedExpression {
    var copy = self
    switch kind {
    case .comprehension:
      guard !reads(variables) else { return self }
      once.append((self, false))
      copy.kind = .none
    case .and(let parts): copy.kind = .and(parts.map { $0.withoutClosedLoops(of: variables, into: &once) })
    case .or(let parts): copy.kind = .or(parts.map { $0.withoutClosedLoops(of: variables, into: &once) })
    case .not(let part): copy.kind = .not(part.withoutClosedLoops(of: variables, into: &once))
    case .call(let builtin, let arguments):
      copy.kind = .call(builtin, arguments.map { $0.withoutClosedLoops(of: variables, into: &once) })
    default: break
    }
    return copy
  }

  /// Whether it goes through a list anywhere, or applies what may do so.
  ///
  /// What does not is never too much work: it is bounded by its own length.
  fileprivate var hasLoops: Bool {
    switch kind {
    case .comprehension, .condition, .classification: true
    default: anyPart { $0.hasLoops }
    }
  }

  /// The variable that a path begins with.
  fileprivate var root: Int? {
    switch kind {
    case .local(let local): local
    case .field(let base, _), .optionalField(let base, _), .wrap(let base), .unwrap(let base): base.root
    default: nil
    }
  }

  private func reads(_ variables: Set<Int>) -> Bool {
    if case .local(let local) = kind { return variables.contains(local) }
    return parts.contains { $0.reads(variables) }
  }
}

/// Work is bounded when rules are loaded.
extension RuleSetChecker {
  /// Each expression that decides is held to the bound, once for each action that it belongs to.
  mutating func checkWork() {
    var known = rules
    known.vocabulary = vocabulary
    var reported: Set<SourceRange> = []
    let hasLoopsInDefinitions = known.definitions.contains {
      ($0.kind == .fact || $0.kind == .letValue) && $0.value.hasLoops
    }
    for action in known.actions {
      var bound = WorkBound(known, inputs: action.inputs)
      var all: [(each: (local: Int, list: TypedExpression)?, parts: [TypedExpression])] = []
      for rule in action.rules.indices where action.rules[rule].mayHaveLoops && action.rules[rule].hasLoops {
        let rule = action.rules[rule]
        all.append((rule.each, [rule.when, rule.unless, rule.that].compactMap { $0 }))
        all.append((nil, rule.exceptions.map(\.condition)))
      }
      for notice in action.notices {
        all.append((notice.each, [notice.when, notice.unless].compactMap { $0 }))
      }
      all += action.authority.grants.map { (nil, [$0.condition].compactMap { $0 }) }
      if hasLoopsInDefinitions {
        all += ReadAttributes.definitions(of: action, in: known).map { (nil, [known.definitions[$0].value]) }
      }
      all += action.classify.map { (nil, [known.definitions[$0.definition].value]) }
      for approval in action.approvals {
        all.append((nil, [approval.when].compactMap { $0 }))
        for place in approval.places { all.append((nil, place.expressions)) }
        all += approval.excluding.map { (nil, [$0.people, $0.when].compactMap { $0 }) }
      }
      all += action.waits.map { (nil, [$0.when, $0.until].compactMap { $0 }) }
      for effect in action.effects {
        let each = effect.each.flatMap { list in effect.eachLocal.map { (local: $0, list: list) } }
        all.append((each, [effect.when].compactMap { $0 } + effect.set.map(\.value) + effect.arguments.map(\.value)))
      }
      for (each, parts) in all {
        let work = bound.work(each: each, parts)
        guard work.steps > WorkBound.limit, let outermost = work.lists.first,
          reported.insert(outermost.range).inserted
        else { continue }
        reader.diagnostics.report(Messages.tooMuchWork(work))
      }
    }
  }
}

extension CheckedRuleSet.Rule {
  /// Whether something of it goes through a list.
  fileprivate var hasLoops: Bool {
    if each != nil { return true }
    if when?.hasLoops ?? false || unless?.hasLoops ?? false || that?.hasLoops ?? false { return true }
    return exceptions.contains { $0.condition.hasLoops }
  }
}

extension CheckedRuleSet.Approval.Place {
  /// What is asked of a place and of those who may fill it.
  fileprivate var expressions: [TypedExpression] {
    switch eligible {
    case .people(let value), .condition(let value): [value] + [when].compactMap { $0 }
    case .role, .permission: [when].compactMap { $0 }
    }
  }
}
