import BylawModel
import BylawSyntax

/// All wording of the type checker of expressions.
enum ExpressionMessages {
  /// What expressions that must have one type are parts of.
  enum Role {
    case elements, values, branches, arguments, concatenation

    fileprivate var phrase: String {
      switch self {
      case .elements: "the elements of a list"
      case .values: "the values of a map"
      case .branches: "the two results of '?:'"
      case .arguments: "the arguments"
      case .concatenation: "two lists put together"
      }
    }
  }

  /// A mistake by its code, so that none is reported without being listed there.
  static func mistake(
    _ code: ExpressionCode, at range: SourceRange, _ message: String, expected: String? = nil,
    notes: [Diagnostic.Note] = [], hint: String? = nil
  ) -> Diagnostic {
    Diagnostic(code.code, at: range, message, expected: expected, notes: notes, hint: hint)
  }

  // MARK: Types

  /// A value of one type where another is needed.
  ///
  /// `expectation`: more on what was expected than the name of its type.
  static func mismatch(
    _ type: String, expected: String, expectation: String? = nil, hint: String?, at range: SourceRange
  ) -> Diagnostic {
    mistake(
      .typeMismatch, at: range, "this is \(type), where \(expected) is needed",
      expected: expectation ?? expected, hint: hint)
  }

  /// `[1, "a"]`: parts of several types where there must be one.
  static func mixedTypes(
    _ first: String, _ second: String, role: Role, hint: String?, at range: SourceRange
  ) -> Diagnostic {
    mistake(
      .mixedTypes, at: range, "\(role.phrase) must have one type, not \(first) and \(second)",
      expected: first, hint: hint)
  }

  /// `resource.cost > "500"`: two sides of different types.
  ///
  /// `side`: on which side of the symbol the other value stands, where that is to be said.
  static func comparison(
    of type: String, with other: String, symbol: String, side: String?, hint: String?, at range: SourceRange
  ) -> Diagnostic {
    mistake(
      .typeMismatch, at: range, "cannot compare \(other) with \(type)",
      expected: side.map { "\(other), as on the \($0) of '\(symbol)'" } ?? other, hint: hint)
  }

  /// What an author can write for a literal of the wrong type; `nil` when there is nothing to say.
  static func literalHint(from own: ValueType, to wanted: ValueType) -> String? {
    switch (own, wanted) {
    case (.double, .int): "write a whole number"
    case (.int, .string), (.double, .string), (.bool, .string): "text stands in quotes"
    case (.string, .int), (.string, .decimal), (.string, .double): "write the number without quotes"
    case (.string, .timestamp): "write timestamp(\"2025-12-01T10:00:00Z\")"
    case (.string, .date): "write date(\"2025-12-01\")"
    case (.string, .duration): "write a duration without quotes, such as 24h or 15 min"
    case (.int, .duration): "write a duration with its unit, such as 24h or 15 min"
    case (.int, .ratio), (.double, .ratio): "a share is compared with another share or with percent(…)"
    case (.string, .entity): "compare the identity: x.id == \"…\""
    case (.string, .entityType): "write the name of the entity without quotes"
    case (.string, .bool): "write true or false without quotes"
    default: nil
    }
  }

  /// What an author can write to get from one type to the other; `nil` when there is no way.
  static func conversionHint(
    from own: ValueType, to wanted: ValueType, spelling: String?, in vocabulary: Vocabulary
  ) -> String? {
    let value = spelling ?? "…"
    switch (own, wanted) {
    case (.int, .decimal):
      return "an int never meets a decimal by itself; write decimal(\(value))"
    case (.decimal, .int), (.double, .int): return "write int(\(value)), which drops the decimal places"
    case (.decimal, .double), (.int, .double): return "write double(\(value))"
    case (.double, .decimal): return "money is never a double; write the number with a point, or keep to decimals"
    case (.string, .timestamp): return "write timestamp(\(value))"
    case (.string, .date): return "write date(\(value))"
    case (.string, .duration): return "write duration(\(value))"
    case (.int, .duration): return "write hours(\(value)), minutes(\(value)) or days(\(value))"
    case (.timestamp, .date): return "write date(\(value))"
    case (.date, .timestamp): return "compare days with days: date(…) on the other side"
    case (.ratio, .int), (.int, .ratio), (.decimal, .ratio), (.double, .ratio), (.ratio, .double), (.ratio, .decimal):
      return "a share is compared with another share or with percent(…)"
    case (.string, .entity): return "compare the identity: x.id == \(value)"
    case (.entity, .string): return "write \(value).id"
    case (.enumeration(let index), .string):
      let words = vocabulary.schema.enums[index].members
      return "write string(\(value)), or compare it with a word: \(quoted(words))"
    case (let scalar, .string) where scalar.isConvertibleToText: return "write string(\(value))"
    case (.list, .bool): return "ask size(…) > 0, or use exists, all or 'in'"
    case (.int, .bool): return "compare the number with another"
    case (.string, .bool): return "compare the text with another"
    default: return nil
    }
  }

