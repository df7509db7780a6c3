package import BylawSyntax

/// Source text in which emoji digits mark the places that a test speaks of: `when: 1️⃣resource.amuont < 5`.
///
/// The markers are taken out of the text, and a test names a place by its marker instead of counting columns.
package struct MarkedSource: Sendable {
  /// The source without its markers.
  package let text: String
  /// The byte offset in `text` of each marker.
  package let markers: [String: Int]

  /// A marker is a digit that the keycap sign follows; the same marker twice is a mistake of the test.
  package init(_ marked: String) {
    var text = String.UnicodeScalarView()
    var markers: [String: Int] = [:]
    let scalars = Array(marked.unicodeScalars)
    var length = 0
    var index = 0
    while index < scalars.count {
      let isMarker =
        index + 2 < scalars.count && ("0"..."9").contains(scalars[index])
        && scalars[index + 1] == "\u{FE0F}" && scalars[index + 2] == "\u{20E3}"
      if isMarker {
        let marker = "\(scalars[index])\u{FE0F}\u{20E3}"
        precondition(markers[marker] == nil, "the marker \(marker) stands in the source twice")
        markers[marker] = length
        index += 3
      } else {
        text.append(scalars[index])
        length += UTF8.width(scalars[index])
        index += 1
      }
    }
    self.text = String(text)
    self.markers = markers
  }

  /// The source as the only file of a load.
  package func load(path: String = "test.yaml") -> (sources: SourceMap, file: FileID) {
    var sources = SourceMap()
    let file = sources.add(path: path, bytes: Array(text.utf8))
    return (sources, file)
  }
}

/// What a test expects of one diagnostic; what is `nil` is not compared.
package struct ExpectedDiagnostic: Sendable {
  package var marker: String
  package var code: String
  package var message: String?
  /// The text under the caret and tildes.
  package var underlined: String?
  package var expectation: String?
  package var hint: String?
  package var severity: Diagnostic.Severity
  /// The markers of the notes, in order.
  package var notes: [String]?

  /// A diagnostic with `code` at `marker`.
  package init(
    _ marker: String, _ code: String, _ message: String? = nil, underlined: String? = nil,
    expected expectation: String? = nil, hint: String? = nil,
    severity: Diagnostic.Severity = .error, notes: [String]? = nil
  ) {
    self.marker = marker
    self.code = code
    self.message = message
    self.underlined = underlined
    self.expectation = expectation
    self.hint = hint
    self.severity = severity
    self.notes = notes
  }
}

extension MarkedSource {
  /// How `diagnostics` differ from what is expected, a line for each difference; empty if they agree.
  ///
  /// Diagnostics are compared in the order of their places, and all of them must be expected.
  package func differences(
    of diagnostics: [Diagnostic], from expected: [ExpectedDiagnostic]
  ) -> [String] {
    let actual = diagnostics.sorted { ($0.range.start, $0.range.end) < ($1.range.start, $1.range.end) }
    let wanted = expected.enumerated().sorted {
      (markers[$0.element.marker] ?? -1, $0.offset) < (markers[$1.element.marker] ?? -1, $1.offset)
    }.map(\.element)
    var differences: [String] = []
    for (diagnostic, expectation) in zip(actual, wanted) {
      differences += compare(diagnostic, with: expectation)
    }
    for diagnostic in actual.dropFirst(wanted.count) {
      differences.append("not expected: \(describe(diagnostic))")
    }
    for expectation in wanted.dropFirst(actual.count) {
      differences.append("missing: \(expectation.marker) [\(expectation.code)]")
    }
    return differences
  }

  private func compare(
    _ diagnostic: Diagnostic, with expected: ExpectedDiagnostic
  ) -> [String] {
    var differences: [String] = []
    func check<T: Equatable>(_ what: String, _ actual: T, _ wanted: T?) {
      if let wanted, actual != wanted {
        differences.append("\(expected.marker) \(what): is \(actual), expected \(wanted)")
      }
    }
    check("place", Int(diagnostic.range.start), markers[expected.marker] ?? -1)
    check("code", diagnostic.code.rawValue, expected.code)
    check("severity", diagnostic.severity, expected.severity)
    check("message", diagnostic.message, expected.message)
    check("underlined", underlined(diagnostic.range), expected.underlined)
    check("expectation", diagnostic.expectation ?? "", expected.expectation)
    check("hint", diagnostic.hint ?? "", expected.hint)
    check("notes", diagnostic.notes.map { Int($0.range.start) }, expected.notes?.map { markers[$0] ?? -1 })
    return differences.isEmpty ? [] : differences + ["in: \(describe(diagnostic))"]
  }

  private func describe(_ diagnostic: Diagnostic) -> String {
    "\(diagnostic.range.start) \(diagnostic.message) [\(diagnostic.code.rawValue)]"
      + " '\(underlined(diagnostic.range))' hint: \(diagnostic.hint ?? "none")"
  }

  /// The text of a range.
  package func underlined(_ range: SourceRange) -> String {
    let bytes = Array(text.utf8)
    let start = min(max(Int(range.start), 0), bytes.count)
    let end = min(max(Int(range.end), start), bytes.count)
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }
}
