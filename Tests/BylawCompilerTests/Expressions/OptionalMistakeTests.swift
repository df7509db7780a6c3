import BylawCompiler
import Testing

struct OptionalMistakeTests {
  @Test(
    arguments: [
      Mistake(
        "resource.closed_at > now", "may-be-absent", at: "resource.closed_at",
        message: "'resource.closed_at' may be absent here", expected: "a value that is there",
        hint: "ask first: has(resource.closed_at) && …"),
      Mistake(
        "resource.closed_at == now", "optional-equality", at: "resource.closed_at",
        message: "'resource.closed_at' may be absent, so '==' is not clear", expected: "a value that is there",
        hint: "ask has(resource.closed_at) first, or write same(resource.closed_at, …)"),
      Mistake(
        "resource.closed_at != input.other.?created_at", "optional-equality", at: "resource.closed_at",
        message: "'resource.closed_at' may be absent, so '!=' is not clear", expected: "a value that is there",
        hint: "write not same(resource.closed_at, input.other.?created_at), which holds when both are there and equal"),
      Mistake(
        "input.count + 1", "may-be-absent", at: "input.count",
        message: "'input.count' may be absent here", expected: "a value that is there",
        hint: "ask first: has(input.count) && …, or say what stands for it: input.count.orValue(0)"),
      Mistake(
        "input.count == 3", "optional-equality", at: "input.count",
        message: "'input.count' may be absent, so '==' is not clear", expected: "a value that is there",
        hint: "ask has(input.count) first, or write same(input.count, …)"),
      Mistake(
        "resource.plan.hit", "through-optional", at: "hit",
        message: "'resource.plan' may be absent here", expected: nil,
        hint: "write resource.plan.?hit, or ask has(resource.plan) first"),
      Mistake(
        "resource.plan.window.end", "through-optional", at: "window",
        message: "'resource.plan' may be absent here", expected: nil,
        hint: "write resource.plan.?window, or ask has(resource.plan) first"),
      Mistake(
        "has(resource.plan.window)", "through-optional", at: "window",
        message: "'resource.plan' may be absent here", expected: nil,
        hint: "write resource.plan.?window, or ask has(resource.plan) first"),
      Mistake(
        "resource.?plan.window", "through-optional", at: "window",
        message: "'resource.?plan' may be absent here", expected: nil,
        hint: "write resource.?plan.?window, or ask has(resource.?plan) first"),
      Mistake(
        "input.words[0]", "through-optional", at: "input.words",
        message: "'input.words' may be absent here", expected: nil,
        hint: "write input.words[?…], or ask has(input.words) first"),
      Mistake(
        "input.other.title == 'x'", "through-optional", at: "title",
        message: "'input.other' may be absent here", expected: nil,
        hint: "write input.other.?title, or ask has(input.other) first"),
      Mistake(
        "let.duplicate.id", "through-optional", at: "id",
        message: "'let.duplicate' may be absent here", expected: nil,
        hint: "write let.duplicate.?id, or ask has(let.duplicate) first"),
      Mistake(
        "input.ok && input.count > 3", "may-be-absent", at: "input.count",
        message: "'input.count' may be absent here", expected: "a value that is there",
        hint: "ask first: has(input.count) && …, or say what stands for it: input.count.orValue(0)"),
      Mistake(
        "has(input.count) || input.count > 3", "may-be-absent", at: "input.count",
        message: "'input.count' may be absent here", expected: "a value that is there",
        hint: "ask first: has(input.count) && …, or say what stands for it: input.count.orValue(0)"),
      Mistake(
        "!has(input.count) && input.count > 3", "may-be-absent", at: "input.count",
        message: "'input.count' may be absent here", expected: "a value that is there",
        hint: "ask first: has(input.count) && …, or say what stands for it: input.count.orValue(0)"),
      Mistake(
        "has(input.count) ? true : input.count > 3", "may-be-absent", at: "input.count",
        message: "'input.count' may be absent here", expected: "a value that is there",
        hint: "ask first: has(input.count) && …, or say what stands for it: input.count.orValue(0)"),
      Mistake(
        "(has(input.count) || input.ok) && input.count > 3", "may-be-absent", at: "input.count",
        message: "'input.count' may be absent here", expected: "a value that is there",
        hint: "ask first: has(input.count) && …, or say what stands for it: input.count.orValue(0)"),
      Mistake(
        "[input.count].exists(x, x > 1)", "may-be-absent", at: "x",
        message: "'x' may be absent here", expected: "a value that is there",
        hint: "ask first: has(x) && …, or say what stands for it: x.orValue(0)"),
      Mistake(
        "size(input.words)", "may-be-absent", at: "input.words",
        message: "'input.words' may be absent here", expected: "a value that is there",
        hint: "ask first: has(input.words) && …, or say what stands for it: input.words.orValue([])"),
      Mistake(
        "input.words.size()", "may-be-absent", at: "input.words",
        message: "'input.words' may be absent here", expected: "a value that is there",
        hint: "ask first: has(input.words) && …, or say what stands for it: input.words.orValue([])"),
      Mistake(
        "input.words.exists(w, w == '')", "may-be-absent", at: "input.words",
        message: "'input.words' may be absent here", expected: "a value that is there",
        hint: "ask first: has(input.words) && …, or say what stands for it: input.words.orValue([])"),
      Mistake(
        "resource.level.at_least('P2')", "may-be-absent", at: "resource.level",
        message: "'resource.level' may be absent here", expected: "a value that is there",
        hint: "ask first: has(resource.level) && …, or say what stands for it: resource.level.orValue(\"P4\")"),
      Mistake(
        "resource.level < 'P2'", "may-be-absent", at: "resource.level",
        message: "'resource.level' may be absent here", expected: "a value that is there",
        hint: "ask first: has(resource.level) && …, or say what stands for it: resource.level.orValue(\"P4\")"),
      Mistake(
        "has(resource.title)", "always-there", at: "resource.title",
        message: "'resource.title' is always there, so 'has' has nothing to ask", expected: "an optional",
        hint: "leave has(…) out"),
      Mistake(
        "has(input.n)", "always-there", at: "input.n",
        message: "'input.n' is always there, so 'has' has nothing to ask", expected: "an optional",
        hint: "leave has(…) out"),
      Mistake(
        "has(1)", "always-there", at: "1",
        message: "this value is always there, so 'has' has nothing to ask", expected: "an optional",
        hint: "leave has(…) out"),
      Mistake(
        "input.n.orValue(3)", "always-there", at: "input.n",
        message: "'input.n' is always there, so 'orValue' has nothing to ask", expected: "an optional",
        hint: "leave 'orValue' out"),
      Mistake(
        "same(input.n, 3)", "always-there", at: "same(input.n, 3)",
        message: "both values are always there", expected: "an optional", hint: "compare them with '=='"),
      Mistake(
        "same(input.n, input.n)", "always-there", at: "same(input.n, input.n)",
        message: "both values are always there", expected: "an optional", hint: "compare them with '=='"),
      Mistake(
        "same_owner(subject, subject.manager)", "may-be-absent", at: "subject.manager",
        message: "'subject.manager' may be absent here", expected: "a value that is there",
        hint: "ask first: has(subject.manager) && …"),
      Mistake(
        "resource.codes.min() > 1", "may-be-absent", at: "resource.codes.min()",
        message: "this value may be absent here", expected: "a value that is there",
        hint: "ask first: has(…) && …, or say what stands for it: ….orValue(0)"),
      Mistake(
        "resource.payload.name", "through-optional", at: "name",
        message: "'resource.payload' may be absent here", expected: nil,
        hint: "write resource.payload.?name, or ask has(resource.payload) first"),
      Mistake(
        "cel.bind(x, input.count, x > 1)", "may-be-absent", at: "x",
        message: "'x' may be absent here", expected: "a value that is there",
        hint: "ask first: has(x) && …, or say what stands for it: x.orValue(0)"),
      Mistake(
        "type(resource.assignee) == User", "may-be-absent", at: "resource.assignee",
        message: "'resource.assignee' may be absent here", expected: "a value that is there",
        hint: "ask first: has(resource.assignee) && …"),
      Mistake(
        "resource.assignee.name", "through-optional", at: "name",
        message: "'resource.assignee' may be absent here", expected: nil,
        hint: "write resource.assignee.?name, or ask has(resource.assignee) first"),
      Mistake(
        "same(resource.owner, resource)", "always-there", at: "same(resource.owner, resource)",
        message: "both values are always there", expected: "an optional", hint: "compare them with '=='"),
      Mistake(
        "input.impact.note == 'x'", "through-optional", at: "note",
        message: "'input.impact' may be absent here", expected: nil,
        hint: "write input.impact.?note, or ask has(input.impact) first"),
      Mistake(
        "resource.component.?component.title", "through-optional", at: "title",
        message: "'resource.component.?component' may be absent here", expected: nil,
        hint: "write resource.component.?component.?title, or ask has(resource.component.?component) first"),
      Mistake(
        "-input.count", "may-be-absent", at: "input.count",
        message: "'input.count' may be absent here", expected: "a value that is there",
        hint: "ask first: has(input.count) && …, or say what stands for it: input.count.orValue(0)"),
      Mistake(
        "input.count in [1]", "may-be-absent", at: "input.count",
        message: "'input.count' may be absent here", expected: "a value that is there",
        hint: "ask first: has(input.count) && …, or say what stands for it: input.count.orValue(0)"),
      Mistake(
        "1 in input.words", "may-be-absent", at: "input.words",
        message: "'input.words' may be absent here", expected: "a value that is there",
        hint: "ask first: has(input.words) && …, or say what stands for it: input.words.orValue([])"),
      Mistake(
        "minutes(input.count)", "may-be-absent", at: "input.count",
        message: "'input.count' may be absent here", expected: "a value that is there",
        hint: "ask first: has(input.count) && …, or say what stands for it: input.count.orValue(0)"),
      Mistake(
        "string(input.count)", "may-be-absent", at: "input.count",
        message: "'input.count' may be absent here", expected: "a value that is there",
        hint: "ask first: has(input.count) && …, or say what stands for it: input.count.orValue(0)"),
      Mistake(
        "resource.codes[input.count]", "may-be-absent", at: "input.count",
        message: "'input.count' may be absent here", expected: "a value that is there",
        hint: "ask first: has(input.count) && …, or say what stands for it: input.count.orValue(0)"),
      Mistake(
        "percent(input.count)", "may-be-absent", at: "input.count",
        message: "'input.count' may be absent here", expected: "a value that is there",
        hint: "ask first: has(input.count) && …, or say what stands for it: input.count.orValue(0)"),
      Mistake(
        "share(input.count, 3)", "may-be-absent", at: "input.count",
        message: "'input.count' may be absent here", expected: "a value that is there",
        hint: "ask first: has(input.count) && …, or say what stands for it: input.count.orValue(0)"),
      Mistake(
        "math.greatest(input.count, 1)", "may-be-absent", at: "input.count",
        message: "'input.count' may be absent here", expected: "a value that is there",
        hint: "ask first: has(input.count) && …, or say what stands for it: input.count.orValue(0)"),
      Mistake(
        "'a' + input.nick", "may-be-absent", at: "input.nick",
        message: "'input.nick' may be absent here", expected: "a value that is there",
        hint: "ask first: has(input.nick) && …, or say what stands for it: input.nick.orValue(\"\")"),
      Mistake(
        "input.nick.size()", "may-be-absent", at: "input.nick",
        message: "'input.nick' may be absent here", expected: "a value that is there",
        hint: "ask first: has(input.nick) && …, or say what stands for it: input.nick.orValue(\"\")"),
      Mistake(
        "folded(input.nick)", "may-be-absent", at: "input.nick",
        message: "'input.nick' may be absent here", expected: "a value that is there",
        hint: "ask first: has(input.nick) && …, or say what stands for it: input.nick.orValue(\"\")"),
      Mistake(
        "input.nick.contains('a')", "may-be-absent", at: "input.nick",
        message: "'input.nick' may be absent here", expected: "a value that is there",
        hint: "ask first: has(input.nick) && …, or say what stands for it: input.nick.orValue(\"\")"),
      Mistake(
        "resource.payload.leaves()", "may-be-absent", at: "resource.payload",
        message: "'resource.payload' may be absent here", expected: "a value that is there",
        hint: "ask first: has(resource.payload) && …"),
    ] as [Mistake])
  func `an optional is handled before use`(_ mistake: Mistake) { mistake.verify() }
}
