import BylawModel
import Testing

@Suite struct `Text` {
  /// The scalars, since Swift's `==` takes equivalent texts for equal.
  private func scalars(_ text: String) -> [Unicode.Scalar] { Array(text.unicodeScalars) }

  @Test(arguments: [
    ("abc", "abc"), ("e\u{301}", "\u{E9}"), ("\u{212B}", "\u{C5}"), ("\u{1100}\u{1161}", "\u{AC00}"), ("ﬁ", "ﬁ"),
    ("a\u{323}\u{307}", "\u{1EA1}\u{307}"), ("a\u{307}\u{323}", "\u{1EA1}\u{307}"), ("", ""), ("\r\n", "\r\n"),
  ])
  func `is composed`(text: String, composed: String) {
    #expect(scalars(nfc(text)) == scalars(composed))
  }

  @Test(arguments: [
    ("  a  b\n", "a  b"), ("", ""), (" \t\u{A0}\u{2003}", ""), ("\u{3000}e\u{301}\u{85}", "\u{E9}"), ("a", "a"),
  ])
  func `is trimmed where it is stored`(text: String, stored: String) {
    #expect(scalars(normalizedText(text)) == scalars(stored))
  }

  @Test(arguments: [
    ("  Main   Street\t5 ", "main street 5"), ("E\u{301}COLE", "école"), ("ΟΔΟΣ", "οδοσ"), ("οδος", "οδοσ"), ("", ""),
    (" \n", ""),
    ("İ", "i\u{307}"), ("a\u{A0}b", "a b"), ("STRASSE", "strasse"), ("ẞ", "ß"), ("\u{212A}", "k"),
  ])
  func `is folded to what ignores case and space`(text: String, key: String) {
    #expect(scalars(folded(text)) == scalars(key))
    #expect(folded(folded(text)) == folded(text))
  }

  @Test(arguments: [
    "a@b.co", "first.last@example.com", "a+tag@sub.example.org", "o'neil@example.com", "x_y-z@ex-ample.io", "1@2.de",
  ])
  func `may be an address`(text: String) { #expect(isEmail(text)) }

  @Test(arguments: [
    "", "a", "@b.co", "a@", "a@b", "a@b.", "a@.co", ".a@b.co", "a.@b.co", "a..b@c.de", "a@b..co", "a b@c.de",
    "a@b@c.de", "a@-b.co",
    "a@b-.co", "\"a b\"@c.de", "a@[127.0.0.1]", "a@127.0.0.1", "é@b.co", "a@bü.de", "a@b.co ", "a@b.co\n",
    String(repeating: "a", count: 65) + "@b.co", "a@" + String(repeating: "b", count: 64) + ".co",
    "a@" + String(repeating: "b.", count: 130) + "co",
  ])
  func `may be no address`(text: String) { #expect(!isEmail(text)) }
}
