import BylawCompiler
import BylawModel
import BylawSyntax
import Testing

/// What the checker hands on besides types: flows, numbers of variables, sentences, several mistakes at once.
struct FlowTests {
  private static func parse(_ source: String) -> Expression {
    var diagnostics = Diagnostics()
    return ExpressionParser.parse(source, map: Fixture.map, diagnostics: &diagnostics)
  }

  /// Checks `second` in the flow that `first` gives when it is true, or false.
  private static func check(_ first: String, _ second: String, when isTrue: Bool) -> [String] {
    var checker = ExpressionChecker(vocabulary: Fixture.vocabulary)
    let condition = checker.check(parse(first), expecting: .bool, in: Fixture.scope)
    let flow = isTrue ? condition.whenTrue : condition.whenFalse
    _ = checker.check(parse(second), expecting: .int, in: Fixture.scope, given: flow)
    return checker.diagnostics.all.map(\.code.rawValue)
  }

  @Test func `what a condition shows is handed on to the same entry`() {
    #expect(Self.check("has(input.count)", "input.count", when: true) == [])
    #expect(Self.check("has(input.count)", "input.count", when: false) == ["may-be-absent"])
    #expect(Self.check("not has(input.count)", "input.count", when: false) == [])
    #expect(Self.check("not has(input.count) || input.ok", "input.count", when: false) == [])
    #expect(Self.check("has(input.count) || input.ok", "input.count", when: true) == ["may-be-absent"])
    #expect(Self.check("has(resource.?plan.?window)", "resource.plan.hit", when: true) == [])
    #expect(Self.check("input.ok && has(input.count)", "input.count", when: true) == [])
    #expect(Self.check("type(resource.owner) == Group", "resource.owner.members.size()", when: true) == [])
    #expect(Self.check("type(resource.owner) == User", "resource.owner.members.size()", when: false) == [])
    #expect(
      Self.check("type(resource.owner) == User", "resource.owner.members.size()", when: true) == ["unknown-field"])
  }

  @Test func `nothing gets past false, so the other branch decides`() {
    #expect(Self.check("input.ok ? has(input.count) : false", "input.count", when: true) == [])
    #expect(Self.check("input.ok ? true : has(input.count)", "input.count", when: true) == ["may-be-absent"])
    #expect(Self.check("has(input.count) ? input.ok : true", "input.count", when: false) == [])
  }

  @Test func `flows that meet keep what both know`() {
    let path = Flow.Path(.local(1))
    let field = path.appending("a")
    let some = Flow.none.adding(present: [field])
    #expect(some.holds(path))
    #expect(some.holds(field))
    #expect(!some.holds(field.appending("b")))
    #expect(some.joined(with: .none) == .none)
    #expect(some.joined(with: Flow.none.adding(present: [path])).holds(path))
    #expect(!some.joined(with: Flow.none.adding(present: [path])).holds(field))
    #expect(some.joined(with: Flow.none.impossible) == some)
    let user = Flow.none.narrowing(path, to: [0])
    #expect(user.joined(with: Flow.none.narrowing(path, to: [1])).entities[path] == [0, 1])
    #expect(user.narrowing(path, to: []).isImpossible)
  }

  @Test func `variables are numbered apart over several expressions`() {
    var checker = ExpressionChecker(vocabulary: Fixture.vocabulary)
    let first = checker.check(Self.parse("[1].exists(x, x > 1)"), expecting: .bool, in: Fixture.scope)
    let second = checker.check(Self.parse("[1].exists(x, x > 1)"), expecting: .bool, in: Fixture.scope)
    guard case .comprehension(let one) = first.expression.kind, case .comprehension(let two) = second.expression.kind
    else {
      Issue.record("no comprehension")
      return
    }
    #expect(one.local != two.local)
    #expect(checker.makeLocal() == 2)
  }

  @Test(arguments: [
    ("foo == 1 && bar == 2", ["foo", "bar"]), ("subject.foo + resource.bar", ["foo", "bar"]),
    ("foo(resource.titel)", ["foo", "titel"]), ("full_outage(subject.nam, 2)", ["full_outage(subject.nam, 2)", "nam"]),
    ("[foo, bar]", ["foo", "bar"]), ("input.ok ? foo : bar", ["foo", "bar"]),
    ("{'a': foo, 'b': bar}", ["foo", "bar"]), ("full_outage(foo) || same_owner(bar, subject)", ["foo", "bar"]),
    ("resource.severity in ['P7', 'P1', 'P8']", ["'P7'", "'P8'"]),
    ("input.count > 1 && resource.closed_at > now", ["input.count", "resource.closed_at"]),
    ("(foo && has(input.count)) && input.count > 3", ["foo"]),
  ])
  func `all mistakes are reported at once, each once`(_ source: String, _ underlined: [String]) {
    let diagnostics = Fixture.check(source).diagnostics
    let places = diagnostics.map { Fixture.underlined($0, in: source) }
    #expect(places.sorted() == underlined.sorted())
  }

  @Test func `a sentence prints what can be printed`() {
    var syntax = Diagnostics()
    let scalar = "{resource.title} of {resource.closed_at} costs {resource.cost}, see {resource.limits} {subject}"
    let sentence = SentenceParser.parse(scalar, map: Fixture.map, range: Fixture.map.range(0..<1), diagnostics: &syntax)
    var checker = ExpressionChecker(vocabulary: Fixture.vocabulary)
    let typed = checker.check(sentence, in: Fixture.scope)
    #expect(checker.diagnostics.all.isEmpty && syntax.all.isEmpty)
    let types = typed.pieces.compactMap { piece -> ValueType? in
      if case .hole(let hole) = piece { hole.type } else { nil }
    }
    #expect(
      types == [.string, .optional(.timestamp), .decimal(scale: 2), .range(.duration), Fixture.user])
  }

  @Test(arguments: [
    ("{resource.impact}", "Impact cannot be printed in a sentence"),
    ("{share(1, 2)}", "share cannot be printed in a sentence"),
    ("{resource.labels}", "map(text) cannot be printed in a sentence"),
    ("{input.payload}", "json cannot be printed in a sentence"), ("{foo}", "unknown name 'foo'"),
  ])
  func `a sentence refuses what cannot be printed`(_ source: String, _ message: String) {
    var syntax = Diagnostics()
    let sentence = SentenceParser.parse(source, map: Fixture.map, range: Fixture.map.range(0..<1), diagnostics: &syntax)
    var checker = ExpressionChecker(vocabulary: Fixture.vocabulary)
    _ = checker.check(sentence, in: Fixture.scope)
    #expect(checker.diagnostics.all.map(\.message) == [message])
  }

  @Test func `defaults fill a record that is written out`() {
    let (_, expression, diagnostics) = Fixture.check("{'clients': 3}", expecting: Fixture.impact)
    #expect(diagnostics.isEmpty)
    guard case .record(let fields) = expression.kind, fields.count == 4 else {
      Issue.record("no record")
      return
    }
    guard case .literal(.bool(false)) = fields[0]?.kind, case .literal(.int(3)) = fields[1]?.kind,
      case .root(.now) = fields[3]?.kind
    else {
      Issue.record("defaults are missing")
      return
    }
    #expect(fields[2] == nil)
  }

  @Test func `a decimal literal is scaled to what it meets`() {
    guard case .call(.greater, let sides) = Fixture.check("resource.cost > 100.5").expression.kind,
      case .literal(.decimal(let limit)) = sides[1].kind
    else {
      Issue.record("no comparison of decimals")
      return
    }
    #expect(limit == FixedPoint(units: 10_050, scale: 2))
  }

  @Test func `an optional that is known to be there is unwrapped where it is used`() {
    guard case .and(let parts) = Fixture.check("has(input.count) && input.count > 3").expression.kind,
      case .isPresent = parts[0].kind, case .call(.greater, let sides) = parts[1].kind, case .unwrap = sides[0].kind
    else {
      Issue.record("not unwrapped")
      return
    }
    guard case .wrap = Fixture.check("input.n", expecting: .optional(.int)).expression.kind else {
      Issue.record("not wrapped")
      return
    }
  }

  @Test func `days and months without a zone are those of the rule set`() {
    guard case .call(.dateOf, let arguments) = Fixture.check("date(now)").expression.kind, arguments.count == 2,
      case .literal(.string(let zone)) = arguments[1].kind
    else {
      Issue.record("no zone")
      return
    }
    #expect(zone == "Europe/Berlin")
  }
}
