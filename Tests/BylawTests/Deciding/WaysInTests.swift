import Bylaw
import BylawModel
import Testing

/// By name, by slot and as JSON a request is the same one.
@Suite struct WaysInTests {
  private static let manifest = """
    bylaw: 1
    name: ways
    version: 1.0.0
    subject: User
    role: subject.role
    time_zone: UTC

    """
  private static let rules = """
    enums:
      Role: [clerk, chief]
    context:
      load: { type: int? }
      loads: { type: "list(string)" }
    entities:
      User:
        fields: { role: Role }
      Task:
        fields: { author: User, title: "string(1..40)?" }
    actions:
      note.add:
        title: Add a note
        allow: [clerk, chief]
        input: { text: string(1..40) }
      task.review:
        title: Review a task
        of: Task
        allow: [clerk, chief]
        require:
          not-own: { that: resource.author != subject, else: Nobody reviews a task of their own. }
      task.close:
        title: Close a task
        of: Task
        allow: [chief]
    approvals:
      two:
        for: task.close
        places:
          - { count: 2, of: { role: clerk } }

    """
  private static let composed = "zo\u{EB}"
  private static let decomposed = "zoe\u{308}"
  private static let time = Timestamp(seconds: 0)
  private let point: PolicyDecisionPoint

  init() throws {
    let files = [(path: "bylaw.yaml", text: Self.manifest), (path: "rules.yaml", text: Self.rules)]
    var records = Records()
    for (id, role) in [(Self.composed, "clerk"), ("u-1", "clerk"), ("u-2", "chief")] {
      records.insert(EntityReference(type: "User", id: id), fields: ["role": .string(role)])
    }
    let author = Value.reference(EntityReference(type: "User", id: Self.composed))
    records.insert(EntityReference(type: "Task", id: "t-1"), fields: ["author": author])
    point = PolicyDecisionPoint(try RuleSet(files: files), records: records)
  }

