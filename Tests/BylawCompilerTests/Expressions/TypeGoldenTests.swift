import BylawCompiler
import BylawModel
import BylawSyntax
import BylawTestSupport
import Testing

/// The full rendering of one mistake for each code of the type checker.
@Suite struct `Rendered mistakes in types` {
  static let sources: [ExpressionCode: String] = [
    .typeMismatch: #"when: resource.cost > "500"\#n"#,
    .mixedTypes: #"when: size([1, "a"]) > 1\#n"#,
    .noOperation: #"when: now - resource.title > 24h\#n"#,
    .notOrdered: #"when: subject.role < "vendor"\#n"#,
    .notComparable: #"when: input.payload == input.payload\#n"#,
    .unprintable: #"else: "This costs {resource.impact}."\#n"#,
    .tooManyPlaces: #"when: resource.cost > 1.005\#n"#,
    .decimalDivision: #"when: resource.cost / 3 > 10\#n"#,
    .numberOutOfRange: #"when: resource.cost > 9223372036854775807\#n"#,
    .mayBeAbsent: #"when: resource.closed_at < now\#n"#,
    .throughOptional: #"when: resource.plan.hit > 3\#n"#,
    .alwaysThere: #"when: has(resource.title)\#n"#,
    .optionalEquality: #"when: resource.closed_at == input.other.?closed_at\#n"#,
    .unknownName: #"when: subject.role == vendor\#n"#,
    .unavailableName: #"when: after.title == "x"\#n"#,
    .notAValue: #"when: full_outage\#n"#,
    .unknownWord: #"when: subject.role == "operater"\#n"#,
    .unknownField: #"when: subject.naem == "x"\#n"#,
    .fieldOfSome: #"when: resource.owner.role == "vendor"\#n"#,
    .missingField: #"when: "full_outage({'outage': true})"\#n"#,
    .unknownFunction: #"when: full_outag(resource.impact)\#n"#,
    .argumentCount: #"when: full_outage()\#n"#,
    .needsLiteral: #"when: token_budget.at_least(input.title)\#n"#,
    .invalidLiteral: #"when: now > timestamp("2025-02-30T10:00:00Z")\#n"#,
    .invalidPattern: #"when: resource.title.matches(r"^INC-(\d+$")\#n"#,
    .notAVariable: #"when: resource.codes.exists(1, true)\#n"#,
    .duplicateKey: #"when: "{'a': 1, 'a': 2} == input.counts"\#n"#,
    .mapKey: #"when: "{1: 2} == input.counts"\#n"#,
    .optionalEntry: #"when: "{?'a': input.count} == input.counts"\#n"#,
    .noDyn: #"when: dyn(input.n) == 1\#n"#,
    .noUint: #"when: input.n > 5u\#n"#,
    .noBytes: #"when: input.title == b"abc"\#n"#,
    .noNull: #"when: resource.closed_at != null\#n"#,
    .noTypeValues: #"when: type(input.n) == User\#n"#,
  ]

