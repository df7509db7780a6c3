import BylawModel

/// Equality and order of values of one type.
extension Frame {
  /// Deep equality; references are equal when they lead to the same record.
  func areEqual(_ left: Cell, _ right: Cell, _ type: ValueType) -> Bool {
    if left.state != right.state { return false }
    if left.isAbsent { return true }
    switch type {
    case .double: return left.double == right.double
    case .optional(let content): return areEqual(left, right, content)
    case .entity:
      return areSame(left, right)
    case .list(let element):
      guard left.aux == right.aux else { return false }
      return (0..<Int(left.aux)).allSatisfy {
        areEqual(self.element($0, of: left), self.element($0, of: right), element)
      }
    case .map(let value):
      guard left.aux == right.aux else { return false }
      return (0..<Int(left.aux)).allSatisfy { index in
        let key = arena[Int(left.payload) + 2 * index]
        guard let other = self.value(of: key, in: right) else { return false }
        return areEqual(arena[Int(left.payload) + 2 * index + 1], other, value)
      }
    case .record(let index):
      let fields = plan.schema.records[index].fields
      return fields.indices.allSatisfy {
        areEqual(element($0, of: left), element($0, of: right), fields[$0].type)
      }
    case .patch:
      let fields = plan.schema.fields(of: type)
      return fields.indices.allSatisfy {
        areEqual(element($0, of: left), element($0, of: right), fields[$0].type)
      }
    case .range(let bound):
      return (0..<4).allSatisfy { areEqual(element($0, of: left), element($0, of: right), bound) }
    case .ratio: return compare(left, right, .ratio) == 0
    case .json: return jsons[Int(left.payload)] == jsons[Int(right.payload)]
    default: return left.payload == right.payload && left.aux == right.aux
    }
  }

  /// Whether two references lead to the same record; ids that nobody asked for yet are ids of different records.
  private func areSame(_ left: Cell, _ right: Cell) -> Bool {
    let (a, b) = (records[Int(left.payload)], records[Int(right.payload)])
    return a.entity == b.entity && a.id == b.id
  }

  /// The value of a key in a map.
  func value(of key: Cell, in map: Cell) -> Cell? {
    for index in 0..<Int(map.aux) where arena[Int(map.payload) + 2 * index].payload == key.payload {
      return arena[Int(map.payload) + 2 * index + 1]
    }
    return nil
  }

  /// Negative, zero or positive; doubles that are no numbers are handled by the callers.
  func compare(_ left: Cell, _ right: Cell, _ type: ValueType) -> Int {
    switch type {
    case .double: return left.double < right.double ? -1 : left.double > right.double ? 1 : 0
    case .string:
      let (a, b) = (string(left.payload), string(right.payload))
      if a.unicodeScalars.lexicographicallyPrecedes(b.unicodeScalars) { return -1 }
      return b.unicodeScalars.lexicographicallyPrecedes(a.unicodeScalars) ? 1 : 0
    case .ratio:
      let (a, b) = (element(0, of: left), element(1, of: left))
      let (c, d) = (element(0, of: right), element(1, of: right))
      let cross = (Int128(a.payload) * Int128(d.payload), Int128(c.payload) * Int128(b.payload))
      let sign = cross.0 < cross.1 ? -1 : cross.0 > cross.1 ? 1 : 0
      return (b.payload < 0) == (d.payload < 0) ? sign : -sign
    default:
      if left.payload != right.payload { return left.payload < right.payload ? -1 : 1 }
      return left.aux < right.aux ? -1 : left.aux > right.aux ? 1 : 0
    }
  }

  /// Whether a person is, or is among, what an expression for people gives.
  package func contains(_ person: Cell, in people: Cell) -> Bool {
    guard people.state == .value, person.state == .value else { return false }
    func isSame(_ other: Cell) -> Bool {
      other.state == .value && areSame(person, other)
    }
    // A reference has no elements; a list of people says how many it has.
    return people.isList ? (0..<count(of: people)).contains { isSame(element($0, of: people)) } : isSame(people)
  }
}
