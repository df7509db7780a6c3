import BylawModel
import Testing

/// What stands in `did you mean '…'?` when a name is misspelt.
struct SuggestionTests {
  @Test(
    arguments: [
      ("efect", "effect"),
      ("amuont", "amount"),
      ("Amount", "amount"),
      ("AMUONT", "amount"),
      ("requier", "require"),
      ("becuase", "because"),
      ("whne", "when"),
      ("sumbit_task", "submit_task"),
      ("élseé", nil),
      ("whatever", nil),
      ("x", nil),
      ("", nil),
      ("wh", nil),
    ] as [(String, String?)])
  func `a near name is suggested and a far one is not`(name: String, expected: String?) {
    let names = ["effect", "amount", "require", "because", "when", "submit_task", "else", "id"]
    #expect(suggestion(for: name, among: names) == expected)
    #expect(suggestion(for: name, among: Set(names)) == expected)
  }

  @Test func `of equally near names the first in the alphabet is suggested`() {
    #expect(suggestion(for: "bat", among: ["rat", "cat", "hat"]) == "cat")
    #expect(suggestion(for: "catt", among: ["cats", "cat"]) == "cat")
  }

  @Test func `a name is never suggested for itself`() {
    #expect(suggestion(for: "when", among: ["when"]) == nil)
    #expect(suggestion(for: "When", among: ["when"]) == "when")
  }

  @Test func `endless names cost nothing`() {
    let name = String(repeating: "a", count: 1_000_000)
    #expect(suggestion(for: name, among: [name + "b", "a"]) == nil)
    #expect(suggestion(for: "when", among: [name]) == nil)
  }
}
