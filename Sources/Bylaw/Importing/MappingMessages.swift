import BylawEvaluator
import BylawModel
import BylawSyntax

/// The wording of what is wrong with a mapping file, and of what does not fit in its tables.
enum MappingMessages {
  // MARK: The file

  static func unknownEntity(_ name: Scalar, known: [String]) -> Diagnostic {
    Diagnostic(
      "unknown-entity", at: name.range, "unknown entity '\(name.text)'", expected: list(known),
      hint: didYouMean(name.text, among: known))
  }

  static func unknownField(_ key: Scalar, of owner: String, known: [String]) -> Diagnostic {
    Diagnostic(
      "unknown-field", at: key.range, "'\(owner)' has no field '\(key.text)'", expected: list(known),
      hint: didYouMean(key.text, among: known))
  }

  static func missingField(_ name: String, of owner: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      "missing-field", at: range, "nothing says where '\(name)' of '\(owner)' comes from",
      expected: "'\(name)' under 'fields', as each '\(owner)' has one")
  }

  static func unknownTable(_ name: ImportMapping.Name, known: [String]) -> Diagnostic {
    Diagnostic(
      "unknown-table", at: name.range, "this mapping has no table '\(name.text)'", expected: list(known),
      hint: didYouMean(name.text, among: known))
  }

  static func noFile(_ file: String, for name: ImportMapping.Name, known: [String]) -> Diagnostic {
    Diagnostic(
      "unknown-table", at: name.range, "the folder of the tables has no file '\(file)'", expected: list(known),
      hint: didYouMean(file, among: known))
  }

  static func unmappedFile(_ file: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      "unmapped-table", at: range, "nothing says what becomes of '\(file)'",
      expected: "a table of that name, or a reason under 'dropped_tables'")
  }

  static func unknownColumn(_ name: ImportMapping.Name, of table: String, known: [String]) -> Diagnostic {
    Diagnostic(
      "unknown-column", at: name.range, "the table '\(table)' has no column '\(name.text)'", expected: list(known),
      hint: didYouMean(name.text, among: known))
  }

  static func unmappedColumn(_ column: String, of table: ImportMapping.Name) -> Diagnostic {
    Diagnostic(
      "unmapped-column", severity: .warning, at: table.range,
      "the column '\(column)' of '\(table.text)' is not taken over",
      expected: "a field that takes it, or a reason under 'dropped'")
  }

  static func needsTable(_ range: SourceRange, entities: [String]) -> Diagnostic {
    Diagnostic(
      "missing-key", at: range, "this may lead to \(list(entities))", expected: "'to' with the table that it names")
  }

  static func wrongTable(_ name: ImportMapping.Name, holds entity: String, expected: [String]) -> Diagnostic {
    Diagnostic(
      "wrong-value", at: name.range, "the table '\(name.text)' becomes '\(entity)'", expected: list(expected))
  }

  static func badValue(_ problem: ShapeProblem, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      "wrong-value", at: range, "'\(problem.path)' \(problem.message)", expected: problem.expectation,
      hint: problem.hint)
  }

  static func oneOrigin(_ range: SourceRange) -> Diagnostic {
    Diagnostic(
      "conflict", at: range, "this does not say once where the value comes from",
      expected: "one of from, text, always or record")
  }

  static func openBrace(_ range: SourceRange) -> Diagnostic {
    Diagnostic("wrong-value", at: range, "a '{' has no '}'", expected: "a column between braces, such as {first_name}")
  }

  static func unknownZone(_ scalar: Scalar) -> Diagnostic {
    Diagnostic(
      "wrong-value", at: scalar.range, "unknown time zone '\(scalar.text)'",
      expected: "a name such as UTC or Europe/Berlin")
  }

  static func malformedTable(_ file: String, _ error: JSONError, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      "malformed-json", at: range, "'\(file)', line \(error.line): \(error.message)", expected: error.expectation)
  }

  static func noTable(_ file: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      "wrong-kind", at: range, "'\(file)' holds no table", expected: "objects by id, or a list of objects")
  }

  // MARK: The rows

  static func noID(_ column: String) -> String { "is empty; expected the id of the record in '\(column)'." }

  static func notFitting(_ reference: EntityReference, _ column: String, _ value: Value, _ expected: [Value]) -> String
  {
    "leads to \(reference), where \(column) is \(value.mappedText); expected "
      + "\(list(expected.map(\.mappedText)))."
  }

  static func needed(_ sentence: String, table: String) -> String {
    "\(sentence): no such row of '\(table)' leads here."
  }

  // MARK: Words

  private static func didYouMean(_ word: String, among known: [String]) -> String? {
    suggestion(for: word, among: known).map { "did you mean '\($0)'?" }
  }

  private static func list(_ words: [String]) -> String {
    let shown = words.count > 12 ? Array(words.prefix(12)) + ["…"] : words
    guard shown.count > 1, let last = shown.last else { return shown.first ?? "nothing" }
    return shown.dropLast().joined(separator: ", ") + " or " + last
  }
}

extension Value {
  /// A value of a table as text: what stands in a sentence or an id.
  var mappedText: String {
    switch self {
    case .string(let text): text
    case .null: "empty"
    default: JSONWriter.write(self)
    }
  }

  /// Nothing, or a text without anything in it.
  var isEmptyInTable: Bool {
    switch self {
    case .null: true
    case .string(let text): text.allSatisfy(\.isWhitespace)
    default: false
    }
  }
}
