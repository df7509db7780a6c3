import Bylaw
import BylawModel
import Testing

@Suite struct RecordsReaderTests {
  private func read(_ text: String, path: String = "records.yaml") throws -> Records {
    try Records(text: text, path: path, for: SmallRules.load())
  }

  @Test func `values are what the vocabulary declares`() throws {
    let records = try read(SmallRules.records)
    #expect(records.count == 5)
    #expect(
      records[.init(type: "User", id: "u-2")] == ["name": .string("007"), "role": .string("boss")])
    #expect(
      records[.init(type: "Order", id: "o-1")] == [
        "amount": .decimal(FixedPoint(units: 1250, scale: 2)), "lines": .list([.string("1"), .string("two")]),
      ])
  }

  @Test func `JSON and a file of records of tests are read as well`() throws {
    let json = try read(#"{"User": {"u-1": {"name": "Ada", "role": "clerk"}}}"#, path: "records.json")
    let yaml = try read("records:\n  User:\n    u-1: { name: Ada, role: clerk }\n")
    #expect(json == yaml)
  }

  @Test(arguments: [
    ("Usr: {}\n", "records.yaml:1:1: error: unknown entity type 'Usr'", "did you mean 'User'?"),
    ("User:\n  u-1: { nmae: Ada }\n", "records.yaml:2:10: error: 'User' has no field 'nmae'", "did you mean 'name'?"),
    ("User:\n  u-1: { role: king }\n", "records.yaml:2:16: error: 'role' is no Role", "expected one of clerk, boss"),
    ("Order:\n  o-1: { amount: 1.005 }\n", "records.yaml:2:18: error: 'amount' has too many decimal places", ""),
    ("User: [u-1]\n", "records.yaml:1:7: error: 'User' is no mapping", ""),
    ("- User\n", "records.yaml:1:1: error: the file is no mapping", ""),
  ])
  func `each mistake is told with its place`(text: String, place: String, hint: String) throws {
    let error = try #require(throws: RecordsError.self) { try read(text) }
    #expect(error.description.contains(place))
    #expect(hint.isEmpty || error.description.contains(hint))
  }

  @Test func `JSON is read strictly`() throws {
    let error = try #require(throws: RecordsError.self) { try read("{\"User\": {},}", path: "records.json") }
    #expect(error.description.contains("records.json:1:13: error: unexpected '}'"))
  }

  @Test func `a file that is not there is named`() throws {
    let ruleSet = try SmallRules.load()
    #expect(throws: RecordsError.unreadable("no-such-file.yaml")) {
      try Records(contentsOf: "no-such-file.yaml", for: ruleSet)
    }
  }
}
