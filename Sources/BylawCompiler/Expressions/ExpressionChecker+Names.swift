import BylawModel
import BylawSyntax

/// Names: what stands alone, and what a namespace such as `input` holds.
extension ExpressionChecker {
  /// A name alone: a value of the scope, or an entity type as `type(x) == User` needs it.
  mutating func identifier(
    _ text: String, at range: SourceRange, hint: ValueType?, in context: Context
  ) -> Checked {
    switch context.scope.names[text] {
    case .value(let kind, let type): return bound(kind, type, at: range, in: context)
    case .namespace(let members):
      report(ExpressionMessages.namespaceAlone(text, members: Array(members.keys), at: range))
    case .unavailable(let reason): report(ExpressionMessages.unavailable(text, because: reason, at: range))
    case nil:
      if let index = vocabulary.entities[text] {
        return checked(.entityType(index), .entityType, at: range, in: context)
      }
      report(undeclared(text, at: range, hint: hint, in: context))
    }
    return failed(at: range, in: context)
  }

  /// What is wrong with a name that stands for no value.
  private func undeclared(
    _ text: String, at range: SourceRange, hint: ValueType?, in context: Context
  ) -> Diagnostic {
    if let function = vocabulary.functions[text] {
      return ExpressionMessages.functionAlone(text, parameters: function.parameters.map(\.name), at: range)
    }
    if vocabulary.thresholds[text] != nil { return ExpressionMessages.thresholdAlone(text, at: range) }
    if case .enumeration(let index) = hint, vocabulary.schema.enums[index].members.contains(text) {
      return ExpressionMessages.wordWithoutQuotes(text, at: range)
    }
    switch text {
    case "null": return ExpressionMessages.noNull(at: range)
    case "dyn": return ExpressionMessages.noDyn(at: range)
    case "uint": return ExpressionMessages.noUint(at: range)
    case "bytes": return ExpressionMessages.noBytes(at: range)
    default: break
    }
    if functionNames.contains(text) { return ExpressionMessages.functionAlone(text, parameters: ["…"], at: range) }
    if vocabulary.enums[text] != nil { return ExpressionMessages.enumAlone(text, at: range) }
    let isWord = vocabulary.schema.enums.contains { $0.members.contains(text) }
    return ExpressionMessages.unknownName(
      text, names: valueNames(in: context.scope), functions: functionNames, isWord: isWord, at: range)
  }

  private func valueNames(in scope: Scope) -> [String] {
    scope.names.compactMap { name, binding in
      if case .unavailable = binding { nil } else { name }
    }
  }

  private func bound(
    _ kind: TypedExpression.Kind, _ type: ValueType, at range: SourceRange, in context: Context
  ) -> Checked {
    let path: Flow.Path? =
      switch kind {
      case .root(let root): Flow.Path(.root(root))
      case .local(let number): Flow.Path(.local(number))
      default: nil
      }
    return narrowed(checked(kind, type, at: range, path: path, in: context), in: context)
  }

  /// `namespace.member`; `nil` when the base is no namespace.
  private mutating func member(
    _ member: Expression.Name, of base: Expression, at range: SourceRange, in context: Context
  ) -> Checked? {
    guard let members = namespace(base, in: context.scope) else { return nil }
    let name = spelling(of: base) ?? ""
    switch members[member.text] {
    case .value(let kind, let type): return bound(kind, type, at: range, in: context)
    case .namespace(let inner):
      report(ExpressionMessages.namespaceAlone("\(name).\(member.text)", members: Array(inner.keys), at: range))
    case .unavailable(let reason):
      report(ExpressionMessages.unavailable("\(name).\(member.text)", because: reason, at: member.range))
    case nil:
      report(ExpressionMessages.unknownMember(member.text, of: name, among: Array(members.keys), at: member.range))
    }
    return failed(at: range, in: context)
  }

  /// The members, when an expression names a namespace.
  private func namespace(_ expression: Expression, in scope: Scope) -> [String: Scope.Binding]? {
    switch expression.kind {
    case .identifier(let text):
      guard case .namespace(let members) = scope.names[text] else { return nil }
      return members
    case .select(let base, let member, isOptional: false):
      guard let outer = namespace(base, in: scope), case .namespace(let members) = outer[member.text] else {
        return nil
      }
      return members
    default: return nil
    }
  }

