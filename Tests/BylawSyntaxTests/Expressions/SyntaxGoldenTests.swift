import BylawSyntax
import BylawTestSupport
import Testing

/// The full rendering of one mistake for each code.
@Suite struct `Rendered mistakes in expressions` {
  static let sources: [SyntaxCode: String] = [
    .emptyExpression: "else: There are {} of them\n",
    .unexpectedToken: "when: has(resource.plan] && resource.open\n",
    .unknownOperator: "when: resource.status = \"open\"\n",
    .invalidCharacter: "when: resource.status == “open”\n",
    .unclosedQuote: "when: 'resource.status == \"open'\n",
    .unclosedBracket: "when: (resource.open || resource.late\n",
    .invalidEscape: "when: resource.code.matches('\\d+')\n",
    .numberOutOfRange: "when: resource.count < 9223372036854775808\n",
    .unknownUnit: "when: now - resource.created_at > 15 m\n",
    .reservedWord: "when: if resource.open\n",
    .outsideProfile: "when: resource.impact == Impact{clients 1}\n",
    .expressionTooDeep: "when: " + String(repeating: "(", count: 65) + "\n",
    .expressionTooLong: "when: |\n" + String(repeating: "  a &&\n", count: 13_500) + "  a\n",
    .strayBrace: "else: Over } of them\n",
  ]

  static let renderings: [SyntaxCode: String] = [
    .emptyExpression: #"""
    rules.yaml:1:17: error: there is no expression between the braces [empty-expression]
    1 | else: There are {} of them
      |                 ^~ expected a value: a name, a number, quoted text, '(', '[' or '{'
      = hint: for the braces themselves write {{}}

    """#,
    .unexpectedToken: #"""
    rules.yaml:1:24: error: unexpected ']' [unexpected-token]
    1 | when: has(resource.plan] && resource.open
      |                        ^ expected ',', an operator, or ')'
    rules.yaml:1:10: note: '(' is opened here
    1 | when: has(resource.plan] && resource.open
      |          ^

    """#,
    .unknownOperator: #"""
    rules.yaml:1:23: error: unknown operator '=' [unknown-operator]
    1 | when: resource.status = "open"
      |                       ^
      = hint: write ==

    """#,
    .invalidCharacter: #"""
    rules.yaml:1:26: error: typographic quotation mark “ [invalid-character]
    1 | when: resource.status == “open”
      |                          ^ expected a straight quotation mark
      = hint: write " before and after the text

    """#,
    .unclosedQuote: #"""
    rules.yaml:1:27: error: the text is never closed [unclosed-quote]
    1 | when: 'resource.status == "open'
      |                           ^ expected another " on the same line
      = hint: for a " inside the text write \"

    """#,
    .unclosedBracket: #"""
    rules.yaml:1:7: error: '(' is never closed [unclosed-bracket]
    1 | when: (resource.open || resource.late
      |       ^ expected a ')' before the end of the expression

    """#,
    .invalidEscape: #"""
    rules.yaml:1:30: error: unknown escape '\d' [invalid-escape]
    1 | when: resource.code.matches('\d+')
      |                              ^~ expected \n, \t, \r, \\, \", \', \uXXXX or another escape of CEL
      = hint: for a backslash write \\, or begin the text with r: r"\d+"

    """#,
    .numberOutOfRange: #"""
    rules.yaml:1:24: error: the number is out of range [number-out-of-range]
    1 | when: resource.count < 9223372036854775808
      |                        ^~~~~~~~~~~~~~~~~~~ expected -9223372036854775808 to 9223372036854775807

    """#,
    .unknownUnit: #"""
    rules.yaml:1:38: error: 'm' after a number is no unit of time [unknown-unit]
    1 | when: now - resource.created_at > 15 m
      |                                      ^ expected ms, s, min, h, days, weeks, or an operator
      = hint: for minutes write 15 min

    """#,
    .reservedWord: #"""
    rules.yaml:1:7: error: 'if' is a reserved word [reserved-word]
    1 | when: if resource.open
      |       ^~ expected a value: a name, a number, quoted text, '(', '[' or '{'
      = hint: write condition ? value : other

    """#,
    .outsideProfile: #"""
    rules.yaml:1:26: error: a record is written without its type, not as 'Impact{…}' [outside-profile]
    1 | when: resource.impact == Impact{clients 1}
      |                          ^~~~~~~ expected an operator such as '&&' or '==', or the end of the expression
      = hint: write {"field": value}; the place that takes it says the type

    """#,
    .expressionTooDeep: #"""
    rules.yaml:1:71: error: brackets nest too deep [expression-too-deep]
    1 | when: (((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((
      |                                                                       ^ expected at most 64 levels
      = hint: give a part of the expression a name under 'conditions' or 'let'

    """#,
    .expressionTooLong: #"""
    rules.yaml:1:7: error: the expression is too long [expression-too-long]
    1 | when: |
      |       ^ expected at most 64 KiB
      = hint: give parts of the expression names under 'conditions' or 'let'

    """#,
    .strayBrace: #"""
    rules.yaml:1:12: error: '}' closes nothing [stray-brace]
    1 | else: Over } of them
      |            ^ expected a '{' before it, or '}}'
      = hint: for the brace itself write }}

    """#,
  ]

  private func rendered(_ text: String) throws -> String {
    let (sources, file) = MarkedSource(text).load(path: "rules.yaml")
    var diagnostics = Diagnostics()
    let root = try #require(YAMLReader.read(file, in: sources, diagnostics: &diagnostics))
    guard case .mapping(let entries) = root.kind, case .scalar(let scalar) = entries[0].value.kind else {
      return "no scalar"
    }
    if entries[0].key.text == "else" {
      _ = SentenceParser.parse(scalar, diagnostics: &diagnostics)
    } else {
      _ = ExpressionParser.parse(scalar, diagnostics: &diagnostics)
    }
    return DiagnosticReport(diagnostics.all, in: sources).text()
  }

  @Test(arguments: SyntaxCode.allCases)
  func `look the same every time`(code: SyntaxCode) throws {
    #expect(try rendered(#require(Self.sources[code])) == Self.renderings[code])
  }
}
