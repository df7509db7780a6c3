/// The mistakes that reading YAML finds.
package enum YAMLCode: String, CaseIterable, Sendable {
  case alias
  case anchor
  case badIndentation = "bad-indentation"
  case blockHeader = "block-header"
  case byteOrderMark = "byte-order-mark"
  case colonInText = "colon-in-text"
  case commaInText = "comma-in-text"
  case commentInText = "comment-in-text"
  case controlCharacter = "control-character"
  case directive
  case duplicateKey = "duplicate-key"
  case emptyFile = "empty-file"
  case emptyKey = "empty-key"
  case explicitKey = "explicit-key"
  case fileTooLarge = "file-too-large"
  case invalidUTF8 = "invalid-utf8"
  case keyNotText = "key-not-text"
  case mergeKey = "merge-key"
  case misplacedDash = "misplaced-dash"
  case missingColon = "missing-colon"
  case missingValue = "missing-value"
  case reservedCharacter = "reserved-character"
  case severalDocuments = "several-documents"
  case tabIndentation = "tab-indentation"
  case tag
  case textAfterBracket = "text-after-bracket"
  case textAfterQuote = "text-after-quote"
  case tooDeep = "too-deep"
  case unclosedBracket = "unclosed-bracket"
  case unclosedQuote = "unclosed-quote"
  case unknownEscape = "unknown-escape"
  case yamlSyntax = "yaml-syntax"
  // Scalars where the place expects a type.
  case notBool = "not-a-bool"
  case notInteger = "not-an-integer"
  case notDecimal = "not-a-decimal"
  case tooManyPlaces = "too-many-decimal-places"
  case numberOutOfRange = "number-out-of-range"

  /// The code as diagnostics carry it.
  package var code: DiagnosticCode { DiagnosticCode(rawValue) }
}
