import BylawCompiler
import Testing

struct NameMistakeTests {
  @Test(
    arguments: [
      Mistake(
        "subjct", "unknown-name", at: "subjct",
        message: "unknown name 'subjct'",
        expected: "a literal, or a name that starts from action, context, input, let, now, resource, subject or today",
        hint: "did you mean 'subject'?"),
      Mistake(
        "input.amuont", "unknown-name", at: "amuont",
        message: "there is no 'amuont' in input here",
        expected: "amount, changes, count, counts, impact, incidents, level, n, nested, nick, ok, other, …",
        hint: "did you mean 'amount'?"),
      Mistake(
        "input", "not-a-value", at: "input",
        message: "'input' is no value by itself", expected: "a member of it, such as input.amount", hint: nil),
      Mistake(
        "context.session", "not-a-value", at: "context.session",
        message: "'context.session' is no value by itself",
        expected: "a member of it, such as context.session.mfa", hint: nil),
      Mistake(
        "context.session.mfaa", "unknown-name", at: "mfaa",
        message: "there is no 'mfaa' in context.session here", expected: "mfa", hint: "did you mean 'mfa'?"),
      Mistake(
        "let.later", "unavailable-name", at: "later",
        message: "'let.later' cannot be used here: it is read after the effects", expected: nil, hint: nil),
      Mistake(
        "after.title", "unavailable-name", at: "after",
        message: "'after' cannot be used here: only what holds after the effects may read it", expected: nil,
        hint: nil),
      Mistake(
        "full_outage", "not-a-value", at: "full_outage",
        message: "'full_outage' must be applied to something", expected: "full_outage(impact)", hint: nil),
      Mistake(
        "token_budget", "not-a-value", at: "token_budget",
        message: "a threshold can only be asked whether it has reached a band",
        expected: "token_budget.at_least(\"…\")", hint: nil),
      Mistake(
        "Role", "not-a-value", at: "Role",
        message: "'Role' is an enum, no value", expected: "one of its words in quotes", hint: nil),
      Mistake(
        "vendor", "unknown-name", at: "vendor",
        message: "unknown name 'vendor'",
        expected: "a literal, or a name that starts from action, context, input, let, now, resource, subject or today",
        hint: "a word of an enum stands in quotes: \"vendor\""),
      Mistake(
        "resource.severity == P1", "unknown-name", at: "P1",
        message: "unknown name 'P1'", expected: "a word in quotes",
        hint: "a word of an enum stands in quotes: \"P1\""),
      Mistake(
        "resource.severity == 'P5'", "unknown-word", at: "'P5'",
        message: "Severity has no word 'P5'", expected: "\"P4\", \"P3\", \"P2\" or \"P1\"", hint: nil),
      Mistake(
        "subject.role in ['vendor', 'operater']", "unknown-word", at: "'operater'",
        message: "Role has no word 'operater'", expected: "\"manager\", \"operator\" or \"vendor\"",
        hint: "did you mean 'operator'?"),
      Mistake(
        "'vendr' == subject.role", "unknown-word", at: "'vendr'",
        message: "Role has no word 'vendr'", expected: "\"manager\", \"operator\" or \"vendor\"",
        hint: "did you mean 'vendor'?"),
      Mistake(
        "delivered", "unknown-name", at: "delivered",
        message: "unknown name 'delivered'",
        expected: "a literal, or a name that starts from action, context, input, let, now, resource, subject or today",
        hint: "to compare with text, put it in quotes: \"delivered\""),
      Mistake(
        "resource.severity.at_least('P9')", "unknown-word", at: "'P9'",
        message: "Severity has no word 'P9'", expected: "\"P4\", \"P3\", \"P2\" or \"P1\"", hint: nil),
      Mistake(
        "'a' + resource.severity", "unknown-word", at: "'a'",
        message: "Severity has no word 'a'", expected: "\"P4\", \"P3\", \"P2\" or \"P1\"", hint: nil),
      Mistake(
        "terms_of('P7', 3)", "unknown-word", at: "'P7'",
        message: "Severity has no word 'P7'", expected: "\"P4\", \"P3\", \"P2\" or \"P1\"", hint: nil),
      Mistake(
        "token_budget.at_least('blokked')", "unknown-word", at: "'blokked'",
        message: "threshold 'token_budget' has no band 'blokked'", expected: "\"warning\" or \"blocked\"",
        hint: "did you mean 'blocked'?"),
      Mistake(
        "token_budget.size()", "not-a-value", at: "token_budget.size()",
        message: "a threshold can only be asked whether it has reached a band",
        expected: "token_budget.at_least(\"…\")", hint: nil),
      Mistake(
        "token_budget == 1", "not-a-value", at: "token_budget",
        message: "a threshold can only be asked whether it has reached a band",
        expected: "token_budget.at_least(\"…\")", hint: nil),
      Mistake(
        "resource.codes.map(x, y)", "unknown-name", at: "y",
        message: "unknown name 'y'",
        expected:
          "a literal, or a name that starts from action, context, input, let, now, resource, subject, today or x",
        hint: "to compare with text, put it in quotes: \"y\""),
      Mistake(
        "dyn(1)", "no-dyn", at: "dyn",
        message: "every value has a declared type, so there is no 'dyn'", expected: nil,
        hint: "write the value itself"),
      Mistake(
        "uint(1)", "no-uint", at: "uint",
        message: "there are no unsigned numbers", expected: "an int",
        hint: "write the number without 'u', or int(…)"),
      Mistake(
        "1u", "no-uint", at: "1u",
        message: "there are no unsigned numbers", expected: "an int",
        hint: "write the number without 'u', or int(…)"),
      Mistake(
        "b'abc'", "no-bytes", at: "b'abc'",
        message: "there are no byte strings", expected: "text", hint: nil),
      Mistake(
        "bytes('abc')", "no-bytes", at: "bytes",
        message: "there are no byte strings", expected: "text", hint: nil),
      Mistake(
        "null", "no-null", at: "null",
        message: "there is no null", expected: "a value",
        hint: "ask has(x) for a field that may be absent; optional.none() stands for an absent value"),
      Mistake(
        "subject == null", "no-null", at: "null",
        message: "there is no null", expected: "a value",
        hint: "to ask whether it is there, write not has(subject)"),
      Mistake(
        "resource.closed_at == null", "no-null", at: "null",
        message: "there is no null", expected: "a value",
        hint: "to ask whether it is there, write not has(resource.closed_at)"),
      Mistake(
        "foo.bar.baz", "unknown-name", at: "foo",
        message: "unknown name 'foo'",
        expected: "a literal, or a name that starts from action, context, input, let, now, resource, subject or today",
        hint: "to compare with text, put it in quotes: \"foo\""),
      Mistake(
        "input.n == foo", "unknown-name", at: "foo",
        message: "unknown name 'foo'",
        expected: "a literal, or a name that starts from action, context, input, let, now, resource, subject or today",
        hint: "to compare with text, put it in quotes: \"foo\""),
      Mistake(
        "[foo, 'a']", "unknown-name", at: "foo",
        message: "unknown name 'foo'",
        expected: "a literal, or a name that starts from action, context, input, let, now, resource, subject or today",
        hint: "to compare with text, put it in quotes: \"foo\""),
      Mistake(
        "has(foo.bar)", "unknown-name", at: "foo",
        message: "unknown name 'foo'",
        expected: "a literal, or a name that starts from action, context, input, let, now, resource, subject or today",
        hint: "to compare with text, put it in quotes: \"foo\""),
      Mistake(
        "foo.exists(x, x > 1)", "unknown-name", at: "foo",
        message: "unknown name 'foo'",
        expected: "a literal, or a name that starts from action, context, input, let, now, resource, subject or today",
        hint: "to compare with text, put it in quotes: \"foo\""),
      Mistake(
        "resource.codes.exists(x, foo > x)", "unknown-name", at: "foo",
        message: "unknown name 'foo'",
        expected:
          "a literal, or a name that starts from action, context, input, let, now, resource, subject, today or x",
        hint: "to compare with text, put it in quotes: \"foo\""),
      Mistake(
        "dyn", "no-dyn", at: "dyn",
        message: "every value has a declared type, so there is no 'dyn'", expected: nil,
        hint: "write the value itself"),
      Mistake(
        "uint", "no-uint", at: "uint",
        message: "there are no unsigned numbers", expected: "an int",
        hint: "write the number without 'u', or int(…)"),
      Mistake(
        "type", "not-a-value", at: "type",
        message: "'type' must be applied to something", expected: "type(…)", hint: nil),
      Mistake(
        "input.n()", "not-a-value", at: "input",
        message: "'input' is no value by itself", expected: "a member of it, such as input.amount", hint: nil),
      Mistake(
        "resource.closed_at != null", "no-null", at: "null",
        message: "there is no null", expected: "a value",
        hint: "to ask whether it is there, write has(resource.closed_at)"),
      Mistake(
        "null == input.count", "no-null", at: "null",
        message: "there is no null", expected: "a value",
        hint: "to ask whether it is there, write not has(input.count)"),
      Mistake(
        "input.ok ? null : 1", "no-null", at: "null",
        message: "there is no null", expected: "a value",
        hint: "ask has(x) for a field that may be absent; optional.none() stands for an absent value"),
      Mistake(
        "{'a': null}", "no-null", at: "null",
        message: "there is no null", expected: "a value",
        hint: "ask has(x) for a field that may be absent; optional.none() stands for an absent value"),
      Mistake(
        "math.foo", "unknown-name", at: "math",
        message: "unknown name 'math'",
        expected: "a literal, or a name that starts from action, context, input, let, now, resource, subject or today",
        hint: "to compare with text, put it in quotes: \"math\""),
    ] as [Mistake])
  func `a name that stands for nothing here is reported with what may stand there`(_ mistake: Mistake) {
    mistake.verify()
  }
}
