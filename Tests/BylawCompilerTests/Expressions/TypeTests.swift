import BylawCompiler
import BylawModel
import BylawSyntax
import Testing

/// An expression that passes, and the name of its type.
struct Typed: CustomTestStringConvertible, Sendable {
  var source: String
  var type: String
  var expecting: ValueType?
  var testDescription: String { source }

  init(_ source: String, _ type: String, expecting: ValueType? = nil) {
    self.source = source
    self.type = type
    self.expecting = expecting
  }
}

struct TypeTests {
  static func expect(_ row: Typed) {
    let (type, _, diagnostics) = Fixture.check(row.source, expecting: row.expecting)
    #expect(diagnostics.isEmpty, "\(diagnostics.map(\.message))")
    #expect(Fixture.vocabulary.name(of: type) == row.type)
  }

  @Test(arguments: [
    Typed("true", "bool"), Typed("1", "int"), Typed("-1", "int"), Typed("1.5", "double"), Typed("'a'", "text"),
    Typed("24h", "duration"), Typed("[]", "list(undetermined)"), Typed("[1, 2]", "list(int)"),
    Typed("[1, 2.5]", "list(double)"), Typed("{}", "map(undetermined)"), Typed("{'a': 1}", "map(int)"),
    Typed("[[], [1]]", "list(list(int))"), Typed("'P1'", "Severity", expecting: Fixture.severity),
    Typed("5", "decimal(2)", expecting: .decimal(scale: 2)), Typed("5.10", "decimal(1)", expecting: .decimal(scale: 1)),
    Typed("-0.5", "decimal(2)", expecting: .decimal(scale: 2)), Typed("5", "double", expecting: .double),
    Typed("5", "int?", expecting: .optional(.int)), Typed("'P2'", "Severity?", expecting: .optional(Fixture.severity)),
    Typed("[1, 2.5]", "list(decimal(2))", expecting: .list(.decimal(scale: 2))),
    Typed("['vendor']", "list(Role)", expecting: .list(Fixture.role)),
    Typed("{'clients': 3}", "Impact", expecting: Fixture.impact),
    Typed("{'clients': 3, 'note': 'x', 'outage': true}", "Impact", expecting: Fixture.impact),
    Typed("{'a': 1}", "map(decimal(1))", expecting: .map(.decimal(scale: 1))),
    Typed("[]", "list(User)", expecting: .list(Fixture.user)), Typed("{}", "map(int)", expecting: .map(.int)),
    Typed("input.ok ? 'P1' : 'P2'", "Severity", expecting: Fixture.severity),
    Typed("input.ok ? [] : ['vendor']", "list(Role)", expecting: .list(Fixture.role)),
    Typed("optional.none()", "int?", expecting: .optional(.int)),
    Typed("100 + 0.25", "decimal(2)", expecting: .decimal(scale: 2)),
    Typed("[?input.count, 1]", "list(int)"), Typed("[?input.?count]", "list(int)"),
  ])
  func `literals take the type that is expected`(_ row: Typed) { Self.expect(row) }

  @Test(arguments: [
    Typed("subject", "User"), Typed("resource.created_by.name", "text"), Typed("resource.id", "text"),
    Typed("resource.created_by.id", "text"), Typed("action", "text"), Typed("input.n", "int"),
    Typed("context.session.mfa", "bool"), Typed("resource.labels.area", "text"), Typed("resource.labels['a']", "text"),
    Typed("resource.codes[0]", "int"), Typed("resource.closed_at", "timestamp?"), Typed("input.count", "int?"),
    Typed("resource.?plan", "Plan?"), Typed("resource.?plan.?window.?end", "timestamp?"),
    Typed("resource.plan.?hit", "int?"), Typed("resource.?title", "text?"), Typed("resource.?labels.?area", "text?"),
    Typed("resource.labels.?area", "text?"), Typed("resource.codes[?0]", "int?"), Typed("input.scores[?'a']", "int?"),
    Typed("input.scores.?a", "int?"), Typed("let.duplicate.?id", "text?"),
    Typed("let.duplicate.?created_by.?id", "text?"),
    Typed("let.duplicate.?owner.?name", "text?"), Typed("resource.owner.name", "text"),
    Typed("resource.owner.id", "text"),
    Typed("input.changes.title", "text?"), Typed("input.changes.?severity", "Severity?"),
    Typed("input.?title", "text?"),
    Typed("resource.assignee.?name", "text?"), Typed("today", "date"), Typed("resource.limits", "range(duration)"),
    Typed("input.words[?0]", "text?"), Typed("input.other.?plan.?cost", "decimal(2)?"),
  ])
  func `names and fields have their declared types`(_ row: Typed) { Self.expect(row) }

