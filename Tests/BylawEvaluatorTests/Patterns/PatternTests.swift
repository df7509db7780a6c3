import BylawEvaluator
import Testing

@Suite("Patterns")
struct PatternTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var pattern: String
    var matching: [String]
    var failing: [String]
    init(_ pattern: String, yes matching: [String] = [], no failing: [String] = []) {
      self.pattern = pattern
      self.matching = matching
      self.failing = failing
    }
    var testDescription: String { pattern }
  }

  @Test(
    "a pattern finds what it describes anywhere in the text",
    arguments: [
      Case("", yes: ["", "a"]),
      Case("abc", yes: ["abc", "xxabcyy", "ababc"], no: ["", "ab", "acb", "ABC"]),
      Case("^abc$", yes: ["abc"], no: ["abcd", "xabc", "abc\n"]),
      Case("a|b", yes: ["a", "xb"], no: ["c"]),
      Case("^(a|b)c$", yes: ["ac", "bc"], no: ["abc", "c"]),
      Case("^(|a)b$", yes: ["b", "ab"], no: ["aab"]),
      Case("a.c", yes: ["abc", "aéc", "a😀c"], no: ["a\nc", "ac"]),
      Case("(?s)a.c", yes: ["a\nc"], no: ["ac"]),
      Case("^a*$", yes: ["", "aaaa"], no: ["ab"]),
      Case("^a+$", yes: ["a", "aa"], no: [""]),
      Case("^a?b$", yes: ["b", "ab"], no: ["aab"]),
      Case("^a*?b+?c??$", yes: ["b", "aabbc"], no: ["a"]),
      Case("^a{2}$", yes: ["aa"], no: ["a", "aaa"]),
      Case("^a{2,}$", yes: ["aa", "aaaaa"], no: ["a"]),
      Case("^a{1,}b$", yes: ["ab", "aab"], no: ["b"]),
      Case("^(a+b){2,}$", yes: ["abab", "aabab"], no: ["ab", "aba"]),
      Case("^(a*)+$", yes: ["", "aa"], no: ["b"]),
      Case("^a{2,3}$", yes: ["aa", "aaa"], no: ["a", "aaaa"]),
      Case("^a{0}b$", yes: ["b"], no: ["ab"]),
      Case("^(ab){2}$", yes: ["abab"], no: ["ab"]),
      Case("^a{,2}$", yes: ["a{,2}"], no: ["aa"]),
      Case("a{x", yes: ["a{x"]),
      Case("^x{1000}$", yes: [String(repeating: "x", count: 1000)], no: [String(repeating: "x", count: 999)]),
      Case("}]", yes: ["}]"]),
    ])
  func finds(_ example: Case) throws { try check(example) }

  @Test(
    "sets hold what they name",
    arguments: [
      Case("^[abc]$", yes: ["a", "c"], no: ["d", ""]),
      Case("^[^abc]$", yes: ["d", "\n", "é"], no: ["a"]),
      Case("^[a-cx-z]+$", yes: ["abz"], no: ["m"]),
      Case("^[]a]+$", yes: ["]a"], no: ["b"]),
      Case("^[^]a]$", yes: ["b"], no: ["]", "a"]),
      Case("^[a-]+$", yes: ["a-"], no: ["b"]),
      Case("^[-a]+$", yes: ["a-"], no: ["b"]),
      Case("^[[:alpha:]]+$", yes: ["abZ"], no: ["1", "é"]),
      Case("^[[:^digit:]]$", yes: ["a", "é"], no: ["1"]),
      Case("^[[:word:].]+$", yes: ["a_1."], no: ["-"]),
      Case("^[[:a]+$", yes: ["[:a"], no: ["b"]),
      Case("^\\d+$", yes: ["0123"], no: ["a", "٣"]),
      Case("^\\D$", yes: ["a", "٣"], no: ["1"]),
      Case("^\\w+$", yes: ["aZ_9"], no: ["é", "-"]),
      Case("^[\\W]$", yes: ["é", "-"], no: ["a"]),
      Case("^\\s+$", yes: [" \t\n\r\u{0C}"], no: ["\u{0B}", "\u{A0}"]),
      Case("^[\\S\\n]+$", yes: ["a\n"], no: [" "]),
      Case("^\\pL+$", yes: ["aéяλ漢"], no: ["1"]),
      Case("^\\p{Lu}+$", yes: ["AÉЯ"], no: ["a"]),
      Case("^\\P{L}$", yes: ["1", " "], no: ["a"]),
      Case("^\\p{^Nd}$", yes: ["a"], no: ["1", "٣"]),
      Case("^[\\p{Nd}\\p{Greek}]+$", yes: ["1٣λ"], no: ["a"]),
      Case("^[^\\p{Cyrillic}]$", yes: ["a"], no: ["я"]),
      Case("^\\P{Latin}$", yes: ["я", "1"], no: ["é"]),
      Case("^[\\x41-\\x{43}\\055]+$", yes: ["ABC-"], no: ["D"]),
      Case("^\\p{Any}$", yes: ["a", "\n"], no: [""]),
      Case("^\\p{C}$", yes: ["\n", "\u{AD}", "\u{E000}"], no: ["a", "\u{378}"]),
      Case("^\\PC$", yes: ["a", "\u{378}"], no: ["\n"]),
    ])
  func sets(_ example: Case) throws { try check(example) }

  @Test(
    "escapes, assertions and flags mean what RE2 says",
    arguments: [
      Case("^\\.\\*\\\\$", yes: [".*\\"], no: ["a*\\"]),
      Case("\\t\\n\\r\\f\\a\\v", yes: ["\t\n\r\u{0C}\u{07}\u{0B}"]),
      Case("^\\x41\\x{1F600}\\101\\0$", yes: ["A😀A\0"]),
      Case("^\\Qa.b*\\E+$", yes: ["a.b***"], no: ["aab"]),
      Case("\\Q[", yes: ["["]),
      Case("\\bcat\\b", yes: ["a cat", "cat."], no: ["concat", "cats"]),
      Case("\\Bat", yes: ["cat"], no: ["at", " at"]),
      Case("\\Acat\\z", yes: ["cat"], no: ["cat\n", "a cat"]),
      Case("(?m)^b$", yes: ["a\nb\nc"], no: ["ab"]),
      Case("^b$", no: ["a\nb\nc"]),
      Case("(?i)straße", yes: ["STRAßE", "straẞe"], no: ["STRASSE"]),
      Case("(?i)^[a-c]+$", yes: ["AbC"], no: ["d"]),
      Case("(?i)^[^a]$", yes: ["b"], no: ["a", "A"]),
      Case("(?i)^k$", yes: ["K", "\u{212A}"], no: ["c"]),
      Case("(?i)^i$", yes: ["I"], no: ["ı", "İ"]),
      Case("(?i)^σ$", yes: ["Σ", "ς"]),
      Case("(?i)^\\p{Lu}$", yes: ["a", "A"], no: ["1", "\u{138}", "ª"]),
      Case("(?i)^[\\P{Lu}]$", yes: ["1", "\u{138}"], no: ["a", "A"]),
      Case("(?i)^[^\\P{Lu}]$", yes: ["a", "A"], no: ["1", "\u{138}"]),
      Case("(?i)^[^\\p{Lu}x]$", yes: ["1", "\u{138}"], no: ["a", "A", "x"]),
      Case("(?i)^\\p{Ll}$", yes: ["a", "A", "\u{138}"], no: ["1"]),
      Case("^a(?i)b$", yes: ["ab", "aB"], no: ["AB"]),
      Case("^(?i:a)b$", yes: ["Ab"], no: ["aB"]),
      Case("^((?i)a)b$", yes: ["Ab"], no: ["aB"]),
      Case("(?i)a(?-i)b", yes: ["Ab"], no: ["aB"]),
      Case("(?is-m:a.b)", yes: ["A\nB"]),
      Case("(?U)a+", yes: ["aa"]),
      Case("^(?P<year>\\d{4})-(?<month>\\d\\d)$", yes: ["2025-12"], no: ["25-12"]),
      Case("^(?:ab|cd)+$", yes: ["abcd"], no: ["abc"]),
    ])
  func meaning(_ example: Case) throws { try check(example) }

  private func check(_ example: Case) throws {
    let pattern = try Pattern(parsing: example.pattern)
    for text in example.matching { #expect(pattern.matches(text), "should match \(text.debugDescription)") }
    for text in example.failing { #expect(!pattern.matches(text), "should not match \(text.debugDescription)") }
  }

  @Test(
    "what is no RE2 pattern is refused at its place",
    arguments: [
      ("(ab", PatternError.Problem.missingGroupEnd, "("),
      ("ab)c", .unexpectedGroupEnd, ")"),
      ("x[ab", .missingClassEnd, "["),
      ("*a", .nothingToRepeat, "*"),
      ("a|+", .nothingToRepeat, "+"),
      ("(?i)*", .nothingToRepeat, "*"),
      ("{2}", .nothingToRepeat, "{2}"),
      ("a**", .repeatedRepetition, "**"),
      ("a{2}{3}", .repeatedRepetition, "{2}{3}"),
      ("a*+", .possessive, "*+"),
      ("a{1001}", .countTooLarge, "{1001}"),
      ("a{1,99999999999999999999}", .countTooLarge, "{1,99999999999999999999}"),
      ("a{3,2}", .countsInverted, "{3,2}"),
      ("[z-a]", .rangeInverted, "z-a"),
      ("\\y", .unknownEscape, "\\y"),
      ("[\\y]", .unknownEscape, "\\y"),
      ("\\é", .unknownEscape, "\\é"),
      ("ab\\", .trailingBackslash, "\\"),
      ("\\x{D800}", .invalidCodePoint, "\\x{D800}"),
      ("\\x{110000}", .invalidCodePoint, "\\x{110000}"),
      ("\\xZ1", .invalidCodePoint, "\\xZ1"),
      ("\\p{Klingon}", .unknownProperty, "\\p{Klingon}"),
      ("\\pQ", .unknownProperty, "\\pQ"),
      ("\\p{Cn}", .unknownProperty, "\\p{Cn}"),
      ("[[:foo:]]", .unknownPosixClass, "[:foo:]"),
      ("(?q)a", .unknownFlag, "q"),
      ("(?)a", .unknownFlag, "(?)"),
      ("(?P<a b>x)", .invalidGroupName, "a b"),
      ("(?<n>a)(?<n>b)", .repeatedGroupName, "n"),
      ("(a)\\1", .backreference, "\\1"),
      ("(?P=n)", .backreference, "(?P="),
      ("a(?=b)", .lookaround, "(?="),
      ("a(?!b)", .lookaround, "(?!"),
      ("(?<=a)b", .lookaround, "(?<="),
      ("(?<!a)b", .lookaround, "(?<!"),
      ("(?>a)", .atomicGroup, "(?>"),
      ("a\\Z", .notInProfile, "\\Z"),
      ("(?#c)", .notInProfile, "(?#"),
      ("(a{1000}){1000}", .tooLarge, "(a{1000}){1000}"),
      ("((((){1000}){1000}){1000}){1000}", .tooLarge, "((((){1000}){1000}){1000}){1000}"),
    ])
  func refuses(pattern: String, problem: PatternError.Problem, underlined: String) {
    let error = #expect(throws: PatternError.self) { _ = try Pattern(parsing: pattern) }
    guard let error else { return }
    #expect(error.problem == problem)
    let scalars = Array(pattern.unicodeScalars)
    var part = ""
    part.unicodeScalars.append(contentsOf: scalars[error.range])
    #expect(part == underlined)
    #expect(!error.message.isEmpty)
  }

  @Test("groups nested too deeply are refused")
  func depth() throws {
    let deep = String(repeating: "(", count: 300) + String(repeating: ")", count: 300)
    let error = #expect(throws: PatternError.self) { _ = try Pattern(parsing: deep) }
    #expect(error?.problem == .tooDeep)
    let shallow = String(repeating: "(", count: 150) + "a" + String(repeating: ")", count: 150)
    #expect(try Pattern(parsing: shallow).matches("a"))
  }

  @Test("a pattern over 4096 bytes is refused unread, whatever it says")
  func length() throws {
    #expect(try Pattern(parsing: String(repeating: "é", count: 2_048)).matches(String(repeating: "é", count: 2_048)))
    let long = String(repeating: "(?i)é(", count: 1_000_000)
    let error = #expect(throws: PatternError.self) { _ = try Pattern(parsing: long) }
    #expect(error?.problem == .tooLong)
    #expect(error?.range == 0..<6_000_000)
  }

  @Test("repetitions within repetitions keep the program as long as the pattern")
  func nesting() throws {
    let nested = String(repeating: "(", count: 150) + "a" + String(repeating: ")+", count: 150)
    let pattern = try Pattern(parsing: "^" + nested + "$")
    #expect(pattern.matches("aaa"))
    #expect(!pattern.matches("aab"))
  }

  @Test(
    "the longest pattern of its kind is read without going through it again and again",
    arguments: [
      ("[" + String(repeating: "[:", count: 2_047), PatternError.Problem.missingClassEnd),
      ("(?i)" + String(repeating: "é", count: 2_046), nil),
      ("(?i)" + String(repeating: "\\pL", count: 1_300), nil),
    ])
  func reading(_ pattern: String, problem: PatternError.Problem?) {
    do throws(PatternError) {
      _ = try Pattern(parsing: pattern)
      #expect(problem == nil)
    } catch {
      #expect(error.problem == problem)
    }
  }

  @Test(
    "what makes other engines backtrack for ever takes linear time",
    arguments: [
      "(a*)*b", "(a+)+$x", "(a|aa)+b", "(x?){25}a{25}b", "(.*)(.*)(.*)(.*)(.*)b", "^(([a-z])+.)+[A-Z]([a-z])+$",
      "(a+a+)+y",
    ])
  func pathological(_ pattern: String) throws {
    // Anything above linear time would not end: the square is 10 000 million steps.
    #expect(!(try Pattern(parsing: pattern)).matches(String(repeating: "a", count: 100_000)))
  }

  @Test("'(x+x+)+y' fails on many x in linear time")
  func manyX() throws {
    let pattern = try Pattern(parsing: "(x+x+)+y")
    let text = String(repeating: "x", count: 100_000)
    #expect(!pattern.matches(text))
    #expect(pattern.matches(text + "y"))
  }
}
