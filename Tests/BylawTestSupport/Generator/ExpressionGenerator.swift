/// What an expression may use.
struct GeneratedScope {
  /// Every value that has a name here, by its spelling.
  var paths: [(text: String, type: GeneratedType)] = []
  /// Calls of conditions and classifications: name, parameters, result.
  var functions: [(name: String, parameters: [GeneratedType], result: GeneratedType)] = []
  /// Conditions that need no arguments: bands, calendars applied to a time.
  var tests: [String] = []

  /// Adds a value with its fields; `depth` is how many fields may follow each other.
  mutating func add(_ text: String, _ type: GeneratedType, _ vocabulary: GeneratedVocabulary, depth: Int) {
    paths.append((text, type))
    guard depth > 0 else { return }
    switch type {
    case .reference, .record:
      for field in vocabulary.fields(of: type) {
        add("\(text).\(field.name)", field.read, vocabulary, depth: depth - 1)
      }
      if case .reference = type { paths.append(("\(text).id", .string)) }
    case .patch:
      for field in vocabulary.fields(of: type) {
        var type = field.read
        if case .optional = type {} else { type = .optional(type) }
        paths.append(("\(text).\(field.name)", type))
        tests.append("has(\(text).\(field.name))")
      }
      tests.append("\(text).count() > 1")
    case .optional(let content):
      for field in vocabulary.fields(of: content) {
        var type = field.read
        if case .optional = type {} else { type = .optional(type) }
        paths.append(("\(text).?\(field.name)", type))
      }
    default: break
    }
  }

  /// A copy in which an optional is known to be there.
  func knowing(_ path: String, _ content: GeneratedType, _ vocabulary: GeneratedVocabulary) -> GeneratedScope {
    var scope = self
    scope.paths.removeAll { $0.text == path || $0.text.hasPrefix(path + ".") }
    scope.add(path, content, vocabulary, depth: 1)
    return scope
  }
}

/// Makes expressions of a wanted type, so that they check; many of them can err.
struct ExpressionGenerator {
  let vocabulary: GeneratedVocabulary
  var random: SplitMix64
  private var variables = 0

  init(_ vocabulary: GeneratedVocabulary, _ random: SplitMix64) {
    self.vocabulary = vocabulary
    self.random = random
  }

  /// An expression of a type.
  mutating func make(_ type: GeneratedType, _ scope: GeneratedScope, _ depth: Int) -> String {
    let paths = scope.paths.filter { $0.type == type }
    if depth <= 0 || random.chance(20) {
      if !paths.isEmpty, random.chance(type.hasLiteral ? 85 : 100) { return random.pick(paths).text }
      return leaf(type, scope)
    }
    let made = compound(type, scope, depth)
    // What reads nothing and never has a value is refused when the rules are loaded.
    return Self.readsSomething(made) ? made : leaf(type, scope)
  }

  /// Whether an expression names a value or calls a function of the rule set, as far as its text shows.
  private static func readsSomething(_ text: String) -> Bool {
    var isQuoted = false
    var word = ""
    var previous: Character = " "
    for character in text + " " {
      if character == "\"" { isQuoted.toggle() }
      guard !isQuoted else { continue }
      if character.isLetter || character == "_" || character.isNumber && !word.isEmpty {
        if word.isEmpty, previous == "." || previous.isNumber { word = "." }
        word.append(character)
        continue
      }
      previous = character
      if !word.isEmpty, !word.hasPrefix("."), !word.hasPrefix("c_"), !silentWords.contains(word) { return true }
      word = ""
    }
    return false
  }

  /// What stands in expressions without reading anything.
  private static let silentWords: Set<String> = [
    "decimal", "date", "timestamp", "duration", "hours", "days", "minutes", "percent", "share", "has", "optional",
    "math", "strings", "lists", "size", "string", "int", "double", "month_start", "true", "false", "in", "folded",
  ]

