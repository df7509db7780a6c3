import BylawCompiler
import BylawSyntax
import Foundation
import Testing

/// Every key that the language knows is read by something: nonsense under it is reported.
struct KeyListTests {
  /// What every rule set of these tests begins with.
  static let vocabulary = """
    enums: { Role: [clerk, boss], State: [new, old], Level: { least_to_worst: [low, high] } }
    records: { Part: { n: int } }
    entities:
      User: { fields: { role: Role, name: string } }
      Thing:
        fields: { owner: User, state: State, at: timestamp?, parts: list(Part), n: int = 0 }
        unique: { number: { of: [n], else: Taken. } }
      Note: { fields: { text: string = "" } }
    grants: { boss: { permissions: [do-it] } }

    """
  static let manifest = "bylaw: 1\nname: t\nversion: 1.0.0\nsubject: [User, System]\nrole: subject.role\n"

  /// For each list a rule set in which all is well; the line `@` stands where the keys do.
  static let hosts: [KeyList: String] = [
    .orderedEnum: "enums:\n  E:\n    @\n    least_to_worst: [a, b]",
    .entity: "entities:\n  E:\n    @\n    fields: { n: int }",
    .entityField: "entities:\n  E:\n    fields:\n      f:\n        @\n        type: int",
    .recordField: "records:\n  R:\n    f:\n      @\n      type: int",
    .inputField: "actions:\n  go:\n    allow: clerk\n    input:\n      f:\n        @\n        type: int",
    .contextField: "context:\n  c:\n    @\n    type: int",
    .constant: "constants:\n  c:\n    @\n    value: 1",
    .uniqueKey: "entities:\n  E:\n    fields: { t: string }\n    unique:\n"
      + "      k:\n        @\n        of: [t]\n        else: Taken.",
    .timedMove: """
    entities:
      E:
        fields: { s: State, at: timestamp? }
        lifecycle:
          s:
            start: [new]
            timed:
              -
                @
                from: new
                to: old
                after: 24h
                since: at
    """,
    .condition: "conditions:\n  c:\n    @\n    of: { n: int }\n    is: n > 1",
    .classification: """
    classifications:
      c:
        @
        given: { n: int }
        gives: Level
        pick: worst
        rows: { high: { Much: n > 5 } }
        otherwise: low
    """,
    .calendar: "calendars:\n  c:\n    @\n    weekly: { mon: 09:00 to under 17:00 }",
    .order: "facts:\n  f:\n    first: Thing\n    order:\n      @\n      latest_first: it.n",
    .factCount: "facts:\n  f:\n    @\n    count: Thing",
    .factExists: "facts:\n  f:\n    @\n    exists: Thing",
    .factSum: "facts:\n  f:\n    @\n    sum: Thing\n    of: it.n",
    .factMin: "facts:\n  f:\n    @\n    min: Thing\n    of: it.n",
    .factMax: "facts:\n  f:\n    @\n    max: Thing\n    of: it.n",
    .factFirst: "facts:\n  f:\n    @\n    first: Thing\n    order: it.n",
    .factOne: "facts:\n  f:\n    @\n    one: Thing",
    .factList: "facts:\n  f:\n    @\n    list: Thing",
    .roleGrant: "grants:\n  clerk:\n    @\n    includes: boss",
    .allowed: "actions:\n  go:\n    allow:\n      -\n        @\n        role: clerk",
    .derivedRole: "derived_roles:\n  owner:\n    @\n    of: { Thing: it.owner == subject }",
    .partyAll: "parties:\n  p:\n    @\n    all: User",
    .partyPeople: "parties:\n  p:\n    @\n    people: subject",
    .partyPermission: "parties:\n  p:\n    @\n    permission: do-it",
    .partyChannel: "parties:\n  p:\n    @\n    channel: chat\n    to: room",
    .action: "actions:\n  go:\n    @\n    allow: clerk",
    .requirement: "actions:\n  go:\n    allow: clerk\n    require:\n"
      + "      r:\n        @\n        that: \"true\"\n        else: No.",
    .wait: "actions:\n  go:\n    allow: clerk\n    wait:\n      @\n      until: now + 1h\n      because: Soon.",
    .audit: "actions:\n  go:\n    allow: clerk\n    audit:\n      @\n      as: gone",
    .followUp: "actions:\n  go:\n    allow: clerk\n    follow_up:\n      @\n      due: 24h",
    .notice: "actions:\n  go:\n    allow: clerk\n    notify:\n      @\n      to: subject",
    .effective: "rules:\n  r:\n    forbid: go\n"
      + "    because: No.\n    effective:\n      @\nactions: { go: { allow: clerk } }",
    .effectCreate: effect("create: Note"),
    .effectUpdate: effect("update: resource"),
    .effectPut: effect("put: Thing\nkey: number\nset: { owner: subject, state: new, n: 1 }"),
    .effectEmit: effect("emit: done"),
    .effectDo: effect("do: on.thing\nresource: resource\ninput: { n: 1 }"),
    .effectPropose: effect("propose: on.thing\nresource: resource\ninput: { n: 1 }"),
    .ruleGrant: "rules:\n  r:\n    @\n    grant: go\n    to: boss\nactions: { go: { allow: clerk } }",
    .ruleForbid: "rules:\n  r:\n    @\n    forbid: go\n    because: No.\nactions: { go: { allow: clerk } }",
    .ruleRequire:
      "rules:\n  r:\n    @\n    require: go\n    that: \"true\"\n    else: No.\nactions: { go: { allow: clerk } }",
    .ruleNotify: "rules:\n  r:\n    @\n    notify: go\n    to: subject\nactions: { go: { allow: clerk } }",
    .exception: """
    exceptions:
      e:
        @
        suspends: r
        for: "true"
        owner: A
        approved_by: B
        because: C
        until: 2030-01-01
    rules: { r: { forbid: go, because: No. } }
    actions: { go: { allow: clerk } }
    """,
    .approval: approval("@\n", ""),
    .votes: approval("vote:\n  @\n", ""),
    .vote: approval("vote:\n  approve:\n    @\n    input: { a: int?, b: int? }\n", ""),
    .place: "approvals:\n  a:\n    for: go\n    places:\n"
      + "      -\n        @\n        of: { role: boss }\nactions: { go: { allow: clerk } }",
    .eligible: "approvals:\n  a:\n    for: go\n"
      + "    places:\n      - of:\n          @\nactions: { go: { allow: clerk } }",
    .exclusion: approval("excluding:\n  -\n    @\n    people: subject\n", ""),
    .clock: approval("clock:\n  @\n  from: requested_at\n  within: 24h\n", ""),
    .outcomes: approval("outcome:\n  @\n", ""),
    .outcome: approval("outcome:\n  approved:\n    @\n    effects: []\n", ""),
    .threshold: "thresholds:\n  t:\n    @\n    measure: 1\n    of: 2\n    bands: { b: { from: 50 % } }",
    .band: threshold("", "b:\n  @\n  from: 50 %\n"),
    .forbiddingBand: threshold("", "b:\n  @\n  from: 50 %\n  forbid: go\n  because: No.\n"),
    .override: """
    overrides:
      o:
        @
        for: go
        bypasses: rules.r
        permission: do-it
    rules: { r: { forbid: go, because: No., overridable: true } }
    actions: { go: { allow: clerk } }
    """,
    .reaction: """
    reactions:
      r:
        @
        after: go
        do: on.thing
        resource: resource
        input: { n: 1 }
    actions: { go: { of: Thing, allow: clerk }, on.thing: { of: Thing, allow: system, input: { n: int } } }
    """,
    .reads: "reads:\n  Thing:\n    @\n    allow: clerk",
    .handOver: "hand_overs:\n  to_a_human:\n    @\n    when: refused_read",
  ]

