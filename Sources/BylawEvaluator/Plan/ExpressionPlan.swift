package import BylawModel

/// An expression in a plan, by position; structurally equal expressions have one id.
package struct NodeID: Hashable, Sendable, BitwiseCopyable {
  package var raw: Int32
  package init(raw: Int32) { self.raw = raw }
}

/// A sentence in a plan, by position.
package struct SentenceID: Hashable, Sendable {
  package var raw: Int32
  package init(raw: Int32) { self.raw = raw }
}

/// Where the roots of expressions lie in a frame.
package enum Slot {
  package static let subject: Int32 = 0
  package static let resource: Int32 = 1
  package static let after: Int32 = 2
  package static let action: Int32 = 3
  package static let proposal: Int32 = 4
  package static let now: Int32 = 5
  package static let requestedAt: Int32 = 6
  package static let today: Int32 = 7
  /// Context members, singletons, inputs and effects follow, in this order.
  package static let first: Int32 = 8
}

/// One node of the flat form.
package struct PlanNode: Hashable, Sendable {
  package enum Operation: UInt8, Sendable {
    /// `a`: position in the constants.
    case constant
    /// `a`: position in the slots.
    case slot
    /// `a`: position in the slots; what an effect makes is not there when a decision is made.
    case effect
    /// `a`: number of the variable.
    case local
    /// `a`: position of the definition, `b`: its value.
    case definition
    /// `a`: the base, `b`: the field; of a reference `c`: the entity that the record must be of.
    case recordField, referenceField
    case identifier
    /// `a`: first operand, `b`: count; of a prepared call `c`: 1 where two cells compare by what is in them.
    case call, and, or
    case not
    /// `a`, `b`, `c`.
    case conditional
    case list, map, record
    /// `a`: position in the comprehensions; queries, tables, bands, texts and calendars likewise.
    case comprehension, query, table, band, text, calendar
    /// `a`: the variable, `b`: its value, `c`: the body.
    case bind
    /// `a`: the optional.
    case unwrap, isPresent
    case none
    /// `a`: the operand, `b`: how many places more.
    case rescale
    case timeField
    /// Named conditions: `a`: first operand, `b`: count; as and, or, and none.
    case all, any, noneOf
    /// What was reported as an error; evaluating it is a broken invariant.
    case invalid
    /// `a`: the slot or field node, `b`: the constant; equality of two scalars.
    case equalConstant, notEqualConstant
  }
  package var operation: Operation
  /// The builtin of a call.
  package var builtin: UInt8 = 0
  package var a: Int32 = 0
  package var b: Int32 = 0
  package var c: Int32 = 0
  /// Where the result is kept for the rest of the request; -1 where it is not.
  package var memo: Int32 = -1

  package init(_ operation: Operation, builtin: UInt8 = 0, a: Int32 = 0, b: Int32 = 0, c: Int32 = 0) {
    self.operation = operation
    self.builtin = builtin
    self.a = a
    self.b = b
    self.c = c
  }
}

