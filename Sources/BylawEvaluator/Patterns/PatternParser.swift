/// Reads the text of a pattern in RE2's syntax.
struct PatternParser {
  /// What `(?i)` and its like switch; the flag U changes no answer and is only read.
  struct Flags {
    var ignoresCase = false
    var isMultiline = false
    var dotMatchesNewline = false
  }

  let scalars: [Unicode.Scalar]
  var position = 0
  var flags = Flags()
  /// Where the next `]` is: looked for once, however often `[:` stands before it.
  var closing = -1
  private var depth = 0
  private var groupNames: Set<String> = []

  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  /// The next scalar; `nil` at the end.
  var current: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  /// The scalar after the next; `nil` at the end.
  var following: Unicode.Scalar? { position + 1 < scalars.count ? scalars[position + 1] : nil }

  /// Whether the text goes on with these scalars.
  func isAhead(_ text: String) -> Bool {
    var place = position
    for scalar in text.unicodeScalars {
      guard place < scalars.count, scalars[place] == scalar else { return false }
      place += 1
    }
    return true
  }

  /// Reads the whole text.
  mutating func parse() throws(PatternError) -> PatternSyntax {
    let result = try alternatives()
    guard position == scalars.count else {
      throw PatternError(.unexpectedGroupEnd, at: position..<(position + 1))
    }
    return result
  }

  private mutating func alternatives() throws(PatternError) -> PatternSyntax {
    var branches = [try sequence()]
    while current == "|" {
      position += 1
      branches.append(try sequence())
    }
    return branches.count == 1 ? branches[0] : .alternatives(branches)
  }

  private mutating func sequence() throws(PatternError) -> PatternSyntax {
    var parts: [PatternSyntax] = []
    while let scalar = current, scalar != "|", scalar != ")" {
      if isAhead("\\Q") {
        parts += quoted()
      } else if isAhead("\\E") {
        position += 2
        continue
      } else {
        guard let part = try atom() else { continue }
        parts.append(part)
      }
      // `\Q…\E` repeats its last scalar, like a text without it would.
      if let last = parts.popLast() { parts.append(try repeated(last)) }
    }
    return parts.count == 1 ? parts[0] : parts.isEmpty ? .empty : .sequence(parts)
  }

  /// The scalars of `\Q…\E`, each for itself.
  private mutating func quoted() -> [PatternSyntax] {
    position += 2
    var parts: [PatternSyntax] = []
    while let scalar = current, !isAhead("\\E") {
      parts.append(literal(scalar))
      position += 1
    }
    if current != nil { position += 2 }
    return parts
  }

  /// One scalar, or those that differ from it by case when the flag asks so.
  func literal(_ scalar: Unicode.Scalar) -> PatternSyntax {
    let set = ScalarSet(ranges: [scalar.value...scalar.value])
    return .set(flags.ignoresCase ? set.foldingCase() : set)
  }

  /// What one repetition applies to; `nil` for flags, which are none.
  private mutating func atom() throws(PatternError) -> PatternSyntax? {
    guard let scalar = current else { return .empty }
    switch scalar {
    case "(": return try group()
    case "[": return .set(try bracketed())
    case "\\": return try escaped()
    case "*", "+", "?": throw PatternError(.nothingToRepeat, at: position..<(position + 1))
    case "{":
      let start = position
      if try counts() != nil { throw PatternError(.nothingToRepeat, at: start..<position) }
    case ".":
      position += 1
      return .set(flags.dotMatchesNewline ? .everything : ScalarSet(ranges: [0x0A...0x0A], isNegated: true))
    case "^":
      position += 1
      return .assertion(flags.isMultiline ? .lineStart : .textStart)
    case "$":
      position += 1
      return .assertion(flags.isMultiline ? .lineEnd : .textEnd)
    default: break
    }
    position += 1
    return literal(scalar)
  }

  // MARK: Repetitions

  private mutating func repeated(_ part: PatternSyntax) throws(PatternError) -> PatternSyntax {
    let start = position
    guard let (least, most) = try repetition() else { return part }
    if current == "?" { position += 1 }
    let second = position
    if try repetition() != nil {
      let isPossessive = position == second + 1 && scalars[second] == "+"
      throw PatternError(isPossessive ? .possessive : .repeatedRepetition, at: start..<position)
    }
    return .repetition(part, least: least, most: most)
  }

