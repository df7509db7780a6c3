/// What is known where an expression stands because of the conditions around it: which optionals are there, and
/// which entity types a reference to one of several can have.
///
/// `has(x.y) && x.y > 3` types because the right side is checked in the flow that the left side gives when it is true.
package struct Flow: Sendable, Hashable {
  /// A value with a name: a root or a variable, followed by fields.
  ///
  /// What is known is known of paths.
  package struct Path: Sendable, Hashable {
    package enum Base: Sendable, Hashable {
      case root(TypedExpression.Root)
      case local(Int)
    }
    package var base: Base
    /// Names of fields, outermost last; `id` is the identity of a reference.
    package var fields: [String]

    package init(_ base: Base, fields: [String] = []) {
      self.base = base
      self.fields = fields
    }

    /// The path of a field of this value.
    package func appending(_ field: String) -> Path { Path(base, fields: fields + [field]) }

    /// Whether this is the other path, or a part of its value, however deep.
    func lies(in other: Path) -> Bool {
      base == other.base && fields.starts(with: other.fields)
    }
  }

  private struct Facts: Sendable, Hashable {
    var present: Set<Path> = []
    var entities: [Path: [Int]] = [:]
    var isImpossible = false
  }
  /// Behind one reference, as flows go along with every part of an expression and mostly know nothing.
  private indirect enum Knowledge: Sendable, Hashable {
    case nothing
    case facts(Facts)
  }
  private var knowledge = Knowledge.nothing
  private var facts: Facts {
    get {
      switch knowledge {
      case .nothing: Facts()
      case .facts(let facts): facts
      }
    }
    set { knowledge = newValue == Facts() ? .nothing : .facts(newValue) }
  }
  /// Whether nothing is known.
  var knowsNothing: Bool {
    if case .nothing = knowledge { true } else { false }
  }

  /// Optionals that are there.
  ///
  /// A path that is there is so with all that it is a field of.
  package var present: Set<Path> { facts.present }
  /// The entity types that a reference can still have, by position in the schema, where they are fewer than declared.
  package var entities: [Path: [Int]] { facts.entities }
  /// Nothing gets here, as after `false`; then any other flow that joins prevails.
  package var isImpossible: Bool { facts.isImpossible }

  private init() {}

  /// Nothing is known.
  package static let none = Flow()

  /// Whether the optional at a path is known to be there.
  package func holds(_ path: Path) -> Bool {
    guard !knowsNothing else { return false }
    let present = present
    return present.contains(path) || present.contains { $0.lies(in: path) }
  }

  /// The flow in which, besides, the optionals at these paths are there.
  package func adding(present paths: [Path?]) -> Flow {
    var result = self
    for case .some(let path) in paths { result.facts.present.insert(path) }
    return result
  }

  /// The flow in which the reference at a path is to one of these entity types; to none: nothing gets here.
  package func narrowing(_ path: Path, to indices: [Int]) -> Flow {
    var result = self
    result.facts.entities[path] = indices
    result.facts.isImpossible = isImpossible || indices.isEmpty
    return result
  }

  /// The flow that nothing takes, with what was known before.
  package var impossible: Flow {
    var result = self
    result.facts.isImpossible = true
    return result
  }

  /// What is known when one of two flows was taken.
  package func joined(with other: Flow) -> Flow {
    if isImpossible { return other }
    if other.isImpossible { return self }
    guard !knowsNothing, !other.knowsNothing else { return .none }
    var joined = Facts()
    joined.present = present.filter(other.holds).union(other.present.filter(holds))
    for (path, indices) in entities {
      guard let others = other.entities[path] else { continue }
      joined.entities[path] = Set(indices).union(others).sorted()
    }
    var result = Flow()
    result.facts = joined
    return result
  }
}
