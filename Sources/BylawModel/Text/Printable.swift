extension Unicode.Scalar {
  /// Whether a terminal would obey the character instead of showing it: control characters, breaks of lines and
  /// paragraphs, and characters without a shape that turn the direction of what follows or hide in it.
  ///
  /// Those that join letters, as scripts and emoji need them, are shown.
  fileprivate var isObeyed: Bool {
    switch value {
    case 0x20..<0x7F, 0x200C, 0x200D: return false
    case 0x00..<0x20, 0x7F..<0xA0, 0x2028, 0x2029: return true
    default: return value > 0xFF && properties.generalCategory == .format
    }
  }

  /// The character as an escape of JSON, which people read as well: `\n`, `\u001b`.
  fileprivate var escape: String {
    switch self {
    case "\n": return "\\n"
    case "\r": return "\\r"
    case "\t": return "\\t"
    default:
      return String(self).utf16.map { unit in
        let digits = String(unit, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }.joined()
    }
  }
}

extension String {
  /// The text on one line, with an escape for each character that a terminal would obey: for values within a line,
  /// which can then neither steer a terminal nor pass for lines of their own.
  package var printableLine: String { escaped { _ in false } }

  /// Lines with an escape for each character that a terminal would obey, but for the line breaks and tabs of their layout.
  ///
  /// It is the last thing that is done to what a command writes. JSON stays the same value.
  ///
  /// - `keepsColors`: Lets sequences that set a colour through, as layouts for a terminal have them.
  package func printablePage(keepsColors: Bool = false) -> String {
    guard keepsColors else { return escaped { $0 == "\n" || $0 == "\t" } }
    var pieces = split(separator: "\u{1B}", omittingEmptySubsequences: false).map(String.init)
    for index in pieces.indices.dropFirst() where !pieces[index].startsWithColor {
      pieces[index] = Unicode.Scalar(0x1B).escape + pieces[index]
    }
    var text = pieces[0].printablePage()
    for piece in pieces.dropFirst() { text += (piece.startsWithColor ? "\u{1B}" : "") + piece.printablePage() }
    return text
  }

  /// Whether the rest of an escape sequence that sets a colour stands at the start: `[1;31m`.
  private var startsWithColor: Bool {
    guard first == "[", let end = firstIndex(of: "m") else { return false }
    return self[index(after: startIndex)..<end].allSatisfy { $0 == ";" || ("0"..."9").contains($0) }
  }

  private func escaped(but isKept: (Unicode.Scalar) -> Bool) -> String {
    guard unicodeScalars.contains(where: { $0.isObeyed && !isKept($0) }) else { return self }
    var result = ""
    for scalar in unicodeScalars {
      if scalar.isObeyed, !isKept(scalar) { result += scalar.escape } else { result.unicodeScalars.append(scalar) }
    }
    return result
  }
}