  // MARK: Fields

  /// `base.field`.
  mutating func selection(
    of base: Expression, _ field: Expression.Name, at range: SourceRange, in context: Context
  ) -> Checked {
    let owner: Checked
    if case .identifier(let text) = base.kind, case .value(let kind, let type) = context.scope.names[text] {
      if context.flow.knowsNothing, let (position, fieldType) = plainField(field.text, of: type),
        fieldType.needsNoPath
      {
        let value = TypedExpression(kind, type, at: base.range)
        return checked(.field(value, position), fieldType, at: range, in: context)
      }
      owner = settled(bound(kind, type, at: base.range, in: context), in: context)
    } else {
      if let member = member(field, of: base, at: range, in: context) { return member }
      owner = settle(base, hint: nil, in: context)
    }
    if owner.type.isOptional {
      report(ExpressionMessages.fieldOfOptional(field.text, base: spelling(of: base), at: field.range))
      return failed(at: range, in: context)
    }
    return selection(of: owner, field, written: base, at: range, isOptional: false, in: context)
  }

  /// A field of a value that is no optional; with `isOptional` it is about to become one.
  private mutating func selection(
    of owner: Checked, _ field: Expression.Name, written base: Expression, at range: SourceRange, isOptional: Bool,
    in context: Context
  ) -> Checked {
    let path: Flow.Path?
    switch owner.type {
    case .record, .entity:
      guard let (position, type) = plainField(field.text, of: owner.type), !isOptional, type.needsNoPath else {
        path = owner.path?.appending(field.text)
        break
      }
      return checked(.field(owner.expression, position), type, at: range, in: context)
    default: path = owner.path?.appending(field.text)
    }
    switch owner.type {
    case .error, .undetermined:
      return checked(.invalid, owner.type, at: range, in: context)
    case .map(let element):
      let key = TypedExpression(.literal(.string(field.text)), .string, at: field.range)
      return checked(.call(.elementOfMap, [owner.expression, key]), element, at: range, in: context)
    case .entity where field.text == "id":
      return checked(.identifier(owner.expression), .string, at: range, path: path, in: context)
    case .entity(let indices) where indices.count > 1:
      return commonField(of: owner, indices, field, written: base, at: range, in: context)
    default:
      guard let (position, type) = self.field(field, of: owner.type) else { return failed(at: range, in: context) }
      let result = checked(.field(owner.expression, position), type, at: range, path: path, in: context)
      return narrowed(result, in: context)
    }
  }

  /// The position and the type of a field of a record or of one entity, as declared.
  private func plainField(_ name: String, of type: ValueType) -> (position: Int, type: ValueType)? {
    switch type {
    case .record(let index): return Self.field(name, in: vocabulary.schema.records[index].fields)
    case .entity(let indices) where indices.count == 1:
      return name == "id" ? nil : Self.field(name, in: vocabulary.schema.entities[indices[0]].fields)
    default: return nil
    }
  }

  private static func field(_ name: String, in fields: [Field]) -> (position: Int, type: ValueType)? {
    for position in fields.indices where fields[position].name == name { return (position, fields[position].type) }
    return nil
  }

  /// The position and the type of a field; reports when there is none.
  ///
  /// On a patch every field is optional.
  private mutating func field(_ name: Expression.Name, of type: ValueType) -> (position: Int, type: ValueType)? {
    let fields = vocabulary.schema.fields(of: type)
    guard let position = fields.firstIndex(where: { $0.name == name.text }) else {
      switch type {
      case .record, .entity, .patch:
        let names = fields.map(\.name)
        report(ExpressionMessages.unknownField(name.text, of: self.name(of: type), among: names, at: name.range))
      case .json: report(ExpressionMessages.fieldOfJSON(name.text, at: name.range))
      default:
        let isMethod = Overload.methods[name.text] != nil || Self.methodNames.contains(name.text)
        report(
          ExpressionMessages.noFields(name.text, of: self.name(of: type), isMethod: isMethod, at: name.range))
      }
      return nil
    }
    let isPatch = if case .patch = type { true } else { false }
    let own = fields[position].type
    return (position, isPatch ? own.asOptional : own)
  }