  /// An expression with operands.
  private mutating func compound(_ type: GeneratedType, _ scope: GeneratedScope, _ depth: Int) -> String {
    let paths = scope.paths.filter { $0.type == type }
    if random.chance(12), let called = call(type, scope, depth) { return called }
    if random.chance(10), let taken = fromOptional(type, scope, depth) { return taken }
    if random.chance(6), let chosen = conditional(type, scope, depth) { return chosen }
    switch type {
    case .bool: return condition(scope, depth)
    case .int: return int(scope, depth)
    case .decimal(let scale): return decimal(scale, scope, depth)
    case .string, .text: return string(scope, depth)
    case .timestamp: return timestamp(scope, depth)
    case .duration: return duration(scope, depth)
    case .date: return date(scope, depth)
    case .list(let element): return list(element, scope, depth)
    case .reference, .word, .record, .person, .map, .range, .patch, .json, .optional, .double, .ratio:
      return paths.isEmpty ? leaf(type, scope) : random.pick(paths).text
    }
  }

  /// Something without operands: a value written out, or one that is made of nothing else.
  mutating func leaf(_ type: GeneratedType, _ scope: GeneratedScope) -> String {
    switch type {
    case .bool: return random.chance(50) ? "\"ab\".contains(\"a\")" : "\"ab\".contains(\"c\")"
    case .int: return random.pick(["0", "1", "2", "3", "7", "10", "100", "9223372036854775807"])
    case .decimal(let scale):
      return scale == 0
        ? "decimal(\(random.below(9)))"
        : "decimal(\(random.pick(["0", "1", "12", "100"])).\(String(repeating: "5", count: scale)))"
    case .double: return random.pick(["0.0", "1.5", "2.0"])
    case .string, .text: return random.pick(["\"\"", "\"a\"", "\"Ab c\"", "\"x1\"", "\"ä\""])
    case .date: return random.pick(["date(\"2026-01-31\")", "date(\"2025-12-01\")"])
    case .timestamp: return random.pick(["timestamp(\"2026-02-01T00:00:00Z\")", "timestamp(\"2026-01-31T09:00:00Z\")"])
    case .duration: return random.pick(["duration(\"90m\")", "hours(5)", "days(2)", "minutes(15)"])
    case .ratio: return "percent(50)"
    case .list(.int): return random.pick(["[3, 5]", "[0]"])
    case .list: return "[]"
    case .optional: return "optional.none()"
    case .word(let name): return "\"\(random.pick(vocabulary.words(name)))\""
    case .reference, .person, .record, .map, .range, .patch, .json: return "subject"
    }
  }

  /// Whether an expression of the type can be made here at all.
  func canMake(_ type: GeneratedType, _ scope: GeneratedScope) -> Bool {
    switch type {
    case .bool, .int, .decimal, .string, .text, .date, .duration: true
    case .timestamp: scope.paths.contains { $0.text == "now" || $0.type == .timestamp }
    default: scope.paths.contains { $0.type == type }
    }
  }

  private mutating func call(_ type: GeneratedType, _ scope: GeneratedScope, _ depth: Int) -> String? {
    let fitting = scope.functions.filter { function in
      function.result == type && function.parameters.allSatisfy { canMake($0, scope) }
    }
    guard !fitting.isEmpty else { return nil }
    let function = random.pick(fitting)
    return "\(function.name)(\(function.parameters.map { make($0, scope, depth - 1) }.joined(separator: ", ")))"
  }

  private mutating func fromOptional(_ type: GeneratedType, _ scope: GeneratedScope, _ depth: Int) -> String? {
    let paths = scope.paths.filter { $0.type == .optional(type) }
    guard !paths.isEmpty else { return nil }
    let path = random.pick(paths).text
    if random.chance(50) || !canMake(type, scope) { return "\(path).value()" }
    return "\(path).orValue(\(make(type, scope, depth - 1)))"
  }

  private mutating func conditional(_ type: GeneratedType, _ scope: GeneratedScope, _ depth: Int) -> String? {
    guard canMake(type, scope) else { return nil }
    if case .word = type { return nil }
    return "(\(make(.bool, scope, depth - 1)) ? \(make(type, scope, depth - 1)) : \(make(type, scope, depth - 1)))"
  }

  mutating func variable() -> String {
    variables += 1
    return "v\(variables)"
  }

  // MARK: Conditions