  /// An action with one effect.
  static func effect(_ lines: String) -> String {
    "actions:\n  on.thing: { of: Thing, allow: clerk, input: { n: int } }\n  go:\n    of: Thing\n    allow: clerk\n"
      + "    effects:\n      -\n        @\n" + indented(lines, by: 8)
  }

  /// An approval of an action.
  static func approval(_ lines: String, _ rest: String) -> String {
    "approvals:\n  a:\n" + indented(lines, by: 4)
      + "    for: go\n    places: [{ of: { role: boss } }]\nactions: { go: { of: Thing, allow: clerk } }\n" + rest
  }

  /// A threshold with one band.
  static func threshold(_ lines: String, _ band: String) -> String {
    "thresholds:\n  t:\n" + indented(lines, by: 4) + "    measure: 1\n    of: 2\n    bands:\n" + indented(band, by: 6)
      + "actions: { go: { allow: clerk } }\n"
  }

  static func indented(_ text: String, by columns: Int) -> String {
    text.split(separator: "\n").map { String(repeating: " ", count: columns) + $0 + "\n" }.joined()
  }

  /// The rule set of a list with nonsense under one key, and the line where it stands; `nil` for the host itself.
  static func files(_ list: KeyList, nonsense key: String?) -> (files: [RuleSetFile], line: Int) {
    let host = list == .manifest ? "@\n" + manifest : hosts[list] ?? ""
    var lines: [String] = []
    var line = 0
    var columns = -1
    for text in host.split(separator: "\n", omittingEmptySubsequences: false) {
      let indentation = text.prefix { $0 == " " }.count
      if text.hasSuffix("@") {
        if let key {
          lines.append(String(repeating: " ", count: indentation) + "\(key): { nonsense: [{ nonsense: nonsense }] }")
          line = lines.count
          columns = indentation
        }
      } else if indentation == columns, let key, text.dropFirst(indentation).hasPrefix(key + ":") {
        continue
      } else {
        lines.append(String(text))
      }
    }
    let text = lines.joined(separator: "\n") + "\n"
    let rules = RuleSetFile(path: "rules.yaml", bytes: Array((list == .manifest ? "" : text).utf8))
    let head = RuleSetFile(path: "bylaw.yaml", bytes: Array((list == .manifest ? text : manifest).utf8))
    let known = RuleSetFile(path: "vocabulary.yaml", bytes: Array(vocabulary.utf8))
    return (list == .manifest ? [head, known] : [head, known, rules], line)
  }

