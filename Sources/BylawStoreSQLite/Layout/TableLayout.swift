import BylawModel
import BylawStore

/// Where a field stands: the position of its entity, and its own among the entity's.
package struct FieldPosition: Sendable, Hashable {
  package var entity: Int
  package var field: Int

  package init(entity: Int, field: Int) {
    self.entity = entity
    self.field = field
  }
}

/// All tables of a store for one vocabulary.
struct TableLayout: Sendable {
  let schema: Schema
  /// By position of the entity.
  let tables: [EntityTable]

  /// - `late`: By entity, the fields that came when there were records already.
  init(_ schema: Schema, late: [String: Set<String>], indexed: Set<FieldPosition>) {
    self.schema = schema
    var taken: Set<String> = []
    tables = schema.entities.enumerated().map { position, entity in
      EntityTable(
        entity, name: SQLText.unique(entity.name, position: position, taken: &taken), schema: schema,
        late: late[entity.name] ?? [], indexed: Set(indexed.filter { $0.entity == position }.map(\.field)))
    }
  }

  /// The layout that a store keeps in mind of itself.
  init(_ vocabulary: Vocabulary) {
    var indexed: Set<FieldPosition> = []
    for (position, entity) in vocabulary.schema.entities.enumerated() {
      for (number, field) in entity.fields.enumerated()
      where vocabulary.indexed[entity.name]?.contains(field.name) == true {
        indexed.insert(FieldPosition(entity: position, field: number))
      }
    }
    self.init(vocabulary.schema, late: vocabulary.late, indexed: indexed)
  }

  /// By entity, the names of fields.
  static func names(of positions: Set<FieldPosition>, _ schema: Schema) -> [String: Set<String>] {
    positions.reduce(into: [:]) { names, position in
      let entity = schema.entities[position.entity]
      names[entity.name, default: []].insert(entity.fields[position.field].name)
    }
  }

  /// By entity, the names of its table.
  var names: [String: String] {
    Dictionary(tables.map { ($0.entity, $0.name) }, uniquingKeysWith: { first, _ in first })
  }

  /// Everything that the database holds beside its rows.
  var objects: [SchemaObject] {
    let names = names
    return SystemTables.objects + tables.map { $0.creation(tables: names) } + tables.flatMap(\.attachments)
  }
}
