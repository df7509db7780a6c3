import BylawEvaluator
import BylawModel
public import BylawStore
import GRDB

extension Backend {
  /// A database of SQLite in a file; two more files stand beside it while it is open.
  ///
  /// Several programs may have it open at once. It cannot lie in a folder that a network shares.
  ///
  /// - Parameter path: The path of the file.
  /// - Returns: What a store is opened or made in.
  public static func sqlite(_ path: String) -> Backend {
    Backend(
      { layout throws(StoreError) in try open(.file(path), layout) },
      setting: { name throws(StoreError) in try SQLiteSetting.read(name, in: path) })
  }

  /// A database of SQLite in memory: for tests and rehearsals, gone with the store that uses it.
  public static var memory: Backend {
    Backend({ layout throws(StoreError) in try open(.memory, layout) })
  }

  private static func open(_ place: SQLitePlace, _ layout: StoreLayout) throws(StoreError) -> any StoreBackend {
    var settings = SQLiteSettings()
    for field in layout.indexed { settings.indexed.insert(FieldPosition(entity: field.entity, field: field.field)) }
    return try SQLiteBackend(
      place, schema: layout.schema, ruleSet: layout.identity, mode: layout.isNew ? .create : .open,
      settings: settings)
  }
}

/// A look at a setting before it is known which rules a store is kept by.
enum SQLiteSetting {
  static func read(_ name: String, in path: String) throws(StoreError) -> String? {
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(5)
    do {
      let database = try DatabaseQueue(path: path, configuration: configuration)
      return try database.read { database in
        let connection = SQLConnection(database)
        guard try connection.number("PRAGMA application_id") == SystemTables.applicationID else {
          throw StoreError.notAStore(path: path)
        }
        return try connection.first("SELECT \"value\" FROM \"bylaw_setting\" WHERE \"name\" = ?", [.text(name)]) {
          $0.text(0)
        }
      }
    } catch {
      throw StoreError(error).whileOpening(path)
    }
  }
}
