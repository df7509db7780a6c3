import BylawModel
import BylawSyntax

/// How tables that another system kept become records: what a mapping file says, once it is read.
struct ImportMapping: Sendable {
  /// A name of the mapping with its place.
  struct Name: Sendable {
    var text: String
    var range: SourceRange
  }

  /// What the columns of a row must be for something to apply: each has one of its values.
  struct Filter: Sendable {
    var columns: [(column: Name, values: [Value])]

    /// Whether a row has one of the values in each column.
    func holds(for row: [String: Value]) -> Bool {
      columns.allSatisfy { $0.values.contains(row[$0.column.text] ?? .null) }
    }
  }

  /// Where the value of a field comes from.
  struct Source: Sendable {
    indirect enum Origin: Sendable {
      /// The first of these columns that is not empty.
      case columns([Name])
      /// Texts and columns in turn: `{first_name} {last_name}`.
      case text([Part])
      /// The same in each record.
      case always(Value)
      /// A record of its own, field by field.
      case record([(field: Field, source: Source)])
    }
    enum Part: Sendable {
      case text(String)
      case column(Name)
    }
    var origin: Origin
    /// What words of the source are called here.
    var words: [String: Value] = [:]
    /// What stands for an empty value.
    var whenEmpty: Value?
    /// The table whose records the value names.
    var table: Name?
    /// What the row that the value names has to be.
    var mustHave: Filter?
    /// The value is the only element of a list.
    var isListed = false
  }

  /// A record in another table that some rows need.
  struct Need: Sendable {
    var sentence: String
    var when: Filter?
    var table: Name
    var column: Name
    /// What that record has to be.
    var filter: Filter?
  }

  struct Table: Sendable {
    var name: Name
    var file: String
    var entity: Int
    var id: Name
    var fields: [(field: Field, source: Source)] = []
    /// Columns that are left behind, each with the reason.
    var dropped: [Name] = []
    /// Rows that are left behind, each with the sentence that says why.
    var leftOut: [(sentence: String, filter: Filter)] = []
    var needs: [Need] = []
  }

  /// The zone of times that state none.
  var zone: TimeZoneRules?
  var tables: [Table] = []
  /// Files of the folder that are left behind.
  var droppedTables: [Name] = []
}
