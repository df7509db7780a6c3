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
  /// By position of the entity, how many entities its references lead to, and those of these in turn.
  ///
  /// Where one leads to another and not back, the other has fewer, so that its rows are written first: no reference
  /// has to wait for its target then.
  let ranks: [Int]

  /// - `late`: By entity, the fields that came when there were records already.
  init(_ schema: Schema, late: [String: Set<String>], indexed: Set<FieldPosition>) {
    self.schema = schema
    let reach = Self.reach(schema)
    ranks = reach.map(\.count)
    var taken: Set<String> = []
    tables = schema.entities.enumerated().map { position, entity in
      var indexed = Set(indexed.filter { $0.entity == position }.map(\.field))
      for (number, field) in entity.fields.enumerated() {
        // Where references go round in circles, those that wait for a row that is written are looked for.
        guard let target = Self.target(of: field), reach[target].contains(position) else { continue }
        indexed.insert(number)
      }
      return EntityTable(
        entity, name: SQLText.unique(entity.name, position: position, taken: &taken), schema: schema,
        late: late[entity.name] ?? [], indexed: indexed)
    }
  }

  /// The entity that a field refers to, where it is just one.
  private static func target(of field: Field) -> Int? {
    let type = if case .optional(let content) = field.type { content } else { field.type }
    guard case .entity(let indices) = type, indices.count == 1 else { return nil }
    return indices[0]
  }

  /// By entity, all entities that its references lead to, and those of these in turn.
  private static func reach(_ schema: Schema) -> [Set<Int>] {
    let targets = schema.entities.map { Set($0.fields.compactMap(target(of:))) }
    return targets.map { own in
      var found = own
      var open = Array(own)
      while let next = open.popLast() {
        for target in targets[next] where found.insert(target).inserted { open.append(target) }
      }
      return found
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
