import Bylaw
import BylawEvaluator
import BylawModel
import BylawStore
import BylawStoreSQLite
import BylawStoreTestSupport
import Foundation
import GRDB

/// A place for one store: memory, or a file in a folder of its own that goes away with the factory.
final class SQLiteFactory: BackendFactory {
  let name: String
  let isShared: Bool
  let place: SQLitePlace
  private let folder: URL?

  private init(_ name: String, _ place: SQLitePlace, folder: URL?) {
    self.name = name
    self.place = place
    self.folder = folder
    isShared = folder != nil
  }

  deinit {
    if let folder { try? FileManager.default.removeItem(at: folder) }
  }

  static func memory() -> SQLiteFactory { SQLiteFactory("memory", .memory, folder: nil) }

  static func file() throws -> SQLiteFactory {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bylaw-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return SQLiteFactory("file", .file(folder.appendingPathComponent("store.db").path), folder: folder)
  }

  /// The path of the file.
  var path: String {
    switch place {
    case .file(let path): path
    case .memory: ":memory:"
    }
  }

  func open(
    _ schema: Schema, _ ruleSet: Decision.RuleSetIdentity
  ) throws(StoreError) -> any StoreBackend {
    let name = schema.entities[0].fields.firstIndex { $0.name == "name" }
    var indexed = name.map { Set([FieldPosition(entity: 0, field: $0)]) } ?? []
    for (entity, declared) in schema.entities.enumerated() where declared.name == "Incident" {
      let client = declared.fields.firstIndex { $0.name == "client" }
      if let client { indexed.insert(FieldPosition(entity: entity, field: client)) }
    }
    return try SQLiteBackend(
      place, schema: schema, ruleSet: ruleSet, mode: .openOrCreate,
      settings: SQLiteSettings(indexed: indexed))
  }

  /// Runs statements on a connection that knows nothing of the store.
  func raw(_ statements: String...) throws {
    let queue = try DatabaseQueue(path: path)
    defer { try? queue.close() }
    try queue.writeWithoutTransaction { database in
      for statement in statements { try database.execute(sql: statement) }
    }
  }

  /// Opens the store of a contest with a short patience.
  func contestBackend(patience: Double) throws -> SQLiteBackend {
    let plan = try Contest.ruleSet().plan
    return try SQLiteBackend(
      place, schema: plan.expressions.schema, ruleSet: plan.identity, mode: .open,
      settings: SQLiteSettings(
        indexed: Set(plan.indexedFields.map { FieldPosition(entity: $0.entity, field: $0.field) }), patience: patience))
  }

  /// Opens the store with a short patience, for what is to be found busy.
  func impatient() throws(StoreError) -> SQLiteBackend {
    try SQLiteBackend(
      place, schema: StoreFixture.schema, ruleSet: StoreFixture.ruleSet, mode: .open,
      settings: SQLiteSettings(patience: 0.1))
  }
}
