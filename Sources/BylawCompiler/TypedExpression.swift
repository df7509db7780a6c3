package import BylawModel
package import BylawSyntax

/// An expression after checking: every name resolved, every operator chosen, every node typed.
///
/// The planner lowers it to the flat form of the evaluator; the reference evaluator of the tests walks it as it is.
package struct TypedExpression: Sendable {
  package indirect enum Kind: Sendable {
    /// A constant; a word of an enumeration stands as `.string`.
    case literal(Value)
    case root(Root)
    /// A variable of a comprehension, a parameter, `it`, `each`, `approver`, … by a number unique in the rule set.
    case local(Int)
    /// A field of a record, a referenced record or a patch, by position in `Schema.fields(of: base.type)`.
    /// An optional field gives an optional; on a patch every field does. A base of the type `User` can come from one of
    /// `User | Group` after `type(x) == User`; if the record is of another type after all, the field errs.
    case field(TypedExpression, Int)
    /// `a.?b`: as `field` where `base` is an optional; none when the base is none. Nested optionals are joined.
    case optionalField(TypedExpression, Int)
    /// The id of a reference.
    case identifier(TypedExpression)
    case call(Builtin, [TypedExpression])
    /// Errors absorb: false wins over an error.
    case and([TypedExpression])
    /// Errors absorb: true wins over an error.
    case or([TypedExpression])
    case not(TypedExpression)
    case conditional(TypedExpression, TypedExpression, TypedExpression)
    case list([TypedExpression])
    case map([(key: TypedExpression, value: TypedExpression)])
    /// A record by position; a field left out is absent (`nil`).
    case record([TypedExpression?])
    case comprehension(Comprehension)
    case bind(local: Int, value: TypedExpression, body: TypedExpression)
    /// A list of named conditions.
    case conditions(ConditionList)
    /// A named condition of the rule set applied: `CheckedRuleSet.conditions[index]`, its parameters bound to the arguments.
    case condition(index: Int, arguments: [TypedExpression])
    /// A classification applied: `CheckedRuleSet.classifications[index]`, its parameters bound to the arguments.
    case classification(index: Int, arguments: [TypedExpression])
    /// A fact over the records of an entity.
    case query(Query)
    /// Whether a threshold has reached the band at this position.
    case bandReached(threshold: Int, band: Int)
    /// Text put together; `Sentence` under `set: {text: …}`.
    case text([TypedSentence.Piece])
    /// `optional` made of a value where an optional is expected.
    case wrap(TypedExpression)
    /// The content of an optional that the flow shows to be there. It errs when there is none after all, which an
    /// error on the way can bring about: in `a && b`, `b` is asked also when `a` erred.
    case unwrap(TypedExpression)
    /// `has(x)` of an optional: whether it is there.
    case isPresent(TypedExpression)
    /// `optional.none()`.
    case none
    /// A decimal or an int (scale 0) brought to a larger scale; overflow errs.
    case rescale(TypedExpression, from: Int, to: Int)
    /// An entity type, by position in the schema.
    case entityType(Int)
    /// `business_hours(t)`: whether the time lies in a calendar of the rule set.
    case calendar(index: Int, TypedExpression)
    /// Already reported; evaluating it is a broken invariant.
    case invalid
  }

  /// Where a value that is not computed comes from.
  package enum Root: Hashable, Sendable {
    case subject
    case resource
    /// The resource as the effects of the action would leave it.
    case after
    /// The name of the action, a string.
    case action
    /// The proposal voted on.
    case proposal
    case input(Int)
    case context(Int)
    case singleton(Int)
    /// A `let`, by a number unique in the rule set; a fact of the rule set likewise. Its expression is in `CheckedRuleSet.definitions`.
    case definition(Int)
    /// A record that an earlier effect made (`effects.name`), by position in the action's effects.
    case effect(Int)
    case now
    case requestedAt
    /// The day of `now` in the time zone of the rule set.
    case today
  }

  package struct Comprehension: Sendable {
    package enum Kind: Sendable, Hashable {
      case all, exists, existsOne, filter, map
      /// Two variables: index and element of a list, key and value of a map.
      case transformList, transformMap
    }
    package var kind: Kind
    package var range: TypedExpression
    /// The variable: the element of a list, the key of a map; with `second`, the index or the key.
    package var local: Int
    /// The second variable: the element or the value.
    package var second: Int?
    /// The condition of all, exists, existsOne, filter, and of the three-argument map.
    package var condition: TypedExpression?
    /// What map and the transforms give.
    package var transform: TypedExpression?

    package init(
      kind: Kind, range: TypedExpression, local: Int, second: Int? = nil,
      condition: TypedExpression? = nil, transform: TypedExpression? = nil
    ) {
      self.kind = kind
      self.range = range
      self.local = local
      self.second = second
      self.condition = condition
      self.transform = transform
    }
  }

  /// `all:`, `any:` or `none:` of named conditions.
  package struct ConditionList: Sendable {
    package enum Kind: Sendable, Hashable { case all, any, none }
    package struct Member: Sendable {
      /// The author's sentence; `nil` for a bare condition.
      package var sentence: TypedSentence?
      package var condition: TypedExpression
      package init(sentence: TypedSentence?, condition: TypedExpression) {
        self.sentence = sentence
        self.condition = condition
      }
    }
    package var kind: Kind
    package var members: [Member]

    package init(kind: Kind, members: [Member]) {
      self.kind = kind
      self.members = members
    }
  }

  /// `count sum min max exists first one list` over the records of an entity.
  package struct Query: Sendable {
    package enum Kind: String, Sendable, Hashable, CaseIterable { case count, sum, min, max, exists, first, one, list }
    package var kind: Kind
    /// Position in the schema's entities.
    package var entity: Int
    /// The variable `it`.
    package var local: Int
    package var condition: TypedExpression?
    /// What sum, min and max take of each record.
    package var of: TypedExpression?
    package var order: TypedExpression?
    package var latestFirst: Bool
    package var limit: Int?

    package init(
      kind: Kind, entity: Int, local: Int, condition: TypedExpression? = nil,
      of: TypedExpression? = nil, order: TypedExpression? = nil, latestFirst: Bool = false, limit: Int? = nil
    ) {
      self.kind = kind
      self.entity = entity
      self.local = local
      self.condition = condition
      self.of = of
      self.order = order
      self.latestFirst = latestFirst
      self.limit = limit
    }
  }

  package var kind: Kind
  package var type: ValueType
  /// Where it stands in the files.
  package var range: SourceRange

  package init(_ kind: Kind, _ type: ValueType, at range: SourceRange) {
    self.kind = kind
    self.type = type
    self.range = range
  }
}

/// A sentence with checked holes.
package struct TypedSentence: Sendable {
  package enum Piece: Sendable {
    case text(String)
    /// Printed as text; an error prints `?`.
    case hole(TypedExpression)
  }
  package var pieces: [Piece]

  package init(pieces: [Piece]) { self.pieces = pieces }
}
