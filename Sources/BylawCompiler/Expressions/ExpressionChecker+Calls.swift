import BylawModel
import BylawSyntax

/// A call as written.
struct Call {
  /// What stands before the point; `nil` for a function.
  var target: Expression?
  /// The function or method, with its place.
  var name: Expression.Name
  /// What stands between the parentheses.
  var arguments: [Expression]
  /// The place of the whole.
  var range: SourceRange
  /// The type that its place would like.
  var hint: ValueType?

  /// The name with its library, as in `optional.of`.
  var fullName: String {
    guard let target, case .identifier(let text) = target.kind, ExpressionChecker.libraries.contains(text) else {
      return name.text
    }
    return "\(text).\(name.text)"
  }
}

/// Calls: the functions of the language by table, those of the rule set, and the forms that have rules of their own.
extension ExpressionChecker {
  /// The value of a call: of a function, of a method, or of a test of a threshold.
  mutating func check(_ call: Call, in context: Context) -> Checked {
    guard let target = call.target else { return function(call, in: context) }
    if case .identifier(let text) = target.kind, context.scope.names[text] == nil {
      if Self.libraries.contains(text) { return libraryFunction(of: text, call, in: context) }
      if let threshold = vocabulary.thresholds[text] { return bandTest(threshold, text, call, in: context) }
    }
    return method(call, on: target, in: context)
  }

  /// Prefixes of functions, as in `math.greatest(a, b)`.
  static let libraries: Set<String> = ["math", "strings", "lists", "optional", "cel"]

  // MARK: Functions

  private mutating func function(_ call: Call, in context: Context) -> Checked {
    switch call.name.text {
    case "has": return presence(call, in: context)
    case "same": return sameOptionals(call, in: context)
    case "share": return share(call, in: context)
    case "percent": return percent(call, in: context)
    case "size":
      guard let value = argument(of: call, in: context) else { return failed(at: call.range, in: context) }
      return size(of: value, call, in: context)
    case "type": return typeOf(call, in: context)
    case "string": return textConversion(call, in: context)
    case "decimal": return decimalConversion(call, in: context)
    case "int", "double": return numeric(call.name.text, call, in: context)
    case "date", "month_start": return dayOrMonth(call, in: context)
    case "dyn": return refused(ExpressionMessages.noDyn(at: call.name.range), call, in: context)
    case "uint": return refused(ExpressionMessages.noUint(at: call.name.range), call, in: context)
    case "bytes": return refused(ExpressionMessages.noBytes(at: call.name.range), call, in: context)
    default: break
    }
    if let function = vocabulary.functions[call.name.text] { return apply(function, call, in: context) }
    guard let overloads = Overload.functions[call.name.text] else {
      return refused(unknownFunction(call, in: context.scope), call, in: context)
    }
    return overloaded(overloads, call.name.text, call, first: nil, in: context)
  }

  private mutating func libraryFunction(of library: String, _ call: Call, in context: Context) -> Checked {
    let name = "\(library).\(call.name.text)"
    switch name {
    case "math.greatest", "math.least": return extremum(call, in: context)
    case "math.abs": return numeric(name, call, in: context)
    case "optional.of", "optional.ofNonZeroValue", "optional.none": return optionalConstructor(call, in: context)
    case "cel.bind": return binding(call, in: context)
    default: break
    }
    guard let overloads = Overload.functions[name] else {
      return refused(
        ExpressionMessages.unknownFunction(name, among: libraryNames(of: library), at: call.name.range), call,
        in: context)
    }
    return overloaded(overloads, name, call, first: nil, in: context)
  }

  private func libraryNames(of library: String) -> [String] {
    let special = [
      "math.greatest", "math.least", "optional.of", "optional.none", "optional.ofNonZeroValue", "cel.bind",
    ]
    return (special + Overload.functions.keys).filter { $0.hasPrefix("\(library).") }
  }

  /// Every function that can be called by its name alone.
  var functionNames: [String] {
    let special = [
      "has", "same", "share", "percent", "size", "type", "string", "decimal", "date", "month_start",
    ]
    return special + Overload.functions.keys.filter { !$0.contains(".") } + vocabulary.functions.keys
  }

