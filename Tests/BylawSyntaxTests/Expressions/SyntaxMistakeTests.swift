import BylawSyntax
import Testing

/// A text with a mistake, the code, what is underlined, and a part of the hint or of the expectation.
struct Mistake: CustomTestStringConvertible {
  var text: String
  var code: String
  var underlined: String
  var says: String

  init(_ text: String, _ code: String, _ underlined: String, _ says: String = "") {
    self.text = text
    self.code = code
    self.underlined = underlined
    self.says = says
  }

  var testDescription: String { text }
}

@Suite struct `Mistakes in expressions` {
  static let operators: [Mistake] = [
    Mistake("a = b", "unknown-operator", "=", "write =="),
    Mistake("a === b", "unknown-operator", "===", "write =="),
    Mistake("a !== b", "unknown-operator", "!==", "write !="),
    Mistake("a <> b", "unknown-operator", "<>", "write !="),
    Mistake("a => b", "unknown-operator", "=>", "write >="),
    Mistake("a =< b", "unknown-operator", "=<", "write <="),
    Mistake("a & b", "unknown-operator", "&", "write &&"),
    Mistake("a | b", "unknown-operator", "|", "write ||"),
    Mistake("a ≥ b", "unknown-operator", "≥", "write >="),
    Mistake("a ≤ 5", "unknown-operator", "≤", "write <="),
    Mistake("a ≠ b", "unknown-operator", "≠", "write !="),
    Mistake("a – b", "unknown-operator", "–", "write -"),
    Mistake("a and b", "unknown-operator", "and", "write &&"),
    Mistake("a AND b", "unknown-operator", "AND", "write &&"),
    Mistake("a or b", "unknown-operator", "or", "write ||"),
    Mistake("a OR b", "unknown-operator", "OR", "write ||"),
    Mistake("f(a and b)", "unknown-operator", "and", "write &&"),
    Mistake("a is b", "unknown-operator", "is", "write =="),
    Mistake("a not in b", "unknown-operator", "not", "not (a in b)"),
    Mistake("NOT a", "unknown-operator", "NOT", "'not'"),
    Mistake("a IN b", "unknown-operator", "IN", "lower case"),
    Mistake("a contains 'b'", "unknown-operator", "contains", "a.contains(b)"),
    Mistake("5 and 6", "unknown-operator", "and", "write &&"),
    Mistake("a > 50 %", "unexpected-token", "%", "percent(50)"),
    Mistake("a > 50 % && b", "unexpected-token", "%", "percent(50)"),
    Mistake("a ! b", "unexpected-token", "!", "!="),
  ]

  static let structure: [Mistake] = [
    Mistake("", "empty-expression", "", "a value"),
    Mistake("  ", "empty-expression", "  ", "a value"),
    Mistake("a &&", "unexpected-token", "", "a value"),
    Mistake("a && && b", "unexpected-token", "&&", "a value"),
    Mistake("a b", "unexpected-token", "b", "an operator"),
    Mistake("'a' 'b'", "unexpected-token", "'b'", "an operator"),
    Mistake("a.", "unexpected-token", "", "the name of a member"),
    Mistake("a.1", "unexpected-token", ".1", "an operator"),
    Mistake("a.(b)", "unexpected-token", "(", "the name of a member"),
    Mistake("f(a", "unclosed-bracket", "(", "a ')' before the end"),
    Mistake("f(a, ", "unclosed-bracket", "(", "a ')' before the end"),
    Mistake("[a, (b]", "unexpected-token", "]", "'(' is opened here"),
    Mistake("a)", "unexpected-token", ")", "no bracket before it is open"),
    Mistake("f(,)", "unexpected-token", ",", "a value"),
    Mistake("f(a,)", "unexpected-token", ")", "a value"),
    Mistake("{a}", "unexpected-token", "}", "':' and the value"),
    Mistake("{a: 1", "unclosed-bracket", "{", "a '}'"),
    Mistake("a ? b", "unexpected-token", "?", "condition ? value : other"),
    Mistake("(a ? b)", "unexpected-token", ")", "':' and the value"),
    Mistake("a ? b ? c : d : e", "unexpected-token", "?", "a ? (b ? c : d) : e"),
    Mistake("a; b", "invalid-character", ";", "an operator"),
    Mistake("a # b", "invalid-character", "#", "an operator"),
    Mistake("naïve", "invalid-character", "ï", "letters a to z"),
    Mistake("a\u{A0}&& b", "invalid-character", "\u{A0}", "plain space"),
    Mistake("a \u{200B}&& b", "invalid-character", "\u{200B}", "plain space"),
    Mistake("in", "unexpected-token", "in", "a value"),
    Mistake("(f)(a)", "unexpected-token", "(", "an operator"),
    Mistake("f(a)(b)", "unexpected-token", "(", "an operator"),
  ]