  @Test(arguments: [
    Typed("1 + 2", "int"), Typed("1 + 2.5", "double"), Typed("2.5 * 2", "double"), Typed("7 / 2", "int"),
    Typed("7 % 2", "int"), Typed("-input.n", "int"), Typed("-input.amount", "decimal(2)"), Typed("'a' + 'b'", "text"),
    Typed("[1] + [2]", "list(int)"), Typed("[] + input.tags", "list(text)"), Typed("input.tags + ['x']", "list(text)"),
    Typed("now + 24h", "timestamp"), Typed("24h + now", "timestamp"), Typed("now - resource.created_at", "duration"),
    Typed("now - 1 h", "timestamp"), Typed("24h - 1h", "duration"), Typed("today + days(2)", "date"),
    Typed("today - date(now)", "duration"), Typed("resource.cost + resource.rate", "decimal(4)"),
    Typed("resource.cost - 5", "decimal(2)"), Typed("10 + resource.cost", "decimal(2)"),
    Typed("resource.cost * 3", "decimal(2)"), Typed("resource.cost * 1.19", "decimal(4)"),
    Typed("1.5 * resource.cost", "decimal(3)"), Typed("resource.cost * resource.rate", "decimal(6)"),
    Typed("resource.cost * decimal(input.n)", "decimal(2)"), Typed("decimal(1.25)", "decimal(2)"),
    Typed("resource.cost", "decimal(4)", expecting: .decimal(scale: 4)),
    Typed("resource.cost", "decimal(4)?", expecting: .optional(.decimal(scale: 4))),
    Typed("input.x + 1", "double"), Typed("1 < 2 ? 'a' : 'b'", "text"),
    Typed("input.ok ? resource.cost : resource.rate", "decimal(4)"),
    Typed("input.ok ? subject : resource.owner", "User | Group"),
    Typed("input.ok ? input.n : input.count", "int?"), Typed("input.ok ? optional.none() : optional.of(1)", "int?"),
    Typed("input.ok ? 0 : resource.cost", "decimal(2)"), Typed("input.ok ? [] : input.tags", "list(text)"),
    Typed("[subject] + [resource.created_by]", "list(User)"), Typed("[subject, resource.owner]", "list(User | Group)"),
    Typed("-24h", "duration"), Typed("-(1 + 2)", "int"),
  ])
  func `arithmetic keeps its types apart`(_ row: Typed) { Self.expect(row) }

