/// All wording of the YAML reader.
///
/// Messages say in the rule author's terms what stands there and what may stand there; where the text can be mended
/// the hint shows it mended.
enum YAMLMessages {
  /// All mistakes of this phase are errors.
  private static func error(
    _ code: YAMLCode, at range: SourceRange, _ message: String, expected: String? = nil,
    notes: [Diagnostic.Note] = [], hint: String? = nil
  ) -> Diagnostic {
    Diagnostic(code.code, at: range, message, expected: expected, notes: notes, hint: hint)
  }

  // MARK: The file as a whole

  /// A file over the limit; it is not read, so that the place is its start.
  static func tooLarge(_ file: FileID) -> Diagnostic {
    error(
      .fileTooLarge, at: SourceRange(file: file, start: 0, end: 0),
      "the file is larger than 16 MiB", hint: "split it: all files of a folder are one rule set")
  }

  /// More keys and values than may be kept.
  static func tooManyNodes(at range: SourceRange) -> Diagnostic {
    error(
      .tooManyNodes, at: range, "from here on there are more keys and values than one rule set may have",
      expected: "at most \(YAMLReader.ruleSetNodeLimit) in all files of a rule set",
      hint: "what is data, such as long lists, belongs among the records")
  }

  /// libyaml could not allocate; nothing that the author did.
  static func outOfMemory(_ file: FileID) -> Diagnostic {
    error(
      .yamlSyntax, at: SourceRange(file: file, start: 0, end: 0),
      "there is no memory left to read the file")
  }

  /// Nothing, only comments, or only `---`.
  static func emptyFile(at range: SourceRange) -> Diagnostic {
    error(
      .emptyFile, at: range, "the file holds nothing", expected: "at least one 'key: value'",
      hint: "delete the file if it is not needed")
  }

  /// A second `---`, or `---` behind the content.
  static func severalDocuments(at range: SourceRange) -> Diagnostic {
    error(
      .severalDocuments, at: range, "a second document starts here",
      expected: "one document in a file",
      hint: "move what follows to a file of its own, or take '---' out")
  }

  /// `%YAML 1.2` and the like.
  static func directive(at range: SourceRange) -> Diagnostic {
    error(
      .directive, at: range, "a line that starts with '%' instructs a YAML program",
      expected: "'key: value'", hint: "take the line out")
  }

  /// A byte that starts no UTF-8 sequence, or one cut short; `range` covers its neighbours of the same kind.
  static func invalidUTF8(_ byte: UInt8, at range: SourceRange) -> Diagnostic {
    error(
      .invalidUTF8, at: range, "byte 0x\(hex(UInt32(byte), digits: 2)) is not UTF-8 text",
      hint: "save the file with the encoding UTF-8")
  }

  /// A character that shows nothing and may hide or turn round text, also a lone carriage return.
  static func controlCharacter(_ scalar: Unicode.Scalar, at range: SourceRange) -> Diagnostic {
    let code = hex(scalar.value, digits: 4)
    let isReturn = scalar.value == 0x0D
    return error(
      .controlCharacter, at: range, "the invisible character U+\(code) may not stand in a file",
      hint: isReturn
        ? "end lines with a line feed, or with both" : "take it out, or write \"\\u\(code)\" in quotes")
  }

  /// U+FEFF at the start, as some editors write it.
  static func byteOrderMark(at range: SourceRange) -> Diagnostic {
    error(
      .byteOrderMark, at: range, "the file starts with a byte order mark",
      hint: "save the file as UTF-8 without a byte order mark")
  }

  /// The mapping or list that is one level too deep.
  static func tooDeep(limit: Int, at range: SourceRange) -> Diagnostic {
    error(
      .tooDeep, at: range, "mappings and lists stand in each other more than \(limit) deep",
      expected: "at most \(limit) levels", hint: "give the inner part a name and refer to it")
  }

  // MARK: What the rule language leaves out of YAML

  /// `*name`.
  static func alias(_ text: String, at range: SourceRange) -> Diagnostic {
    error(
      .alias, at: range, "'\(text)' refers to another place of the file",
      expected: "the content itself",
      hint: "write the content here; if it is text, put it in quotes: \(quoted(text))")
  }

  /// `&name` before a value or key.
  static func anchor(_ text: String, at range: SourceRange) -> Diagnostic {
    error(
      .anchor, at: range, "'\(text)' marks this place to refer to it",
      expected: "the content itself",
      hint: "take it out, and write the content wherever it is needed")
  }

  /// `<<: …`.
  static func mergeKey(at range: SourceRange) -> Diagnostic {
    error(
      .mergeKey, at: range, "'<<' takes over the entries of another mapping", expected: "a key",
      hint: "write the entries here")
  }

  /// `? key`.
  static func explicitKey(at range: SourceRange) -> Diagnostic {
    error(
      .explicitKey, at: range, "'?' before a key is not used", expected: "'key: value'",
      hint: "take it out; text that starts with '?' stands in quotes")
  }

  /// `[a]: b`, and `{{ x }}`, which YAML reads as a mapping in the place of a key.
  static func keyNotText(at range: SourceRange) -> Diagnostic {
    error(
      .keyNotText, at: range, "a key must be text on one line", expected: "a name or a sentence",
      hint: "text that starts with '[' or '{' stands in quotes")
  }

  /// `: value`.
  static func emptyKey(at range: SourceRange) -> Diagnostic {
    error(.emptyKey, at: range, "there is no key before ':'", expected: "a name or a sentence")
  }

  /// The second of two equal keys in one mapping.
  static func duplicateKey(_ key: String, at range: SourceRange, first: SourceRange) -> Diagnostic {
    error(
      .duplicateKey, at: range, "key '\(key)' is used twice",
      expected: "a key that no other entry here has",
      notes: [Diagnostic.Note(range: first, message: "first used here")],
      hint: "rename or remove one of them")
  }