  /// `now + now`: an operator that means nothing on these types.
  static func noOperation(
    _ symbol: String, _ left: String, _ right: String, hint: String?, at range: SourceRange
  ) -> Diagnostic {
    mistake(.noOperation, at: range, "'\(symbol)' does not take \(left) and \(right)", hint: hint)
  }

  /// The hint where a number is put together with text.
  static func textConversion(of spelling: String?) -> String {
    "write string(\(spelling ?? "…")), or put it in a sentence as {\(spelling ?? "…")}"
  }

  /// `-"a"`: a sign before what has no negative.
  static func noSign(_ type: String, at range: SourceRange) -> Diagnostic {
    mistake(
      .typeMismatch, at: range, "\(type) has no negative",
      expected: alternatives(["int", "decimal", "double", "duration"]))
  }

  /// `subject.role < "vendor"`: order where there is none.
  ///
  /// `isEnum`: whether declaring an order would help.
  static func notOrdered(_ type: String, symbol: String, isEnum: Bool, at range: SourceRange) -> Diagnostic {
    mistake(
      .notOrdered, at: range, "'\(symbol)' cannot be used: \(type) has no order",
      hint: isEnum ? "declare the enum with least_to_worst: […], or compare with '=='" : nil)
  }

  /// `users.sort()`: elements without order.
  static func unorderedElements(_ type: String, _ method: String, at range: SourceRange) -> Diagnostic {
    mistake(
      .notOrdered, at: range, "'\(method)' cannot be used: the elements of \(type) have no order")
  }

  /// `json == json`: values without equality.
  static func notComparable(_ type: String, at range: SourceRange) -> Diagnostic {
    mistake(.notComparable, at: range, "two values of \(type) cannot be compared")
  }

  /// `{1: 2}`: a key that is no text.
  static func keyIsNotText(_ type: String, at range: SourceRange) -> Diagnostic {
    mistake(
      .mapKey, at: range, "the keys of a map are text, not \(type)", expected: "text")
  }

  /// `{?"a": x}`: an entry that would be left out when there is no value.
  static func optionalEntry(at range: SourceRange) -> Diagnostic {
    mistake(
      .optionalEntry, at: range, "an entry of a map cannot be left out by '?'",
      hint: "give the optional itself as the value of an optional field")
  }

  /// `{"a": 1, "a": 2}`: a key twice.
  static func repeatedKey(_ key: String, at range: SourceRange, first: SourceRange) -> Diagnostic {
    mistake(
      .duplicateKey, at: range, "the key '\(key)' stands twice",
      notes: [Diagnostic.Note(range: first, message: "first used here")], hint: "remove one of them")
  }

  /// `{resource.impact}` in a sentence: a value without a printed form.
  static func unprintable(_ type: String, at range: SourceRange) -> Diagnostic {
    mistake(
      .unprintable, at: range, "\(type) cannot be printed in a sentence",
      hint: "name a field of it, or the number behind it")
  }

  /// `string(record)`: a value without a spelling.
  static func noText(_ type: String, at range: SourceRange) -> Diagnostic {
    mistake(
      .typeMismatch, at: range, "\(type) has no spelling as text",
      expected: "a number, a time, a bool, a word of an enum or a reference")
  }

  // MARK: Numbers

