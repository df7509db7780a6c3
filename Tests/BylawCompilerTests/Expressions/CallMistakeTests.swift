import BylawCompiler
import Testing

struct CallMistakeTests {
  @Test(
    arguments: [
      Mistake(
        "same(input.count)", "argument-count", at: "same(input.count)",
        message: "'same' does not take 1 argument", expected: "same(a, b)", hint: nil),
      Mistake(
        "resource.severity.at_least()", "argument-count", at: "resource.severity.at_least()",
        message: "'at_least' does not take 0 arguments", expected: "at_least(Severity)", hint: nil),
      Mistake(
        "share(1)", "argument-count", at: "share(1)",
        message: "'share' does not take 1 argument", expected: "share(part, whole)", hint: nil),
      Mistake(
        "foo(1)", "unknown-function", at: "foo",
        message: "there is no function 'foo'", expected: nil, hint: nil),
      Mistake(
        "full_outag(resource.impact)", "unknown-function", at: "full_outag",
        message: "there is no function 'full_outag'", expected: nil, hint: "did you mean 'full_outage'?"),
      Mistake(
        "full_outage()", "argument-count", at: "full_outage()",
        message: "'full_outage' does not take 0 arguments", expected: "full_outage(impact: Impact)", hint: nil),
      Mistake(
        "full_outage(1, 2)", "argument-count", at: "full_outage(1, 2)",
        message: "'full_outage' does not take 2 arguments", expected: "full_outage(impact: Impact)", hint: nil),
      Mistake(
        "'a'.contains()", "argument-count", at: "'a'.contains()",
        message: "'contains' does not take 0 arguments", expected: "contains(text)", hint: nil),
      Mistake(
        "'a'.contans('b')", "unknown-function", at: "contans",
        message: "text has no 'contans(…)'", expected: nil, hint: "did you mean 'contains'?"),
      Mistake(
        "startsWith('a', 'b')", "unknown-function", at: "startsWith",
        message: "'startsWith' stands after what it is asked of", expected: "x.startsWith(…)", hint: nil),
      Mistake(
        "resource.title.folded()", "unknown-function", at: "folded",
        message: "text has no 'folded(…)'", expected: nil, hint: "write folded(…) around it"),
      Mistake(
        "resource.title.size(1)", "argument-count", at: "resource.title.size(1)",
        message: "'size' does not take 1 argument", expected: "size()", hint: nil),
      Mistake(
        "math.greatest()", "argument-count", at: "math.greatest()",
        message: "'math.greatest' does not take 0 arguments", expected: "math.greatest(a, b)", hint: nil),
      Mistake(
        "math.gratest(1, 2)", "unknown-function", at: "gratest",
        message: "there is no function 'math.gratest'", expected: nil, hint: "did you mean 'math.greatest'?"),
      Mistake(
        "math.abs()", "argument-count", at: "math.abs()",
        message: "'math.abs' does not take 0 arguments", expected: "math.abs(int) or math.abs(double)",
        hint: nil),
      Mistake(
        "int()", "argument-count", at: "int()",
        message: "'int' does not take 0 arguments",
        expected: "int(int), int(text), int(double), int(timestamp) or int(duration)", hint: nil),
      Mistake(
        "date()", "argument-count", at: "date()",
        message: "'date' does not take 0 arguments", expected: "date(timestamp) or date(timestamp, zone)",
        hint: nil),
      Mistake(
        "input.tags.slice(1)", "argument-count", at: "input.tags.slice(1)",
        message: "'slice' does not take 1 argument", expected: "slice(from, to)", hint: nil),
      Mistake(
        "resource.codes.exists(1, true)", "not-a-variable", at: "1",
        message: "'exists' needs a new name here", expected: "a name such as x", hint: nil),
      Mistake(
        "resource.codes.exists(x)", "argument-count", at: "resource.codes.exists(x)",
        message: "'exists' does not take 1 argument",
        expected: "exists(x, condition) or exists(i, x, condition)", hint: nil),
      Mistake(
        "resource.codes.exists(x, x, true)", "not-a-variable", at: "x",
        message: "both variables are called 'x'", expected: "another name", hint: nil),
      Mistake(
        "resource.codes.exists(i, i, true)", "not-a-variable", at: "i",
        message: "both variables are called 'i'", expected: "another name", hint: nil),
      Mistake(
        "cel.bind(x, 1)", "argument-count", at: "cel.bind(x, 1)",
        message: "'cel.bind' does not take 2 arguments", expected: "cel.bind(name, value, expression)",
        hint: nil),
      Mistake(
        "cel.bind(1, 1, 1)", "not-a-variable", at: "1",
        message: "'bind' needs a new name here", expected: "a name such as x", hint: nil),
      Mistake(
        "cel.bnd(x, 1, 2)", "unknown-function", at: "bnd",
        message: "there is no function 'cel.bnd'", expected: nil, hint: "did you mean 'cel.bind'?"),
      Mistake(
        "optional.of()", "argument-count", at: "optional.of()",
        message: "'optional.of' does not take 0 arguments", expected: "optional.of(x)", hint: nil),
      Mistake(
        "optional.some(1)", "unknown-function", at: "some",
        message: "there is no function 'optional.some'", expected: nil, hint: "did you mean 'optional.none'?"),
      Mistake(
        "input.count.orValue()", "argument-count", at: "input.count.orValue()",
        message: "'orValue' does not take 0 arguments", expected: "orValue(value)", hint: nil),
      Mistake(
        "input.count.optMap(1, 2)", "not-a-variable", at: "1",
        message: "'optMap' needs a new name here", expected: "a name such as x", hint: nil),
      Mistake(
        "resource.limits.contains()", "argument-count", at: "resource.limits.contains()",
        message: "'contains' does not take 0 arguments", expected: "contains(x)", hint: nil),
      Mistake(
        "input.changes.count(1)", "argument-count", at: "input.changes.count(1)",
        message: "'count' does not take 1 argument", expected: "count()", hint: nil),
      Mistake(
        "foo(bar)", "unknown-function", at: "foo",
        message: "there is no function 'foo'", expected: nil, hint: nil),
      Mistake(
        "now()", "unknown-function", at: "now()",
        message: "'now' is a value, no function", expected: nil, hint: "leave the parentheses out"),
      Mistake(
        "matches('a')", "argument-count", at: "matches('a')",
        message: "'matches' does not take 1 argument", expected: "matches(text, text)", hint: nil),
      Mistake(
        "input.tags.fliter(t, t.name)", "unknown-function", at: "fliter",
        message: "list(text) has no 'fliter(…)'", expected: nil, hint: "did you mean 'filter'?"),
      Mistake(
        "has(input.count, 1)", "argument-count", at: "has(input.count, 1)",
        message: "'has' does not take 2 arguments", expected: "has(x.y)", hint: nil),
      Mistake(
        "business_hours(now, now)", "argument-count", at: "business_hours(now, now)",
        message: "'business_hours' does not take 2 arguments", expected: "business_hours(t: timestamp)",
        hint: nil),
      Mistake(
        "optional.none(1)", "argument-count", at: "optional.none(1)",
        message: "'optional.none' does not take 1 argument", expected: "optional.none()", hint: nil),
    ] as [Mistake])
  func `a call that cannot be is reported with how it is written`(_ mistake: Mistake) { mistake.verify() }
}