  @Test(arguments: [
    "1 == 1", "1.0 == 1", "resource.severity == 'P1'", "'P1' != resource.severity", "resource.severity < 'P2'",
    "resource.severity.at_least('P2')", "resource.severity in ['P1', 'P2']", "resource.cost > 100",
    "100.50 <= resource.cost", "resource.cost == resource.rate", "input.quantity * 2 > resource.cost",
    "subject == resource.created_by", "subject == resource.owner", "resource.owner != subject",
    "subject in resource.watchers", "resource.created_by in [subject]", "subject.role == 'vendor'",
    "now > resource.created_at", "now - resource.created_at > 24h", "input.title in input.tags",
    "'a' in resource.labels", "resource.cost in input.prices", "5 in input.prices", "input.n in [1, 2]",
    "today == resource.day", "input.tags == ['a']", "[] == input.tags", "input.roles == ['vendor']",
    "resource.limits == resource.limits", "resource.impact == resource.impact",
    "resource.impact == {'clients': 3}", "type(resource.owner) == User", "type(resource.owner) in [User, Group]",
    "type(resource.owner) == type(subject)", "share(input.n, 10) > percent(50)", "percent(12.5) < percent(20)",
    "share(resource.cost, resource.rate) >= percent(input.quantity)", "share(1, resource.cost) == share(2, 4)",
    "!input.ok", "not input.ok", "input.ok && true || false", "same(resource.closed_at, input.other.?created_at)",
    "same(input.count, 3)", "same(resource.level, 'P1')", "same(resource.?component, let.duplicate)",
    "has(input.count)", "has(resource.plan)", "has(let.duplicate)", "has(resource.labels.area)",
    "has(input.changes.title)", "has(resource.?plan.?window)", "has(resource.payload)",
    "resource.limits.contains(15 min)", "resource.limits.contains(minutes(input.n))",
    "token_budget.at_least('blocked')",
    "full_outage(resource.impact)", "same_owner(subject, subject)", "same_owner(subject.manager, subject)",
    "same_owner(optional.none(), subject)", "severity_of(resource.impact) == 'P1'", "business_hours(now)",
    "full_outage({'clients': 1})", "terms_of('P1', 3).availability > 99.5",
    "terms_of('P1', 3.25).response.contains(1h)",
    "input.n > 1 == input.ok", "[1, 2].exists(x, x > 1)", "input.changes.count() > 0",
    "input.level >= resource.severity", "input.ok ? input.ok : true",
  ])
  func `conditions are bool`(_ source: String) {
    Self.expect(Typed(source, "bool", expecting: .bool))
  }

  @Test(arguments: [
    "has(input.count) && input.count > 3", "!has(input.count) || input.count > 3",
    "not has(input.count) || input.count == 3", "has(input.count) ? input.count > 3 : false",
    "!has(input.count) ? true : input.count > 3", "(has(input.count) && input.ok) && input.count > 3",
    "has(input.count) && (input.ok || input.count > 3)", "!(has(input.count) && input.count < 3) || input.ok",
    "(input.ok ? has(input.count) : false) && input.count > 1", "input.count.hasValue() && input.count > 1",
    "has(resource.plan) && has(resource.plan.window) && now < resource.plan.window.end",
    "!has(resource.plan) || !has(resource.plan.window) || now < resource.plan.window.end",
    "has(resource.?plan.?window) && resource.plan.window.end > now",
    "has(resource.?plan.?window) && resource.plan.hit > 0",
    "same(resource.closed_at, resource.closed_at) && resource.closed_at > now",
    "same(subject.manager, resource.?created_by.?manager) && subject.manager == subject",
    "!same(input.count, 1) || input.count == 1", "has(let.duplicate) && let.duplicate.title == 'x'",
    "has(let.duplicate) && has(let.duplicate.component) && let.duplicate.component.severity == 'P1'",
    "type(resource.owner) == User && resource.owner.role == 'vendor'",
    "type(resource.owner) != User || resource.owner.role == 'vendor'",
    "type(resource.owner) != Group && resource.owner.role == 'vendor'",
    "type(resource.owner) in [Group] || resource.owner.role == 'vendor'",
    "type(resource.owner) == User ? has(resource.owner.email) : size(resource.owner.members) > 1",
    "has(resource.assignee) && type(resource.assignee) == User && resource.assignee.role == 'vendor'",
    "resource.watchers.exists(w, has(w.email) && w.email.endsWith('x'))",
    "has(input.count) && [1, 2].all(x, x < input.count)", "cel.bind(c, input.count, has(c) && c > 3)",
    "(has(input.count) || has(input.nick)) && (has(input.count) ? input.count > 1 : true)",
    "(has(input.count) && input.ok || has(input.count) && !input.ok) && input.count > 1",
    "has(input.changes.title) && input.changes.title == 'x'", "has(resource.due) && resource.due < today",
    "has(input.nick) && input.nick in input.tags", "has(input.words) && input.words.exists(w, w == 'x')",
    "has(resource.level) && resource.level.at_least('P2')", "has(input.scores) && input.scores.a > 1",
    "[resource].filter(r, has(r.plan)).size() > 0", "[resource].map(r, has(r.plan), r.plan.hit)[0] > 1",
  ])
  func `what a condition shows to be there can be used after it`(_ source: String) {
    Self.expect(Typed(source, "bool", expecting: .bool))
  }

