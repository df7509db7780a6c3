import BylawModel
import BylawStore
import GRDB

/// Opens a database, makes sure that it is a store, and brings it to the rules.
struct StoreOpening {
  let place: SQLitePlace
  let schema: Schema
  let ruleSet: Decision.RuleSetIdentity
  let settings: SQLiteSettings
  var completion: StoreLayout.Completion?

  /// A store that is open.
  struct Opened {
    var database: any DatabaseWriter
    var layout: TableLayout
    var vocabulary: String
    var schemaVersion: Int64
  }

  /// Bytes of a page of a new store: a commit writes a few pages whole, of which it changes little.
  private static let pageSize = 2_048
  /// After how many pages the log is carried over into the database: 4 MB.
  ///
  /// Commits wait longer for a file that grows, so a longer log costs every store that is not old.
  private static let pagesOfLog = 2_000
  static let vocabularySetting = "vocabulary"
  static let ruleSetSetting = "rule_set"

  func open(_ mode: SQLiteMode) throws(StoreError) -> Opened {
    if case .file(let path) = place { try examine(path, mode) }
    let database = try connect()
    do throws(StoreError) {
      return try prepare(database, place == .memory ? .create : mode)
    } catch {
      // The failure to open is what matters, not one to close.
      try? database.close()
      throw error
    }
  }

  private var path: String { place.path }

  // MARK: Connecting

  /// Looks at a file without changing it, as a foreign database must stay as it is.
  private func examine(_ path: String, _ mode: SQLiteMode) throws(StoreError) {
    let kind = FileKind(path)
    if kind == .folder, mode.mayCreate { throw .cannotOpen(path: path, cause: SQLiteMessages.isFolder) }
    if kind != .other, !mode.mayCreate { throw .missing(path: path) }
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(settings.patience)
    let queue: DatabaseQueue
    do {
      queue = try DatabaseQueue(path: path, configuration: configuration)
    } catch {
      // A file that cannot be read because there is none is made; any other failure comes again when it is opened.
      if mode.mayCreate, (error as? DatabaseError)?.resultCode == .SQLITE_CANTOPEN { return }
      throw StoreError(error).whileOpening(path)
    }
    defer { try? queue.close() }
    do {
      try queue.read { database in try Self.identify(SQLConnection(of: database), path, mode) }
    } catch {
      throw StoreError(error).whileOpening(path)
    }
  }

  /// Makes sure that a database is a store of this format, or empty where one may be made.
  static func identify(_ connection: SQLConnection, _ path: String, _ mode: SQLiteMode) throws(StoreError) {
    let objects = try connection.number("SELECT count(*) FROM sqlite_schema")
    let application = try connection.number("PRAGMA application_id")
    if objects == 0, mode.mayCreate, application == 0 || application == SystemTables.applicationID { return }
    guard application == SystemTables.applicationID else { throw .notAStore(path: path) }
    let format = try connection.number("PRAGMA user_version")
    guard format <= SystemTables.format else { throw .newerFormat(Int(format)) }
    guard format > 0, objects > 0 else { throw .notAStore(path: path) }
    guard format == SystemTables.format else {
      throw .cannotOpen(path: path, cause: SQLiteMessages.olderFormat(format, SystemTables.format))
    }
    guard mode == .create else { return }
    // Tables without an entry are what is left when a store was interrupted while it was made.
    if try connection.number("SELECT EXISTS (SELECT 1 FROM \"bylaw_entry\")") == 1 {
      throw .cannotOpen(path: path, cause: SQLiteMessages.isThere)
    }
  }

  private func connect() throws(StoreError) -> any DatabaseWriter {
    var configuration = Configuration()
    configuration.busyMode = .timeout(settings.patience)
    configuration.foreignKeysEnabled = true
    configuration.persistentReadOnlyConnections = true
    configuration.label = "bylaw"
    configuration.prepareDatabase { database in
      // Before the first page is written; later it has no effect.
      try SQLConnection(of: database).execute("PRAGMA page_size = \(Self.pageSize)")
    }
    do {
      switch place {
      case .memory: return try DatabaseQueue(configuration: configuration)
      case .file(let path): return try DatabasePool(path: path, configuration: configuration)
      }
    } catch {
      throw StoreError(error).whileOpening(path)
    }
  }