  static let literals: [Mistake] = [
    Mistake("a == 'b", "unclosed-quote", "'", "on the same line"),
    Mistake("a == \"b' && c", "unclosed-quote", "\"", "on the same line"),
    Mistake("'a\nb'", "unclosed-quote", "'", "on the same line"),
    Mistake("'''a'", "unclosed-quote", "'''", "before the end"),
    Mistake("a == “b”", "invalid-character", "“", "write \" before"),
    Mistake("a == ‘b’", "invalid-character", "‘", "write ' before"),
    Mistake(#"'\d'"#, "invalid-escape", #"\d"#, "begin the text with r"),
    Mistake(#"'\é'"#, "invalid-escape", #"\é"#, "escape of CEL"),
    Mistake(#"'\x4'"#, "invalid-escape", #"\x4"#, "2 hexadecimal digits"),
    Mistake(#"'\u12'"#, "invalid-escape", #"\u12"#, "4 hexadecimal digits"),
    Mistake(#"'\08'"#, "invalid-escape", #"\0"#, "3 octal digits"),
    Mistake(#"'\ud800'"#, "invalid-escape", #"\ud800"#, "a Unicode character"),
    Mistake(#"'\U00110000'"#, "invalid-escape", #"\U00110000"#, "a Unicode character"),
    Mistake("9223372036854775808", "number-out-of-range", "9223372036854775808", "9223372036854775807"),
    Mistake("-9223372036854775809", "number-out-of-range", "-9223372036854775809", "-9223372036854775808"),
    Mistake("99999999999999999999999", "number-out-of-range", "99999999999999999999999"),
    Mistake("1e999", "number-out-of-range", "1e999"),
    Mistake("9 weeks 999999999999 days", "number-out-of-range", "9 weeks 999999999999 days", "10000 years"),
    Mistake("999999999999999 days", "number-out-of-range", "999999999999999 days", "10000 years"),
    Mistake("0.0000001 ms", "number-out-of-range", "0.0000001 ms", "whole nanoseconds"),
    Mistake("0x", "unexpected-token", "0x", "hexadecimal"),
    Mistake("15 m", "unknown-unit", "m", "15 min"),
    Mistake("15m", "unknown-unit", "m", "15 min"),
    Mistake("2 months", "unknown-unit", "months", "differ in length"),
    Mistake("24 H", "unknown-unit", "H", "24 h"),
    Mistake("a > 1000 EUR", "unknown-unit", "EUR", "or an operator"),
    Mistake("1.5x", "unknown-unit", "x", "or an operator"),
  ]

  static let names: [Mistake] = [
    Mistake("if a", "reserved-word", "if", "condition ? value : other"),
    Mistake("for", "reserved-word", "for", "list.all"),
    Mistake("package.name", "reserved-word", "package", "a value"),
    Mistake("a.in", "reserved-word", "in", "`in`"),
    Mistake(".a", "outside-profile", ".", "remove the point"),
    Mistake("`a`", "outside-profile", "`a`", "a value"),
    Mistake("a.`b", "unclosed-quote", "`b", "another `"),
    Mistake("a.`b+c`", "invalid-character", "+", "map[\"key\"]"),
    Mistake("a.``", "unexpected-token", "``", "the name of a member"),
    Mistake("Impact{a: 1}", "outside-profile", "Impact{", "without its type"),
    Mistake("a.b.Impact{}", "outside-profile", "a.b.Impact{", "without its type"),
    Mistake("a.?b()", "outside-profile", "b", "orValue"),
  ]

  @Test(arguments: operators + structure + literals + names)
  func `are reported once, at their place, with a way out`(mistake: Mistake) throws {
    let sample = Sample(mistake.text)
    let (expression, diagnostics) = sample.parsed()
    try #require(diagnostics.count == 1)
    let diagnostic = diagnostics[0]
    #expect(diagnostic.code.rawValue == mistake.code)
    #expect(sample.underlined(diagnostic.range) == mistake.underlined)
    let notes = diagnostic.notes.map(\.message)
    let said = [diagnostic.message, diagnostic.expectation ?? "", diagnostic.hint ?? ""] + notes
    #expect(said.contains { $0.contains(mistake.says) }, "\(said)")
    #expect(outline(expression) == "invalid")
  }

  @Test func `a text that ends too early is marked just behind its last token`() {
    let sample = Sample("a &&   ")
    let diagnostic = sample.parsed().diagnostics.first
    #expect(diagnostic?.range.start == Int32(sample.filler.utf8.count + 4))
  }

  /// Every cut and every change of one byte of a rich expression is either read or reported once.
  @Test func `no text makes the parser stop or report twice`() {
    let text = #"a.?b[?1].f({'k': 15 min, ?x: -1.5e3}) ? "\u00e9" + r'\d' in [1u, b'x'] : not (c <= 0x1F) // end"#
    let bytes = Array(text.utf8)
    for index in bytes.indices {
      for replacement in Array("(){}[]'\"\\`.,:?!-+=<&|% 09az\u{7F}".utf8) {
        var changed = bytes
        changed[index] = replacement
        #expect(Sample(String(decoding: changed, as: UTF8.self)).parsed().diagnostics.count <= 1)
      }
      #expect(Sample(String(decoding: bytes[..<index], as: UTF8.self)).parsed().diagnostics.count <= 1)
    }
  }
}