  @Test(arguments: [
    Typed("size('a')", "int"), Typed("input.tags.size()", "int"), Typed("size(resource.labels)", "int"),
    Typed("'abc'.contains('b')", "bool"), Typed("'abc'.matches('^a')", "bool"), Typed("matches('a', 'b')", "bool"),
    Typed("'abc'.charAt(1)", "text"), Typed("'abc'.indexOf('b')", "int"), Typed("'abc'.indexOf('b', 1)", "int"),
    Typed("input.tags.join(', ')", "text"), Typed("input.tags.join()", "text"), Typed("'A'.lowerAscii()", "text"),
    Typed("'a b'.split(' ')", "list(text)"), Typed("'abc'.substring(1, 2)", "text"), Typed("' a '.trim()", "text"),
    Typed("'abc'.reverse()", "text"), Typed("strings.quote('a')", "text"), Typed("folded(input.title)", "text"),
    Typed("'%s %d'.format([input.title, 3, resource.cost])", "text"), Typed("'a'.replace('a', 'b', 1)", "text"),
    Typed("now.getFullYear()", "int"), Typed("now.getHours('Europe/Berlin')", "int"), Typed("24h.getHours()", "int"),
    Typed("minutes(5)", "duration"), Typed("hours(input.n)", "duration"), Typed("days(1)", "duration"),
    Typed("date(now)", "date"), Typed("date('2025-12-01')", "date"), Typed("date(now, 'UTC')", "date"),
    Typed("date(today)", "date"), Typed("month_start(now)", "timestamp"), Typed("month_start(now, 'UTC')", "timestamp"),
    Typed("timestamp('2025-12-01T10:00:00Z')", "timestamp"), Typed("timestamp(0)", "timestamp"),
    Typed("duration('1h')", "duration"), Typed("int('5')", "int"), Typed("int(2.5)", "int"), Typed("int(now)", "int"),
    Typed("int(resource.cost)", "int"), Typed("int(3)", "int"), Typed("double(1)", "double"),
    Typed("double(resource.cost)", "double"), Typed("double('1.5')", "double"), Typed("bool('true')", "bool"),
    Typed("string(1)", "text"), Typed("string(resource.severity)", "text"), Typed("string(subject)", "text"),
    Typed("string(resource.cost)", "text"), Typed("string(today)", "text"), Typed("string(now)", "text"),
    Typed("math.greatest(1, 2)", "int"), Typed("math.greatest(1, 2.5)", "double"), Typed("math.least([1, 2])", "int"),
    Typed("math.greatest(resource.cost, 0)", "decimal(2)"), Typed("math.least(input.prices)", "decimal(2)"),
    Typed("math.abs(-1)", "int"), Typed("math.abs(resource.cost)", "decimal(2)"), Typed("math.sign(1.5)", "double"),
    Typed("math.ceil(1.5)", "double"), Typed("math.round(double(1))", "double"), Typed("math.bitAnd(1, 2)", "int"),
    Typed("math.sqrt(2)", "double"), Typed("math.isNaN(0.0 / 0.0)", "bool"),
    Typed("resource.codes.sum()", "int"), Typed("input.prices.sum()", "decimal(2)"),
    Typed("input.spans.sum()", "duration"),
    Typed("resource.codes.min()", "int?"), Typed("resource.codes.max().orValue(0)", "int"),
    Typed("resource.watchers.first()", "User?"), Typed("resource.watchers.last().?name", "text?"),
    Typed("input.tags.distinct()", "list(text)"), Typed("input.tags.sort()", "list(text)"),
    Typed("input.nested.flatten()", "list(int)"), Typed("input.tags.slice(0, 1)", "list(text)"),
    Typed("input.tags.reverse()", "list(text)"),
    Typed("leaves(input.payload)", "list(text)"), Typed("input.payload.leaves()", "list(text)"),
    Typed("type(subject)", "entity type"), Typed("share(1, 2)", "share"), Typed("percent(5)", "share"),
    Typed("input.changes.count()", "int"), Typed("severity_of(resource.impact)", "Severity"),
    Typed("terms_of('P1', 3)", "Terms"),
  ])
  func `functions give their types`(_ row: Typed) { Self.expect(row) }

