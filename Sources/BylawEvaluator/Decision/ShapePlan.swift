package import BylawModel
import Synchronization

/// A kind of request whose values are given by position: names are looked up once, when it is made.
package final class ShapePlan: Sendable {
  /// Where a value belongs.
  package enum Root: Sendable, CaseIterable {
    case context, input, subject, resource

    /// The first word of a member's name.
    package var word: String {
      switch self {
      case .context: "context"
      case .input: "input"
      case .subject: "subject"
      case .resource: "resource"
      }
    }
  }
  /// A value that requests of the shape may give.
  package struct Member: Sendable {
    package let root: Root
    package let field: Field
    fileprivate let position: Int
    /// Taken from what the service states, not from what the caller does.
    let isServer: Bool
  }

  /// The rules that it was made for; positions mean nothing in others.
  let plan: Shared<DecisionPlan>
  let action: Shared<ActionPlan>
  let subject: (entity: Int, type: String)
  let resource: (entity: Int, type: String)?
  /// The entities alone, which are copied without counting references; -1 for no resource.
  let subjectEntity: Int
  let resourceEntity: Int
  package let members: [Member]
  /// Where the value of a member goes, and what tells at a glance that it fits.
  struct Place: BitwiseCopyable, Sendable {
    let offset: Int32
    let kind: QuickField.Kind
    let isList: Bool
    /// A string of one byte up to so many fits, whatever it is made of; 0 where its length has to be counted.
    let surelyFits: Int32

    fileprivate init(_ offset: Int, _ field: QuickField) {
      self.offset = Int32(offset)
      kind = field.isList ? .other : field.kind
      isList = field.isList
      surelyFits = field.surelyFits
    }
  }
  let layout: RequestLayout
  /// By member.
  let places: [Place]
  let fields: [QuickField]
  /// Tells the slots of this shape from those of others.
  package let number: UInt64
  private static let last = Atomic<UInt64>(0)

  init(
    plan: Shared<DecisionPlan>, action: Shared<ActionPlan>, subject: (entity: Int, type: String),
    resource: (entity: Int, type: String)?, members: [Member]
  ) {
    self.plan = plan
    self.action = action
    self.subject = subject
    self.resource = resource
    subjectEntity = subject.entity
    resourceEntity = resource?.entity ?? -1
    self.members = members
    fields = members.map { QuickField($0.field) }
    let layout = RequestLayout(plan.part, action.part, subject: subject.entity)
    self.layout = layout
    places = members.map { member in
      let base =
        switch member.root {
        case .context: layout.context
        case .input: layout.inputs
        case .subject: 0
        case .resource: layout.resource
        }
      return Place(base + member.position, QuickField(member.field))
    }
    number = Self.last.add(1, ordering: .relaxed).newValue
  }
}

extension PreparedPlan {
  /// The members that requests for an action may give under a root, with their places.
  ///
  /// - `entity`: Of the subject or the resource.
  private func fields(_ root: ShapePlan.Root, _ action: ActionPlan, entity: Int?) -> [(field: Field, isServer: Bool)] {
    switch root {
    case .context: shared.part.context.map { ($0.field, $0.fromServer) }
    case .input: action.inputs.map { ($0, false) }
    case .subject, .resource: entity.map { schema.entities[$0].fields.map { ($0, false) } } ?? []
    }
  }

  /// Makes a shape; `nil` where the action has no such subject or resource.
  ///
  /// - `members`: Root and name of each value. One that is not there is noted by its position, with the names known.
  package func shape(
    of index: Int, subject: String, resource: String?, members: [(root: ShapePlan.Root, name: String)],
    unknown: inout [(member: Int, known: [String])]
  ) -> ShapePlan? {
    let names = shared.part.expressions.names
    let action = actions[index]
    guard let subjectEntity = names.entity(named: subject), subjects.entities.contains(subjectEntity) else {
      return nil
    }
    let resourceEntity = resource.flatMap { names.entity(named: $0) }
    guard resourceEntity == action.part.resource, (resource == nil) == (resourceEntity == nil) else { return nil }
    var found: [ShapePlan.Member] = []
    for (number, member) in members.enumerated() {
      let fields = fields(member.root, action.part, entity: member.root == .subject ? subjectEntity : resourceEntity)
      guard let position = fields.firstIndex(where: { $0.field.name == member.name }) else {
        unknown.append((number, fields.map(\.field.name)))
        continue
      }
      found.append(
        ShapePlan.Member(
          root: member.root, field: fields[position].field, position: position, isServer: fields[position].isServer))
    }
    var given: (entity: Int, type: String)?
    if let resourceEntity, let resource { given = (resourceEntity, resource) }
    return ShapePlan(
      plan: shared, action: action, subject: (subjectEntity, subject), resource: given, members: found)
  }

  /// Decides a request of a shape at a time, from any thread; `fill` gives its values.
  package func decide(
    _ shape: ShapePlan, subject: String, resource: String?, records: (any RecordSource)?, now: Timestamp,
    _ fill: (inout RequestIntake) -> Void
  ) -> Decision {
    evaluators.withEvaluator(of: self) { evaluator in
      evaluator.judge(
        shape, subject: subject, resource: resource, records: records, now: now, detail: .reasons, fill,
        plain: { $0.decide() },
        whole: { $0 })
    }
  }

  /// The outcome of a request of a shape alone.
  package func outcome(
    _ shape: ShapePlan, subject: String, resource: String?, records: (any RecordSource)?, now: Timestamp,
    _ fill: (inout RequestIntake) -> Void
  ) -> Decision.Outcome {
    evaluators.withEvaluator(of: self) { evaluator in
      evaluator.judge(
        shape, subject: subject, resource: resource, records: records, now: now, detail: .outcome, fill,
        plain: { $0.settle() },
        whole: { $0.outcome })
    }
  }
}
