/// The diagnostics of one load, ready to be shown: by place, each once, and not more than somebody reads.
package struct DiagnosticReport: Sendable {
  /// How many diagnostics are shown; the rest is counted.
  package static let limit = 100

  /// In the order of their places.
  package let diagnostics: [Diagnostic]
  /// How many more errors there are.
  package let omittedErrors: Int
  /// How many more warnings there are.
  package let omittedWarnings: Int
  /// The files that the places lie in.
  let sources: SourceMap

  /// Errors go before warnings where not all can be shown.
  package init(_ all: [Diagnostic], in sources: SourceMap) {
    self.sources = sources
    let sorted = Self.sorted(all, in: sources)
    let errors = sorted.count { $0.severity == .error }
    let shownErrors = min(errors, Self.limit)
    let shownWarnings = min(sorted.count - errors, Self.limit - shownErrors)
    omittedErrors = errors - shownErrors
    omittedWarnings = sorted.count - errors - shownWarnings
    var room = (errors: shownErrors, warnings: shownWarnings)
    diagnostics = sorted.filter { diagnostic in
      switch diagnostic.severity {
      case .error: room.errors -= 1
      case .warning: room.warnings -= 1
      }
      return diagnostic.severity == .error ? room.errors >= 0 : room.warnings >= 0
    }
  }

  /// How many errors there are, shown or not.
  package var errorCount: Int {
    diagnostics.count { $0.severity == .error } + omittedErrors
  }

  /// How many warnings there are, shown or not.
  package var warningCount: Int {
    diagnostics.count { $0.severity == .warning } + omittedWarnings
  }

  /// By path, place, code and message, so that the order never depends on how they were found.
  private static func sorted(_ all: [Diagnostic], in sources: SourceMap) -> [Diagnostic] {
    var seen: Set<Diagnostic> = []
    return all.filter { seen.insert($0).inserted }.sorted { left, right in
      if left.range.file != right.range.file {
        return sources[left.range.file].path < sources[right.range.file].path
      }
      return (left.range.start, left.range.end, left.code.rawValue, left.message)
        < (right.range.start, right.range.end, right.code.rawValue, right.message)
    }
  }

  // MARK: Text

  /// The report for people: place, message, source line with its underline, notes and a hint for each.
  ///
  /// `isColored` adds the escapes of a terminal; the text is the same without them. Empty without diagnostics.
  package func text(isColored: Bool = false) -> String {
    let ink = Ink(isOn: isColored)
    var blocks = diagnostics.map { render($0, ink: ink) }
    if let omitted { blocks.append(omitted + "\n") }
    return blocks.joined(separator: "\n")
  }

  /// `… and 12 more errors`.
  private var omitted: String? {
    var parts: [String] = []
    if omittedErrors > 0 { parts.append("\(omittedErrors) more error\(omittedErrors == 1 ? "" : "s")") }
    if omittedWarnings > 0 {
      parts.append("\(omittedWarnings) more warning\(omittedWarnings == 1 ? "" : "s")")
    }
    return parts.isEmpty ? nil : "and " + parts.joined(separator: " and ")
  }

  /// One diagnostic as a block of lines; all of its line numbers share a margin.
  private func render(_ diagnostic: Diagnostic, ink: Ink) -> String {
    let main = SourceSnippet(diagnostic.range, in: sources)
    let notes = diagnostic.notes.map { ($0, SourceSnippet($0.range, in: sources)) }
    let width = ([main] + notes.map(\.1)).map { String($0.line).count }.max() ?? 1
    let margin = String(repeating: " ", count: width)
    let isError = diagnostic.severity == .error
    var lines = [
      "\(sources.shownPlace(diagnostic.range)): "
        + ink.paint(isError ? .error : .warning, "\(diagnostic.severity.rawValue):")
        + " \(diagnostic.message.printable) \(ink.paint(.faint, "[\(diagnostic.code.rawValue)]"))"
    ]
    let expectation = diagnostic.expectation.map { " expected \($0.printable)" } ?? ""
    lines += render(main, width: width, behind: expectation, ink: ink)
    for (note, snippet) in notes {
      lines.append("\(sources.shownPlace(note.range)): \(ink.paint(.note, "note:")) \(note.message.printable)")
      lines += render(snippet, width: width, behind: "", ink: ink)
    }
    if let hint = diagnostic.hint {
      lines.append("\(margin) = \(ink.paint(.note, "hint:")) \(hint.printable)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A source line and the line with its underline.
  private func render(
    _ snippet: SourceSnippet, width: Int, behind: String, ink: Ink
  ) -> [String] {
    let number = String(snippet.line)
    let margin = String(repeating: " ", count: width)
    let padding = String(repeating: " ", count: width - number.count)
    let text = snippet.text.isEmpty ? "" : " \(snippet.text)"
    let indent = String(repeating: " ", count: snippet.indent + 1)
    return [
      "\(padding)\(number) |\(text)",
      "\(margin) |\(indent)\(ink.paint(.underline, snippet.underline))\(behind)",
    ]
  }
}

/// The colours of a terminal.
private struct Ink {
  enum Color: String {
    case error = "1;31"
    case warning = "1;33"
    case note = "36"
    case underline = "32"
    case faint = "2"
  }
  var isOn: Bool

  /// Text in a colour, if colours are wanted.
  func paint(_ color: Color, _ text: String) -> String {
    isOn ? "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m" : text
  }
}
