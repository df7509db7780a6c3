package import BylawModel

/// The report for programs.
extension DiagnosticReport {
  /// The same fields as the text, as one JSON object.
  package func json(_ style: JSONWriter.Style = .compact) -> String {
    var writer = JSONWriter(style)
    write(to: &writer)
    return writer.text
  }

  /// Writes the report as one object.
  ///
  /// Lines and columns are those of the text: from 1, columns in Unicode scalars, the end exclusive.
  package func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("diagnostics")
    writer.beginList()
    for diagnostic in diagnostics { write(diagnostic, to: &writer) }
    writer.endList()
    writer.member("errors", .int(Int64(errorCount)))
    writer.member("warnings", .int(Int64(warningCount)))
    writer.member("omitted", .int(Int64(omittedErrors + omittedWarnings)))
    writer.endObject()
  }

  /// The fields of a diagnostic; those that it lacks are left out.
  private func write(_ diagnostic: Diagnostic, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("severity", .string(diagnostic.severity.rawValue))
    writer.member("code", .string(diagnostic.code.rawValue))
    writer.member("message", .string(diagnostic.message.printable))
    writePlace(of: diagnostic.range, to: &writer)
    if let expectation = diagnostic.expectation { writer.member("expected", .string(expectation.printable)) }
    if !diagnostic.notes.isEmpty {
      writer.key("notes")
      writer.beginList()
      for note in diagnostic.notes {
        writer.beginObject()
        writer.member("message", .string(note.message.printable))
        writePlace(of: note.range, to: &writer)
        writer.endObject()
      }
      writer.endList()
    }
    if let hint = diagnostic.hint { writer.member("hint", .string(hint.printable)) }
    writer.endObject()
  }

  /// File, line and column of both ends.
  private func writePlace(of range: SourceRange, to writer: inout JSONWriter) {
    let start = sources.position(of: range.start, in: range.file)
    let end = sources.position(of: range.end, in: range.file)
    writer.member("file", .string(sources[range.file].shownPath))
    writer.member("line", .int(Int64(start.line)))
    writer.member("column", .int(Int64(start.column)))
    writer.member("endLine", .int(Int64(end.line)))
    writer.member("endColumn", .int(Int64(end.column)))
  }
}