  /// Connections that read beside those that `open` makes, on the threads of who asks.
  func readersAtOnce(_ count: Int) -> ReadersAtOnce {
    var configuration = Configuration()
    configuration.busyMode = .timeout(settings.patience)
    configuration.readonly = true
    configuration.label = "bylaw"
    return ReadersAtOnce(path: path, configuration: configuration, count: count)
  }

  private func prepare(_ database: any DatabaseWriter, _ mode: SQLiteMode) throws(StoreError) -> Opened {
    do {
      return try database.writeWithoutTransaction { database in
        let connection = try SQLConnection(of: database)
        try makeDurable(connection)
        var opened: Settled
        if mode == .settled {
          opened = try connection.read { () throws(StoreError) in try lookAtSettled(connection) }
        } else {
          try connection.write { () throws(StoreError) in try make(connection, mode) }
          opened = try settle(connection)
        }
        opened.schemaVersion = try connection.number("PRAGMA schema_version")
        return opened
      }.opened(database)
    } catch {
      throw StoreError(error)
    }
  }

  /// Commits wait for the disk.
  ///
  /// GRDB asks for less when it opens a pool, so this comes afterwards.
  private func makeDurable(_ connection: SQLConnection) throws(StoreError) {
    try connection.run("PRAGMA synchronous = FULL")
    try connection.run("PRAGMA wal_autocheckpoint = \(Self.pagesOfLog)")
    guard try connection.number("PRAGMA synchronous") == 2, try connection.number("PRAGMA foreign_keys") == 1 else {
      throw .cannotOpen(path: path, cause: SQLiteMessages.notDurable)
    }
    guard case .file = place else { return }
    guard try connection.first("PRAGMA journal_mode", [], { $0.text(0) }) == "wal" else {
      throw .cannotOpen(path: path, cause: SQLiteMessages.notDurable)
    }
  }

  // MARK: Tables

  /// What `prepare` learns on the connection.
  private struct Settled: Sendable {
    var layout: TableLayout
    var vocabulary: String
    var schemaVersion: Int64 = 0

    func opened(_ database: any DatabaseWriter) -> Opened {
      Opened(database: database, layout: layout, vocabulary: vocabulary, schemaVersion: schemaVersion)
    }
  }

  /// Makes the tables of a new store; another program may have done so since the file was looked at.
  private func make(_ connection: SQLConnection, _ mode: SQLiteMode) throws(StoreError) {
    try Self.identify(connection, path, mode)
    guard try connection.number("SELECT count(*) FROM sqlite_schema") == 0 else { return }
    let vocabulary = Vocabulary(schema, indexed: TableLayout.names(of: settings.indexed, schema))
    let layout = TableLayout(vocabulary)
    for object in layout.objects { try connection.execute(object.sql) }
    try connection.execute("PRAGMA application_id = \(SystemTables.applicationID)")
    try connection.execute("PRAGMA user_version = \(SystemTables.format)")
    try set(Self.vocabularySetting, to: vocabulary.text, SQLiteWriter(connection, layout))
  }

  /// Writes a setting of the database itself, and has the gate state it in the trail before anything else is done.
  private func set(_ name: String, to value: String, _ writer: SQLiteWriter) throws(StoreError) {
    try writer.setSetting(name, to: value)
    try writer.setSetting(Gate.digestSetting, to: "")
  }

  /// Compares the store with the rules, and migrates it where they have grown.
  private func settle(_ connection: SQLConnection) throws(StoreError) -> Settled {
    let (old, oldText) = try stored(connection)
    let same = wanted(after: old)
    if same.text == oldText {
      let layout = TableLayout(same)
      try connection.write { () throws(StoreError) in
        try note(connection, layout)
        try completion?(SQLiteWriter(connection, layout))
      }
      return Settled(layout: layout, vocabulary: oldText)
    }
    // Tables that are made anew would otherwise break the references to them on the way.
    try connection.run("PRAGMA foreign_keys = OFF")
    let settled = Result { () throws(StoreError) in
      try connection.write { () throws(StoreError) in try migrate(connection) }
    }
    try connection.run("PRAGMA foreign_keys = ON")
    return try settled.get()
  }

