import BylawCompiler
import Testing

struct MismatchMistakeTests {
  @Test(
    arguments: [
      Mistake(
        "same(input.count, 'x')", "type-mismatch", at: "'x'",
        message: "cannot compare int with text", expected: "int", hint: nil),
      Mistake(
        "1 == 'a'", "type-mismatch", at: "'a'",
        message: "cannot compare int with text", expected: "int, as on the left of '=='",
        hint: "write the number without quotes"),
      Mistake(
        "resource.cost > '500'", "type-mismatch", at: "'500'",
        message: "cannot compare decimal(2) with text", expected: "decimal(2), as on the left of '>'",
        hint: "write the number without quotes"),
      Mistake(
        "resource.cost == input.n", "type-mismatch", at: "input.n",
        message: "cannot compare decimal(2) with int", expected: "decimal(2), as on the left of '=='",
        hint: "an int never meets a decimal by itself; write decimal(input.n)"),
      Mistake(
        "input.n > 2.5", "type-mismatch", at: "2.5",
        message: "cannot compare int with double", expected: "int, as on the left of '>'",
        hint: "write a whole number"),
      Mistake(
        "input.x > input.n", "type-mismatch", at: "input.n",
        message: "cannot compare double with int", expected: "double, as on the left of '>'",
        hint: "write double(input.n)"),
      Mistake(
        "resource.title > 5", "type-mismatch", at: "5",
        message: "cannot compare text with int", expected: "text, as on the left of '>'",
        hint: "text stands in quotes"),
      Mistake(
        "resource.title == resource.severity", "type-mismatch", at: "resource.severity",
        message: "cannot compare text with Severity", expected: "text, as on the left of '=='",
        hint: "write string(resource.severity), or compare it with a word: \"P4\", \"P3\", \"P2\" or \"P1\""),
      Mistake(
        "subject == resource", "type-mismatch", at: "resource",
        message: "cannot compare User with Incident", expected: "User, as on the left of '=='", hint: nil),
      Mistake(
        "subject == resource.created_by.name", "type-mismatch", at: "resource.created_by.name",
        message: "cannot compare User with text", expected: "User, as on the left of '=='",
        hint: "compare the identity: x.id == resource.created_by.name"),
      Mistake(
        "subject == 'u-1'", "type-mismatch", at: "'u-1'",
        message: "cannot compare User with text", expected: "User, as on the left of '=='",
        hint: "compare the identity: x.id == \"…\""),
      Mistake(
        "subject.id == resource", "type-mismatch", at: "resource",
        message: "cannot compare text with Incident", expected: "text, as on the left of '=='",
        hint: "write resource.id"),
      Mistake(
        "resource.created_at > '2025-12-01'", "type-mismatch", at: "'2025-12-01'",
        message: "cannot compare timestamp with text", expected: "timestamp, as on the left of '>'",
        hint: "write timestamp(\"2025-12-01T10:00:00Z\")"),
      Mistake(
        "resource.day > '2025-12-01'", "type-mismatch", at: "'2025-12-01'",
        message: "cannot compare date with text", expected: "date, as on the left of '>'",
        hint: "write date(\"2025-12-01\")"),
      Mistake(
        "resource.day > now", "type-mismatch", at: "now",
        message: "cannot compare date with timestamp", expected: "date, as on the left of '>'",
        hint: "write date(now)"),
      Mistake(
        "now - resource.created_at > 3600", "type-mismatch", at: "3600",
        message: "cannot compare duration with int", expected: "duration, as on the left of '>'",
        hint: "write a duration with its unit, such as 24h or 15 min"),
      Mistake(
        "now - resource.created_at > '24h'", "type-mismatch", at: "'24h'",
        message: "cannot compare duration with text", expected: "duration, as on the left of '>'",
        hint: "write a duration without quotes, such as 24h or 15 min"),
      Mistake(
        "resource.title.at_least('a')", "type-mismatch", at: "resource.title",
        message: "'at_least' ranks words of an enum, and this is text", expected: "an ordered enum",
        hint: "compare numbers and times with '>='"),
      Mistake(
        "input.payload == input.payload", "not-comparable", at: "input.payload == input.payload",
        message: "two values of json cannot be compared", expected: nil, hint: nil),
      Mistake(
        "resource.cost * input.n", "type-mismatch", at: "*",
        message: "'*' does not take an int and a decimal", expected: nil,
        hint: "write decimal(n) around the int"),
      Mistake(
        "resource.cost + input.n", "type-mismatch", at: "+",
        message: "'+' does not take an int and a decimal", expected: nil,
        hint: "write decimal(n) around the int"),
      Mistake(
        "share(1, 2) > 0.5", "type-mismatch", at: "0.5",
        message: "cannot compare share with double", expected: "share, as on the left of '>'",
        hint: "a share is compared with another share or with percent(…)"),
      Mistake(
        "share(1, resource.title)", "type-mismatch", at: "resource.title",
        message: "this is text, where int or decimal is needed", expected: "int or decimal", hint: nil),
      Mistake(
        "share(input.n, resource.cost)", "type-mismatch", at: "share(input.n, resource.cost)",
        message: "a share is of two ints or of two decimals, not int and decimal(2)", expected: nil,
        hint: "write decimal(n) around the int"),
      Mistake(
        "percent('5')", "type-mismatch", at: "'5'",
        message: "this is text, where int or decimal is needed", expected: "int or decimal", hint: nil),
      Mistake(
        "percent(input.x)", "type-mismatch", at: "input.x",
        message: "this is double, where int or decimal is needed", expected: "int or decimal", hint: nil),
      Mistake(
        "-resource.title", "type-mismatch", at: "resource.title",
        message: "text has no negative", expected: "int, decimal, double or duration", hint: nil),
      Mistake(
        "!resource.title", "type-mismatch", at: "resource.title",
        message: "this is text, where bool is needed", expected: "bool", hint: "compare the text with another"),
      Mistake(
        "!input.n", "type-mismatch", at: "input.n",
        message: "this is int, where bool is needed", expected: "bool",
        hint: "compare the number with another"),
      Mistake(
        "not resource.codes", "type-mismatch", at: "resource.codes",
        message: "this is list(int), where bool is needed", expected: "bool",
        hint: "ask size(…) > 0, or use exists, all or 'in'"),
      Mistake(
        "input.n && true", "type-mismatch", at: "input.n",
        message: "this is int, where bool is needed", expected: "bool",
        hint: "compare the number with another"),
      Mistake(
        "true && 'a'", "type-mismatch", at: "'a'",
        message: "this is text, where bool is needed", expected: "bool",
        hint: "write true or false without quotes"),
      Mistake(
        "input.n ? 1 : 2", "type-mismatch", at: "input.n",
        message: "this is int, where bool is needed", expected: "bool",
        hint: "compare the number with another"),
      Mistake(
        "input.ok ? 1 : 'a'", "mixed-types", at: "'a'",
        message: "the two results of '?:' must have one type, not int and text", expected: "int",
        hint: "write the number without quotes"),
      Mistake(
        "[1, 'a']", "mixed-types", at: "'a'",
        message: "the elements of a list must have one type, not int and text", expected: "int",
        hint: "write the number without quotes"),
      Mistake(
        "[1, 2, 'a', 'b']", "mixed-types", at: "'a'",
        message: "the elements of a list must have one type, not int and text", expected: "int",
        hint: "write the number without quotes"),
      Mistake(
        "{'a': 1, 'b': 'x'}", "mixed-types", at: "'x'",
        message: "the values of a map must have one type, not int and text", expected: "int",
        hint: "write the number without quotes"),
      Mistake(
        "input.tags + [1]", "type-mismatch", at: "1",
        message: "this is int, where text is needed", expected: "text", hint: "text stands in quotes"),
      Mistake(
        "[1] + ['a']", "type-mismatch", at: "'a'",
        message: "this is text, where int is needed", expected: "int", hint: "write the number without quotes"),
      Mistake(
        "input.n in input.tags", "type-mismatch", at: "input.n",
        message: "int can never be in list(text)", expected: nil, hint: nil),
      Mistake(
        "subject in [resource]", "type-mismatch", at: "subject",
        message: "User can never be in list(Incident)", expected: nil, hint: nil),
      Mistake(
        "input.title in resource.title", "type-mismatch", at: "resource.title",
        message: "'in' does not look into text", expected: "list or map",
        hint: "write resource.title.contains(input.title)"),
      Mistake(
        "1h in resource.limits", "type-mismatch", at: "resource.limits",
        message: "'in' does not look into range(duration)", expected: "list or map",
        hint: "write resource.limits.contains(…)"),
      Mistake(
        "input.n in input.n", "type-mismatch", at: "input.n",
        message: "'in' does not look into int", expected: "list or map", hint: nil),
      Mistake(
        "1 in resource.labels", "type-mismatch", at: "1",
        message: "this is int, where text is needed", expected: "text", hint: "text stands in quotes"),
      Mistake(
        "type(resource.owner) == Incident", "type-mismatch", at: "Incident",
        message: "this is never of the type Incident here", expected: "User or Group", hint: nil),
      Mistake(
        "type(subject) == Group", "type-mismatch", at: "Group",
        message: "this is never of the type Group here", expected: "User", hint: nil),
      Mistake(
        "type(resource.owner) == 'User'", "type-mismatch", at: "'User'",
        message: "cannot compare entity type with text", expected: "entity type, as on the left of '=='",
        hint: "write the name of the entity without quotes"),
      Mistake(
        "full_outage(resource.title)", "type-mismatch", at: "resource.title",
        message: "this is text, where Impact is needed", expected: "Impact, the impact of full_outage",
        hint: nil),
      Mistake(
        "full_outage({'clients': 'x'})", "type-mismatch", at: "'x'",
        message: "this is text, where int is needed", expected: "int", hint: "write the number without quotes"),
      Mistake(
        "business_hours('x')", "type-mismatch", at: "'x'",
        message: "this is text, where timestamp is needed", expected: "timestamp, the t of business_hours",
        hint: "write timestamp(\"2025-12-01T10:00:00Z\")"),
      Mistake(
        "'a'.contains(1)", "type-mismatch", at: "1",
        message: "this is int, where text is needed", expected: "text", hint: "text stands in quotes"),
      Mistake(
        "'a'.indexOf('b', 'c')", "type-mismatch", at: "'c'",
        message: "this is text, where int is needed", expected: "int", hint: "write the number without quotes"),
      Mistake(
        "1.contains('a')", "type-mismatch", at: "1",
        message: "int has no 'contains(…)'", expected: "text or range", hint: nil),
      Mistake(
        "resource.severity.startsWith('P')", "type-mismatch", at: "resource.severity",
        message: "Severity has no 'startsWith(…)'", expected: "text",
        hint: "write string(resource.severity).startsWith(…)"),
      Mistake(
        "input.tags.contains('a')", "type-mismatch", at: "input.tags",
        message: "list(text) has no 'contains(…)'", expected: "text or range", hint: "write x in input.tags"),
      Mistake(
        "size(1)", "type-mismatch", at: "1",
        message: "this is int, where text, list or map is needed", expected: "text, list or map", hint: nil),
      Mistake(
        "size(input.changes)", "type-mismatch", at: "input.changes",
        message: "this is patch(Incident), where text, list or map is needed", expected: "text, list or map",
        hint: "write x.count() for the number of fields given"),
      Mistake(
        "input.n.size()", "type-mismatch", at: "input.n",
        message: "this is int, where text, list or map is needed", expected: "text, list or map", hint: nil),
      Mistake(
        "math.greatest(1, 'a')", "mixed-types", at: "'a'",
        message: "the arguments must have one type, not int and text", expected: "int",
        hint: "write the number without quotes"),
      Mistake(
        "math.greatest('a')", "type-mismatch", at: "'a'",
        message: "this is text, where int, decimal or double is needed", expected: "int, decimal or double",
        hint: nil),
      Mistake(
        "math.abs('a')", "type-mismatch", at: "'a'",
        message: "this is text, where int, double or decimal is needed", expected: "int, double or decimal",
        hint: nil),
      Mistake(
        "math.sqrt(input.n)", "type-mismatch", at: "input.n",
        message: "this is int, where double is needed", expected: "double", hint: "write double(input.n)"),
      Mistake(
        "math.bitAnd(1.0, 2)", "type-mismatch", at: "1.0",
        message: "this is double, where int is needed", expected: "int", hint: "write a whole number"),
      Mistake(
        "int(true)", "type-mismatch", at: "true",
        message: "this is bool, where int, text, double, timestamp, duration or decimal is needed",
        expected: "int, text, double, timestamp, duration or decimal", hint: nil),
      Mistake(
        "int(input.tags)", "type-mismatch", at: "input.tags",
        message: "this is list(text), where int, text, double, timestamp, duration or decimal is needed",
        expected: "int, text, double, timestamp, duration or decimal", hint: nil),
      Mistake(
        "string(resource.impact)", "type-mismatch", at: "resource.impact",
        message: "Impact has no spelling as text",
        expected: "a number, a time, a bool, a word of an enum or a reference", hint: nil),
      Mistake(
        "string(share(1, 2))", "type-mismatch", at: "share(1, 2)",
        message: "share has no spelling as text",
        expected: "a number, a time, a bool, a word of an enum or a reference", hint: nil),
      Mistake(
        "bool(1)", "type-mismatch", at: "1",
        message: "this is int, where bool or text is needed", expected: "bool or text", hint: nil),
      Mistake(
        "timestamp(1.5)", "type-mismatch", at: "1.5",
        message: "this is double, where timestamp, text or int is needed", expected: "timestamp, text or int",
        hint: nil),
      Mistake(
        "date(5)", "type-mismatch", at: "5",
        message: "this is int, where timestamp is needed", expected: "timestamp", hint: nil),
      Mistake(
        "month_start(resource.day)", "type-mismatch", at: "resource.day",
        message: "this is date, where timestamp is needed", expected: "timestamp",
        hint: "compare days with days: date(…) on the other side"),
      Mistake(
        "minutes(1.5)", "type-mismatch", at: "1.5",
        message: "this is double, where int is needed", expected: "int", hint: "write a whole number"),
      Mistake(
        "decimal('1')", "type-mismatch", at: "'1'",
        message: "this is text, where int is needed", expected: "int", hint: nil),
      Mistake(
        "decimal(input.x)", "type-mismatch", at: "input.x",
        message: "this is double, where int is needed", expected: "int", hint: nil),
      Mistake(
        "now.getHours(1)", "type-mismatch", at: "1",
        message: "this is int, where text is needed", expected: "text", hint: "text stands in quotes"),
      Mistake(
        "resource.day.getMonth()", "type-mismatch", at: "resource.day",
        message: "date has no 'getMonth(…)'", expected: "timestamp", hint: nil),
      Mistake(
        "resource.watchers.sum()", "type-mismatch", at: "sum",
        message: "list(User) cannot be summed", expected: "a list of int, decimal, double or duration",
        hint: nil),
      Mistake(
        "input.tags.flatten()", "type-mismatch", at: "flatten",
        message: "list(text) is flat already", expected: "a list of lists", hint: nil),
      Mistake(
        "input.tags.sum()", "type-mismatch", at: "sum",
        message: "list(text) cannot be summed", expected: "a list of int, decimal, double or duration",
        hint: nil),
      Mistake(
        "input.n.exists(x, x > 1)", "type-mismatch", at: "input.n",
        message: "'exists' does not go over int", expected: "list or map", hint: nil),
      Mistake(
        "resource.codes.exists(x, x)", "type-mismatch", at: "x",
        message: "this is int, where bool is needed", expected: "bool",
        hint: "compare the number with another"),
      Mistake(
        "resource.codes.filter(x, x + 1)", "type-mismatch", at: "x + 1",
        message: "this is int, where bool is needed", expected: "bool",
        hint: "compare the number with another"),
      Mistake(
        "resource.codes.transformMap(i, v, v)", "type-mismatch", at: "resource.codes",
        message: "'transformMap' does not go over list(int)", expected: "map", hint: nil),
      Mistake(
        "optional.ofNonZeroValue(subject)", "type-mismatch", at: "subject",
        message: "User has no zero value", expected: nil, hint: "write optional.of(…)"),
      Mistake(
        "input.count.orValue('a')", "type-mismatch", at: "'a'",
        message: "this is text, where int is needed", expected: "int", hint: "write the number without quotes"),
      Mistake(
        "input.count.optFlatMap(c, c + 1)", "type-mismatch", at: "c + 1",
        message: "this is int, where an optional is needed", expected: "an optional",
        hint: "write optMap instead"),
      Mistake(
        "resource.watchers[subject]", "type-mismatch", at: "subject",
        message: "this is User, where int is needed", expected: "int", hint: nil),
      Mistake(
        "resource.watchers['a']", "type-mismatch", at: "'a'",
        message: "this is text, where int is needed", expected: "int", hint: "write the number without quotes"),
      Mistake(
        "resource.labels[1]", "type-mismatch", at: "1",
        message: "this is int, where text is needed", expected: "text", hint: "text stands in quotes"),
      Mistake(
        "input.n[0]", "type-mismatch", at: "input.n",
        message: "int has no elements", expected: "list or map", hint: nil),
      Mistake(
        "resource.title[0]", "type-mismatch", at: "resource.title",
        message: "text has no elements", expected: "list or map", hint: nil),
      Mistake(
        "input.payload['a']", "type-mismatch", at: "input.payload",
        message: "json has no elements", expected: "list or map", hint: nil),
      Mistake(
        "resource.limits.contains(5)", "type-mismatch", at: "5",
        message: "this is int, where duration is needed", expected: "duration",
        hint: "write a duration with its unit, such as 24h or 15 min"),
      Mistake(
        "[1, 2].sum().size()", "type-mismatch", at: "[1, 2].sum()",
        message: "this is int, where text, list or map is needed", expected: "text, list or map", hint: nil),
      Mistake(
        "input.ok ? resource.cost : input.n", "mixed-types", at: "input.n",
        message: "the two results of '?:' must have one type, not decimal(2) and int", expected: "decimal(2)",
        hint: "an int never meets a decimal by itself; write decimal(input.n)"),
      Mistake(
        "resource.owner == resource", "type-mismatch", at: "resource",
        message: "cannot compare User | Group with Incident", expected: "User | Group, as on the left of '=='",
        hint: nil),
      Mistake(
        "resource.watchers == [resource]", "type-mismatch", at: "resource",
        message: "this is Incident, where User is needed", expected: "User", hint: nil),
      Mistake(
        "resource.severity == subject.role", "type-mismatch", at: "subject.role",
        message: "cannot compare Severity with Role", expected: "Severity, as on the left of '=='", hint: nil),
      Mistake(
        "resource.severity == 1", "type-mismatch", at: "1",
        message: "cannot compare Severity with int", expected: "Severity, as on the left of '=='", hint: nil),
      Mistake(
        "input.tags == [1]", "type-mismatch", at: "1",
        message: "this is int, where text is needed", expected: "text", hint: "text stands in quotes"),
      Mistake(
        "input.tags == 'a'", "type-mismatch", at: "'a'",
        message: "cannot compare list(text) with text", expected: "list(text), as on the left of '=='",
        hint: nil),
      Mistake(
        "input.level in 'P1'", "type-mismatch", at: "'P1'",
        message: "'in' does not look into text", expected: "list or map", hint: nil),
      Mistake(
        "resource.owner.name.first()", "type-mismatch", at: "resource.owner.name",
        message: "text has no 'first(…)'", expected: "list", hint: nil),
      Mistake(
        "same(subject.manager, resource.component)", "type-mismatch", at: "resource.component",
        message: "cannot compare User with Incident", expected: "User", hint: nil),
      Mistake(
        "terms_of('P1', input.n)", "type-mismatch", at: "input.n",
        message: "this is int, where decimal(2) is needed", expected: "decimal(2), the fee of terms_of",
        hint: "an int never meets a decimal by itself; write decimal(input.n)"),
      Mistake(
        "severity_of(let.duplicate)", "type-mismatch", at: "let.duplicate",
        message: "this is Incident?, where Impact is needed", expected: "Impact, the impact of severity_of",
        hint: nil),
      Mistake(
        "input.count ? 1 : 2", "type-mismatch", at: "input.count",
        message: "this is int?, where bool is needed", expected: "bool",
        hint: "to ask whether it is there, write has(input.count)"),
      Mistake(
        "!input.count", "type-mismatch", at: "input.count",
        message: "this is int?, where bool is needed", expected: "bool",
        hint: "to ask whether it is there, write has(input.count)"),
      Mistake(
        "input.count && true", "type-mismatch", at: "input.count",
        message: "this is int?, where bool is needed", expected: "bool",
        hint: "to ask whether it is there, write has(input.count)"),
      Mistake(
        "leaves(resource.title)", "type-mismatch", at: "resource.title",
        message: "this is text, where json is needed", expected: "json", hint: nil),
      Mistake(
        "strings.quote(1)", "type-mismatch", at: "1",
        message: "this is int, where text is needed", expected: "text", hint: "text stands in quotes"),
    ] as [Mistake])
  func `a value of a wrong type is reported with the way out`(_ mistake: Mistake) { mistake.verify() }
}
