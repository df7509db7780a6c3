extension PatternParser {
  // MARK: Escapes

  /// Reads an escape outside a set.
  mutating func escaped() throws(PatternError) -> PatternSyntax {
    guard let letter = following else { throw PatternError(.trailingBackslash, at: position..<(position + 1)) }
    let assertion: PatternAssertion? =
      switch letter {
      case "A": .textStart
      case "z": .textEnd
      case "b": .wordBoundary
      case "B": .noWordBoundary
      default: nil
      }
    if let assertion {
      position += 2
      return .assertion(assertion)
    }
    if let set = try escapedSet() { return .set(set) }
    return literal(try escapedScalar())
  }

  /// Reads `\d`, `\pL` and their like; `nil`, and nothing read, for any other escape.
  private mutating func escapedSet() throws(PatternError) -> ScalarSet? {
    guard let letter = following else { return nil }
    switch letter {
    case "d", "D": return perl("digit", isNegated: letter == "D")
    case "w", "W": return perl("word", isNegated: letter == "W")
    case "s", "S":
      position += 2
      // Without the vertical tab, as RE2 has it.
      return ScalarSet(ranges: [0x09...0x0A, 0x0C...0x0D, 0x20...0x20], isNegated: letter == "S")
    case "p", "P": return try property(isNegated: letter == "P")
    default: return nil
    }
  }

  private mutating func perl(_ name: String, isNegated: Bool) -> ScalarSet {
    position += 2
    return folded(ScalarSet(ranges: PosixClasses.ranges(named: name) ?? []), isNegated: isNegated)
  }

  /// Case is folded before a set is negated, so that `(?i)[^a]` leaves out both letters.
  private func folded(_ set: ScalarSet, isNegated: Bool) -> ScalarSet {
    var result = flags.ignoresCase ? set.foldingCase() : set
    result.isNegated = isNegated
    return result
  }

  private mutating func property(isNegated: Bool) throws(PatternError) -> ScalarSet {
    let start = position
    position += 2
    var name = ""
    if current == "{" {
      position += 1
      while let scalar = current, scalar != "}" {
        name.unicodeScalars.append(scalar)
        position += 1
      }
      guard current == "}" else { throw PatternError(.unknownProperty, at: start..<position) }
      position += 1
    } else if let scalar = current {
      name.unicodeScalars.append(scalar)
      position += 1
    }
    var isNegated = isNegated
    if name.hasPrefix("^") {
      isNegated.toggle()
      name.removeFirst()
    }
    if let bits = UnicodeCategories.bits(named: name) {
      return folded(ScalarSet(categories: bits), isNegated: isNegated)
    }
    if let ranges = UnicodeScripts.ranges(named: name) {
      return folded(ScalarSet(ranges: ranges), isNegated: isNegated)
    }
    throw PatternError(.unknownProperty, at: start..<position)
  }

  /// Reads an escape that stands for one scalar.
  private mutating func escapedScalar() throws(PatternError) -> Unicode.Scalar {
    let start = position
    guard let letter = following else { throw PatternError(.trailingBackslash, at: start..<(start + 1)) }
    position += 2
    switch letter {
    case "a": return "\u{07}"
    case "f": return "\u{0C}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "v": return "\u{0B}"
    case "x": return try hexadecimal(from: start)
    case "0"..."7": return try octal(letter, from: start)
    case "8", "9", "k": throw PatternError(.backreference, at: start..<position)
    case "C", "G", "K", "R", "X", "Z": throw PatternError(.notInProfile, at: start..<position)
    default:
      let isWord = PatternProgram.isWord(letter.value)
      guard letter.isASCII, !isWord || letter == "_" else { throw PatternError(.unknownEscape, at: start..<position) }
      return letter
    }
  }

  private mutating func octal(_ first: Unicode.Scalar, from start: Int) throws(PatternError) -> Unicode.Scalar {
    // A single digit other than 0 refers back to a group elsewhere.
    if first != "0", !(current.map { ("0"..."7").contains($0) } ?? false) {
      throw PatternError(.backreference, at: start..<position)
    }
    var value = first.value - 0x30
    for _ in 0..<2 {
      guard let scalar = current, ("0"..."7").contains(scalar) else { break }
      value = value * 8 + scalar.value - 0x30
      position += 1
    }
    return try scalar(value, from: start)
  }

  private mutating func hexadecimal(from start: Int) throws(PatternError) -> Unicode.Scalar {
    var digits = ""
    if current == "{" {
      position += 1
      while let scalar = current, scalar != "}" {
        digits.unicodeScalars.append(scalar)
        position += 1
      }
      guard current == "}" else { throw PatternError(.invalidCodePoint, at: start..<position) }
      position += 1
    } else {
      for _ in 0..<2 {
        guard let scalar = current else { break }
        digits.unicodeScalars.append(scalar)
        position += 1
      }
      guard digits.unicodeScalars.count == 2 else { throw PatternError(.invalidCodePoint, at: start..<position) }
    }
    let isPlain = digits.unicodeScalars.allSatisfy { $0.properties.isASCIIHexDigit }
    guard isPlain, let value = UInt32(digits, radix: 16) else {
      throw PatternError(.invalidCodePoint, at: start..<position)
    }
    return try scalar(value, from: start)
  }

  private func scalar(_ value: UInt32, from start: Int) throws(PatternError) -> Unicode.Scalar {
    guard let scalar = Unicode.Scalar(value) else { throw PatternError(.invalidCodePoint, at: start..<position) }
    return scalar
  }

  // MARK: Sets in brackets

  /// Reads `[…]`.
  mutating func bracketed() throws(PatternError) -> ScalarSet {
    let start = position
    position += 1
    var isNegated = false
    if current == "^" {
      isNegated = true
      position += 1
    }
    var result = ScalarSet()
    var singles = ScalarSet()
    var isFirst = true
    while current != "]" || isFirst {
      guard current != nil else { throw PatternError(.missingClassEnd, at: start..<(start + 1)) }
      isFirst = false
      if isAhead("[:"), let set = try posix() {
        result.formUnion(set)
      } else if current == "\\", let set = try escapedSet() {
        result.formUnion(set)
      } else {
        singles.ranges.append(try span(from: start))
      }
    }
    position += 1
    if flags.ignoresCase { singles = singles.foldingCase() }
    result.formUnion(singles)
    result.ranges = ScalarSet.merged(result.ranges)
    result.isNegated = isNegated
    return result
  }

  private mutating func posix() throws(PatternError) -> ScalarSet? {
    let start = position
    closing = max(closing, position + 2)
    while closing < scalars.count, scalars[closing] != "]" { closing += 1 }
    let place = closing - 1
    guard closing < scalars.count, place >= position + 2, scalars[place] == ":" else { return nil }
    var name = ""
    name.unicodeScalars.append(contentsOf: scalars[(position + 2)..<place])
    let isNegated = name.hasPrefix("^")
    if isNegated { name.removeFirst() }
    position = place + 2
    guard let ranges = PosixClasses.ranges(named: name) else {
      throw PatternError(.unknownPosixClass, at: start..<position)
    }
    return folded(ScalarSet(ranges: ranges), isNegated: isNegated)
  }

  /// Reads `a` or `a-z` within brackets.
  private mutating func span(from start: Int) throws(PatternError) -> ClosedRange<UInt32> {
    let first = position
    let lower = try member(from: start)
    guard current == "-", let next = following, next != "]" else { return lower.value...lower.value }
    position += 1
    let upper = try member(from: start)
    guard lower <= upper else { throw PatternError(.rangeInverted, at: first..<position) }
    return lower.value...upper.value
  }

  private mutating func member(from start: Int) throws(PatternError) -> Unicode.Scalar {
    guard let scalar = current else { throw PatternError(.missingClassEnd, at: start..<(start + 1)) }
    if scalar == "\\" { return try escapedScalar() }
    position += 1
    return scalar
  }
}