  private func unknownFunction(_ call: Call, in scope: Scope) -> Diagnostic {
    let name = call.name.text
    if case .value = scope.names[name] { return ExpressionMessages.valueAsFunction(name, at: call.range) }
    if Overload.methods[name] != nil || Self.methodNames.contains(name) {
      return ExpressionMessages.methodAsFunction(name, at: call.name.range)
    }
    return ExpressionMessages.unknownFunction(name, among: functionNames, at: call.name.range)
  }

  /// A condition, classification or calendar of the rule set.
  private mutating func apply(_ function: Vocabulary.Function, _ call: Call, in context: Context) -> Checked {
    guard call.arguments.count == function.parameters.count else {
      let parameters = function.parameters.map { "\($0.name): \(name(of: $0.type))" }
      return refused(
        ExpressionMessages.argumentCount(
          call.name.text, given: call.arguments.count,
          shapes: ["\(call.name.text)(\(parameters.joined(separator: ", ")))"], at: call.range), call, in: context)
    }
    var arguments: [TypedExpression] = []
    for (argument, parameter) in zip(call.arguments, function.parameters) {
      let expectation = "\(name(of: parameter.type)), the \(parameter.name) of \(call.name.text)"
      let value = infer(argument, hint: parameter.type, in: context)
      let fitted = fit(value, to: parameter.type, in: context, written: argument, expectation: expectation)
      arguments.append(fitted.expression)
    }
    let kind: TypedExpression.Kind
    switch function.meaning {
    case .condition(let index): kind = .condition(index: index, arguments: arguments)
    case .classification(let index): kind = .classification(index: index, arguments: arguments)
    case .calendar(let index):
      guard let time = arguments.first else { return failed(at: call.range, in: context) }
      kind = .calendar(index: index, time)
    }
    return checked(kind, function.result, at: call.range, in: context)
  }

  /// `token_budget.at_least("blocked")`.
  private mutating func bandTest(
    _ threshold: Vocabulary.Threshold, _ name: String, _ call: Call, in context: Context
  ) -> Checked {
    guard call.name.text == "at_least" else {
      return refused(ExpressionMessages.thresholdAlone(name, at: call.range), call, in: context)
    }
    guard call.arguments.count == 1, case .literal(.string(let band)) = call.arguments[0].kind else {
      return refused(ExpressionMessages.bandIsNoLiteral(name, threshold.bands, at: call.range), call, in: context)
    }
    guard let position = threshold.bands.firstIndex(of: band) else {
      let range = call.arguments[0].range
      return refused(ExpressionMessages.unknownBand(band, of: name, threshold.bands, at: range), call, in: context)
    }
    guard let index = threshold.readsAction ? context.scope.thresholds[name] : threshold.index else {
      return refused(ExpressionMessages.thresholdOfActions(name, at: call.range), call, in: context)
    }
    return checked(.bandReached(threshold: index, band: position), .bool, at: call.range, in: context)
  }

  // MARK: Overloads

  /// Chooses among the meanings of a function by the number, then by the types of the arguments; of a method, the
  /// receiver is the first.
  ///
  /// A first argument that is checked already is given as `first`.
  mutating func overloaded(
    _ overloads: [Overload], _ name: String, _ call: Call, first: Checked?, in context: Context
  ) -> Checked {
    let isMethod = overloads.first?.receiver != nil
    let written = (isMethod ? call.target.map { [$0] } ?? [] : []) + call.arguments
    var fitting = overloads.filter { $0.all.count == written.count }
    guard !fitting.isEmpty else {
      return refused(
        ExpressionMessages.argumentCount(
          name, given: call.arguments.count, shapes: shapes(of: overloads, name), at: call.range),
        call, in: context)
    }
    var arguments: [TypedExpression] = []
    for (position, expression) in written.enumerated() {
      let types = Set(fitting.map { $0.all[position] })
      let known = position == 0 ? first : nil
      var value = known ?? infer(expression, hint: types.count == 1 ? types.first : nil, in: context)
      if types.count > 1 {
        value = settled(value, in: context)
        guard present(value, expression, in: context) else { return failed(at: call.range, in: context) }
        let chosen = fitting.filter { value.type.isSubtype(of: $0.all[position]) }
        guard !chosen.isEmpty else {
          let expected =
            fitting.map { self.name(of: $0.all[position]) } + (Self.takesDecimals.contains(name) ? ["decimal"] : [])
          report(
            ExpressionMessages.mismatch(
              self.name(of: value.type), expected: ExpressionMessages.alternatives(expected), hint: nil,
              at: expression.range))
          return failed(at: call.range, in: context)
        }
        fitting = chosen
      }
      let type = fitting[0].all[position]
      arguments.append(fit(value, to: type, in: context, written: expression).expression)
    }
    verifyLiterals(written, of: fitting[0])
    guard let builtin = fitting[0].builtin else {
      return checked(arguments[0].kind, fitting[0].result, at: call.range, in: context)
    }
    return checked(.call(builtin, arguments), fitting[0].result, at: call.range, in: context)
  }

