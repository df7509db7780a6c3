import BylawCompiler
import Testing

struct OperationMistakeTests {
  @Test(
    arguments: [
      Mistake(
        "resource.cost > 1.005", "too-many-places", at: "1.005",
        message: "3 decimal places are too many for decimal(2)", expected: "at most 2 decimal places",
        hint: nil),
      Mistake(
        "subject.role < 'vendor'", "not-ordered", at: "<",
        message: "'<' cannot be used: Role has no order", expected: nil,
        hint: "declare the enum with least_to_worst: […], or compare with '=='"),
      Mistake(
        "subject.role.at_least('vendor')", "not-ordered", at: "at_least",
        message: "'at_least' cannot be used: Role has no order", expected: nil,
        hint: "declare the enum with least_to_worst: […], or compare with '=='"),
      Mistake(
        "subject < subject", "not-ordered", at: "<",
        message: "'<' cannot be used: User has no order", expected: nil, hint: nil),
      Mistake(
        "resource.impact < resource.impact", "not-ordered", at: "<",
        message: "'<' cannot be used: Impact has no order", expected: nil, hint: nil),
      Mistake(
        "resource.cost / 2", "decimal-division", at: "/",
        message: "decimals are not divided: '/' would have to round", expected: nil,
        hint: "compare shares instead: share(a, b) > percent(20)"),
      Mistake(
        "resource.cost % 2", "decimal-division", at: "%",
        message: "decimals are not divided: '%' would have to round", expected: nil,
        hint: "compare shares instead: share(a, b) > percent(20)"),
      Mistake(
        "2 / resource.cost", "decimal-division", at: "/",
        message: "decimals are not divided: '/' would have to round", expected: nil,
        hint: "compare shares instead: share(a, b) > percent(20)"),
      Mistake(
        "resource.cost + input.x", "no-operation", at: "+",
        message: "'+' does not take decimal(2) and double", expected: nil, hint: nil),
      Mistake(
        "resource.rate * resource.rate * resource.rate * resource.rate * resource.rate", "too-many-places",
        at: "resource.rate * resource.rate * resource.rate * resource.rate * resource.rate",
        message: "the product would have 20 decimal places", expected: "at most 18 decimal places", hint: nil),
      Mistake(
        "'a' + 1", "no-operation", at: "+",
        message: "'+' does not take text and int", expected: nil,
        hint: "write string(…), or put it in a sentence as {…}"),
      Mistake(
        "1 + 'a'", "no-operation", at: "+",
        message: "'+' does not take int and text", expected: nil,
        hint: "write string(…), or put it in a sentence as {…}"),
      Mistake(
        "resource.title - 'a'", "no-operation", at: "-",
        message: "'-' does not take text and text", expected: nil, hint: nil),
      Mistake(
        "now + now", "no-operation", at: "+",
        message: "'+' does not take timestamp and timestamp", expected: nil, hint: nil),
      Mistake(
        "now + 1", "no-operation", at: "+",
        message: "'+' does not take timestamp and int", expected: nil, hint: nil),
      Mistake(
        "true + true", "no-operation", at: "+",
        message: "'+' does not take bool and bool", expected: nil, hint: nil),
      Mistake(
        "share(1, 2) + percent(5)", "no-operation", at: "+",
        message: "a share can only be compared, not used with '+'", expected: nil,
        hint: "write share(a, b) > percent(20)"),
      Mistake(
        "type(input.n)", "no-type-values", at: "type(input.n)",
        message: "'type' asks which entity a reference is of, and this is int", expected: "a reference",
        hint: nil),
      Mistake(
        "terms_of('P1', 3.005)", "too-many-places", at: "3.005",
        message: "3 decimal places are too many for decimal(2)", expected: "at most 2 decimal places",
        hint: nil),
      Mistake(
        "resource.watchers.sort()", "not-ordered", at: "sort",
        message: "'sort' cannot be used: the elements of list(User) have no order", expected: nil, hint: nil),
      Mistake(
        "input.count.optMap(c, c + 'a')", "no-operation", at: "+",
        message: "'+' does not take int and text", expected: nil,
        hint: "write string(c), or put it in a sentence as {c}"),
      Mistake(
        "100000000000000000000.0 == resource.cost", "number-out-of-range", at: "100000000000000000000.0",
        message: "this number does not fit into decimal(2)", expected: nil, hint: nil),
      Mistake(
        "9223372036854775807 < resource.cost", "number-out-of-range", at: "9223372036854775807",
        message: "this number does not fit into decimal(2)", expected: nil, hint: nil),
      Mistake(
        "9007199254740993 == input.x", "number-out-of-range", at: "9007199254740993",
        message: "this number does not fit into double", expected: nil, hint: nil),
      Mistake(
        "timestamp('2025-02-30T10:00:00Z')", "invalid-literal", at: "'2025-02-30T10:00:00Z'",
        message: "'2025-02-30T10:00:00Z' is no timestamp", expected: "a time such as 2025-12-01T10:00:00Z",
        hint: nil),
      Mistake(
        "timestamp('yesterday')", "invalid-literal", at: "'yesterday'",
        message: "'yesterday' is no timestamp", expected: "a time such as 2025-12-01T10:00:00Z", hint: nil),
      Mistake(
        "date('2025-02-29')", "invalid-literal", at: "'2025-02-29'",
        message: "'2025-02-29' is no date", expected: "a day such as 2025-12-01", hint: nil),
      Mistake(
        "date(now, 'Europe/Berln')", "invalid-literal", at: "'Europe/Berln'",
        message: "'Europe/Berln' is no time zone",
        expected: "UTC, a zone such as Europe/Berlin, or an offset such as +01:00", hint: nil),
      Mistake(
        "duration('1 day')", "invalid-literal", at: "'1 day'",
        message: "'1 day' is no duration", expected: "a duration such as 1h30m or -1.5s", hint: nil),
      Mistake(
        "now.getHours('Nowhere')", "invalid-literal", at: "'Nowhere'",
        message: "'Nowhere' is no time zone",
        expected: "UTC, a zone such as Europe/Berlin, or an offset such as +01:00", hint: nil),
      Mistake(
        "month_start(now, 'x')", "invalid-literal", at: "'x'",
        message: "'x' is no time zone",
        expected: "UTC, a zone such as Europe/Berlin, or an offset such as +01:00", hint: nil),
      Mistake(
        "input.prices.exists(p, p > 1.005)", "too-many-places", at: "1.005",
        message: "3 decimal places are too many for decimal(2)", expected: "at most 2 decimal places",
        hint: nil),
      Mistake(
        "[resource.cost, 1.555]", "too-many-places", at: "1.555",
        message: "3 decimal places are too many for decimal(2)", expected: "at most 2 decimal places",
        hint: nil),
      Mistake(
        "resource.cost in [1, 2.555]", "too-many-places", at: "2.555",
        message: "3 decimal places are too many for decimal(2)", expected: "at most 2 decimal places",
        hint: nil),
      Mistake(
        "terms_of('P1', resource.rate)", "too-many-places", at: "resource.rate",
        message: "4 decimal places are too many for decimal(2)", expected: "at most 2 decimal places",
        hint: nil),
      Mistake(
        "'a'.matches('(a')", "invalid-pattern", at: "(", message: "a group of the pattern is not closed",
        expected: "')'", hint: nil),
      Mistake(
        "matches('(a', 'ä)')", "invalid-pattern", at: ")",
        message: "the pattern closes a group that it never opened", expected: "'\\)' for the character itself",
        hint: nil),
      Mistake(
        "'a'.matches(\"\\\\w\\\\1\")", "invalid-pattern", at: "\"\\\\w\\\\1\"",
        message: "patterns cannot refer back to a group", expected: nil,
        hint: "compare the two parts in an expression instead"),
    ] as [Mistake])
  func `an operator or a literal that means nothing is reported`(_ mistake: Mistake) { mistake.verify() }
}