  /// A field that all entities of a union have, with one type: read from whichever it is.
  private mutating func commonField(
    of owner: Checked, _ indices: [Int], _ field: Expression.Name, written base: Expression, at range: SourceRange,
    in context: Context
  ) -> Checked {
    let schema = vocabulary.schema
    var options: [(entity: Int, position: Int, type: ValueType)] = []
    for index in indices {
      let fields = schema.entities[index].fields
      guard let position = fields.firstIndex(where: { $0.name == field.text }) else { continue }
      options.append((index, position, fields[position].type))
    }
    let types = Set(options.map(\.type))
    guard options.count == indices.count, let type = types.first, types.count == 1 else {
      report(missingInUnion(field, owner, options.map(\.entity), indices, written: base))
      return failed(at: range, in: context)
    }
    let number = makeLocal()
    let shared = local(number, owner.type, at: owner.expression.range)
    let asked = TypedExpression(.call(.typeOf, [shared]), .entityType, at: range)
    var choices = options.map { option in
      let base = local(number, .entity([option.entity]), at: owner.expression.range)
      return (option.entity, TypedExpression(.field(base, option.position), type, at: range))
    }
    guard let last = choices.popLast() else { return failed(at: range, in: context) }
    let body = choices.reversed().reduce(last.1) { rest, choice in
      let entity = TypedExpression(.entityType(choice.0), .entityType, at: range)
      let test = TypedExpression(.call(.equal, [asked, entity]), .bool, at: range)
      return TypedExpression(.conditional(test, choice.1, rest), type, at: range)
    }
    let path = owner.path?.appending(field.text)
    let kind = TypedExpression.Kind.bind(local: number, value: owner.expression, body: body)
    return checked(kind, type, at: range, path: path, in: context)
  }

  /// Why a field cannot be read from one of several entities.
  private func missingInUnion(
    _ field: Expression.Name, _ owner: Checked, _ having: [Int], _ all: [Int], written base: Expression
  ) -> Diagnostic {
    let entities = vocabulary.schema.entities
    if having.isEmpty {
      let names = all.flatMap { entities[$0].fields.map(\.name) }
      return ExpressionMessages.unknownField(field.text, of: name(of: owner.type), among: names, at: field.range)
    }
    let missing = all.filter { !having.contains($0) }.map { entities[$0].name }
    return ExpressionMessages.fieldOfSome(
      field.text, of: having.map { entities[$0].name }, missing: missing, base: spelling(of: base),
      at: field.range)
  }

  /// `base.?field`: none where the base is none, else as the field is.
  mutating func optionalSelection(
    of base: Expression, _ field: Expression.Name, at range: SourceRange, in context: Context
  ) -> Checked {
    if let member = member(field, of: base, at: range, in: context) { return asOptional(member) }
    let owner = infer(base, hint: nil, in: context)
    guard case .optional(let content) = owner.type else {
      return asOptional(optionalMember(of: owner, field, written: base, at: range, in: context))
    }
    let path = owner.path?.appending(field.text)
    if content.hasPlainFields, field.text != "id" || !content.isReference {
      guard let (position, type) = self.field(field, of: content) else { return failed(at: range, in: context) }
      let kind = TypedExpression.Kind.optionalField(owner.expression, position)
      return checked(kind, type.asOptional, at: range, path: path, in: context)
    }
    let none = TypedExpression(.none, .undetermined, at: range)
    let kind = whenPresent(owner.expression, otherwise: none) { checker, value in
      let inside = checker.checked(value.kind, value.type, at: value.range, in: context)
      return checker.asOptional(checker.optionalMember(of: inside, field, written: base, at: range, in: context))
        .expression
    }
    guard kind.type != .error else { return failed(at: range, in: context) }
    return checked(kind.kind, kind.type, at: range, path: path, in: context)
  }

  /// A field of a value that is there; of a map, the value of a key that may be absent.
  private mutating func optionalMember(
    of owner: Checked, _ field: Expression.Name, written base: Expression, at range: SourceRange,
    in context: Context
  ) -> Checked {
    guard case .map(let element) = owner.type else {
      return selection(of: owner, field, written: base, at: range, isOptional: true, in: context)
    }
    let key = TypedExpression(.literal(.string(field.text)), .string, at: field.range)
    let kind = TypedExpression.Kind.call(.optionalElementOfMap, [owner.expression, key])
    return checked(kind, element.asOptional, at: range, path: owner.path?.appending(field.text), in: context)
  }

