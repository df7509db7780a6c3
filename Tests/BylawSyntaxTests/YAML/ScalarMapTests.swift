import BylawSyntax
import BylawTestSupport
import Testing

/// Where each part of a scalar's text lies in the file.
struct ScalarMapTests {
  /// A source, the text its value has, and what a piece of the text is written as in the file.
  struct Case: Sendable, CustomTestStringConvertible {
    var source: String
    var text: String
    /// Pieces of `text`, each with the raw text that it stands for.
    var pieces: [(String, String)]

    init(_ source: String, _ text: String, _ pieces: (String, String)...) {
      self.source = source
      self.text = text
      self.pieces = pieces
    }

    var testDescription: String { source.debugDescription }
  }

  static let plain = [
    Case("a: b c", "b c", ("b", "b"), ("c", "c"), ("b c", "b c")),
    Case("a: b\n  c", "b c", ("c", "c"), (" ", "\n"), ("b c", "b\n  c")),
    Case("a: b  \n    c\td", "b c\td", ("c\td", "c\td"), ("b", "b")),
    Case("a: b\n\n\n  c", "b\n\nc", ("c", "c"), ("b", "b")),
    Case("a: b\r\n  c\r\n\r\n  d", "b c\nd", ("c", "c"), ("d", "d")),
    Case("é: ü\n  漢字 x", "ü 漢字 x", ("漢字", "漢字"), ("x", "x"), ("ü", "ü")),
    Case("a: b &&\n   !c", "b && !c", ("!c", "!c"), ("&&", "&&")),
  ]