  /// `cost > 1.005`: more decimal places than the decimal has.
  static func tooManyPlaces(_ places: Int, allowed: Int, at range: SourceRange) -> Diagnostic {
    mistake(
      .tooManyPlaces, at: range,
      "\(places) decimal places are too many for decimal(\(allowed))",
      expected: allowed == 0 ? "a whole number" : "at most \(allowed) decimal \(allowed == 1 ? "place" : "places")")
  }

  /// A literal that the expected type cannot hold exactly.
  static func numberTooLarge(for type: String, at range: SourceRange) -> Diagnostic {
    mistake(.numberOutOfRange, at: range, "this number does not fit into \(type)")
  }

  /// `a * b`: a product with more places than decimals can have.
  static func productTooFine(_ places: Int, at range: SourceRange) -> Diagnostic {
    mistake(
      .tooManyPlaces, at: range, "the product would have \(places) decimal places",
      expected: "at most 18 decimal places")
  }

  /// `cost / 3`: a division that would round.
  static func decimalDivision(_ symbol: String, at range: SourceRange) -> Diagnostic {
    mistake(
      .decimalDivision, at: range, "decimals are not divided: '\(symbol)' would have to round",
      hint: "compare shares instead: share(a, b) > percent(20)")
  }

  /// `cost * n`: an int beside a decimal, neither of them a literal.
  static func intWithDecimal(_ symbol: String, at range: SourceRange) -> Diagnostic {
    mistake(
      .typeMismatch, at: range, "'\(symbol)' does not take an int and a decimal",
      hint: "write decimal(n) around the int")
  }

  /// `share(1, 2) + percent(5)`: a share in arithmetic.
  static func ratioArithmetic(_ symbol: String, at range: SourceRange) -> Diagnostic {
    mistake(
      .noOperation, at: range, "a share can only be compared, not used with '\(symbol)'",
      hint: "write share(a, b) > percent(20)")
  }

  /// `share(n, cost)`: an int and a decimal.
  static func shareOf(_ first: String, _ second: String, at range: SourceRange) -> Diagnostic {
    mistake(
      .typeMismatch, at: range, "a share is of two ints or of two decimals, not \(first) and \(second)",
      hint: "write decimal(n) around the int")
  }

  // MARK: Optionals

  /// `resource.closed_at < now`: an optional used as if it were there.
  ///
  /// `literal`: what could stand for it, where the type has a literal.
  static func mayBeAbsent(_ spelling: String?, literal: String?, at range: SourceRange) -> Diagnostic {
    let instead = literal.map { ", or say what stands for it: \(spelling ?? "…").orValue(\($0))" } ?? ""
    let hint = "ask first: has(\(spelling ?? "…")) && …\(instead)"
    return mistake(
      .mayBeAbsent, at: range, "\(spelling.map { "'\($0)'" } ?? "this value") may be absent here",
      expected: "a value that is there", hint: hint)
  }

  /// The hint where an optional stands for a condition.
  static func presenceHint(_ spelling: String?) -> String {
    "to ask whether it is there, write has(\(spelling ?? "…"))"
  }

  /// `resource.plan.hit`: a field of what may be absent.
  static func fieldOfOptional(_ field: String, base: String?, at range: SourceRange) -> Diagnostic {
    let name = base ?? "…"
    return mistake(
      .throughOptional, at: range,
      "\(base.map { "'\($0)'" } ?? "what '\(field)' is read from") may be absent here",
      hint: "write \(name).?\(field), or ask has(\(name)) first")
  }

  /// `input.words[0]`: an element of what may be absent.
  static func elementOfOptional(base: String?, at range: SourceRange) -> Diagnostic {
    let name = base ?? "…"
    return mistake(
      .throughOptional, at: range, "\(base.map { "'\($0)'" } ?? "this value") may be absent here",
      hint: "write \(name)[?…], or ask has(\(name)) first")
  }

  /// `has(resource.title)`: a question about presence that has only one answer.
  ///
  /// `use`: the function or method that asks for an optional, or `?`.
  static func alwaysThere(_ use: String, _ spelling: String?, at range: SourceRange) -> Diagnostic {
    mistake(
      .alwaysThere, at: range,
      "\(spelling.map { "'\($0)'" } ?? "this value") is always there, so '\(use)' has nothing to ask",
      expected: "an optional", hint: use == "has" ? "leave has(…) out" : "leave '\(use)' out")
  }

