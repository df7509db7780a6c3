import BylawCompiler
import Testing

struct FieldMistakeTests {
  @Test(
    arguments: [
      Mistake(
        "resource.titel", "unknown-field", at: "titel",
        message: "Incident has no field 'titel'",
        expected:
          "assignee, closed_at, codes, component, cost, created_at, created_by, day, due, impact, labels, level, …",
        hint: "did you mean 'title'?"),
      Mistake(
        "resource.nope", "unknown-field", at: "nope",
        message: "Incident has no field 'nope'",
        expected:
          "assignee, closed_at, codes, component, cost, created_at, created_by, day, due, impact, labels, level, …",
        hint: nil),
      Mistake(
        "input.n.x", "unknown-field", at: "x",
        message: "int has no fields, so no 'x'", expected: nil, hint: nil),
      Mistake(
        "{1: 'a'}", "map-key", at: "1",
        message: "the keys of a map are text, not int", expected: "text", hint: nil),
      Mistake(
        "{true: 1}", "map-key", at: "true",
        message: "the keys of a map are text, not bool", expected: "text", hint: nil),
      Mistake(
        "{'a': 1, 'a': 2}", "duplicate-key", at: "'a'",
        message: "the key 'a' stands twice", expected: nil, hint: "remove one of them"),
      Mistake(
        "{?'a': input.count}", "optional-entry", at: "'a'",
        message: "an entry of a map cannot be left out by '?'", expected: nil,
        hint: "give the optional itself as the value of an optional field"),
      Mistake(
        "resource.owner.role", "field-of-some", at: "role",
        message: "only User has 'role'; here it can also be Group", expected: nil,
        hint: "ask first: type(resource.owner) == User && …"),
      Mistake(
        "resource.owner.members", "field-of-some", at: "members",
        message: "only Group has 'members'; here it can also be User", expected: nil,
        hint: "ask first: type(resource.owner) == Group && …"),
      Mistake(
        "resource.owner.nope", "unknown-field", at: "nope",
        message: "User | Group has no field 'nope'", expected: "email, manager, members, name or role",
        hint: nil),
      Mistake(
        "resource.owner.email", "field-of-some", at: "email",
        message: "only User has 'email'; here it can also be Group", expected: nil,
        hint: "ask first: type(resource.owner) == User && …"),
      Mistake(
        "subject.roel == 'vendor'", "unknown-field", at: "roel",
        message: "User has no field 'roel'", expected: "email, manager, name or role",
        hint: "did you mean 'role'?"),
      Mistake(
        "resource.owner.rol == 'vendor'", "unknown-field", at: "rol",
        message: "User | Group has no field 'rol'", expected: "email, manager, members, name or role",
        hint: "did you mean 'role'?"),
      Mistake(
        "full_outage({'client': 1})", "unknown-field", at: "'client'",
        message: "Impact has no field 'client'", expected: "clients, note, outage or since",
        hint: "did you mean 'clients'?"),
      Mistake(
        "full_outage({'outage': true})", "missing-field", at: "{'outage': true}",
        message: "Impact needs 'clients' too", expected: nil, hint: "give a value for each of them"),
      Mistake(
        "full_outage({clients: 1})", "needs-literal", at: "clients",
        message: "the names of the fields of Impact stand in quotes",
        expected: "the name of a field in quotes", hint: "write \"clients\""),
      Mistake(
        "token_budget.at_least(input.title)", "needs-literal", at: "token_budget.at_least(input.title)",
        message: "'at_least' needs the name of a band of 'token_budget'",
        expected: "\"warning\" or \"blocked\"", hint: nil),
      Mistake(
        "token_budget.at_least()", "needs-literal", at: "token_budget.at_least()",
        message: "'at_least' needs the name of a band of 'token_budget'",
        expected: "\"warning\" or \"blocked\"", hint: nil),
      Mistake(
        "resource.tags.contains('a')", "unknown-field", at: "tags",
        message: "Incident has no field 'tags'",
        expected:
          "assignee, closed_at, codes, component, cost, created_at, created_by, day, due, impact, labels, level, …",
        hint: nil),
      Mistake(
        "'%d'.format(1)", "needs-literal", at: "1",
        message: "'format' needs its arguments written out", expected: "a list in brackets",
        hint: "write \"%s of %d\".format([a, b])"),
      Mistake(
        "'%d'.format(input.tags)", "needs-literal", at: "input.tags",
        message: "'format' needs its arguments written out", expected: "a list in brackets",
        hint: "write \"%s of %d\".format([a, b])"),
      Mistake(
        "resource.codes.all(x, x.name == 'a')", "unknown-field", at: "name",
        message: "int has no fields, so no 'name'", expected: nil, hint: nil),
      Mistake(
        "input.payload.name", "unknown-field", at: "name",
        message: "json has no declared fields, so no 'name'", expected: nil,
        hint: "declare a record for it, or look into it with leaves(x)"),
      Mistake(
        "input.changes.titel", "unknown-field", at: "titel",
        message: "patch(Incident) has no field 'titel'", expected: "closed_at, severity or title",
        hint: "did you mean 'title'?"),
      Mistake(
        "input.changes.impact", "unknown-field", at: "impact",
        message: "patch(Incident) has no field 'impact'", expected: "closed_at, severity or title", hint: nil),
      Mistake(
        "resource.limits.start", "unknown-field", at: "start",
        message: "range(duration) has no fields, so no 'start'", expected: nil, hint: nil),
      Mistake(
        "now.year", "unknown-field", at: "year",
        message: "timestamp has no fields, so no 'year'", expected: nil, hint: nil),
      Mistake(
        "'a'.size", "unknown-field", at: "size",
        message: "text has no fields, so no 'size'", expected: nil, hint: "write size(…), with parentheses"),
      Mistake(
        "subject.name.first", "unknown-field", at: "first",
        message: "text has no fields, so no 'first'", expected: nil, hint: "write first(…), with parentheses"),
      Mistake(
        "has(resource.titel)", "unknown-field", at: "titel",
        message: "Incident has no field 'titel'",
        expected:
          "assignee, closed_at, codes, component, cost, created_at, created_by, day, due, impact, labels, level, …",
        hint: "did you mean 'title'?"),
      Mistake(
        "has(resource.owner.email)", "field-of-some", at: "email",
        message: "only User has 'email'; here it can also be Group", expected: nil,
        hint: "ask first: type(resource.owner) == User && …"),
      Mistake(
        "type(resource.owner) == User || resource.owner.role == 'vendor'", "unknown-field", at: "role",
        message: "Group has no field 'role'", expected: "members or name", hint: nil),
      Mistake(
        "type(resource.owner) != User && resource.owner.role == 'vendor'", "unknown-field", at: "role",
        message: "Group has no field 'role'", expected: "members or name", hint: nil),
      Mistake(
        "input.impact.?note.?size", "unknown-field", at: "size",
        message: "text has no fields, so no 'size'", expected: nil, hint: "write size(…), with parentheses"),
      Mistake(
        "resource.?owner.?members", "field-of-some", at: "members",
        message: "only Group has 'members'; here it can also be User", expected: nil,
        hint: "ask first: type(resource.?owner) == Group && …"),
    ] as [Mistake])
  func `a field that is not there is reported with those that are`(_ mistake: Mistake) { mistake.verify() }
}