  private mutating func condition(_ scope: GeneratedScope, _ depth: Int) -> String {
    switch random.below(20) {
    case 0...2: return "(\(make(.bool, scope, depth - 1)) && \(make(.bool, scope, depth - 1)))"
    case 3, 4: return "(\(make(.bool, scope, depth - 1)) || \(make(.bool, scope, depth - 1)))"
    case 5: return "!(\(make(.bool, scope, depth - 1)))"
    case 6, 7: return presence(scope, depth)
    case 8, 9: return wordTest(scope)
    case 10: return referenceTest(scope)
    case 11, 12: return loop(scope, depth)
    case 13: return share(scope, depth)
    case 14: return textTest(scope, depth)
    case 15: if !scope.tests.isEmpty { return random.pick(scope.tests) }
    default: break
    }
    let kinds: [GeneratedType] = [.int, .int, .decimal(2), .string, .timestamp, .duration, .date]
    let type = random.pick(kinds.filter { canMake($0, scope) })
    let operation = random.pick(["==", "!=", "<", "<=", ">", ">="])
    let (left, right) = (make(type, scope, depth - 1), make(type, scope, depth - 1))
    // What is compared with itself makes a row that never wins, which is refused.
    return left == right ? leaf(.bool, scope) : "\(left) \(operation) \(right)"
  }

  private mutating func presence(_ scope: GeneratedScope, _ depth: Int) -> String {
    let paths = scope.paths.filter { if case .optional = $0.type { true } else { false } }
    guard !paths.isEmpty else { return leaf(.bool, scope) }
    let path = random.pick(paths)
    guard case .optional(let content) = path.type else { return leaf(.bool, scope) }
    if random.chance(25) { return "has(\(path.text))" }
    if random.chance(20) { return "\(path.text).hasValue()" }
    if random.chance(30) {
      let others = paths.filter { $0.type == path.type }
      switch content {
      case .json, .range, .patch: break
      default: return "same(\(path.text), \(random.pick(others).text))"
      }
    }
    if path.text.contains("?") { return "has(\(path.text))" }
    let known = scope.knowing(path.text, content, vocabulary)
    return random.chance(60)
      ? "(has(\(path.text)) && \(make(.bool, known, depth - 1)))"
      : "(!has(\(path.text)) || \(make(.bool, known, depth - 1)))"
  }

  private mutating func wordTest(_ scope: GeneratedScope) -> String {
    let paths = scope.paths.filter { if case .word = $0.type { true } else { false } }
    guard !paths.isEmpty else { return leaf(.bool, scope) }
    let path = random.pick(paths)
    guard case .word(let name) = path.type else { return leaf(.bool, scope) }
    let word = random.pick(vocabulary.words(name))
    if vocabulary.isOrdered(name), random.chance(50) {
      return random.chance(50)
        ? "\(path.text).at_least(\"\(word)\")" : "\(path.text) \(random.pick(["<", "<=", ">", ">="])) \"\(word)\""
    }
    if random.chance(25) { return "\(path.text) in [\"\(word)\", \"\(random.pick(vocabulary.words(name)))\"]" }
    let others = paths.filter { $0.type == path.type && $0.text != path.text }
    if random.chance(20), !others.isEmpty { return "\(path.text) == \(random.pick(others).text)" }
    return "\(path.text) \(random.pick(["==", "==", "!="])) \"\(word)\""
  }

  private mutating func referenceTest(_ scope: GeneratedScope) -> String {
    let people = scope.paths.filter { $0.type == .person }
    if !people.isEmpty, random.chance(30) {
      let person = random.pick(people).text
      guard random.chance(60) else { return "type(\(person)) == \(random.pick(["User", "Group"]))" }
      let known = scope.knowing(person, .reference("User"), vocabulary)
      return "(type(\(person)) == User && \(make(.bool, known, 1)))"
    }
    let paths = scope.paths.filter { if case .reference = $0.type { true } else { false } }
    guard !paths.isEmpty else { return leaf(.bool, scope) }
    let path = random.pick(paths)
    let lists = scope.paths.filter { $0.type == .list(path.type) }
    if !lists.isEmpty, random.chance(40) { return "\(path.text) in \(random.pick(lists).text)" }
    let others = paths.filter { $0.type == path.type && $0.text != path.text }
    guard !others.isEmpty else { return leaf(.bool, scope) }
    return "\(path.text) \(random.pick(["==", "!="])) \(random.pick(others).text)"
  }

