/// What is the same in every rule set of the benchmark.
public enum Shape {
  static let roles = ["manager", "engineer", "operator", "auditor", "vendor", "executive", "client"]
  static let actionCount = 27
  /// Grants are counted as rules: one for each action and role.
  public static let matrix = actionCount * roles.count

  static func action(_ index: Int) -> String { "work.op\(index)" }

  /// Two roles in three may do an action.
  static func isGranted(action: Int, role: Int) -> Bool { (action * 5 + role * 2 + action * role) % 3 != 0 }
}

/// What a rule asks of one attribute.
enum Predicate: Sendable {
  case textIs(attribute: Int, value: Int32)
  case numberOver(attribute: Int, bound: Int64)
  case flag(Int)
  case hasTag(Int)

  /// The 64 that rules are made of.
  static let pool: [Predicate] = {
    var pool: [Predicate] = []
    for attribute in 0..<11 {
      for value in [Int32(3), 17, 41] { pool.append(.textIs(attribute: attribute, value: value)) }
    }
    for attribute in 0..<4 {
      for bound in [Int64(9_500), 9_700, 9_800, 9_900, 9_950] {
        pool.append(.numberOver(attribute: attribute, bound: bound))
      }
    }
    for flag in 0..<4 { pool.append(.flag(flag)) }
    for tag in 0..<7 { pool.append(.hasTag(tag)) }
    return pool
  }()

  /// In the language of the rules.
  var expression: String {
    switch self {
    case .textIs(let attribute, let value):
      "resource.\(Work.textNames[attribute]) == \"\(Work.text(attribute, value))\""
    case .numberOver(let attribute, let bound): "resource.\(Work.numberNames[attribute]) > \(bound)"
    case .flag(let flag): "resource.\(Work.flagNames[flag])"
    case .hasTag(let tag): "\"tag-\(tag)\" in resource.tags"
    }
  }

  func holds(_ work: Work) -> Bool {
    switch self {
    case .textIs(let attribute, let value): work.texts[attribute] == value
    case .numberOver(let attribute, let bound): work.numbers[attribute] > bound
    case .flag(let flag): work.flags[flag]
    case .hasTag(let tag): work.tags & 1 << UInt32(tag) != 0
    }
  }
}

/// A rule that forbids an action under three predicates.
struct ExtraRule: Sendable {
  var action: Int
  var first: Predicate
  var second: Predicate
  var third: Predicate
  /// The predicate that is negated, 1 to 3; 0 for none.
  var negated: Int
  /// The first two are alternatives.
  var isDisjunction: Bool

  var condition: String {
    let texts = [first, second, third].enumerated().map { index, predicate in
      negated == index + 1 ? "not (\(predicate.expression))" : predicate.expression
    }
    return isDisjunction ? "(\(texts[0]) || \(texts[1])) && \(texts[2])" : texts.joined(separator: " && ")
  }

  func holds(_ work: Work) -> Bool {
    let isFirst = first.holds(work) != (negated == 1)
    if isDisjunction {
      guard isFirst || second.holds(work) != (negated == 2) else { return false }
    } else {
      guard isFirst, second.holds(work) != (negated == 2) else { return false }
    }
    return third.holds(work) != (negated == 3)
  }
}
