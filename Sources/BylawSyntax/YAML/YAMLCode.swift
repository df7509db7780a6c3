/// The mistakes that reading YAML finds.
///
/// The words are stable: rule authors look them up in the reference, and programs compare them.
package enum YAMLCode: String, CaseIterable, Sendable {
  /// `*name`: the place of other content.
  case alias
  /// `&name`: a name for a place.
  case anchor
  /// A line that starts in no column of the blocks around it.
  case badIndentation = "bad-indentation"
  /// `> 5`: text whose first sign starts a block scalar.
  case blockHeader = "block-header"
  /// U+FEFF at the start of the file.
  case byteOrderMark = "byte-order-mark"
  /// A `: ` in text without quotes.
  case colonInText = "colon-in-text"
  /// A comma in text without quotes, inside brackets.
  case commaInText = "comma-in-text"
  /// A ` #` in text without quotes.
  case commentInText = "comment-in-text"
  /// A character that nobody sees.
  case controlCharacter = "control-character"
  /// `%YAML` and `%TAG`.
  case directive
  /// A key that its mapping already has.
  case duplicateKey = "duplicate-key"
  /// A file without content.
  case emptyFile = "empty-file"
  /// Nothing before `:`.
  case emptyKey = "empty-key"
  /// `? key`.
  case explicitKey = "explicit-key"
  /// More than ``YAMLReader/sizeLimit`` bytes.
  case fileTooLarge = "file-too-large"
  /// Bytes that are no text.
  case invalidUTF8 = "invalid-utf8"
  /// A list, a mapping or a block in the place of a key.
  case keyNotText = "key-not-text"
  /// `<<`.
  case mergeKey = "merge-key"
  /// A list that starts on the line of its key.
  case misplacedDash = "misplaced-dash"
  /// A line that is no `key: value`.
  case missingColon = "missing-colon"
  /// Nothing where a value should stand.
  case missingValue = "missing-value"
  /// Text that starts with a sign which YAML keeps for itself.
  case reservedCharacter = "reserved-character"
  /// A second document in one file.
  case severalDocuments = "several-documents"
  /// A tab where only spaces may stand.
  case tabIndentation = "tab-indentation"
  /// `!x`, where `not x` is written, and `!!str`.
  case tag
  /// Text behind a closing bracket.
  case textAfterBracket = "text-after-bracket"
  /// Text behind a closing quote.
  case textAfterQuote = "text-after-quote"
  /// More than ``YAMLReader/depthLimit`` levels.
  case tooDeep = "too-deep"
  /// More than ``YAMLReader/nodeLimit`` keys and values.
  case tooManyNodes = "too-many-nodes"
  /// A bracket that nothing closes.
  case unclosedBracket = "unclosed-bracket"
  /// A quote that nothing closes, or that another text closes.
  case unclosedQuote = "unclosed-quote"
  /// A backslash in `"…"` that stands for nothing.
  case unknownEscape = "unknown-escape"
  /// What YAML cannot read for any other reason.
  case yamlSyntax = "yaml-syntax"
  /// Something else than `true` or `false`.
  case notBool = "not-a-bool"
  /// Something else than decimal digits.
  case notInteger = "not-an-integer"
  /// Something else than a decimal number.
  case notDecimal = "not-a-decimal"
  /// More decimal places than the type has.
  case tooManyPlaces = "too-many-decimal-places"
  /// A number that the place does not allow.
  case numberOutOfRange = "number-out-of-range"

  /// The code as diagnostics carry it.
  package var code: DiagnosticCode { DiagnosticCode(rawValue) }
}
