import BylawModel

/// How much of a decision is worked out.
package enum Detail: Sendable, Hashable {
  /// The outcome alone: the first refusal ends it, whatever its class.
  case outcome
  /// With reasons, what is missing, classifications and obligations.
  case reasons
}

/// Decides one request on a loaded frame: the five stages, one after the other.
struct Judgement: ~Copyable {
  /// What is asked beside the values that lie in the frame.
  struct Question {
    var votes: [Request.Approval] = []
    var requestedAt: Timestamp?
    /// The type of the resource as the request names it.
    var resourceType: String?
    /// Whether the request describes the resource itself.
    var describesResource = false

    init() {}

    /// Whether there is nothing but what every request asks.
    var isEmpty: Bool { votes.isEmpty && requestedAt == nil && resourceType == nil && !describesResource }

    init(_ request: Request) {
      votes = request.approvals
      requestedAt = request.requestedAt
      resourceType = request.resource?.type
      describesResource = request.resource.map { !$0.properties.isEmpty } ?? false
    }
  }

  let sharedPlan: Shared<DecisionPlan>
  private(set) var sharedAction: Shared<ActionPlan>
  var plan: DecisionPlan { sharedPlan.part }
  var action: ActionPlan { sharedAction.part }
  var question = Question()
  private(set) var now = Timestamp(seconds: 0)
  private(set) var detail = Detail.outcome
  private(set) var hasRecords = false
  private(set) var isSystem = false
  var frame: Frame
  var bypassed: Set<String> = []
  private(set) var sharedOverride: Shared<OverridePlan>?
  /// The override that is claimed.
  var override: OverridePlan? { sharedOverride?.part }
  /// The stage that is judged.
  var stage = 2
  var reasons: [Decision.Reason] = []
  var refused: DenialClass?
  var observed: [Decision.Reason] = []
  var indeterminate: [Decision.Indeterminate] = []
  /// How the triggered approvals stand, in the order of the plan.
  var approvalStates: [ApprovalState] = []
  /// Classifications as they were answered before, so that no dictionary is made again.
  var classifiedAnswers = ClassifiedAnswers()
  /// What a pending request waits for.
  private(set) var missing: [Decision.Missing] = []

  init(
    plan: Shared<DecisionPlan>, action: Shared<ActionPlan>, request: Request, now: Timestamp,
    detail: Detail, hasRecords: Bool, isSystem: Bool, override: Shared<OverridePlan>?, frame: consuming Frame
  ) {
    self.init(plan: plan, frame: frame)
    begin(
      action, Question(request), now: now, detail: detail, hasRecords: hasRecords, isSystem: isSystem,
      override: override)
  }

  /// A judgement to be used for one request after the other; each starts with `begin`.
  init(plan: Shared<DecisionPlan>, frame: consuming Frame) {
    sharedPlan = plan
    sharedAction = ActionPlan.none
    self.frame = frame
  }

  /// Starts on the request that lies in the frame.
  mutating func begin(
    _ action: Shared<ActionPlan>, _ question: consuming Question, now: Timestamp, detail: Detail, hasRecords: Bool,
    isSystem: Bool = false, override: Shared<OverridePlan>? = nil
  ) {
    sharedAction = action
    // To put one in the place of another counts references.
    if !self.question.isEmpty || !question.isEmpty { self.question = question }
    self.now = now
    self.detail = detail
    self.hasRecords = hasRecords
    self.isSystem = isSystem
    if sharedOverride != nil || override != nil {
      sharedOverride = override
      bypassed = override?.part.bypasses ?? []
    }
    stage = 2
    refused = nil
    // What the last decision took along is its own now: emptied in place it would be copied.
    if !reasons.isEmpty { reasons = [] }
    observed.empty()
    indeterminate.empty()
    approvalStates.empty()
    if !missing.isEmpty { missing = [] }
  }

  /// Goes through the stages that follow the shape of the request.
  mutating func decide() -> Decision {
    let outcome = settle()
    return answer(outcome)
  }

  /// The same for the outcome alone.
  mutating func settle() -> Decision.Outcome {
    guard authorize() else { return .deny }
    stage = 3
    judge(.references)
    if let override { for rule in override.references where rule.denialClass != .unauthorized { judge(rule) } }
    judgeResource()
    if refused != nil { return .deny }
    stage = 4
    judge(.requirements)
    if let override { judgeOverride(override) }
    if refused != nil { return .deny }
    stage = 5
    var missing: [Decision.Missing] = []
    judgeApprovals(into: &missing)
    if refused != nil { return .deny }
    if !sharedAction.part.waits.isEmpty { judgeWaits(into: &missing) }
    guard missing.isEmpty else {
      self.missing = missing
      return .pending
    }
    if sharedOverride != nil || !sharedAction.part.effects.isEmpty || sharedAction.part.tellsPeople {
      judgeEffects()
    }
    return refused == nil ? .allow : .deny
  }