  @Test(arguments: [
    #"{"subject":{"type":"User","id":"u-1"},"action":{"name":"note.add","properties":{"text":"a"}},"evaluation":1}"#,
    #"{"subject":{"type":"User","id":"u-1"},"action":{"name":"note.add","properties":{"text":"a\"b"}}}"#,
    #"{"action":{"properties":{"text":"a"},"name":"note.add"},"subject":{"id":"u-1","type":"User"}}"#,
    #"{"action":{"name":"note.add"},"subject":{"type":"User","id":"u-1"},"action":{"name":"note.add"}}"#,
    #"{"subject":{"type":"User","id":"u-1"},"action":{"name":"note.add","properties":{"text":"a"}},"context":{"load":1"#,
    #"{"subject":{"type":"User","id":"u-1"},"action":{"name":"note.add","properties":{"text":"a"}}} 1"#,
    #"{ "subject" : { "type" : "User" , "id" : "u-1" } , "action" : { "name":"note.add", "properties" : {"text" :"a" }}}"#,
    #"{"context":{"loads":["a"],"load":3},"subject":{"type":"User","id":"u-1"},"action":{"name":"note.add","properties":{"text":"a"}}}"#,
    #"{"context":{"load":3 , "loads" : [ ] },"subject":{"type":"User","id":"u-1"},"action":{"name":"note.add","properties":{"text":"a"}}}"#,
    #"{"context":{"load":3,"load":4},"subject":{"type":"User","id":"u-1"},"action":{"name":"note.add","properties":{"text":"a"}}}"#,
    #"{"context":{"load":3,"facts":4},"subject":{"type":"User","id":"u-1"},"action":{"name":"note.add","properties":{"text":"a"}}}"#,
    #"{"context":{"facts":{}},"subject":{"type":"User","id":"u-1"},"action":{"name":"note.add","properties":{"text":"a"}}}"#,
    #"{"context":{"load":"3"},"subject":{"type":"User","id":"u-1"},"action":{"name":"note.add","properties":{"text":"a"}}}"#,
    #"{"context":{"load":true},"subject":{"type":"User","id":"u-1"},"action":{"name":"note.add","properties":{"text":1}}}"#,
    #"{"subject":{"type":"User","id":"","id":"u-1"},"action":{"name":"note.add","properties":{"text":"a"}}}"#,
    #"{"context":{"load":03},"subject":{"type":"User","id":"u-1"},"action":{"name":"note.add","properties":{"text":"a"}}}"#,
    #"{"context":{"load":3.0},"subject":{"type":"User","id":"u-1"},"action":{"name":"note.add","properties":{"text":"a"}}}"#,
    #"{"context":{"load":3e0},"subject":{"type":"User","id":"u-1"},"action":{"name":"note.add","properties":{"text":"a"}}}"#,
    #"{"context":{"load":-3},"subject":{"type":"User","id":"u-1"},"action":{"name":"note.add","properties":{"text":"a"}}}"#,
    #"{"context":{"load":9223372036854775808},"subject":{"type":"User","id":"u-1"},"action":{"name":"note.add"}}"#,
    #"{"context":{"load":null,"load":3},"subject":{"type":"User","id":"u-1"},"action":{"name":"note.add"}}"#,
    #"{"context":{"load":nul},"subject":{"type":"User","id":"u-1"},"action":{"name":"note.add"}}"#,
    #"{"context":{"load":3,},"subject":{"type":"User","id":"u-1"},"action":{"name":"note.add"}}"#,
    #"{"context":{,"load":3},"subject":{"type":"User","id":"u-1"},"action":{"name":"note.add"}}"#,
    #"{"context":{"load" 3},"subject":{"type":"User","id":"u-1"},"action":{"name":"note.add"}}"#,
    "",
    "{",
    #"{"resource":{"type":"Task","id":"t-1"},"subject":{"type":"User","id":"u-1"},"action":{"name":"task.review"},"x":1}"#,
    #"{"resource":{"type":"Task","id":"t-1"},"subject":{"type":"User","id":"u-1"},"action":{"name":"task.review"}}"#,
    #"{"action":{"name":"task.review"},"resource":{"type":"User","id":"u-1"},"subject":{"type":"User","id":"u-1"}}"#,
  ])
  func `A document is decided as the request that it is read as, however far the short way comes`(
    document: String
  ) throws {
    let bytes = Array(document.utf8)
    let request = try? Request(json: bytes)
    let expected = request.map { point.decide($0, at: Self.time) }
    // A second time members are looked for where they came the first time.
    for _ in 0..<2 { #expect((try? point.decide(json: bytes, at: Self.time)) == expected) }
    #expect((try? point.outcome(ofJSON: bytes, at: Self.time)) == expected?.outcome)
    #expect((try? point.answer(toJSON: bytes, at: Self.time)) == expected?.jsonBytes())
    // What was read in vain leaves nothing behind.
    let plain = Array(#"{"subject":{"type":"User","id":"u-1"},"action":{"name":"note.add"}}"#.utf8)
    #expect(try point.decide(json: plain, at: Self.time).denialClass == .invalidInput)
  }

  @Test func `An id is one in all its Unicode forms, by every way`() throws {
    let shape = try point.shape(of: "task.review", subject: "User", resource: "Task", giving: [])
    for id in [Self.composed, Self.decomposed] {
      let request = Request(
        subject: .init(type: "User", id: id), action: "task.review", resource: .init(type: "Task", id: "t-1"))
      let document =
        #"{"subject":{"type":"User","id":"\#(id)"},"action":{"name":"task.review"},"resource":{"type":"Task","id":"t-1"}}"#
      let decisions = [
        point.decide(request, at: Self.time), try point.decide(json: Array(document.utf8), at: Self.time),
        point.decide(shape, subject: id, resource: "t-1", at: Self.time) { _ in },
      ]
      for decision in decisions { #expect(decision.outcome == .deny && decision.reasons.count == 1) }
    }
  }

  @Test func `Nobody approves twice by another form of an id`() {
    var request = Request(
      subject: .init(type: "User", id: "u-2"), action: "task.close", resource: .init(type: "Task", id: "t-1"))
    for id in [Self.composed, Self.decomposed] {
      request.approvals.append(.init(approver: .init(type: "User", id: id), vote: .approve))
    }
    #expect(point.decide(request, at: Self.time).outcome == .pending)
    request.approvals.append(.init(approver: .init(type: "User", id: "u-1"), vote: .approve))
    #expect(point.decide(request, at: Self.time).outcome == .allow)
  }

  @Test func `Requests that change places while they are filled are denied`() throws {
    let shape = try point.shape(of: "note.add", subject: "User", giving: ["input.text"])
    let other = try point.shape(of: "task.review", subject: "User", resource: "Task", giving: ["resource.title"])
    let text = try shape.slot("input.text")
    var inner: Decision?
    let outer = point.decide(shape, subject: "u-1", at: Self.time) { first in
      first.set(text, to: "a")
      inner = point.decide(other, subject: "u-1", resource: "t-1", at: Self.time) { second in swap(&first, &second) }
    }
    #expect(outer.denialClass == .invalidRequest)
    #expect(inner?.denialClass == .invalidRequest)
    let after = point.decide(shape, subject: "u-1", at: Self.time) { $0.set(text, to: "a") }
    #expect(after.outcome == .allow)
  }
}