  /// `resource.closed_at == now`: whether two absent values are equal, CEL and people answer differently.
  ///
  /// `pair`: both sides as written, where both are optional.
  static func optionalEquality(
    _ symbol: String, spelled: String?, pair: (String?, String?)?, at range: SourceRange
  ) -> Diagnostic {
    let hint: String
    if let pair {
      let call = "same(\(pair.0 ?? "a"), \(pair.1 ?? "b"))"
      hint = "write \(symbol == "!=" ? "not " : "")\(call), which holds when both are there and equal"
    } else {
      hint = "ask has(\(spelled ?? "…")) first, or write same(\(spelled ?? "a"), …)"
    }
    return mistake(
      .optionalEquality, at: range,
      "\(spelled.map { "'\($0)'" } ?? "this value") may be absent, so '\(symbol)' is not clear",
      expected: "a value that is there", hint: hint)
  }

  /// `same(1, 2)`: neither side is an optional.
  static func sameOfPresent(at range: SourceRange) -> Diagnostic {
    mistake(
      .alwaysThere, at: range, "both values are always there", expected: "an optional",
      hint: "compare them with '=='")
  }

  /// `x.optFlatMap(v, v + 1)`: the result is no optional.
  static func flatMapOfPresent(name: String, at range: SourceRange) -> Diagnostic {
    mistake(
      .typeMismatch, at: range, "this is \(name), where an optional is needed",
      expected: "an optional", hint: "write optMap instead")
  }

  /// `optional.ofNonZeroValue(user)`: the type has no zero.
  static func noZero(_ type: String, at range: SourceRange) -> Diagnostic {
    mistake(
      .typeMismatch, at: range, "\(type) has no zero value", hint: "write optional.of(…)")
  }

  // MARK: Lists, maps, references

  /// `1[0]`: an element of what has none.
  static func noElements(_ type: String, at range: SourceRange) -> Diagnostic {
    mistake(
      .typeMismatch, at: range, "\(type) has no elements", expected: alternatives(["list", "map"]))
  }

  /// `1.exists(x, …)`: a macro over what is no list or map.
  static func notIterable(_ type: String, _ macro: String, mapOnly: Bool, at range: SourceRange) -> Diagnostic {
    mistake(
      .typeMismatch, at: range, "'\(macro)' does not go over \(type)",
      expected: mapOnly ? "map" : alternatives(["list", "map"]))
  }

  /// `1 in ["a"]`: an element that the list can never have.
  static func notAnElement(_ type: String, of list: String, at range: SourceRange) -> Diagnostic {
    mistake(.typeMismatch, at: range, "\(type) can never be in \(list)")
  }

  /// `"a" in title`: membership in what is no list or map.
  static func notAContainer(
    _ type: String, spelling: (element: String?, container: String?), at range: SourceRange
  ) -> Diagnostic {
    let method = (type == "text" || type.hasPrefix("range(")) && spelling.container != nil
    return mistake(
      .typeMismatch, at: range, "'in' does not look into \(type)",
      expected: alternatives(["list", "map"]),
      hint: method ? "write \(spelling.container ?? "…").contains(\(spelling.element ?? "…"))" : nil)
  }

  /// `users.sum()`: elements that cannot be added.
  static func sumOf(_ type: String, at range: SourceRange) -> Diagnostic {
    mistake(
      .typeMismatch, at: range, "\(type) cannot be summed",
      expected: "a list of int, decimal, double or duration")
  }

  /// `[1].flatten()`: a list without lists in it.
  static func flattenOf(_ type: String, at range: SourceRange) -> Diagnostic {
    mistake(.typeMismatch, at: range, "\(type) is flat already", expected: "a list of lists")
  }

  /// `"%s".format(x)`: arguments that are not written out.
  static func formatOfNoList(at range: SourceRange) -> Diagnostic {
    mistake(
      .needsLiteral, at: range, "'format' needs its arguments written out",
      expected: "a list in brackets", hint: "write \"%s of %d\".format([a, b])")
  }