  // MARK: Truth by place

  /// Whether a condition holds where an error means that it does not.
  mutating func holds(_ node: NodeID?, rule: String, at source: String) -> Bool {
    guard let node else { return true }
    let cell = frame.evaluate(node)
    if cell.isError { note(cell, rule: rule, at: source) }
    return cell.state == .value && cell.isTrue
  }

  /// Whether a condition holds where an error means that it does.
  mutating func mayHold(_ node: NodeID?, rule: String, at source: String) -> Bool {
    guard let node else { return true }
    let cell = frame.evaluate(node)
    if cell.isError { note(cell, rule: rule, at: source) }
    return cell.state != .value || cell.isTrue
  }

  /// Notes what could not be told.
  ///
  /// An expression that stands in several places is worked out once, so its own place may be that of another rule; then
  /// the place of the rule that is judged is named.
  mutating func note(_ cell: Cell, rule: String, at source: String) {
    guard detail != .outcome else { return }
    let error = frame.error(of: cell)
    note(error.cause, rule: rule, at: error.isShared ? source : error.place)
  }

  mutating func note(_ cause: String, rule: String, at place: String) {
    guard detail != .outcome else { return }
    let entry = Decision.Indeterminate(rule: rule, cause: cause, place: place)
    if !indeterminate.contains(entry) { indeterminate.append(entry) }
  }

  /// Notes a refusal; of several classes at one stage the first in the order of the list is named.
  mutating func refuse(_ denialClass: DenialClass, _ reason: Decision.Reason?) {
    if refused == nil || denialClass.weight < (refused?.weight ?? .max) { refused = denialClass }
    if let reason { reasons.append(reason) }
  }

  // MARK: Rules

  /// Judges the rules of a stage.
  ///
  /// Tables are found anew at each step: to hold one would count references to what all threads share.
  mutating func judge(_ stage: RuleStage) {
    let stage = stage.rawValue
    var candidates = frame.candidates(of: sharedAction.part.tables[stage].index)
    while let position = frame.next(&candidates) {
      judge(position, stage)
      if isSettled { return frame.leave(candidates) }
    }
    for index in 0..<sharedAction.part.tables[stage].values.count {
      let value = sharedAction.part.tables[stage].values[index]
      guard let cell = frame.key(value.node) else { continue }
      let found =
        cell.state == .value
        ? sharedAction.part.tables[stage].positions(of: value, equalTo: cell.payload)
        : sharedAction.part.tables[stage].positions(of: value)
      for position in found {
        judge(Int(position), stage)
        if isSettled { return }
      }
    }
  }

  /// Whether nothing that follows can change what is asked for.
  private var isSettled: Bool { refused != nil && detail == .outcome }

  @inline(__always)
  private mutating func judge(_ position: Int, _ stage: Int) {
    let head = sharedAction.part.tables[stage].heads[position]
    if head.isWhole, spares(head) { return }
    judge(sharedAction.part.tables[stage].shared[position])
  }

  /// Whether a rule surely does not fire; where something in it cannot be told, it is judged as a whole.
  private mutating func spares(_ head: RuleTable.Head) -> Bool {
    if head.when >= 0 {
      let cell = frame.evaluate(NodeID(raw: head.when))
      guard cell.state == .value else { return false }
      if !cell.isTrue { return true }
    }
    if head.unless >= 0 {
      let cell = frame.evaluate(NodeID(raw: head.unless))
      guard cell.state == .value else { return false }
      if cell.isTrue { return true }
    }
    guard head.that >= 0 else { return false }
    let cell = frame.evaluate(NodeID(raw: head.that))
    return cell.state == .value && cell.isTrue
  }

  mutating func judge(_ rule: RulePlan) { judge(Shared(rule)) }

  private mutating func judge(_ shared: Shared<RulePlan>) {
    var rule: RulePlan { shared.part }
    guard isInForce(shared) else { return }
    guard let each = rule.each else {
      if fires(shared) { fire(rule, element: nil) }
      return
    }
    let list = frame.evaluate(each.list)
    if list.isError {
      if rule.isOfEffect { return }
      note(list, rule: rule.id, at: rule.source)
      frame.setLocal(each.local, to: list)
      fire(rule, element: nil)
      return
    }
    for index in 0..<frame.count(of: list) {
      frame.setLocal(each.local, to: frame.element(index, of: list))
      if fires(shared) { fire(rule, element: index) }
    }
  }