  /// Functions that take decimals of any scale besides what the table lists.
  private static let takesDecimals: Set<String> = ["int", "double", "math.abs"]

  /// Reports arguments written out that the function cannot read: times that do not exist, unknown zones, patterns
  /// that are not RE2.
  private mutating func verifyLiterals(_ written: [Expression], of overload: Overload) {
    guard let builtin = overload.builtin else { return }
    if overload.receiver == .timestamp, overload.parameters == [.string] {
      written.dropFirst().forEach { verifyLiteral($0, for: .dateOf) }
    } else if builtin == .matches {
      written.dropFirst().forEach { verifyPattern($0) }
    } else {
      written.forEach { verifyLiteral($0, for: builtin) }
    }
  }

  /// How a function can be called, for messages: `split(text)`, `split(text, int)`.
  private func shapes(of overloads: [Overload], _ name: String) -> [String] {
    overloads.map { overload in
      "\(name)(\(overload.parameters.map { self.name(of: $0) }.joined(separator: ", ")))"
    }
  }

  // MARK: Methods

  private mutating func method(_ call: Call, on target: Expression, in context: Context) -> Checked {
    if Self.macros.contains(call.name.text) { return macro(call, on: target, in: context) }
    if Self.optionalMethods.contains(call.name.text) { return optionalMethod(call, on: target, in: context) }
    let receiver = content(target, in: context)
    guard receiver.type != .error else { return refused(nil, call, in: context) }
    if call.name.text == "at_least" { return rankTest(call, receiver, in: context) }
    if call.name.text == "size" {
      guard takesNothing(call) else { return failed(at: call.range, in: context) }
      return size(of: receiver, call, in: context)
    }
    switch receiver.type {
    case .list(let element):
      if let result = listMethod(call, receiver, element, in: context) { return result }
    case .range(let bound) where call.name.text == "contains":
      guard let argument = argument(of: call, hint: bound, in: context) else {
        return failed(at: call.range, in: context)
      }
      let value = fit(argument, to: bound, in: context, written: call.arguments[0]).expression
      return checked(.call(.rangeContains, [receiver.expression, value]), .bool, at: call.range, in: context)
    case .patch where call.name.text == "count":
      guard takesNothing(call) else { return failed(at: call.range, in: context) }
      return checked(.call(.patchCount, [receiver.expression]), .int, at: call.range, in: context)
    case .string where call.name.text == "format": return formatted(call, receiver, in: context)
    case .string where call.name.text == "reverse":
      guard takesNothing(call) else { return failed(at: call.range, in: context) }
      return checked(.call(.reverseString, [receiver.expression]), .string, at: call.range, in: context)
    default: break
    }
    return tabledMethod(call, receiver, in: context)
  }

