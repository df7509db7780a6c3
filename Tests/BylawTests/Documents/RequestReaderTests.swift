import Bylaw
import BylawModel
import Testing

@Suite struct RequestReaderTests {
  static let whole = """
    {"subject": {"type": "User", "id": "u-1", "properties": {"role": "x"}},
     "action": {"name": "task.run", "properties": {"count": 2, "price": 1.50}},
     "resource": {"type": "Task", "id": "t-1"},
     "context": {"session": {"valid": true}, "facts": {"used": 5}, "requested_at": "2025-01-01T00:00:00Z",
       "override": {"id": "emergency", "input": {"why": "fire"}},
       "approvals": [{"approver": "u-2", "decision": "approve", "at": "2025-01-01T01:00:00Z", "bound": {"v": 1}},
                     {"approver": "Clerk/c-1", "decision": "reject", "input": {"reason": "no"}},
                     {"approver": {"type": "Bot", "id": "b"}, "decision": "approve"}]}}
    """

  @Test func `a whole request is read member by member`() throws {
    let request = try Request(json: Self.whole)
    #expect(request.subject == .init(type: "User", id: "u-1", properties: ["role": .string("x")]))
    #expect(request.action == "task.run")
    #expect(request.input == ["count": .int(2), "price": .decimal(FixedPoint(units: 150, scale: 2))])
    #expect(request.resource == .init(type: "Task", id: "t-1"))
    #expect(request.context == ["session": .object(["valid": .bool(true)])])
    #expect(request.facts == ["used": .int(5)])
    #expect(request.override == .init(name: "emergency", input: ["why": .string("fire")]))
    #expect(request.requestedAt == Timestamp("2025-01-01T00:00:00Z"))
  }

  @Test func `what the service states comes from its own argument alone`() throws {
    let request = try Request(json: Self.whole, serverContext: ["session": .object(["valid": .bool(false)])])
    #expect(request.context == ["session": .object(["valid": .bool(true)])])
    #expect(request.serverContext == ["session": .object(["valid": .bool(false)])])
    #expect(try Request(json: Self.whole).serverContext.isEmpty)
  }

  @Test func `an approver is an id of the subject's type, TYPE/id, or an entity`() throws {
    let approvals = try Request(json: Self.whole).approvals
    #expect(approvals.map(\.approver.type) == ["User", "Clerk", "Bot"])
    #expect(approvals.map(\.approver.id) == ["u-2", "c-1", "b"])
    #expect(approvals.map(\.vote) == [.approve, .reject, .approve])
    #expect(approvals[0].at == Timestamp("2025-01-01T01:00:00Z"))
    #expect(approvals[0].bound == ["v": .int(1)])
    #expect(approvals[1].input == ["reason": .string("no")])
  }

  static let base = #""subject":{"type":"User","id":"u"},"action":{"name":"a"}"#

  @Test(arguments: [
    ("{}", "$.subject", "is missing"),
    ("[]", "$", "is a list"),
    ("", "$", "the document is empty at line 1, column 1"),
    (#"{"subject":{"type":"User","id":7},"action":{"name":"a"}}"#, "$.subject.id", "is a number"),
    (#"{"subject":{"type":"User","id":""},"action":{"name":"a"}}"#, "$.subject.id", "is empty"),
    (#"{"subject":{"type":"User","id":"u"},"action":"a"}"#, "$.action", "is a text"),
    ("{\(base),\"resuorce\":{}}", "$.resuorce", "unknown member"),
    ("{\(base),\"resource\":{\"type\":\"T\"}}", "$.resource.id", "is missing"),
    ("{\(base),\"context\":[]}", "$.context", "is a list"),
    ("{\(base),\"context\":{\"facts\":3}}", "$.context.facts", "is a number"),
    ("{\(base),\"context\":{\"approvals\":{}}}", "$.context.approvals", "is an object"),
    (
      "{\(base),\"context\":{\"approvals\":[{\"approver\":\"u\",\"decision\":\"aprove\"}]}}",
      "$.context.approvals[0].decision", "'aprove' is no decision of an approver"
    ),
    (
      "{\(base),\"context\":{\"approvals\":[{\"approver\":\"/u\",\"decision\":\"approve\"}]}}",
      "$.context.approvals[0].approver", "is a text"
    ),
    (
      "{\(base),\"context\":{\"override\":{\"id\":\"e\",\"inputs\":{}}}}", "$.context.override.inputs", "unknown member"
    ),
    ("{\(base),\"context\":{\"requested_at\":\"yesterday\"}}", "$.context.requested_at", "is no time"),
  ])
  func `each mistake is told with its path`(json: String, path: String, message: String) throws {
    let error = try #require(throws: RequestError.self) { try Request(json: json) }
    #expect(error.problems.first?.path == path)
    #expect(error.problems.first?.message == message)
  }

  @Test func `all mistakes are told at once, with the nearest known name`() throws {
    let error = try #require(throws: RequestError.self) {
      try Request(json: #"{"subjcet":{},"action":{"name":""},"context":{"requested_at":1}}"#)
    }
    #expect(
      error.problems.map(\.path) == ["$.subjcet", "$.subject", "$.action.name", "$.context.requested_at"])
    #expect(error.problems[0].hint == "did you mean 'subject'?")
  }

  @Test func `unknown members are passed over where that is asked for`() throws {
    let json = #"{"subject":{"type":"User","id":"u","more":1},"action":{"name":"a"},"extra":true}"#
    #expect(throws: RequestError.self) { try Request(json: json) }
    #expect(try Request(json: json, undeclared: .ignored).subject.id == "u")
  }

  @Test func `null says the same as leaving a member out`() throws {
    let request = try Request(json: "{\(Self.base),\"resource\":null,\"context\":null}")
    #expect(request == Request(subject: .init(type: "User", id: "u"), action: "a"))
  }

  @Test(arguments: 0..<400)
  func `no beginning and no damaged byte of a request crashes the reader`(seed: Int) {
    var bytes = Array(Self.whole.utf8)
    bytes[seed * 7 % bytes.count] = UInt8(truncatingIfNeeded: seed &* 31)
    _ = try? Request(json: bytes)
    _ = try? Request(json: Array(bytes.prefix(seed * 2)))
  }
}