  @Test(arguments: [
    Typed("[1, 2].all(x, x > 0)", "bool"), Typed("[1].exists(i, x, x > i)", "bool"),
    Typed("[1].exists_one(x, x == 1)", "bool"), Typed("[1].existsOne(i, x, x == i)", "bool"),
    Typed("resource.watchers.map(w, w.name)", "list(text)"), Typed("resource.watchers.map(w, w.email)", "list(text?)"),
    Typed("resource.watchers.map(w, has(w.email), w.email)", "list(text)"),
    Typed("[1, 2].filter(x, x > 1)", "list(int)"),
    Typed("resource.labels.all(k, k != '')", "bool"), Typed("resource.labels.map(k, k)", "list(text)"),
    Typed("resource.labels.exists(k, v, v == k)", "bool"), Typed("resource.labels.filter(k, k == 'a')", "list(text)"),
    Typed("input.counts.transformMap(k, v, v + 1)", "map(int)"),
    Typed("input.counts.transformMap(k, v, v > 1, k + 'x')", "map(text)"),
    Typed("input.counts.transformList(k, v, v)", "list(int)"), Typed("[3].transformList(i, v, i == 0, v)", "list(int)"),
    Typed("[].exists(e, e == 2)", "bool"),
    Typed("[].map(n, n / 2)", "list(int)"), Typed("cel.bind(x, 5, x + 1)", "int"),
    Typed("cel.bind(x, 1, cel.bind(y, x, x + y))", "int"), Typed("[1].map(x, [2].map(y, x + y))", "list(list(int))"),
    Typed("optional.of(1)", "int?"), Typed("optional.none()", "undetermined?"),
    Typed("optional.of(1).hasValue()", "bool"),
    Typed("optional.ofNonZeroValue('')", "text?"), Typed("input.count.orValue(0)", "int"),
    Typed("input.count.or(optional.of(1))", "int?"), Typed("input.count.value()", "int"),
    Typed("input.words.orValue([])", "list(text)"), Typed("optional.none().orValue(42)", "int"),
    Typed("optional.none().or(optional.of(1)).orValue(2)", "int"), Typed("resource.level.orValue('P4')", "Severity"),
    Typed("resource.plan.?cost.orValue(0)", "decimal(2)"), Typed("let.duplicate.?id.orValue('')", "text"),
    Typed("input.count.optMap(c, c + 1)", "int?"), Typed("resource.plan.optFlatMap(p, p.window)", "Window?"),
    Typed("subject.manager.or(optional.of(subject)).?name", "text?"),
    Typed("input.other.optMap(o, o.title).orValue('')", "text"),
    Typed("resource.assignee.orValue(subject)", "User | Group"),
    Typed("resource.watchers.map(w, w)", "list(User)", expecting: .list(Fixture.user)),
    Typed("[1].map(x, 'vendor')", "list(Role)", expecting: .list(Fixture.role)),
  ])
  func `macros and optionals give their types`(_ row: Typed) { Self.expect(row) }
}