  /// A value that is always there as an optional.
  func asOptional(_ value: Checked) -> Checked {
    guard !value.type.isOptional, value.type != .error else { return value }
    var result = value
    let type = ValueType.optional(value.type)
    result.expression = TypedExpression(.wrap(value.expression), type, at: value.expression.range)
    return result
  }

  // MARK: Elements

  /// `base[key]` of a list or a map.
  mutating func element(
    of base: Expression, _ key: Expression, at range: SourceRange, in context: Context
  ) -> Checked {
    let owner = settle(base, hint: nil, in: context)
    if owner.type.isOptional {
      report(ExpressionMessages.elementOfOptional(base: spelling(of: base), at: base.range))
      return failed(at: range, in: context)
    }
    guard let (list, element) = container(owner, written: base) else { return failed(at: range, in: context) }
    let place = value(key, of: list ? .int : .string, in: context)
    let builtin: Builtin = list ? .elementOfList : .elementOfMap
    return checked(.call(builtin, [owner.expression, place]), element, at: range, in: context)
  }

  /// `base[?key]`: none where the key is absent, or the base is none.
  mutating func optionalElement(
    of base: Expression, _ key: Expression, at range: SourceRange, in context: Context
  ) -> Checked {
    let owner = infer(base, hint: nil, in: context)
    guard case .optional(let content) = owner.type else {
      return optionalElement(of: owner, written: base, key, at: range, in: context)
    }
    let none = TypedExpression(.none, .undetermined, at: range)
    let kind = whenPresent(owner.expression, otherwise: none) { checker, value in
      let inside = checker.checked(value.kind, content, at: base.range, in: context)
      return checker.optionalElement(of: inside, written: base, key, at: range, in: context).expression
    }
    guard kind.type != .error else { return failed(at: range, in: context) }
    return checked(kind.kind, kind.type, at: range, in: context)
  }

  private mutating func optionalElement(
    of owner: Checked, written base: Expression, _ key: Expression, at range: SourceRange, in context: Context
  ) -> Checked {
    guard let (list, element) = container(owner, written: base) else { return failed(at: range, in: context) }
    let place = value(key, of: list ? .int : .string, in: context)
    let builtin: Builtin = list ? .optionalElementOfList : .optionalElementOfMap
    return checked(.call(builtin, [owner.expression, place]), element.asOptional, at: range, in: context)
  }

  /// Whether a value is a list or else a map, and the type of its elements; reports when it is neither.
  private mutating func container(
    _ owner: Checked, written base: Expression
  ) -> (isList: Bool, element: ValueType)? {
    switch owner.type {
    case .list(let element): return (true, element)
    case .map(let element): return (false, element)
    case .undetermined: return (true, .undetermined)
    case .error: return nil
    default:
      report(ExpressionMessages.noElements(name(of: owner.type), at: base.range))
      return nil
    }
  }

  /// A value computed from the content of an optional, or another of the same type where there is none.
  mutating func whenPresent(
    _ optional: TypedExpression, otherwise: TypedExpression,
    _ body: (inout ExpressionChecker, TypedExpression) -> TypedExpression
  ) -> TypedExpression {
    let number = makeLocal()
    let shared = local(number, optional.type, at: optional.range)
    let content = TypedExpression(.unwrap(shared), optional.type.content, at: optional.range)
    let result = body(&self, content)
    var otherwise = otherwise
    otherwise.type = result.type
    let test = TypedExpression(.isPresent(shared), .bool, at: optional.range)
    let choice = TypedExpression(.conditional(test, result, otherwise), result.type, at: result.range)
    return TypedExpression(.bind(local: number, value: optional, body: choice), result.type, at: result.range)
  }
}

extension ValueType {
  /// Whether fields are read by one position: records, patches, references to one entity.
  fileprivate var hasPlainFields: Bool {
    switch self {
    case .record, .patch: true
    case .entity(let indices): indices.count == 1
    default: false
    }
  }

  fileprivate var isReference: Bool {
    if case .entity = self { true } else { false }
  }
}