  @Test(arguments: KeyList.allCases)
  func `nonsense under any key is reported where it stands`(_ list: KeyList) {
    for key in list.keys {
      let (files, line) = Self.files(list, nonsense: key)
      let result = RuleSetChecker.check(files)
      let path = list == .manifest ? "bylaw.yaml" : "rules.yaml"
      let isReported = result.diagnostics.contains { diagnostic in
        diagnostic.severity == .error && result.sources.place(diagnostic.range).hasPrefix("\(path):\(line):")
      }
      #expect(isReported, "\(list.rawValue): \(key)\n\(RuleSetText.report(files))")
    }
  }

  @Test(arguments: KeyList.allCases)
  func `the rule sets of this test are without errors but for what they lack`(_ list: KeyList) {
    // Lists of which one key is needed and none stands there.
    guard ![.effective, .eligible, .votes, .outcomes].contains(list) else { return }
    #expect(list == .manifest || Self.hosts[list] != nil, "no host")
    let found = RuleSetChecker.check(Self.files(list, nonsense: nil).files).diagnostics
    let errors = found.filter { $0.severity == .error }
    #expect(errors.map(\.message) == [])
  }

  @Test func `a key of one kind of rule is an error in another`() {
    for (list, key) in [
      (KeyList.ruleGrant, "unless: \"true\""), (.ruleGrant, "mode: observe"), (.ruleGrant, "absolute: true"),
      (.ruleGrant, "that: \"true\""), (.ruleGrant, "class: forbidden"), (.ruleNotify, "mode: observe"),
      (.ruleForbid, "to: boss"), (.ruleForbid, "text: Hm."), (.ruleForbid, "once: month"),
      (.ruleRequire, "because: No."), (.effectCreate, "patch: input.p"), (.effectEmit, "set: { n: 1 }"),
      (.effectUpdate, "where: \"true\""), (.factCount, "of: it.n"), (.band, "because: No."), (.partyPeople, "to: x"),
    ] {
      let host = Self.hosts[list] ?? ""
      let text = host.replacing("@", with: key)
      let files = [
        RuleSetFile(path: "bylaw.yaml", bytes: Array(Self.manifest.utf8)),
        RuleSetFile(path: "vocabulary.yaml", bytes: Array(Self.vocabulary.utf8)),
        RuleSetFile(path: "rules.yaml", bytes: Array(text.utf8)),
      ]
      let codes = RuleSetChecker.check(files).diagnostics.map(\.code)
      #expect(codes.contains("unknown-key") || codes.contains("no-effect"), "\(list.rawValue): \(key)")
    }
  }
}