/// All expressions of a rule set in contiguous storage.
package struct ExpressionPlan: Sendable {
  package struct Comprehension: Hashable, Sendable {
    package enum Kind: UInt8, Sendable { case all, exists, existsOne, filter, map, transformList, transformMap }
    package var kind: Kind
    package var range: NodeID
    /// The range is a map: the variable is its key.
    package var isMap: Bool
    package var local: Int32
    package var second: Int32?
    package var condition: NodeID?
    package var transform: NodeID?

    package init(
      kind: Kind, range: NodeID, isMap: Bool, local: Int32, second: Int32?, condition: NodeID?, transform: NodeID?
    ) {
      self.kind = kind
      self.range = range
      self.isMap = isMap
      self.local = local
      self.second = second
      self.condition = condition
      self.transform = transform
    }
  }

  package struct Query: Hashable, Sendable {
    package enum Kind: UInt8, Sendable { case count, sum, min, max, exists, first, one, list }
    package var kind: Kind
    package var entity: Int
    package var local: Int32
    package var condition: NodeID?
    /// The records that can meet the condition; `nil` where only a look at each tells.
    package var selection: Selection?
    package var of: NodeID?
    package var ofType: ValueType
    package var order: NodeID?
    package var orderType: ValueType
    package var latestFirst: Bool
    package var limit: Int?

    package init(
      kind: Kind, entity: Int, local: Int32, condition: NodeID?, selection: Selection?, of: NodeID?,
      ofType: ValueType, order: NodeID?, orderType: ValueType, latestFirst: Bool, limit: Int?
    ) {
      self.kind = kind
      self.entity = entity
      self.local = local
      self.condition = condition
      self.selection = selection
      self.of = of
      self.ofType = ofType
      self.order = order
      self.orderType = orderType
      self.latestFirst = latestFirst
      self.limit = limit
    }
  }

  package struct Table: Hashable, Sendable {
    package enum HitPolicy: UInt8, Sendable { case worst, only, first, all }
    package struct Row: Hashable, Sendable {
      package var condition: NodeID
      /// One node that gives all outputs.
      package var output: NodeID
      /// For `worst`: the rank of the output, when it is a constant.
      package var rank: Int64?

      package init(condition: NodeID, output: NodeID, rank: Int64?) {
        self.condition = condition
        self.output = output
        self.rank = rank
      }
    }
    package var hitPolicy: HitPolicy
    package var rows: [Row]
    package var otherwise: NodeID?
    /// The highest rank that a row can give.
    package var worstRank: Int64

    package init(hitPolicy: HitPolicy, rows: [Row], otherwise: NodeID?, worstRank: Int64) {
      self.hitPolicy = hitPolicy
      self.rows = rows
      self.otherwise = otherwise
      self.worstRank = worstRank
    }
  }

  package struct Band: Hashable, Sendable {
    package var condition: NodeID?
    package var measure: NodeID
    package var of: NodeID
    package var isDuration: Bool
    package var percent: FixedPoint
    package var includesBound: Bool
    /// 100 % in the units of the percentage; 0 where that is no `Int64`.
    let hundred: Int64

    package init(
      condition: NodeID?, measure: NodeID, of: NodeID, isDuration: Bool, percent: FixedPoint, includesBound: Bool
    ) {
      self.condition = condition
      self.measure = measure
      self.of = of
      self.isDuration = isDuration
      self.percent = percent
      self.includesBound = includesBound
      hundred = (0..<percent.scale).reduce(100) { product, _ in
        let (next, overflow) = product.multipliedReportingOverflow(by: 10)
        return overflow ? 0 : next
      }
    }
  }

  package struct Calendar: Hashable, Sendable {
    package struct Opening: Hashable, Sendable {
      /// 1 is Monday.
      package var weekday: Int
      package var from: Int
      package var until: Int

      package init(weekday: Int, from: Int, until: Int) {
        self.weekday = weekday
        self.from = from
        self.until = until
      }
    }
    package var zone: NodeID
    package var openings: [Opening]
    package var holidays: Set<Int32>

    package init(zone: NodeID, openings: [Opening], holidays: Set<Int32>) {
      self.zone = zone
      self.openings = openings
      self.holidays = holidays
    }
  }

  package enum Piece: Hashable, Sendable {
    case text(String)
    case hole(NodeID, ValueType)
  }

  /// A move that a record makes by itself when its time has come.
  package struct TimedMove: Hashable, Sendable {
    package var field: Int
    package var from: Int64
    package var to: Int64
    package var after: TimeSpan
    package var since: Int

    package init(field: Int, from: Int64, to: Int64, after: TimeSpan, since: Int) {
      self.field = field
      self.from = from
      self.to = to
      self.after = after
      self.since = since
    }
  }

  package var schema = Schema() {
    didSet { names = NameTables(schema) }
  }
  package private(set) var names = NameTables(Schema())
  package var timeZone = "UTC"
  package var nodes: [PlanNode] = []
  package var operands: [NodeID] = []
  package var constants: [Cell] = []
  /// The texts that the rules name.
  package var strings = TextTable()
  /// Constants of types that a cell cannot hold alone, made anew for each request.
  package var composites: [(value: Value, type: ValueType)] = []
  package var comprehensions: [Comprehension] = []
  package var queries: [Query] = []
  package var tables: [Table] = []
  package var bands: [Band] = []
  package var calendars: [Calendar] = []
  package var texts: [[Piece]] = []
  package var patterns: [String: Pattern] = [:]
  /// By call of `format` the types of its arguments.
  package var argumentTypes: [Int32: [ValueType]] = [:]
  package var zones: [String: TimeZoneRules] = [:]
  /// By node, what its operands are: the type of the first, and the place in the files.
  package var types: [ValueType] = []
  package var places: [String] = []
  /// Nodes whose expression stands in more than one place; `places` has the first.
  package var sharedNodes: Set<NodeID> = []
  package var contextCount = 0
  package var singletonCount = 0
  /// By name of the singleton its entity, in the order of the slots.
  package var singletons: [(name: String, entity: Int)] = []
  /// The slot of what the first effect of an action makes.
  package var effectBase: Int32 = 0
  /// The most effects that one action has.
  package var effectCount = 0
  package var localCount = 0
  package var memoCount = 0
  package var definitionCount = 0
  /// By entity.
  package var timedMoves: [[TimedMove]] = []
  /// By node, how it is worked out at a glance; empty until the plan is prepared.
  private(set) var quickNodes: [QuickNode] = []
  /// What the rows of tables and the rules of actions ask of single values.
  var conditions = ConditionColumns()
  /// By table, which of its rows may apply.
  private(set) var tableIndexes: [ConditionIndex] = []

  package init() {}

  var inputBase: Int { Int(Slot.first) + contextCount + singletonCount }
}