  /// `type(1)`: CEL's types as values; here only references have one.
  static func typeOfValue(_ type: String, at range: SourceRange) -> Diagnostic {
    mistake(
      .noTypeValues, at: range, "'type' asks which entity a reference is of, and this is \(type)",
      expected: "a reference")
  }

  /// `type(subject) == Incident`: a type that the reference cannot have.
  static func neverOfType(_ type: String, possible: [String], at range: SourceRange) -> Diagnostic {
    mistake(
      .typeMismatch, at: range, "this is never of the type \(type) here",
      expected: alternatives(possible))
  }

  /// `owner.role` of `User | Group`: a field that not all of the entities have.
  static func fieldOfSome(
    _ field: String, of having: [String], missing: [String], base: String?, at range: SourceRange
  ) -> Diagnostic {
    let message =
      missing.isEmpty
      ? "'\(field)' has another type in each of \(alternatives(having))"
      : "only \(alternatives(having)) has '\(field)'; here it can also be \(alternatives(missing))"
    return mistake(
      .fieldOfSome, at: range, message, hint: "ask first: type(\(base ?? "x")) == \(having.first ?? "…") && …")
  }

  /// `resource.tilte`: a field that the type does not have.
  static func unknownField(_ field: String, of owner: String, among names: [String], at range: SourceRange)
    -> Diagnostic
  {
    mistake(
      .unknownField, at: range, "\(owner) has no field '\(field)'",
      expected: list(names), hint: didYouMean(field, names))
  }

  /// `now.year`: a field of what has none.
  ///
  /// `isMethod`: whether a method is called so.
  static func noFields(_ field: String, of owner: String, isMethod: Bool, at range: SourceRange) -> Diagnostic {
    mistake(
      .unknownField, at: range, "\(owner) has no fields, so no '\(field)'",
      hint: isMethod ? "write \(field)(…), with parentheses" : nil)
  }

  /// `payload.name`: a field of json.
  static func fieldOfJSON(_ field: String, at range: SourceRange) -> Diagnostic {
    mistake(
      .unknownField, at: range, "json has no declared fields, so no '\(field)'",
      hint: "declare a record for it, or look into it with leaves(x)")
  }

  /// `{"outage": true}`: a record without fields that it needs.
  static func missingFields(_ fields: [String], of owner: String, at range: SourceRange) -> Diagnostic {
    let names = fields.map { "'\($0)'" }.joined(separator: ", ")
    return mistake(
      .missingField, at: range, "\(owner) needs \(names) too", hint: "give a value for each of them")
  }

  /// `{clients: 1}`: the name of a field without quotes.
  static func fieldNameIsNoLiteral(_ spelling: String?, of owner: String, at range: SourceRange) -> Diagnostic {
    mistake(
      .needsLiteral, at: range, "the names of the fields of \(owner) stand in quotes",
      expected: "the name of a field in quotes", hint: spelling.map { "write \"\($0)\"" })
  }

  // MARK: Parts of messages

  /// `a`, `a or b`, `a, b or c`; each once.
  static func alternatives(_ names: [String]) -> String {
    var seen: Set<String> = []
    let unique = names.filter { seen.insert($0).inserted }
    guard let last = unique.last, unique.count > 1 else { return unique.first ?? "" }
    return "\(unique.dropLast().joined(separator: ", ")) or \(last)"
  }

  /// The names that may stand in a place, sorted, at most a dozen.
  static func list(_ names: [String]) -> String? {
    let sorted = Set(names).sorted()
    guard !sorted.isEmpty else { return nil }
    guard sorted.count > 12 else { return alternatives(sorted) }
    return "\(sorted.prefix(12).joined(separator: ", ")), …"
  }

  /// Words in double quotes, as they are written in expressions; at most eight.
  static func quoted(_ words: [String]) -> String { alternatives(words.prefix(8).map { "\"\($0)\"" }) }

  /// `did you mean …`, when a name is near.
  static func didYouMean(_ name: String, _ names: [String]) -> String? {
    suggestion(for: name, among: names).map { "did you mean '\($0)'?" }
  }
}