  /// A tag; `mended` is what was meant where that is an expression.
  static func tag(_ word: String, mended: String?, at range: SourceRange) -> Diagnostic {
    guard let mended else {
      return error(
        .tag, at: range, "'\(word)' is a YAML tag", expected: "a value without a tag",
        hint: "take it out: the place decides the type of a value")
    }
    return error(
      .tag, at: range, "YAML takes '\(word)' for a tag", expected: "'not' in place of a leading '!'",
      hint: "write \(mended)")
  }

  /// What `!x` in an expression reads like with the word for `!`; `nil` without an `x`.
  static func negation(_ text: String) -> String? {
    let rest = text.drop { $0 == "!" }
    let count = text.count - rest.count
    let operand = rest.drop { $0 == " " || $0 == "=" }
    guard !operand.isEmpty else { return nil }
    return count.isMultiple(of: 2) ? String(operand) : "not \(operand)"
  }

  /// Whether a word that YAML takes for one of its own tags is an expression: `!!x`, but not `!!str`.
  static func isNegated(_ word: String) -> Bool {
    let types: Set<String> = [
      "!!str", "!!int", "!!float", "!!bool", "!!null", "!!map", "!!seq", "!!set", "!!omap",
      "!!pairs", "!!binary", "!!timestamp", "!!merge", "!!value", "!!yaml",
    ]
    return word.hasPrefix("!!") && !types.contains(word)
  }

  // MARK: Text that YAML cuts

  /// A second `: ` behind a key on one line, or in one entry of `{ }`.
  static func colonInText(_ line: MendedLine?, isFlow: Bool, at range: SourceRange) -> Diagnostic {
    let text = line.map { "write \($0.text)" } ?? "put text that holds ': ' in quotes"
    let other = isFlow ? "or put ',' between two entries" : "or start a mapping on the next line"
    return error(
      .colonInText, at: range, "YAML takes the text before this ':' for a key",
      expected: isFlow ? "one 'key: value' between two commas" : "one 'key: value' on a line",
      hint: "\(text), \(other)")
  }

  /// `key:value` in a place where YAML cannot take it for text.
  static func colonWithoutSpace(at range: SourceRange) -> Diagnostic {
    error(
      .colonInText, at: range, "a space is missing behind this ':'", expected: "'key: value'",
      hint: "put text that holds ':' in quotes")
  }

  /// `{when: f(a, b)}`: the comma ends the value.
  ///
  /// `text` is the whole as written.
  static func commaCut(key: String?, text: String, at range: SourceRange) -> Diagnostic {
    let mended = (key.map { "\($0): " } ?? "") + quoted(text)
    return error(
      .commaInText, at: range, "a comma cuts this text in \(key == nil ? "'[ ]'" : "'{ }'")",
      expected: "text in quotes", hint: "write \(mended)")
  }

  /// `{x}`: an entry without `:` that continues no text.
  static func missingValue(_ key: String, at range: SourceRange) -> Diagnostic {
    error(
      .missingValue, at: range, "'\(key)' has no value", expected: "'\(key): value'",
      hint: "a list stands in [ ]")
  }

  /// A comment behind an expression or a sentence; `text` is both together where they stand on one line.
  static func commentCut(_ text: String?, at range: SourceRange) -> Diagnostic {
    error(
      .commentInText, at: range, "YAML takes what follows ' #' for a comment",
      expected: "the end of the line",
      hint: "\(text.map { "write \(quoted($0))" } ?? "put the text in quotes"),"
        + " or put the comment on a line of its own")
  }

  /// Text that continues below a comment.
  static func textBehindComment(comment: SourceRange, at range: SourceRange) -> Diagnostic {
    error(
      .commentInText, at: range, "this text cannot go on behind a comment", expected: "a key",
      notes: [Diagnostic.Note(range: comment, message: "YAML takes this for a comment")],
      hint: "put text that holds ' #' in quotes, or the comment on a line of its own")
  }

  /// `> 5`, `|| x`: YAML takes the first sign for the header of a block scalar.
  static func blockHeader(_ text: String, at range: SourceRange) -> Diagnostic {
    let sign = text.prefix(1)
    let mended = inWords(text).map { "write \($0)" }
    return error(
      .blockHeader, at: range, "YAML takes '\(sign)' for the start of a block of text",
      expected: "the end of the line after '\(sign)'",
      hint: mended ?? "write \(quoted(text)), or start the block on the next line")
  }

  /// A comparison as cells say it: `>= 5` reads `at least 5`.
  static func inWords(_ text: String) -> String? {
    let signs = [(">=", "at least"), ("<=", "at most"), (">", "over"), ("<", "under")]
    guard let (sign, words) = signs.first(where: { text.hasPrefix($0.0) }) else { return nil }
    let operand = text.dropFirst(sign.count).drop { $0 == " " }
    let isNumber = operand.first.map { $0.isNumber || $0 == "-" } ?? false
    return !isNumber && (operand.isEmpty || operand.contains(" ")) ? nil : "\(words) \(operand)"
  }

  // MARK: Shared

  /// A number as U+0000 and 0x00 write it.
  private static func hex(_ value: UInt32, digits: Int) -> String {
    let text = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }

  /// Text as a quoted scalar; double quotes unless it holds some.
  static func quoted(_ text: String) -> String {
    guard text.contains("\"") || text.contains("\\") else { return "\"\(text)\"" }
    return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
  }
}

/// A `key: value` with its value put in quotes.
struct MendedLine {
  var key: String?
  var value: String

  /// The entry as it should read.
  var text: String {
    let quoted = YAMLMessages.quoted(value)
    return key.map { "\($0): \(quoted)" } ?? quoted
  }
}