  static let renderings: [ExpressionCode: String] = [
    .typeMismatch: #"""
    rules.yaml:1:23: error: cannot compare decimal(2) with text [type-mismatch]
    1 | when: resource.cost > "500"
      |                       ^~~~~ expected decimal(2), as on the left of '>'
      = hint: write the number without quotes

    """#,
    .mixedTypes: #"""
    rules.yaml:1:16: error: the elements of a list must have one type, not int and text [mixed-types]
    1 | when: size([1, "a"]) > 1
      |                ^~~ expected int
      = hint: write the number without quotes

    """#,
    .noOperation: #"""
    rules.yaml:1:11: error: '-' does not take timestamp and text [no-operation]
    1 | when: now - resource.title > 24h
      |           ^

    """#,
    .notOrdered: #"""
    rules.yaml:1:20: error: '<' cannot be used: Role has no order [not-ordered]
    1 | when: subject.role < "vendor"
      |                    ^
      = hint: declare the enum with least_to_worst: […], or compare with '=='

    """#,
    .notComparable: #"""
    rules.yaml:1:7: error: two values of json cannot be compared [not-comparable]
    1 | when: input.payload == input.payload
      |       ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~

    """#,
    .unprintable: #"""
    rules.yaml:1:20: error: Impact cannot be printed in a sentence [unprintable]
    1 | else: "This costs {resource.impact}."
      |                    ^~~~~~~~~~~~~~~
      = hint: name a field of it, or the number behind it

    """#,
    .tooManyPlaces: #"""
    rules.yaml:1:23: error: 3 decimal places are too many for decimal(2) [too-many-places]
    1 | when: resource.cost > 1.005
      |                       ^~~~~ expected at most 2 decimal places

    """#,
    .decimalDivision: #"""
    rules.yaml:1:21: error: decimals are not divided: '/' would have to round [decimal-division]
    1 | when: resource.cost / 3 > 10
      |                     ^
      = hint: compare shares instead: share(a, b) > percent(20)

    """#,
    .numberOutOfRange: #"""
    rules.yaml:1:23: error: this number does not fit into decimal(2) [number-out-of-range]
    1 | when: resource.cost > 9223372036854775807
      |                       ^~~~~~~~~~~~~~~~~~~

    """#,
    .mayBeAbsent: #"""
    rules.yaml:1:7: error: 'resource.closed_at' may be absent here [may-be-absent]
    1 | when: resource.closed_at < now
      |       ^~~~~~~~~~~~~~~~~~ expected a value that is there
      = hint: ask first: has(resource.closed_at) && …

    """#,
    .throughOptional: #"""
    rules.yaml:1:21: error: 'resource.plan' may be absent here [through-optional]
    1 | when: resource.plan.hit > 3
      |                     ^~~
      = hint: write resource.plan.?hit, or ask has(resource.plan) first

    """#,
    .alwaysThere: #"""
    rules.yaml:1:11: error: 'resource.title' is always there, so 'has' has nothing to ask [always-there]
    1 | when: has(resource.title)
      |           ^~~~~~~~~~~~~~ expected an optional
      = hint: leave has(…) out

    """#,
    .optionalEquality: #"""
    rules.yaml:1:7: error: 'resource.closed_at' may be absent, so '==' is not clear [optional-equality]
    1 | when: resource.closed_at == input.other.?closed_at
      |       ^~~~~~~~~~~~~~~~~~ expected a value that is there
      = hint: write same(resource.closed_at, input.other.?closed_at), which holds when both are there and equal

    """#,
    .unknownName: #"""
    rules.yaml:1:23: error: unknown name 'vendor' [unknown-name]
    1 | when: subject.role == vendor
      |                       ^~~~~~ expected a word in quotes
      = hint: a word of an enum stands in quotes: "vendor"

    """#,
    .unavailableName: #"""
    rules.yaml:1:7: error: 'after' cannot be used here: only what holds after the effects may read it [unavailable-name]
    1 | when: after.title == "x"
      |       ^~~~~

    """#,
    .notAValue: #"""
    rules.yaml:1:7: error: 'full_outage' must be applied to something [not-a-value]
    1 | when: full_outage
      |       ^~~~~~~~~~~ expected full_outage(impact)

    """#,
    .unknownWord: #"""
    rules.yaml:1:23: error: Role has no word 'operater' [unknown-word]
    1 | when: subject.role == "operater"
      |                       ^~~~~~~~~~ expected "manager", "operator" or "vendor"
      = hint: did you mean 'operator'?

    """#,
    .unknownField: #"""
    rules.yaml:1:15: error: User has no field 'naem' [unknown-field]
    1 | when: subject.naem == "x"
      |               ^~~~ expected email, manager, name or role
      = hint: did you mean 'name'?

    """#,
    .fieldOfSome: #"""
    rules.yaml:1:22: error: only User has 'role'; here it can also be Group [field-of-some]
    1 | when: resource.owner.role == "vendor"
      |                      ^~~~
      = hint: ask first: type(resource.owner) == User && …

    """#,
    .missingField: #"""
    rules.yaml:1:20: error: Impact needs 'clients' too [missing-field]
    1 | when: "full_outage({'outage': true})"
      |                    ^~~~~~~~~~~~~~~~
      = hint: give a value for each of them

    """#,
    .unknownFunction: #"""
    rules.yaml:1:7: error: there is no function 'full_outag' [unknown-function]
    1 | when: full_outag(resource.impact)
      |       ^~~~~~~~~~
      = hint: did you mean 'full_outage'?

    """#,
    .argumentCount: #"""
    rules.yaml:1:7: error: 'full_outage' does not take 0 arguments [argument-count]
    1 | when: full_outage()
      |       ^~~~~~~~~~~~~ expected full_outage(impact: Impact)

    """#,
    .needsLiteral: #"""
    rules.yaml:1:7: error: 'at_least' needs the name of a band of 'token_budget' [needs-literal]
    1 | when: token_budget.at_least(input.title)
      |       ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~ expected "warning" or "blocked"

    """#,
    .invalidLiteral: #"""
    rules.yaml:1:23: error: '2025-02-30T10:00:00Z' is no timestamp [invalid-literal]
    1 | when: now > timestamp("2025-02-30T10:00:00Z")
      |                       ^~~~~~~~~~~~~~~~~~~~~~ expected a time such as 2025-12-01T10:00:00Z

    """#,
    .invalidPattern: #"""
    rules.yaml:1:30: error: a group of the pattern is not closed [invalid-pattern]
    1 | when: resource.title.matches(r"^INC-(\d+$")
      |                              ^~~~~~~~~~~~~ expected ')'

    """#,
    .notAVariable: #"""
    rules.yaml:1:29: error: 'exists' needs a new name here [not-a-variable]
    1 | when: resource.codes.exists(1, true)
      |                             ^ expected a name such as x

    """#,
    .duplicateKey: #"""
    rules.yaml:1:17: error: the key 'a' stands twice [duplicate-key]
    1 | when: "{'a': 1, 'a': 2} == input.counts"
      |                 ^~~
    rules.yaml:1:9: note: first used here
    1 | when: "{'a': 1, 'a': 2} == input.counts"
      |         ^~~
      = hint: remove one of them

    """#,
    .mapKey: #"""
    rules.yaml:1:9: error: the keys of a map are text, not int [map-key]
    1 | when: "{1: 2} == input.counts"
      |         ^ expected text

    """#,
    .optionalEntry: #"""
    rules.yaml:1:10: error: an entry of a map cannot be left out by '?' [optional-entry]
    1 | when: "{?'a': input.count} == input.counts"
      |          ^~~
      = hint: give the optional itself as the value of an optional field

    """#,
    .noDyn: #"""
    rules.yaml:1:7: error: every value has a declared type, so there is no 'dyn' [no-dyn]
    1 | when: dyn(input.n) == 1
      |       ^~~
      = hint: write the value itself

    """#,
    .noUint: #"""
    rules.yaml:1:17: error: there are no unsigned numbers [no-uint]
    1 | when: input.n > 5u
      |                 ^~ expected an int
      = hint: write the number without 'u', or int(…)

    """#,
    .noBytes: #"""
    rules.yaml:1:22: error: there are no byte strings [no-bytes]
    1 | when: input.title == b"abc"
      |                      ^~~~~~ expected text

    """#,
    .noNull: #"""
    rules.yaml:1:29: error: there is no null [no-null]
    1 | when: resource.closed_at != null
      |                             ^~~~ expected a value
      = hint: to ask whether it is there, write has(resource.closed_at)

    """#,
    .noTypeValues: #"""
    rules.yaml:1:7: error: 'type' asks which entity a reference is of, and this is int [no-type-values]
    1 | when: type(input.n) == User
      |       ^~~~~~~~~~~~~ expected a reference

    """#,
  ]

  /// Reads, parses and checks the one scalar of a source: a sentence under `else`, an expression under any other key.
  private func rendered(_ source: String) throws -> String {
    let (sources, file) = MarkedSource(source).load(path: "rules.yaml")
    var diagnostics = Diagnostics()
    let root = try #require(YAMLReader.read(file, in: sources, diagnostics: &diagnostics))
    guard case .mapping(let entries) = root.kind, case .scalar(let scalar) = entries[0].value.kind else {
      return "no scalar"
    }
    var checker = ExpressionChecker(vocabulary: Fixture.vocabulary)
    if entries[0].key.text == "else" {
      let sentence = SentenceParser.parse(scalar, diagnostics: &diagnostics)
      _ = checker.check(sentence, in: Fixture.scope)
    } else {
      let expression = ExpressionParser.parse(scalar, diagnostics: &diagnostics)
      _ = checker.check(expression, expecting: .bool, in: Fixture.scope)
    }
    return DiagnosticReport(diagnostics.all + checker.diagnostics.all, in: sources).text()
  }

  @Test(arguments: ExpressionCode.allCases)
  func `look the same every time`(code: ExpressionCode) throws {
    #expect(try rendered(#require(Self.sources[code])) == Self.renderings[code])
  }
}