  private func isInForce(_ shared: Shared<RulePlan>) -> Bool {
    var rule: RulePlan { shared.part }
    if rule.sparesSystem, isSystem { return false }
    if rule.needsRecords, !hasRecords { return false }
    if let from = rule.effectiveFrom, now < from { return false }
    if let until = rule.effectiveUntil, now >= until { return false }
    if rule.observeOnly, detail == .outcome { return false }
    return bypassed.isEmpty || !bypassed.contains(rule.id)
  }

  /// A failed evaluation never spares: only a `when` that is false, an `unless` or a `that` that is true does.
  private mutating func fires(_ shared: Shared<RulePlan>) -> Bool {
    var rule: RulePlan { shared.part }
    let applies =
      rule.isOfEffect
      ? holds(rule.when, rule: rule.id, at: rule.source) : mayHold(rule.when, rule: rule.id, at: rule.source)
    guard applies else { return false }
    if let unless = rule.unless {
      let verdict = frame.evaluate(unless)
      if verdict.state == .value, verdict.isTrue { return false }
      if verdict.isError { note(verdict, rule: rule.id, at: rule.source) }
    }
    if let that = rule.that {
      let verdict = frame.evaluate(that)
      if verdict.state == .value, verdict.isTrue { return false }
      if verdict.isError { note(verdict, rule: rule.id, at: rule.source) }
    }
    for exception in rule.exceptions where now < exception.until && exception.from.map({ now >= $0 }) ?? true {
      if holds(exception.condition, rule: rule.id, at: rule.source) { return false }
    }
    return true
  }

  private mutating func fire(_ rule: RulePlan, element: Int?) {
    guard detail != .outcome else { return refuse(rule.denialClass, nil) }
    let text = frame.text(of: rule.message)
    let reason = Decision.Reason(
      rule: rule.id, because: text, clauses: rule.clauses, source: rule.source, element: element)
    if rule.observeOnly {
      observed.append(reason)
    } else {
      refuse(rule.denialClass, reason)
    }
  }

  // MARK: Effects

  /// What cannot be carried out is not allowed: an error in an effect or a recipient denies the request.
  private mutating func judgeEffects() {
    for effect in action.effects { judge(effect) }
    for notice in action.notices where notice.hasPeople { judgeRecipients(of: notice) }
    guard let override else { return }
    for effect in override.effects { judge(effect) }
    for notice in override.notices where notice.hasPeople { judgeRecipients(of: notice) }
  }

  private mutating func judgeRecipients(of notice: NoticePlan) {
    for element in elements(of: notice) where isTold(notice, of: element) {
      for case .some(let recipient) in notice.recipients {
        judge(recipient, of: notice.rule, source: action.source)
      }
    }
  }

  private mutating func judge(_ effect: EffectPlan) {
    let rule = "actions.\(action.name).effects"
    guard let each = effect.each else { return judge(effect, rule: rule) }
    let list = frame.evaluate(each.list)
    guard list.state == .value else { return judge(each.list, of: rule, source: effect.source) }
    for index in 0..<frame.count(of: list) {
      frame.setLocal(each.local, to: frame.element(index, of: list))
      judge(effect, rule: rule)
    }
  }

  private mutating func judge(_ effect: EffectPlan, rule: String) {
    if let when = effect.when {
      let verdict = frame.evaluate(when)
      if verdict.isError { return judge(when, of: rule, source: effect.source) }
      if !verdict.isTrue { return }
    }
    for value in effect.values { judge(value, of: rule, source: effect.source) }
    for value in effect.bounded {
      let cell = frame.evaluate(value.value)
      guard cell.state == .value else { continue }
      var problems: [ShapeProblem] = []
      let given = frame.value(of: cell, value.type)
      _ = frame.shape(given, as: value.field, path: value.field.name, problems: &problems)
      guard let problem = problems.first else { continue }
      refuse(
        .invalidInput,
        detail == .outcome
          ? nil : Decision.Reason(rule: rule, because: problem.sentence, source: effect.source))
    }
  }

  private mutating func judge(_ value: NodeID, of rule: String, source: String) {
    let cell = frame.evaluate(value)
    guard cell.isError else { return }
    note(cell, rule: rule, at: source)
    refuse(
      .indeterminate,
      detail == .outcome
        ? nil
        : Decision.Reason(
          rule: rule, because: "What this would do cannot be told: \(frame.error(of: cell).cause).", source: source))
  }

  // MARK: References

  /// The resource must be there before anything is asked of it.
  private mutating func judgeResource() {
    guard hasRecords, let type = question.resourceType, frame.isMissing(frame.resourceReference) else { return }
    guard !question.describesResource else { return }
    refuse(
      .invalidInput,
      Decision.Reason(rule: "resource", because: "There is no \(type) of that id.", source: action.source))
  }
}

extension DenialClass {
  /// Of several classes at one stage the first in the order of the list is named.
  var weight: Int { Self.allCases.firstIndex(of: self) ?? .max }
}