  static let quoted = [
    Case("a: 'b'", "b", ("b", "b")),
    Case("a: ''", ""),
    Case("a: 'it''s b'", "it's b", ("'", "''"), ("s b", "s b"), ("it's", "it''s")),
    Case("a: '''b'''", "'b'", ("b", "b"), ("'b'", "''b''")),
    Case("a: 'b\n  c'", "b c", ("c", "c"), ("b", "b")),
    Case("a: ' b \n\n c '", " b\nc ", ("c ", "c "), (" b", " b")),
    Case("a: \"b\"", "b", ("b", "b")),
    Case(#"a: "b\nc""#, "b\nc", ("\n", #"\n"#), ("c", "c"), ("b\nc", #"b\nc"#)),
    Case(#"a: "\u00e9x""#, "éx", ("é", #"\u00e9"#), ("x", "x")),
    Case(#"a: "\x41\U0001F600\"""#, "A😀\"", ("A", #"\x41"#), ("😀", #"\U0001F600"#), ("\"", #"\""#)),
    Case(#"a: "\L\_\Nz""#, "\u{2028}\u{A0}\u{85}z", ("\u{2028}", #"\L"#), ("z", "z")),
    Case("a: \"b\\\n   c\"", "bc", ("c", "c"), ("b", "b")),
    Case("a: \"b \\\n   \\ c\"", "b  c", ("c", "c"), ("b ", "b ")),
    Case("a: \"b\\\n\n  c\"", "b\nc", ("c", "c")),
    Case("a: \"b  \n  c\\td\"", "b c\td", ("c", "c"), ("\t", #"\t"#), ("d", "d")),
    Case(#"a: "\\d+ 漢""#, #"\d+ 漢"#, (#"\"#, #"\\"#), ("d+", "d+"), ("漢", "漢")),
    Case(#"a: "x == \"y\" && z""#, #"x == "y" && z"#, ("\"y\"", #"\"y\""#), ("z", "z")),
    Case("a: \"\\x41  \n  b\"", "A b", ("A", #"\x41"#), ("b", "b")),
  ]

  static let block = [
    Case("a: |\n  b\n  c\n", "b\nc\n", ("b", "b"), ("c", "c")),
    Case("a: |-\n  b\n    c\n", "b\n  c", ("  c", "  c"), ("c", "c")),
    Case("a: |+\n  b\n\n\nx: y", "b\n\n\n", ("b", "b")),
    Case("a: |\n\n\n  b\n", "\n\nb\n", ("b", "b")),
    Case("a: |2\n    b\n  c\n", "  b\nc\n", ("  b", "  b"), ("c", "c")),
    Case("a:\n  b: |1-\n    c\n   d", " c\nd", (" c", " c"), ("d", "d")),
    Case("- |2\n    b\n", "  b\n", ("b", "b")),
    Case("- - |1\n     b\n", "  b\n", ("  b", "  b")),
    Case("a: |  # comment\n  é\n  漢字 b\n", "é\n漢字 b\n", ("漢字", "漢字"), ("b", "b")),
    Case("a: |\r\n  b\r\n  c\r\n", "b\nc\n", ("b", "b"), ("c", "c")),
    Case("a: |\n  b", "b", ("b", "b")),
    Case("a: >\n  b\n  c\n", "b c\n", ("b", "b"), ("c", "c"), ("b c", "b\n  c")),
    Case("a: >-\n  b\n\n  c\n", "b\nc", ("c", "c")),
    Case("a: >\n  b\n    c\n  d\n", "b\n  c\nd\n", ("  c", "  c"), ("d", "d")),
    Case("a: >\n\n  b\n\n\n    c\n\n  d\n  e\n", "\nb\n\n\n  c\n\nd e\n", ("c", "c"), ("d", "d"), ("e", "e")),
    Case("a: >-\n  x ||\n  !y &&\n  é == z\n", "x || !y && é == z", ("!y", "!y"), ("é", "é"), ("z", "z")),
    Case("a: >+\n  b\n\n", "b\n\n", ("b", "b")),
    Case("a: |\n\n", ""),
    Case("a: |2\n  \tb\n", "\tb\n", ("\tb", "\tb")),
  ]

  @Test(arguments: plain + quoted + block)
  func `a piece of the text has its place in the file`(_ example: Case) throws {
    let file = ReadYAML(example.source)
    #expect(file.diagnostics.isEmpty, "\(file.report)")
    let scalar = try #require(file.scalars.first { Int($0.range.start) > 0 })
    let value = example.source.hasPrefix("a:\n") ? file.scalars[2] : scalar
    #expect(value.text == example.text)
    for (piece, raw) in example.pieces {
      let range = try #require(value.text.utf8Range(of: piece))
      #expect(file.text(value.map.range(range)) == raw, "\(piece.debugDescription)")
    }
    MapCheck.expectSound(value, in: file)
  }

  @Test func `a part of the text has a map of its own`() throws {
    let file = ReadYAML(#"a: "x\ty''\u00e9 == z""#)
    let scalar = file.scalars[1]
    let start = try #require(scalar.text.utf8Range(of: "y"))
    let part = scalar.map.dropping(start.lowerBound)
    let text = String(scalar.text.drop { $0 != "y" })
    for piece in ["y", "''", "z", "== z"] {
      let range = try #require(text.utf8Range(of: piece))
      #expect(file.text(part.range(range)) == piece)
    }
    let accent = try #require(text.utf8Range(of: "é"))
    #expect(file.text(part.range(accent)) == #"\u00e9"#)
    let atEscape = try #require(scalar.text.utf8Range(of: "é"))
    #expect(file.text(scalar.map.dropping(atEscape.lowerBound).range(0..<2)) == #"\u00e9"#)
  }

  @Test func `an empty place lies between its neighbours`() {
    let file = ReadYAML(#"a: "b\nc""#)
    let map = file.scalars[1].map
    #expect(map.range(0..<0).start == 4)
    #expect(map.range(3..<3) == SourceRange(file: map.file, start: 8, end: 8))
  }

  @Test(arguments: 0..<40)
  func `random scalars of every style map soundly`(seed: Int) {
    var random = RepeatableRandom(seed: UInt64(seed))
    for _ in 0..<50 {
      let source = RandomScalars.file(using: &random)
      let file = ReadYAML(source)
      for scalar in file.scalars { MapCheck.expectSound(scalar, in: file) }
    }
  }
}

/// What holds of every map.
enum MapCheck {
  /// Records an issue unless every byte of the text lies where the file has it.
  static func expectSound(_ scalar: Scalar, in file: ReadYAML) {
    let text = Array(scalar.text.utf8)
    let segments = scalar.map.segments
    var last = -1
    for offset in text.indices {
      let place = Int(scalar.map.fileOffset(of: offset))
      guard file.bytes.indices.contains(place) else {
        Issue.record("\(scalar.text.debugDescription) lies outside of the file at \(offset)")
        return
      }
      let isAtomic = segments.last { Int($0.text) <= offset }?.isAtomic ?? false
      let byte = file.bytes[place]
      let isBreak = byte == 0x0A || byte == 0x0D
      let isSound =
        isAtomic
        ? byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "'")
        : byte == text[offset] || (isBreak && (text[offset] == 0x20 || text[offset] == 0x0A))
      let isOrdered = place > last || (isAtomic && place == last)
      if !isSound || !isOrdered {
        Issue.record("\(scalar.text.debugDescription) at \(offset) is not at \(place) of \(file.report)")
        return
      }
      last = place
    }
  }
}

/// Files that consist of scalars in all styles, put together at random.
enum RandomScalars {
  static func file(using random: inout RepeatableRandom) -> String {
    (0..<4).map { "k\($0): " + scalar(using: &random) + "\n" }.joined()
  }

  private static func scalar(using random: inout RepeatableRandom) -> String {
    let lines = (0..<Int.random(in: 1...4, using: &random)).map { _ in words(using: &random) }
    switch Int.random(in: 0...4, using: &random) {
    case 0: return lines.map { "w" + $0 }.joined(separator: space(using: &random))
    case 1: return "'" + lines.joined(separator: space(using: &random) + "''") + "'"
    case 2: return "\"" + lines.joined(separator: escape(using: &random)) + "\""
    case 3: return block("|", lines, using: &random)
    default: return block(">", lines, using: &random)
    }
  }

  private static func words(using random: inout RepeatableRandom) -> String {
    let words = ["x", "é", "漢字", "😀", "a && b", "f(x)", " ", "== 5", "\t", "y  z", "w"]
    return (0..<Int.random(in: 0...3, using: &random))
      .map { _ in words.randomElement(using: &random) ?? "x" }.joined(separator: " ")
  }

  private static func space(using random: inout RepeatableRandom) -> String {
    ["\n  ", "  \n    ", "\n\n  ", "\r\n  ", "\n \n\n   ", " "].randomElement(using: &random) ?? " "
  }

  private static func escape(using random: inout RepeatableRandom) -> String {
    let escapes = [
      #"\n"#, #"\t"#, #"\""#, #"\\"#, #"\u00e9"#, #"\x41"#, #"\U0001F600"#, #"\L"#, "\\\n   ", "\n  ",
      " \\\n  \\ ", "\n\n  ", "'",
    ]
    return escapes.randomElement(using: &random) ?? "x"
  }

  private static func block(
    _ sign: String, _ lines: [String], using random: inout RepeatableRandom
  ) -> String {
    let chomping = ["", "-", "+"].randomElement(using: &random) ?? ""
    let width = Int.random(in: 1...3, using: &random)
    let explicit = Bool.random(using: &random) ? "\(width)" : ""
    let lineBreak = Bool.random(using: &random) ? "\n" : "\r\n"
    let content = lines.map { line -> String in
      let extra = explicit.isEmpty ? "" : ["", "", "  "].randomElement(using: &random) ?? ""
      let isBlank = line.allSatisfy { $0 == " " }
      return isBlank ? "" : String(repeating: " ", count: width) + extra + "w" + line
    }
    return sign + explicit + chomping + lineBreak + content.joined(separator: lineBreak)
  }
}

extension String {
  /// The first place of a piece, in UTF-8 bytes.
  fileprivate func utf8Range(of piece: String) -> Range<Int>? {
    let text = Array(utf8)
    let wanted = Array(piece.utf8)
    guard wanted.count <= text.count else { return nil }
    return (0...(text.count - wanted.count))
      .first { Array(text[$0..<($0 + wanted.count)]) == wanted }
      .map { $0..<($0 + wanted.count) }
  }
}
