package import BylawModel

extension Evaluator {
  /// Whether a follow-up of an action that was carried out is done by now, as far as the records tell.
  ///
  /// What cannot be told is not done.
  /// - `request`: What was asked then.
  /// - `made`: The records that its named effects made or changed.
  /// - Returns: `nil` when the rules do not say when it is done, or no longer know it.
  package mutating func isDone(
    _ followUp: String, of request: Request, made: [String: EntityReference], records: any RecordSource,
    now: Timestamp
  ) -> Bool? {
    guard let index = plan.actionIndex[request.action] else { return nil }
    let action = actions[index]
    let overrides = plan.overrides.indices.filter { plan.overrides[$0].action == request.action }
    let followUps = action.part.followUps + overrides.flatMap { plan.overrides[$0].followUps }
    guard let done = followUps.first(where: { $0.id == followUp })?.done else { return nil }
    var loaded = take(request, records: records, now: now, action)
    var loader = RequestLoader(plan: sharedPlan, action: action, request: request, isLenient: true)
    loader.load(into: &loaded)
    loaded.makeRoomForEffects()
    let operations = plan.store.actions[index].operations + overrides.flatMap { plan.store.overrides[$0] }
    for operation in operations {
      guard let record = operation.name.flatMap({ made[$0] }),
        let cell = loaded.reference(to: Request.Entity(type: record.type, id: record.id))
      else { continue }
      loaded.setEffect(operation.position, to: cell)
    }
    let verdict = loaded.evaluate(done)
    keep(loaded)
    return verdict.state == .value && verdict.isTrue
  }
}