  private mutating func loop(_ scope: GeneratedScope, _ depth: Int) -> String {
    let lists = scope.paths.filter { if case .list = $0.type { true } else { false } }
    let maps = scope.paths.filter { if case .map = $0.type { true } else { false } }
    if !maps.isEmpty, random.chance(20) {
      let map = random.pick(maps).text
      let key = variable()
      var inner = scope
      inner.add(key, .string, vocabulary, depth: 0)
      return random.chance(50) ? "\"a\" in \(map)" : "\(map).exists(\(key), \(make(.bool, inner, depth - 1)))"
    }
    guard !lists.isEmpty else { return leaf(.bool, scope) }
    let list = random.pick(lists)
    guard case .list(let element) = list.type else { return leaf(.bool, scope) }
    let name = variable()
    var inner = scope
    inner.add(name, element, vocabulary, depth: 1)
    for _ in 0..<3 { inner.paths += inner.paths.filter { $0.text.hasPrefix(name) } }
    let macro = random.pick(["all", "exists", "exists_one"])
    return "\(list.text).\(macro)(\(name), \(make(.bool, inner, depth - 1)))"
  }

  private mutating func share(_ scope: GeneratedScope, _ depth: Int) -> String {
    let type: GeneratedType = random.chance(60) ? .int : .decimal(2)
    let part = make(type, scope, depth - 1)
    let whole = make(type, scope, depth - 1)
    return "share(\(part), \(whole)) \(random.pick([">", ">=", "<"])) percent(\(random.pick(["20", "50", "12.5"])))"
  }

  private mutating func textTest(_ scope: GeneratedScope, _ depth: Int) -> String {
    let text = make(.string, scope, depth - 1)
    let other = make(.string, scope, depth - 1)
    switch random.below(5) {
    case 0: return "(\(text)).contains(\(other))"
    case 1: return "(\(text)).startsWith(\(other))"
    case 2: return "(\(text)).endsWith(\(other))"
    case 3: return "(\(text)).matches(\"\(random.pick(["^a", "[a-c]+", "b$", "x|y"]))\")"
    default: return "folded(\(text)) == folded(\(other))"
    }
  }

  // MARK: Numbers

