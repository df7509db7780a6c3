/// A table, an index or a trigger: how it is made, and how the database remembers it.
struct SchemaObject: Sendable, Hashable {
  enum Kind: String, Sendable, Hashable { case table, index, trigger }

  var kind: Kind
  /// Without quotes.
  var name: String
  /// The table that it is, or belongs to.
  var table: String
  var sql: String

  /// A trigger that refuses what a condition holds for; everything, without one.
  static func guarding(
    _ table: String, _ suffix: String, before event: String, when condition: String?, saying sentence: String
  ) -> SchemaObject {
    let name = "\(table)$\(suffix)"
    let when = condition.map { " WHEN \($0)" } ?? ""
    return SchemaObject(
      kind: .trigger, name: name, table: table,
      sql: """
        CREATE TRIGGER \(SQLText.name(name)) BEFORE \(event) ON \(SQLText.name(table))\(when)
        BEGIN SELECT RAISE(ABORT, \(SQLText.text(sentence))); END
        """)
  }

  /// A trigger that refuses what one of two conditions holds for, each in its own words.
  static func guarding(
    _ table: String, _ suffix: String, before event: String, refusing first: (condition: String, sentence: String),
    or second: (condition: String, sentence: String)
  ) -> SchemaObject {
    let name = "\(table)$\(suffix)"
    return SchemaObject(
      kind: .trigger, name: name, table: table,
      sql: """
        CREATE TRIGGER \(SQLText.name(name)) BEFORE \(event) ON \(SQLText.name(table)) \
        WHEN (\(first.condition)) OR (\(second.condition))
        BEGIN SELECT CASE WHEN \(first.condition) THEN RAISE(ABORT, \(SQLText.text(first.sentence))) \
        ELSE RAISE(ABORT, \(SQLText.text(second.sentence))) END; END
        """)
  }
}
