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
      examine: { () throws(StoreError) in
        let backend = try SQLiteBackend(examining: path)
        return ExaminedStore(backend: backend, schema: backend.storedSchema)
      })
  }

  /// A database of SQLite in memory: for tests and rehearsals, gone with the store that uses it.
  public static var memory: Backend {
    Backend({ layout throws(StoreError) in try open(.memory, layout) })
  }

  private static func open(_ place: SQLitePlace, _ layout: StoreLayout) throws(StoreError) -> any StoreBackend {
    var settings = SQLiteSettings()
    for field in layout.indexed { settings.indexed.insert(FieldPosition(entity: field.entity, field: field.field)) }
    let mode: SQLiteMode = layout.isNew ? .create : layout.isSettled ? .settled : .open
    return try SQLiteBackend(
      place, schema: layout.schema, ruleSet: layout.identity, mode: mode, settings: settings,
      completion: layout.completion)
  }
}