  private mutating func int(_ scope: GeneratedScope, _ depth: Int) -> String {
    switch random.below(14) {
    case 0...2:
      return "(\(make(.int, scope, depth - 1)) \(random.pick(["+", "-", "*"])) \(make(.int, scope, depth - 1)))"
    case 3:
      let (left, right) = (make(.int, scope, depth - 1), make(.int, scope, depth - 1))
      return "(\(left) \(random.pick(["/", "%"])) \(right == "0" ? "2" : right))"
    case 4: return "size(\(make(.string, scope, depth - 1)))"
    case 5:
      let lists = scope.paths.filter { if case .list = $0.type { true } else { false } }
      return lists.isEmpty ? leaf(.int, scope) : "size(\(random.pick(lists).text))"
    case 6:
      let maps = scope.paths.filter { $0.type == .map(.int) }
      return maps.isEmpty ? leaf(.int, scope) : "\(random.pick(maps).text)[\"\(random.pick(["a", "b", "zz"]))\"]"
    case 7: return "(\(make(.list(.int), scope, depth - 1))).sum()"
    case 8: return "math.greatest(\(make(.int, scope, depth - 1)), \(make(.int, scope, depth - 1)))"
    case 9: return "int(\(make(.decimal(2), scope, depth - 1)))"
    case 10: return "(\(make(.string, scope, depth - 1))).indexOf(\(make(.string, scope, depth - 1)))"
    case 11:
      let texts = scope.paths.filter { $0.type == .string }
      return texts.isEmpty ? leaf(.int, scope) : "int(\(random.pick(texts).text))"
    case 12 where canMake(.timestamp, scope):
      let part = random.pick(["getHours", "getDayOfWeek", "getFullYear", "getDate"])
      return "(\(make(.timestamp, scope, depth - 1))).\(part)(\(random.pick(["", "\"Europe/Berlin\"", "\"-05:00\""])))"
    default: return "(\(make(.list(.int), scope, depth - 1)))[\(random.below(3))]"
    }
  }

  private mutating func decimal(_ scale: Int, _ scope: GeneratedScope, _ depth: Int) -> String {
    let type = GeneratedType.decimal(scale)
    switch random.below(4) {
    case 0, 1: return "(\(make(type, scope, depth - 1)) \(random.pick(["+", "-"])) \(make(type, scope, depth - 1)))"
    case 2: return "math.least(\(make(type, scope, depth - 1)), \(make(type, scope, depth - 1)))"
    default: return "math.abs(\(make(type, scope, depth - 1)))"
    }
  }

  // MARK: Texts and times

  private mutating func string(_ scope: GeneratedScope, _ depth: Int) -> String {
    let text = make(.string, scope, depth - 1)
    switch random.below(10) {
    case 0: return "(\(text) + \(make(.string, scope, depth - 1)))"
    case 1: return "(\(text)).substring(\(random.below(3)))"
    case 2: return "(\(text)).charAt(\(random.below(4)))"
    case 3: return "(\(text)).lowerAscii()"
    case 4: return "folded(\(text))"
    case 5: return "string(\(make(random.pick([.int, .decimal(2), .bool, .date]), scope, depth - 1)))"
    case 6: return "(\(text)).replace(\"a\", \(make(.string, scope, depth - 1)))"
    case 7: return "(\(text)).split(\" \")[\(random.below(2))]"
    case 8: return "(\(text)).trim()"
    default: return "(\(text)).reverse()"
    }
  }

  private mutating func timestamp(_ scope: GeneratedScope, _ depth: Int) -> String {
    guard canMake(.timestamp, scope) else { return "timestamp(\"2026-01-31T09:00:00Z\")" }
    switch random.below(4) {
    case 0: return "(\(make(.timestamp, scope, depth - 1)) + \(make(.duration, scope, depth - 1)))"
    case 1: return "(\(make(.timestamp, scope, depth - 1)) - \(make(.duration, scope, depth - 1)))"
    case 2: return "month_start(\(make(.timestamp, scope, depth - 1)))"
    default:
      let texts = scope.paths.filter { $0.type == .string && $0.text != "action" }
      return texts.isEmpty ? leaf(.timestamp, scope) : "timestamp(\(random.pick(texts).text))"
    }
  }

  private mutating func duration(_ scope: GeneratedScope, _ depth: Int) -> String {
    switch random.below(5) {
    case 0: return "(\(make(.duration, scope, depth - 1)) + \(make(.duration, scope, depth - 1)))"
    case 1: return "hours(\(make(.int, scope, depth - 1)))"
    case 2 where canMake(.timestamp, scope):
      return "(\(make(.timestamp, scope, depth - 1)) - \(make(.timestamp, scope, depth - 1)))"
    case 3: return "-(\(make(.duration, scope, depth - 1)))"
    default: return "minutes(\(make(.int, scope, depth - 1)))"
    }
  }

  private mutating func date(_ scope: GeneratedScope, _ depth: Int) -> String {
    if canMake(.timestamp, scope), random.chance(60) { return "date(\(make(.timestamp, scope, depth - 1)))" }
    return "(\(make(.date, scope, depth - 1)) + days(\(random.below(40))))"
  }

  private mutating func list(_ element: GeneratedType, _ scope: GeneratedScope, _ depth: Int) -> String {
    let paths = scope.paths.filter { $0.type == .list(element) }
    let sources = scope.paths.filter { if case .list = $0.type { true } else { false } }
    if random.chance(40), !sources.isEmpty, canMake(element, scope) {
      let source = random.pick(sources)
      guard case .list(let from) = source.type else { return leaf(.list(element), scope) }
      let name = variable()
      var inner = scope
      inner.add(name, from, vocabulary, depth: 1)
      if from == element, random.chance(40) {
        return "\(source.text).filter(\(name), \(make(.bool, inner, depth - 1)))"
      }
      return "\(source.text).map(\(name), \(make(element, inner, depth - 1)))"
    }
    if !paths.isEmpty, random.chance(60) { return random.pick(paths).text }
    guard canMake(element, scope) else { return leaf(.list(element), scope) }
    return "[\(make(element, scope, depth - 1)), \(make(element, scope, depth - 1))]"
  }
}

extension GeneratedType {
  /// Whether a value of it can be written out.
  fileprivate var hasLiteral: Bool {
    switch self {
    case .reference, .person, .record, .map, .range, .patch, .json, .list, .optional: false
    default: true
    }
  }
}
