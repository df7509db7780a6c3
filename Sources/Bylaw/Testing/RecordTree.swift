import BylawCompiler
import BylawEvaluator
import BylawModel
import BylawSyntax

/// The records that tests are given, with their places, and the same as values.
struct RecordTree {
  private var tree: Node
  /// The records as the rules look them up.
  private(set) var records = Records()

  /// Checks types, fields and values as the rules declare them; mistakes are reported to `reader`.
  init(_ tree: Node, reader: inout TestSuiteReader) {
    self.tree = tree
    for type in tree.entries ?? [] {
      for record in type.value.entries ?? [] { insert(record, type: type.key, reader: &reader) }
      Self.checkShape(type, reader: &reader)
    }
  }

  /// Lays changes of single cases over the records.
  mutating func apply(_ changes: Node, reader: inout TestSuiteReader) {
    tree = tree.merged(with: changes)
    for type in changes.entries ?? [] {
      for change in type.value.entries ?? [] {
        guard let merged = tree[type.key.text]?.entries?.first(where: { $0.key.text == change.key.text }) else {
          continue
        }
        insert(merged, type: type.key, reader: &reader)
      }
      Self.checkShape(type, reader: &reader)
    }
  }

  private static func checkShape(_ type: Node.Entry, reader: inout TestSuiteReader) {
    guard type.value.entries == nil, !type.value.isEmpty else { return }
    reader.report(TestMessages.wrongKind(type.value, expected: "a mapping from id to fields", of: "'\(type.key.text)'"))
  }

  private mutating func insert(_ record: Node.Entry, type: Scalar, reader: inout TestSuiteReader) {
    let entities = reader.ruleSet.checked.vocabulary.schema.entities
    guard let entity = entities.first(where: { $0.name == type.text }) else {
      reader.report(TestMessages.unknownKey(type, in: "records", known: entities.map(\.name)))
      return
    }
    guard let fields = record.value.isEmpty ? [] : record.value.entries else {
      reader.report(TestMessages.wrongKind(record.value, expected: "a mapping of fields", of: "'\(record.key.text)'"))
      return
    }
    var values: [String: Value] = [:]
    for field in fields where !field.value.isEmpty {
      guard var declared = entity.fields.first(where: { $0.name == field.key.text }) else {
        reader.report(TestMessages.unknownKey(field.key, in: "a \(entity.name)", known: entity.fields.map(\.name)))
        continue
      }
      let value = field.value.plainValue
      guard value != .null else { continue }
      declared.constraint.reference = .any
      var problems: [ShapeProblem] = []
      _ = reader.frame.shape(value, as: declared, path: field.key.text, problems: &problems)
      for problem in problems {
        let sentence = "'\(problem.path)' \(problem.message)"
        reader.report(TestMessages.badValue(sentence, at: field.value.range, expected: problem.expectation))
      }
      values[field.key.text] = value
    }
    records.insert(EntityReference(type: entity.name, id: record.key.text), fields: values)
  }
}
