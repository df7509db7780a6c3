import BylawSyntax

/// Tests written as a table: a row is a case, a column a path into the request or the expectations.
extension TestSuiteReader {
  private static let requestRoots = ["subject", "action", "resource", "input", "context", "now", "records"]
  private static let expectRoots = [
    "decision", "class", "rules", "classified", "missing", "obligations", "indeterminate",
  ]

  /// Where the cells of a column go.
  private struct Column {
    enum Target { case name, request, expect }
    var target: Target
    var path: [String]
    var key: Scalar
  }

  mutating func readTable(_ node: Node, rows: Node?, _ common: TestParts) {
    guard let columns = readColumns(node) else { return }
    guard let rows, let lines = rows.elements else {
      if let rows {
        report(TestMessages.wrongKind(rows, expected: "a list of rows", of: "'rows'"))
      } else {
        report(TestMessages.missingKey("rows", in: "a test with 'columns'", at: node.range))
      }
      return
    }
    for (number, line) in lines.enumerated() {
      guard let cells = line.elements else {
        report(TestMessages.wrongKind(line, expected: "a list of cells", of: "a row"))
        continue
      }
      guard cells.count == columns.count else {
        report(TestMessages.rowLength(line, cells: cells.count, columns: columns.count))
        continue
      }
      var parts = common
      var name = "row \(number + 1)"
      for (column, cell) in zip(columns, cells) where !cell.leavesColumn {
        switch column.target {
        case .name: name = cell.scalarContent?.text ?? name
        case .request: parts.request = parts.request.setting(column.path[...], to: cell, key: column.key)
        case .expect: parts.expect = parts.expect.setting(column.path[...], to: cell, key: column.key)
        }
      }
      add(parts, caseName: name, at: line.range)
    }
  }

  private mutating func readColumns(_ node: Node) -> [Column]? {
    guard let elements = node.elements else {
      report(TestMessages.wrongKind(node, expected: "a list of columns", of: "'columns'"))
      return nil
    }
    var columns: [Column] = []
    for element in elements {
      guard let scalar = element.scalarContent else {
        report(TestMessages.wrongKind(element, expected: "a column such as input.title", of: "a column"))
        continue
      }
      let path = Self.path(scalar.text)
      let root = path.first ?? ""
      let target: Column.Target? =
        if scalar.text == "case" { .name } else if Self.requestRoots.contains(root) {
          .request
        } else if Self
          .expectRoots.contains(root)
        { .expect } else { nil }
      guard let target else {
        let known = ["case"] + Self.requestRoots + Self.expectRoots
        report(TestMessages.unknownColumn(scalar, known: known))
        continue
      }
      columns.append(Column(target: target, path: path, key: scalar))
    }
    return columns.count == elements.count ? columns : nil
  }

  /// The steps of a dotted path; the name of a fact is one step, though it may hold a dot.
  private static func path(_ text: String) -> [String] {
    let facts = "context.facts."
    if text.hasPrefix(facts) { return ["context", "facts", String(text.dropFirst(facts.count))] }
    return text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
  }
}

extension Node {
  /// A `-` without quotes: the column stays as the common part has it.
  fileprivate var leavesColumn: Bool {
    guard let scalar = scalarContent else { return false }
    return scalar.style == .plain && scalar.text == "-"
  }
}
