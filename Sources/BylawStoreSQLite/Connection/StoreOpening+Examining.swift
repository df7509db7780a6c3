import BylawModel
import BylawStore
import GRDB

/// Opening a store as it is, to look at it: for the proof of its trail, and to learn which rules are in force.
extension StoreOpening {
  /// - Returns: The store, open for reading alone, and its schema; `nil` when its vocabulary cannot be read.
  static func examine(_ path: String, patience: Double) throws(StoreError) -> (Opened, Schema?) {
    guard FileKind(path) == .other else { throw .missing(path: path) }
    do throws(StoreError) {
      return try examine(path, at: path, patience: patience)
    } catch {
      // Beside a file that is read, SQLite makes another, which it cannot on a full disk or in a folder that is only to
      // be read. When nobody has the store open, nor has left behind what is not in the file yet, it is taken as it is.
      guard case .cannotOpen = error, !FileKind.isInUse(path) else { throw error }
      guard let opened = try? examine(path, at: immutable(path), patience: patience) else { throw error }
      return opened
    }
  }

  /// The path as SQLite has it for a file that does not change while it is open.
  private static func immutable(_ path: String) -> String {
    let digits = Array("0123456789ABCDEF")
    var text = "file:"
    for byte in path.utf8 {
      let character = Character(Unicode.Scalar(byte))
      let isPlain = byte < 0x80 && (character.isLetter || character.isNumber || "/._-~".contains(character))
      text += isPlain ? String(character) : "%\(digits[Int(byte) >> 4])\(digits[Int(byte) & 15])"
    }
    return text + "?immutable=1"
  }

  /// - `place`: What SQLite is told to open for the path.
  private static func examine(
    _ path: String, at place: String, patience: Double
  ) throws(StoreError) -> (Opened, Schema?) {
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(patience)
    configuration.label = "bylaw"
    do {
      let database = try DatabaseQueue(path: place, configuration: configuration)
      let (text, version) = try database.unsafeRead { database in
        let connection = try SQLConnection(of: database)
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
