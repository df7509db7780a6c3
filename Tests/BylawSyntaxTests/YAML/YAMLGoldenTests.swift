import BylawSyntax
import Testing

/// The full rendering of each mistake that reading YAML finds: one golden text for each code.
struct YAMLGoldenTests {
  struct Golden: Sendable, CustomTestStringConvertible {
    var code: YAMLCode
    var source: String
    var rendering: String

    init(_ code: YAMLCode, _ source: String, _ rendering: String) {
      self.code = code
      self.source = source
      self.rendering = rendering
    }

    var testDescription: String { code.rawValue }
  }

  static let goldens: [Golden] = [
    Golden(
      .alias, "approvals:\n  first: *second",
      """
      test.yaml:2:10: error: '*second' refers to another place of the file [alias]
      2 |   first: *second
        |          ^~~~~~~ expected the content itself
        = hint: write the content here; if it is text, put it in quotes: "*second"
      """),
    Golden(
      .anchor, "base: &base\n  count: 2",
      """
      test.yaml:1:7: error: '&base' marks this place to refer to it [anchor]
      1 | base: &base
        |       ^~~~~ expected the content itself
        = hint: take it out, and write the content wherever it is needed
      """),
    Golden(
      .badIndentation, "when:\n    all:\n      A: x\n  any: y",
      """
      test.yaml:4:3: error: this line is indented by 2 spaces [bad-indentation]
      4 |   any: y
        |   ^~~~~~ expected no spaces or 4 spaces, as on the lines that it belongs to
        = hint: the entries of a mapping or list start in the same column
      """),
    Golden(
      .blockHeader, "amount: >= 5",
      """
      test.yaml:1:9: error: YAML takes '>' for the start of a block of text [block-header]
      1 | amount: >= 5
        |         ^~~~ expected the end of the line after '>'
        = hint: write at least 5
      """),
    Golden(
      .byteOrderMark, "\u{FEFF}name: a",
      """
      test.yaml:1:1: error: the file starts with a byte order mark [byte-order-mark]
      1 | �name: a
        | ^
        = hint: save the file as UTF-8 without a byte order mark
      """),
    Golden(
      .colonInText, "because: Only one: the first",
      """
      test.yaml:1:18: error: YAML takes the text before this ':' for a key [colon-in-text]
      1 | because: Only one: the first
        |                  ^ expected one 'key: value' on a line
        = hint: write because: "Only one: the first", or start a mapping on the next line
      """),
    Golden(
      .commaInText, "allow: [{ role: vendor, when: own(subject, input.c) }]",
      """
      test.yaml:1:31: error: a comma cuts this text in '{ }' [comma-in-text]
      1 | allow: [{ role: vendor, when: own(subject, input.c) }]
        |                               ^~~~~~~~~~~~~~~~~~~~~ expected text in quotes
        = hint: write when: "own(subject, input.c)"
      """),
    Golden(
      .controlCharacter, "name: a\u{202E}b",
      #"""
      test.yaml:1:8: error: the invisible character U+202E may not stand in a file [control-character]
      1 | name: a�b
        |        ^
        = hint: take it out, or write "\u202E" in quotes
      """#),
    Golden(
      .directive, "%YAML 1.2\n---\na: b",
      """
      test.yaml:1:1: error: a line that starts with '%' instructs a YAML program [directive]
      1 | %YAML 1.2
        | ^~~~~~~~~ expected 'key: value'
        = hint: take the line out
      """),
    Golden(
      .duplicateKey, "rules:\n  one: 1\n  two: 2\n  one: 3",
      """
      test.yaml:4:3: error: key 'one' is used twice [duplicate-key]
      4 |   one: 3
        |   ^~~ expected a key that no other entry here has
      test.yaml:2:3: note: first used here
      2 |   one: 1
        |   ^~~
        = hint: rename or remove one of them
      """),
    Golden(
      .emptyFile, "# nothing yet",
      """
      test.yaml:1:1: error: the file holds nothing [empty-file]
      1 | # nothing yet
        | ^ expected at least one 'key: value'
        = hint: delete the file if it is not needed
      """),
    Golden(
      .emptyKey, "rules:\n  : x",
      """
      test.yaml:2:3: error: there is no key before ':' [empty-key]
      2 |   : x
        |   ^ expected a name or a sentence
      """),
    Golden(
      .explicitKey, "? a\n: b",
      """
      test.yaml:1:1: error: '?' before a key is not used [explicit-key]
      1 | ? a
        | ^ expected 'key: value'
        = hint: take it out; text that starts with '?' stands in quotes
      """),
    Golden(
      .keyNotText, "title: {{ name }}",
      """
      test.yaml:1:9: error: a key must be text on one line [key-not-text]
      1 | title: {{ name }}
        |         ^~~~~~~~ expected a name or a sentence
        = hint: text that starts with '[' or '{' stands in quotes
      """),
    Golden(
      .mergeKey, "a:\n  <<: { b: c }",
      """
      test.yaml:2:3: error: '<<' takes over the entries of another mapping [merge-key]
      2 |   <<: { b: c }
        |   ^~ expected a key
        = hint: write the entries here
      """),
    Golden(
      .misplacedDash, "allow: - incident_manager",
      """
      test.yaml:1:8: error: a list cannot start behind its key [misplaced-dash]
      1 | allow: - incident_manager
        |        ^ expected the first '- ' on a line of its own
        = hint: go to a new line before '-'; if it is text, write allow: "- incident_manager"
      """),
    Golden(
      .missingColon, "a: 1\nbecause\nb: 2",
      """
      test.yaml:2:1: error: no ':' follows 'because' [missing-colon]
      2 | because
        | ^~~~~~~ expected 'key: value'
        = hint: if it continues the text above, indent it deeper
      """),
    Golden(
      .missingValue, "set: { status }",
      """
      test.yaml:1:8: error: 'status' has no value [missing-value]
      1 | set: { status }
        |        ^~~~~~ expected 'status: value'
        = hint: a list stands in [ ]
      """),
    Golden(
      .reservedCharacter, "except: *",
      """
      test.yaml:1:9: error: text without quotes cannot start with '*' [reserved-character]
      1 | except: *
        |         ^ expected text in quotes
        = hint: write except: "*"
      """),
    Golden(
      .severalDocuments, "a: 1\n---\nb: 2",
      """
      test.yaml:2:1: error: a second document starts here [several-documents]
      2 | ---
        | ^~~ expected one document in a file
        = hint: move what follows to a file of its own, or take '---' out
      """),
    Golden(
      .tabIndentation, "rules:\n\tone: 1",
      """
      test.yaml:2:1: error: this line is indented with tabs [tab-indentation]
      2 | →one: 1
        | ^ expected spaces
        = hint: YAML allows only spaces here; replace each tab with two spaces
      """),
    Golden(
      .tag, "when: !active(subject)",
      """
      test.yaml:1:7: error: YAML takes '!active(subject)' for a tag [tag]
      1 | when: !active(subject)
        |       ^~~~~~~~~~~~~~~~ expected 'not' in place of a leading '!'
        = hint: write not active(subject)
      """),
    Golden(
      .textAfterBracket, "is: [1, 2].exists(x, x > 1)",
      """
      test.yaml:1:11: error: text goes on behind the closing bracket [text-after-bracket]
      1 | is: [1, 2].exists(x, x > 1)
        |           ^~~~~~~~~~~~~~~~~ expected the end of the value
        = hint: write is: "[1, 2].exists(x, x > 1)"
      """),
    Golden(
      .textAfterQuote, "is: \"P1\" == severity",
      """
      test.yaml:1:10: error: text goes on behind the closing quote [text-after-quote]
      1 | is: "P1" == severity
        |          ^~~~~~~~~~~ expected the end of the value
        = hint: write is: '"P1" == severity'
      """),
    Golden(
      .tooDeep, String(repeating: "[", count: 65),
      """
      test.yaml:1:65: error: mappings and lists stand in each other more than 64 deep [too-deep]
      1 | [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[
        |                                                                 ^ expected at most 64 levels
        = hint: give the inner part a name and refer to it
      """),
    Golden(
      .unclosedBracket, "amount: [1..5)\nnext: 1",
      """
      test.yaml:1:9: error: '[' is never closed [unclosed-bracket]
      1 | amount: [1..5)
        |         ^~~~~~ expected a ']' for it, or the range in words
        = hint: write 1 to under 5, or "[1..5)"
      """),
    Golden(
      .unclosedQuote, "because: \"The first\nelse: \"The second\"",
      #"""
      test.yaml:1:10: error: this quote is not closed on its line [unclosed-quote]
      1 | because: "The first
        |          ^~~~~~~~~~ expected a closing "
      test.yaml:2:7: note: only this quote closes it, on a later line
      2 | else: "The second"
        |       ^
        = hint: inside "…" a quote is written \"
      """#),
    Golden(
      .unknownEscape, #"pattern: "^\d+$""#,
      #"""
      test.yaml:1:12: error: '\d' is no escape in "…" [unknown-escape]
      1 | pattern: "^\d+$"
        |            ^~ expected one of \\ \" \n \t \u0000
        = hint: write a backslash twice, or use '…', where it stands for itself
      """#),
    Golden(
      .commentInText, "because: The first #1\n  of all",
      """
      test.yaml:2:3: error: this text cannot go on behind a comment [comment-in-text]
      2 |   of all
        |   ^~~~~~ expected a key
      test.yaml:1:20: note: YAML takes this for a comment
      1 | because: The first #1
        |                    ^~
        = hint: put text that holds ' #' in quotes, or the comment on a line of its own
      """),
  ]

  @Test(arguments: goldens)
  func `a mistake is shown with its place, an expectation and a hint`(_ golden: Golden) {
    let file = ReadYAML(golden.source + "\n")
    #expect(file.report == golden.rendering + "\n")
    #expect(file.codes == [golden.code.rawValue])
  }

  @Test func `a byte that is no text is shown with a stand-in`() {
    #expect(
      ReadYAML(Array("a: ".utf8) + [0xE9, 0x0A]).report == """
        test.yaml:1:4: error: byte 0xE9 is not UTF-8 text [invalid-utf8]
        1 | a: \u{FFFD}
          |    ^
          = hint: save the file with the encoding UTF-8

        """)
  }

  @Test func `what nothing else explains is shown where reading ended`() {
    let file = ReadYAML("a: *b c\n")
    #expect(file.codes == ["alias", "yaml-syntax"])
    #expect(
      file.report.hasSuffix(
        """
        test.yaml:1:7: error: YAML cannot read on from here [yaml-syntax]
        1 | a: *b c
          |       ^
          = hint: look for a missing quote or bracket; text with signs in it stands in quotes

        """))
  }

  @Test func `a number that is none is shown with the mended value`() {
    let file = ReadYAML("count: 012\nrate: 12.345\n")
    var diagnostics = Diagnostics()
    _ = file.scalars[1].readInt(&diagnostics)
    _ = file.scalars[3].readDecimal(places: 2, &diagnostics)
    #expect(
      DiagnosticReport(diagnostics.all, in: file.sources).text() == """
        test.yaml:1:8: error: '012' is not a whole number [not-an-integer]
        1 | count: 012
          |        ^~~ expected a whole number
          = hint: write 12

        test.yaml:2:7: error: '12.345' has too many decimal places [too-many-decimal-places]
        2 | rate: 12.345
          |       ^~~~~~ expected at most 2 decimal places

        """)
  }

  @Test func `every mistake of the reader is shown here or elsewhere`() {
    let elsewhere: Set<YAMLCode> = [
      .fileTooLarge, .invalidUTF8, .yamlSyntax, .notBool, .notInteger, .notDecimal, .tooManyPlaces,
      .numberOutOfRange, .tooManyNodes,
    ]
    let shown = elsewhere.union(Self.goldens.map(\.code))
    #expect(Set(YAMLCode.allCases).subtracting(shown).isEmpty)
  }
}