  /// A method of the table, or what is wrong with one that is none.
  private mutating func tabledMethod(_ call: Call, _ receiver: Checked, in context: Context) -> Checked {
    let name = call.name.text
    let overloads = Overload.methods[name] ?? []
    let fitting = overloads.filter { receiver.type.isSubtype(of: $0.receiver ?? .error) }
    guard fitting.isEmpty else { return overloaded(fitting, name, call, first: receiver, in: context) }
    if receiver.type == .undetermined, Self.methodNames.contains(name) {
      return checked(.invalid, .undetermined, at: call.range, in: context)
    }
    let owners = overloads.compactMap(\.receiver).map { self.name(of: $0) } + (Self.ownersOfMethods[name] ?? [])
    if owners.isEmpty {
      let names = Self.methodNames.union(Overload.methods.keys)
      return refused(
        ExpressionMessages.unknownMethod(
          name, of: self.name(of: receiver.type), among: Array(names),
          isFunction: Overload.functions[name] != nil || vocabulary.functions[name] != nil, at: call.name.range),
        call, in: context)
    }
    let spelled = call.target.flatMap { spelling(of: $0) }
    return refused(
      ExpressionMessages.wrongReceiver(
        name, type: self.name(of: receiver.type), owners: owners, spelled: spelled,
        isEnum: receiver.type.isEnumeration, at: call.target?.range ?? call.range),
      call, in: context)
  }

  /// Every function and method of the language as authors write it, for the reference: `share`, `math.abs`, `.matches`.
  package static var authorNames: Set<String> {
    let own = [
      "has", "same", "share", "percent", "size", "type", "string", "decimal", "date", "month_start", "math.greatest",
      "math.least", "optional.of", "optional.none", "optional.ofNonZeroValue", "cel.bind",
    ]
    let methods = methodNames.union(Overload.methods.keys).map { ".\($0)" }
    return Set(own).union(Overload.functions.keys).union(methods)
  }

  /// Methods that have rules of their own, for suggestions.
  static let methodNames = macros.union(optionalMethods).union(ownersOfMethods.keys)

  /// What they are methods of, for messages.
  static let ownersOfMethods: [String: [String]] = [
    "at_least": ["an ordered enum"], "size": ["text", "list", "map"], "contains": ["range"], "count": ["patch"],
    "format": ["text"], "reverse": ["text", "list"], "sum": ["list"], "min": ["list"], "max": ["list"],
    "first": ["list"], "last": ["list"], "distinct": ["list"], "sort": ["list"], "flatten": ["list"],
    "slice": ["list"],
  ]

  // MARK: Parts

  /// Reports the unknown names of an expression whose type is not wanted any more.
  private mutating func reportUnknownNames(in expression: Expression, _ context: Context) {
    let isPath = spelling(of: expression) != nil
    guard isPath, case .select = expression.kind else { return }
    var copy = self
    copy.diagnostics = Diagnostics()
    _ = copy.infer(expression, hint: nil, in: context)
    let names = [ExpressionCode.unknownName.code, ExpressionCode.unknownField.code]
    diagnostics.report(contentsOf: copy.diagnostics.all.filter { names.contains($0.code) })
  }

  /// Reports, besides what is wrong with the call, unknown names among its arguments, and fails.
  mutating func refused(_ diagnostic: Diagnostic?, _ call: Call, in context: Context) -> Checked {
    if let diagnostic { report(diagnostic) }
    // The first argument may be the variable of a macro whose name is wrong.
    if case .identifier = call.arguments.first?.kind { return failed(at: call.range, in: context) }
    for argument in call.arguments { reportUnknownNames(in: argument, context) }
    return failed(at: call.range, in: context)
  }

  /// The one argument of a call; `nil` after a report when there is another number.
  mutating func argument(of call: Call, hint: ValueType? = nil, in context: Context) -> Checked? {
    guard call.arguments.count == 1 else {
      report(
        ExpressionMessages.argumentCount(
          call.fullName, given: call.arguments.count,
          shapes: ["\(call.fullName)(x)"], at: call.range))
      return nil
    }
    return content(call.arguments[0], hint: hint, in: context)
  }

  /// Whether a call has no arguments, else a report.
  mutating func takesNothing(_ call: Call) -> Bool {
    guard call.arguments.isEmpty else {
      report(
        ExpressionMessages.argumentCount(
          call.fullName, given: call.arguments.count,
          shapes: ["\(call.fullName)()"], at: call.range))
      return false
    }
    return true
  }
}

extension ValueType {
  /// Whether it is an enumeration, whose words methods of text do not take.
  var isEnumeration: Bool {
    if case .enumeration = self { true } else { false }
  }
}
