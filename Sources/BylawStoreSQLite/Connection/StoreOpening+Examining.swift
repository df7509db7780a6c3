import BylawModel
import BylawStore
import GRDB

/// Opening a store as it is, to look at it: for the proof of its trail, and to learn which rules are in force.
extension StoreOpening {
  /// - Returns: The store, open for reading alone, and its schema; `nil` when its vocabulary cannot be read.
  static func examine(_ path: String, patience: Double) throws(StoreError) -> (Opened, Schema?) {
    guard FileKind(path) == .other else { throw .missing(path: path) }
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(patience)
    configuration.label = "bylaw"
    do {
      let database = try DatabaseQueue(path: path, configuration: configuration)
      let (text, version) = try database.unsafeRead { database in
        let connection = try SQLConnection(lent: database)
        return try connection.read { () throws(StoreError) in
          try identify(connection, path, .settled)
          return (try storedText(connection), try connection.number("PRAGMA schema_version"))
        }
      }
      let vocabulary = Vocabulary(text: text)
      let layout = vocabulary.map { TableLayout($0) } ?? TableLayout(Schema(), late: [:], indexed: [])
      let opened = Opened(database: database, layout: layout, vocabulary: text, schemaVersion: version)
      return (opened, vocabulary?.schema)
    } catch {
      throw StoreError(error).whileOpening(path)
    }
  }

  /// The text of the vocabulary; empty when it is not there.
  private static func storedText(_ connection: SQLConnection) throws(StoreError) -> String {
    let isThere = try connection.number(
      "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE \"type\" = 'table' AND \"name\" = 'bylaw_setting')")
    guard isThere == 1 else { return "" }
    let reader = SQLiteReader(connection, TableLayout(Schema(), late: [:], indexed: []))
    return try reader.setting(vocabularySetting) ?? ""
  }
}