  /// Makes sure that the store was brought to the rules before.
  private func lookAtSettled(_ connection: SQLConnection) throws(StoreError) -> Settled {
    try Self.identify(connection, path, .settled)
    let (old, oldText) = try stored(connection)
    let same = Vocabulary(schema, late: old.late, indexed: old.indexed)
    let layout = TableLayout(same)
    let known = try checkName(SQLiteReader(connection, layout))
    guard same.text == oldText, known?["digest"]?.text == ruleSet.digest, known?["version"]?.text == ruleSet.version
    else { throw .cannotOpen(path: path, cause: SQLiteMessages.notSettled) }
    return Settled(layout: layout, vocabulary: oldText)
  }

  /// The vocabulary of the rules, with what only the store knows.
  private func wanted(after old: Vocabulary) -> Vocabulary {
    Vocabulary(schema, late: old.late, indexed: TableLayout.names(of: settings.indexed, schema))
  }

  private func stored(_ connection: SQLConnection) throws(StoreError) -> (Vocabulary, String) {
    let empty = TableLayout(Schema(), late: [:], indexed: [])
    guard let text = try SQLiteReader(connection, empty).setting(Self.vocabularySetting),
      let vocabulary = Vocabulary(text: text)
    else { throw .corrupt(SQLiteMessages.noVocabulary) }
    return (vocabulary, text)
  }

  private func migrate(_ connection: SQLConnection) throws(StoreError) -> Settled {
    let (old, _) = try stored(connection)
    try checkName(SQLiteReader(connection, TableLayout(old)))
    var migration = Migration(connection, from: old, to: schema, indexed: settings.indexed)
    let (layout, vocabulary) = try migration.run()
    if let (table, parent) = try connection.first(
      "SELECT \"table\", \"parent\" FROM pragma_foreign_key_check", [], { ($0.text(0), $0.text(1)) })
    {
      throw .lossyMigration([SQLiteMessages.dangling(table, parent)])
    }
    try set(Self.vocabularySetting, to: vocabulary.text, SQLiteWriter(connection, layout))
    try note(connection, layout)
    try completion?(SQLiteWriter(connection, layout))
    return Settled(layout: layout, vocabulary: vocabulary.text)
  }

  // MARK: Rules

  /// Writes down since when which rules are in force.
  private func note(_ connection: SQLConnection, _ layout: TableLayout) throws(StoreError) {
    let writer = SQLiteWriter(connection, layout)
    let known = try checkName(writer)
    guard known?["digest"]?.text != ruleSet.digest || known?["version"]?.text != ruleSet.version else { return }
    let now = try connection.first("SELECT strftime('%Y-%m-%dT%H:%M:%SZ', 'now')") { $0.text(0) } ?? ""
    let identity: [String: Value] = [
      "name": .string(ruleSet.name), "version": .string(ruleSet.version), "digest": .string(ruleSet.digest),
      "since": .string(now),
    ]
    let text = JSONWriter.write(.object(identity))
    try set(Self.ruleSetSetting, to: text, writer)
    let history = "\(Self.ruleSetSetting)/\(ruleSet.digest)"
    if try writer.setting(history) == nil { try writer.setSetting(history, to: text) }
    guard known != nil else { return }
    // Who has the store open with the rules of before sees by the changed tables that it has to look again.
    for object in SystemTables.objects where object.kind == .trigger && object.name == "bylaw_document$delete" {
      try connection.execute("DROP TRIGGER \(SQLText.name(object.name))")
      try connection.execute(object.sql)
    }
  }

  /// The rules that the store knows, which must be of the same name.
  @discardableResult
  private func checkName(_ reader: SQLiteReader) throws(StoreError) -> Value? {
    guard let text = try reader.setting(Self.ruleSetSetting) else { return nil }
    let known = try? JSONReader.parse(Array(text.utf8))
    if let name = known?["name"]?.text, name != ruleSet.name {
      throw .otherRuleSet(stored: name, given: ruleSet.name)
    }
    return known
  }
}
