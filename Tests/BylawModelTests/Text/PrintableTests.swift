import BylawModel
import Testing

/// What is done to texts before a terminal shows them.
struct PrintableTests {
  @Test(
    arguments: [
      ("plain, ünï\u{301} 名 👩‍👩‍👧 می‌خواهم", "plain, ünï\u{301} 名 👩‍👩‍👧 می‌خواهم"),
      ("\u{1B}[2J\u{07}\u{7F}", #"\u001b[2J\u0007\u007f"#),
      ("a\nb\tc\rd\r\ne", #"a\nb\tc\rd\r\ne"#),
      ("\u{85}\u{9B}\u{2028}\u{2029}", #"\u0085\u009b\u2028\u2029"#),
      ("\u{202A}\u{202B}\u{202C}\u{202D}\u{202E}", #"\u202a\u202b\u202c\u202d\u202e"#),
      ("\u{2066}\u{2067}\u{2068}\u{2069}\u{200F}\u{FEFF}", #"\u2066\u2067\u2068\u2069\u200f\ufeff"#),
      ("\u{E0041}", #"\udb40\udc41"#),
    ] as [(String, String)])
  func `what a terminal would obey becomes an escape`(text: String, shown: String) {
    #expect(text.printableLine == shown)
    #expect(text.printableLine.printableLine == shown)
  }

  @Test func `a page keeps its lines, and its colours where they are wanted`() {
    let page = "\u{1B}[1;31mDENY\u{1B}[0m\n  \u{1B}[2Jx\u{1B}\u{202E}\t[0m\u{1B}"
    #expect(page.printablePage() == "\\u001b[1;31mDENY\\u001b[0m\n  \\u001b[2Jx\\u001b\\u202e\t[0m\\u001b")
    #expect(
      page.printablePage(keepsColors: true)
        == "\u{1B}[1;31mDENY\u{1B}[0m\n  \\u001b[2Jx\\u001b\\u202e\t[0m\\u001b")
  }

  @Test(arguments: [(0, "0 entries"), (1, "1 entry"), (2, "2 entries")])
  func `a count agrees with its noun`(count: Int, text: String) {
    #expect(counted(count, "entry", "entries") == text)
    #expect(counted(count, "vote") == "\(count) vote" + (count == 1 ? "" : "s"))
  }
}
