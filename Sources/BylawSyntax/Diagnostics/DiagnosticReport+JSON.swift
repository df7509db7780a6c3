/// The report for programs.
extension DiagnosticReport {
  /// The same fields as the text, as one JSON object; a diagnostic stands on a line of its own.
  ///
  /// Lines and columns are those of the text: from 1, columns in Unicode scalars, the end exclusive.
  package var json: String {
    let items = diagnostics.map { "\n    " + Self.object(fields(of: $0)) }
    let list = items.isEmpty ? "[]" : "[\(items.joined(separator: ","))\n  ]"
    return """
      {
        "diagnostics": \(list),
        "errors": \(errorCount),
        "warnings": \(warningCount),
        "omitted": \(omittedErrors + omittedWarnings)
      }

      """
  }

  /// A name and a value that is JSON already.
  private typealias Field = (name: String, value: String)

  /// The fields of a diagnostic; those that it lacks are left out.
  private func fields(of diagnostic: Diagnostic) -> [Field] {
    var fields: [Field] = [
      ("severity", Self.string(diagnostic.severity.rawValue)),
      ("code", Self.string(diagnostic.code.rawValue)),
      ("message", Self.string(diagnostic.message.printable)),
    ]
    fields += place(of: diagnostic.range)
    if let expectation = diagnostic.expectation {
      fields.append(("expected", Self.string(expectation.printable)))
    }
    if !diagnostic.notes.isEmpty {
      let notes = diagnostic.notes.map { note in
        Self.object([("message", Self.string(note.message.printable))] + place(of: note.range))
      }
      fields.append(("notes", "[\(notes.joined(separator: ", "))]"))
    }
    if let hint = diagnostic.hint { fields.append(("hint", Self.string(hint.printable))) }
    return fields
  }

  /// File, line and column of both ends.
  private func place(of range: SourceRange) -> [Field] {
    let start = sources.position(of: range.start, in: range.file)
    let end = sources.position(of: range.end, in: range.file)
    return [
      ("file", Self.string(sources[range.file].path)),
      ("line", String(start.line)), ("column", String(start.column)),
      ("endLine", String(end.line)), ("endColumn", String(end.column)),
    ]
  }

  private static func object(_ fields: [Field]) -> String {
    "{" + fields.map { "\"\($0.name)\": \($0.value)" }.joined(separator: ", ") + "}"
  }

  /// A JSON string. What is beyond ASCII stands as itself.
  private static func string(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
