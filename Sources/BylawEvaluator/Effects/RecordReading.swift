package import BylawModel

/// Which records of an entity one subject may see, and which of them were asked for.
///
/// Made by an evaluator after the read itself was allowed; asked for one record after the other.
package struct RecordReading: ~Copyable {
  private let sharedRead: Shared<ReadPlan>
  private let entity: Int
  /// Conditions of which one must hold; `nil` where everything may be seen.
  private let restrictions: [ReadPlan.Restriction]?
  /// What was asked for: fields and their values.
  private let filters: [(field: Int, value: Cell)]
  private var frame: Frame
  /// Whether the last record that was seen is read as it is stored, by whoever may see it and at any time.
  package private(set) var isPlain = false

  init(
    read: Shared<ReadPlan>, entity: Int, restrictions: [ReadPlan.Restriction]?, filters: [(field: Int, value: Cell)],
    frame: consuming Frame
  ) {
    sharedRead = read
    self.entity = entity
    self.restrictions = restrictions
    self.filters = filters
    self.frame = frame
  }

  /// What stored records must meet to be worth a look: what was asked for, and what the subject may see.
  package mutating func condition() -> RecordFilter {
    var conditions: [RecordFilter] = []
    for filter in filters {
      let field = frame.declared(filter.field, of: entity)
      guard field.comparesAsStored(isOrder: false) else { continue }
      let selection = Selection.compare(
        .field(filter.field), .equal, .cell(filter.value), withAbsent: field.defaultValue != nil)
      conditions.append(frame.filter(selection, of: entity))
    }
    if let selection = sharedRead.part.listing?.selection { conditions.append(frame.filter(selection, of: entity)) }
    if let restrictions {
      var visible: [RecordFilter] = []
      for restriction in restrictions {
        visible.append(restriction.selection.map { frame.filter($0, of: entity) } ?? .everything)
      }
      conditions.append(.either(visible))
    }
    return .both(conditions)
  }

  /// The fields of a record that may be seen and was asked for, as they are now; `nil` for any other.
  package mutating func fields(of id: String) -> [String: Value]? {
    isPlain = false
    let record = frame.reference(entity: entity, id: id)
    guard !frame.isMissing(record) else { return nil }
    for filter in filters {
      let cell = frame.field(filter.field, of: record)
      let type = frame.declared(filter.field, of: entity).type
      guard cell.state == .value, frame.areEqual(cell, filter.value, type) else { return nil }
    }
    frame.setLocal(sharedRead.part.local, to: record)
    frame.forget()
    if let condition = sharedRead.part.listing?.condition {
      let verdict = frame.evaluate(condition)
      guard verdict.state == .value, verdict.isTrue else { return nil }
    }
    if let restrictions {
      var isVisible = false
      for restriction in restrictions where !isVisible {
        let verdict = frame.evaluate(restriction.condition)
        // What cannot be told is not seen.
        isVisible = verdict.state == .value && verdict.isTrue
      }
      guard isVisible else { return nil }
    }
    return frame.currentFields(of: record, isPlain: &isPlain)
  }

  /// Whether every record may be seen and was asked for.
  package var showsAll: Bool { restrictions == nil && filters.isEmpty && sharedRead.part.listing == nil }

  /// The frame, to be used on.
  consuming func giveBack() -> Frame { frame }
}

extension Evaluator {
  /// Decides whether a subject may read an entity at all; on allow gives what it then sees.
  ///
  /// - `request`: For the action `read(ENTITY)`; its inputs are the fields that records are narrowed by.
  /// The frame that the reading has is used again once it is given to `takeBack`.
  package mutating func read(
    _ request: Request, entity: Int, records: any RecordSource, now: Timestamp
  ) -> ReadVerdict {
    guard let index = plan.actionIndex[request.action], let read = reads[entity] else {
      let reason = reason("reads", "Nobody may read \(plan.expressions.schema.entities[entity].name).")
      return .denied(refusal(.unauthorized, [reason], request, now))
    }
    let action = actions[index]
    var judgement = Judgement(plan: sharedPlan, frame: frame.take() ?? Frame(plan: plan.expressions))
    if let misfit = judgement.take(request, for: action, records: records, now: now, detail: .reasons) {
      keep(judgement.giveBack())
      return .denied(refusal(misfit.denialClass, misfit.reasons, request, now))
    }
    let decision = judgement.decide()
    guard decision.outcome == .allow else {
      keep(judgement.giveBack())
      return .denied(decision)
    }
    let isSystem = judgement.isSystem
    let roles = isSystem ? 0 : judgement.roleMask(plan.subjects.role)
    var frame = judgement.giveBack()
    var filters: [(field: Int, value: Cell)] = []
    for position in 0..<read.part.filters.count {
      let given = frame.input(position)
      if given.state == .value { filters.append((read.part.filters[position], given)) }
    }
    frame.forget()
    return .allowed(
      decision,
      RecordReading(
        read: read, entity: entity, restrictions: restrictions(of: read, roles: roles, isSystem: isSystem),
        filters: filters, frame: frame))
  }

  /// Ends a reading.
  package mutating func takeBack(_ reading: consuming RecordReading) {
    var used = reading.giveBack()
    used.release()
    frame = consume used
  }

  /// A role that grants and is not restricted sees everything; otherwise one of the restrictions must hold.
  private borrowing func restrictions(
    of read: Shared<ReadPlan>, roles: UInt64, isSystem: Bool
  ) -> [ReadPlan.Restriction]? {
    guard !isSystem, !read.part.restrict.isEmpty else { return nil }
    var granting = read.part.permission == nil ? 0 : read.part.permittedRoles
    for grant in read.part.grants {
      if case .roles(let mask) = grant.holder { granting |= mask } else { granting |= .max }
    }
    let held = roles & granting
    var conditions: [ReadPlan.Restriction] = []
    var restricted: UInt64 = 0
    for restriction in read.part.restrict where held & (1 << UInt64(restriction.role)) != 0 {
      conditions.append(restriction)
      restricted |= 1 << UInt64(restriction.role)
    }
    return held & ~restricted != 0 ? nil : conditions.isEmpty ? nil : conditions
  }
}

/// Whether somebody may read an entity.
package enum ReadVerdict: ~Copyable {
  case denied(Decision)
  case allowed(Decision, RecordReading)
}
