import BylawSyntax
import Testing

@Suite struct `Literals` {
  @Test(arguments: [
    ("0", "0"), ("007", "7"), ("0x1F", "31"), ("0XaB", "171"), ("-0x10", "-16"),
    ("9223372036854775807", "9223372036854775807"), ("-9223372036854775808", "-9223372036854775808"),
    ("-0x8000000000000000", "-9223372036854775808"), ("1u", "1u"), ("0xFFu", "255u"),
    ("true", "true"), ("false", "false"), ("null", "null"),
  ])
  func `whole numbers and words`(text: String, tree: String) {
    #expect(outline(Sample(text).parsed().expression) == tree)
  }

  @Test(arguments: [
    ("1.5", "1.5=15e-1"), ("1.50", "1.5=150e-2"), (".5", "0.5=5e-1"), ("0.0", "0.0=0e-1"), ("1e3", "1000.0=1000e-0"),
    ("1.5e3", "1500.0=1500e-0"), ("15e-1", "1.5=15e-1"), ("2E+2", "200.0=200e-0"), ("1e-18", "1e-18=1e-18"),
    ("1e-19", "1e-19"), ("1.0e-18", "1e-18=1e-18"), ("1e18", "1e+18=1000000000000000000e-0"), ("1e19", "1e+19"),
    ("0e99", "0.0=0e-0"), ("0.1234567890123456789", "0.12345678901234568"),
    ("9.223372036854775807", "9.223372036854776=9223372036854775807e-18"),
    ("99.99999999999999999999999", "100.0"), ("1e-400", "0.0"),
  ])
  func `fractions are exact where a decimal can be`(text: String, tree: String) {
    #expect(outline(Sample(text).parsed().expression) == tree)
  }

  @Test(arguments: [
    ("24h", "86400s"), ("15 min", "900s"), ("2 days", "172800s"), ("1 day", "86400s"), ("1 d", "86400s"),
    ("1 week", "604800s"), ("3 weeks", "1814400s"), ("90 s", "90s"), ("90 sec", "90s"), ("1 second", "1s"),
    ("2 seconds", "2s"), ("1 minute", "60s"), ("2 minutes", "120s"), ("1 hour", "3600s"), ("250 ms", "0s250000000n"),
    ("1.5 h", "5400s"), ("0.5ms", "0s500000n"), ("1 h 30 min", "5400s"), ("1h30min", "5400s"),
    ("1 week 2 days 3 h 4 min 5 s 6 ms", "788645s6000000n"), ("now - 24h", "(- now 86400s)"),
    ("[1 h, 2]", "[3600s 2]"), ("a > 15 min && b", "(&& (> a 900s) b)"),
    ("2 in a", "(in 2 a)"), ("a ? 1 : 2", "(? a 1 2)"), ("hours(4)", "(hours() 4)"), ("s", "s"), ("a.h", "(. a h)"),
  ])
  func `a number with a unit is a duration`(text: String, tree: String) {
    #expect(outline(Sample(text).parsed().expression) == tree)
  }

  @Test(arguments: [
    (#""a""#, "a"), ("'a'", "a"), (#""it's""#, "it's"), (#"'say "no"'"#, #"say "no""#),
    (#""""a "b" c""""#, #"a "b" c"#),
    ("'''a\nb'''", "a\nb"), (#"r"\d+""#, #"\d+"#), (#"R'\'"#, #"\"#), (#"r"""\"a""""#, #"\"a"#),
    (#"'\a\b\f\n\r\t\v\\\?\"\'\`'"#, "\u{7}\u{8}\u{C}\n\r\t\u{B}\\?\"'`"), (#"'\x41\X42'"#, "AB"),
    (#"'\u00e9\U0001F600'"#, "é😀"), (#"'\101\377'"#, "Aÿ"), ("'é😀'", "é😀"), ("''", ""), (#""""""""#, ""),
  ])
  func `texts take every form of CEL`(text: String, content: String) {
    let result = Sample(text).parsed()
    #expect(outline(result.expression) == content.debugDescription)
    #expect(result.diagnostics.isEmpty)
  }

  @Test(arguments: [#"b"a""#, "B'\\xff\\377'", #"br"\d""#, #"bR'''x'''"#, "b''"])
  func `bytes are read so that the checker can refuse them`(text: String) {
    #expect(outline(Sample(text).parsed().expression) == "bytes")
  }

  @Test(arguments: ["b", "r", "br", "rb", "b.r", "brand"])
  func `letters of a prefix are names without a quotation mark`(text: String) {
    #expect(Sample(text).parsed().diagnostics.isEmpty)
  }
}