extension ExpressionPlan {
  /// Marks what needs no more than a look at one or two cells.
  mutating func prepare() {
    markPlainComparisons()
    quickNodes = []
    quickNodes.reserveCapacity(nodes.count)
    for index in nodes.indices { quickNodes.append(quickNode(index)) }
  }

  /// Makes the indexes of the tables.
  mutating func indexTables(_ builder: inout ConditionIndexBuilder) {
    tableIndexes = tables.map { table in builder.index(table.rows.map { IndexedCondition(node: $0.condition) }) }
  }

  /// Which rows of a table may apply; all, unless the plan is prepared.
  func index(of table: Int) -> ConditionIndex {
    table < tableIndexes.count ? tableIndexes[table] : ConditionIndex(count: tables[table].rows.count)
  }

  /// How a node is worked out at a glance, where it is a value of the request or compares one with a constant.
  private func quickNode(_ index: Int) -> QuickNode {
    let node = nodes[index]
    switch node.operation {
    case .slot: return QuickNode(.value, .slot, node.a)
    case .referenceField:
      let base = nodes[Int(node.a)]
      guard base.operation == .slot || base.operation == .local else { return .none }
      return QuickNode(.value, base.operation == .slot ? .slotField : .localField, base.a, node.b, of: node.c)
    case .not:
      guard Int(node.a) < index else { return .none }
      return quickNode(Int(node.a)).opposite
    case .equalConstant, .notEqualConstant:
      let operation: QuickNode.Operation = node.operation == .equalConstant ? .equal : .notEqual
      return quickNode(Int(node.a)).comparing(operation, constants[Int(node.b)].payload)
    case .call where node.c == 1:
      let right = nodes[Int(operands[Int(node.a) + 1].raw)]
      guard let builtin = Builtin(rawValue: node.builtin), let operation = QuickNode.Operation(builtin),
        right.operation == .constant, types[index].isOneNumber
      else { return .none }
      return quickNode(Int(operands[Int(node.a)].raw)).comparing(operation, constants[Int(right.a)].payload)
    default: return .none
    }
  }

  /// Marks the comparisons that need no more than a look at two cells, whatever the type.
  private mutating func markPlainComparisons() {
    for index in nodes.indices where nodes[index].operation == .call && nodes[index].b == 2 {
      guard let builtin = Builtin(rawValue: nodes[index].builtin), index < types.count else { continue }
      let isPlain =
        switch builtin {
        case .equal, .notEqual, .inList: types[index].isEqualByCell
        case .less, .lessOrEqual, .greater, .greaterOrEqual: types[index].isOrderedByCell
        default: false
        }
      nodes[index].c = isPlain ? 1 : 0
    }
  }
}

extension ValueType {
  /// Whether two values are in the order of their cells.
  fileprivate var isOrderedByCell: Bool {
    switch self {
    case .bool, .int, .decimal, .date, .timestamp, .duration, .enumeration: true
    default: false
    }
  }

  /// Whether the payload of a cell is the whole value.
  var isOneNumber: Bool {
    switch self {
    case .bool, .int, .decimal, .date, .enumeration, .string: true
    default: false
    }
  }

  /// Whether two values are equal exactly when their cells are.
  fileprivate var isEqualByCell: Bool {
    if case .string = self { true } else { isOrderedByCell }
  }
}