  private mutating func repetition() throws(PatternError) -> (Int, Int?)? {
    switch current {
    case "*":
      position += 1
      return (0, nil)
    case "+":
      position += 1
      return (1, nil)
    case "?":
      position += 1
      return (0, 1)
    case "{": return try counts()
    default: return nil
    }
  }

  /// Reads `{n}`, `{n,}` or `{n,m}`; reads nothing where the brace stands for itself.
  private mutating func counts() throws(PatternError) -> (Int, Int?)? {
    let start = position
    position += 1
    guard let least = number() else {
      position = start
      return nil
    }
    var most: Int? = least
    if current == "," {
      position += 1
      most = current == "}" ? nil : number()
      if most == nil, current != "}" {
        position = start
        return nil
      }
    }
    guard current == "}" else {
      position = start
      return nil
    }
    position += 1
    if least > PatternLimits.count || most ?? 0 > PatternLimits.count {
      throw PatternError(.countTooLarge, at: start..<position)
    }
    if let most, most < least { throw PatternError(.countsInverted, at: start..<position) }
    return (least, most)
  }

  /// A whole number; one too large to count stays too large.
  private mutating func number() -> Int? {
    var result: Int?
    while let scalar = current, ("0"..."9").contains(scalar) {
      result = min((result ?? 0) * 10 + Int(scalar.value - 0x30), PatternLimits.count + 1)
      position += 1
    }
    return result
  }

  // MARK: Groups

  private mutating func group() throws(PatternError) -> PatternSyntax? {
    let start = position
    let outer = flags
    position += 1
    if current == "?" {
      position += 1
      if try !groupOpening(from: start) { return nil }
    }
    depth += 1
    if depth > PatternLimits.depth { throw PatternError(.tooDeep, at: start..<position) }
    let content = try alternatives()
    depth -= 1
    guard current == ")" else { throw PatternError(.missingGroupEnd, at: start..<(start + 1)) }
    position += 1
    flags = outer
    return content
  }

  /// Reads what follows `(?`.
  ///
  /// Returns whether a group is open; flags alone hold for the rest of the group around them.
  private mutating func groupOpening(from start: Int) throws(PatternError) -> Bool {
    switch current {
    case "=", "!": throw PatternError(.lookaround, at: start..<(position + 1))
    case ">": throw PatternError(.atomicGroup, at: start..<(position + 1))
    case "#": throw PatternError(.notInProfile, at: start..<(position + 1))
    case "<":
      if following == "=" || following == "!" { throw PatternError(.lookaround, at: start..<(position + 2)) }
      position += 1
      try groupName()
      return true
    case "P":
      guard following == "<" else {
        let isReference = following == "="
        throw PatternError(isReference ? .backreference : .unknownFlag, at: start..<min(position + 2, scalars.count))
      }
      position += 2
      try groupName()
      return true
    default: return try flagChanges(from: start)
    }
  }

  private mutating func groupName() throws(PatternError) {
    let start = position
    var name = ""
    while let scalar = current, scalar != ">" {
      name.unicodeScalars.append(scalar)
      position += 1
    }
    let isName = !name.isEmpty && name.unicodeScalars.allSatisfy { PatternProgram.isWord($0.value) }
    guard current == ">", isName else { throw PatternError(.invalidGroupName, at: start..<position) }
    guard groupNames.insert(name).inserted else { throw PatternError(.repeatedGroupName, at: start..<position) }
    position += 1
  }

  private mutating func flagChanges(from start: Int) throws(PatternError) -> Bool {
    var isOn = true
    var changed = flags
    var isEmpty = true
    while let scalar = current {
      position += 1
      switch scalar {
      case "i": changed.ignoresCase = isOn
      case "m": changed.isMultiline = isOn
      case "s": changed.dotMatchesNewline = isOn
      case "U": break
      case "-" where isOn:
        isOn = false
        isEmpty = true
        continue
      case ":", ")":
        if isEmpty, scalar == ")" || !isOn { throw PatternError(.unknownFlag, at: start..<position) }
        flags = changed
        return scalar == ":"
      default: throw PatternError(.unknownFlag, at: (position - 1)..<position)
      }
      isEmpty = false
    }
    throw PatternError(.missingGroupEnd, at: start..<(start + 1))
  }
}
