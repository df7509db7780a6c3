import BylawModel
import BylawStore

extension BackendConformance {
  static let rows: [BackendConformance] = [
    BackendConformance("entries are found by what they say, in order") { factory in
      let backend = try factory.open()
      var other = Deed.make(StoreFixture.user, "u-2", ["name": .string("n")])
      other.subject = EntityReference(type: "User", id: "bob")
      other.at = StoreFixture.time(0, 500_000_000)
      var refused = Deed()
      (refused.outcome, refused.at) = (.deny, StoreFixture.time(1))
      refused.resource = EntityReference(type: "User", id: "u-1")
      try await backend.apply(.make(StoreFixture.user, "u-1", ["name": .string("n")]), other, refused)
      try await backend.apply(.change(StoreFixture.user, "u-1", ["name": .string("m")]))
      for (set, wanted) in entryFilters {
        var filter = EntryFilter()
        set(&filter)
        let asked = filter
        let found = try await backend.read { reader throws(StoreError) in
          try reader.entries(asked, after: 0, limit: 100).map(\.sequence)
        }
        try expect(found, wanted, "\(filter)")
      }
      let page = try await backend.read { reader throws(StoreError) in
        try reader.entries(EntryFilter(), after: 1, limit: 2).map(\.sequence)
      }
      try expect(page, [2, 3], "page")
      let entry = try await backend.read { reader throws(StoreError) in try reader.entry(3) }
      try expect(entry?.sequence, 3, "one entry")
      try backend.close()
    },
    BackendConformance("an entry that does not follow the last one is refused, and so is everything with it") {
      factory in
      let backend = try factory.open()
      try await backend.apply(Deed())
      let isAudit: (StoreError) -> Bool = { if case .auditFailed = $0 { true } else { false } }
      for sequence in [Int64(1), 3, 0] {
        try await expectFailure("entry \(sequence)", isAudit) { () throws(StoreError) in
          try await backend.write { writer throws(StoreError) in
            var batch = try Deed.batch([Deed()], after: writer, StoreFixture.schema)
            batch.entries[0].sequence = sequence
            batch.settings = ["a": "b"]
            try writer.apply(batch)
          }
        }
      }
      try expect(try await backend.read { reader throws(StoreError) in try reader.setting("a") }, nil, "setting")
      try backend.close()
    },
    BackendConformance("a record that its entry does not list, or does not allow, is refused") { factory in
      let backend = try factory.open()
      for outcome in [Decision.Outcome.deny, .pending] {
        var deed = Deed.make(StoreFixture.user, "u-1", ["name": .string("n")])
        deed.outcome = outcome
        let refused = deed
        try await expectFailure("\(outcome)", isFailed) { () throws(StoreError) in try await backend.apply(refused) }
      }
      try await expectFailure("unlisted", isFailed) { () throws(StoreError) in
        try await backend.write { writer throws(StoreError) in
          var batch = try Deed.batch(
            [.make(StoreFixture.user, "u-1", ["name": .string("n")])], after: writer, StoreFixture.schema)
          batch.records[0].id = "u-2"
          try writer.apply(batch)
        }
      }
      try backend.close()
    },
    BackendConformance("keys have one holder, and can be exchanged") { factory in
      let backend = try factory.open()
      func claim(_ claims: StoreBatch.KeyClaim...) async throws(StoreError) {
        var deed = Deed()
        deed.keys = claims
        try await backend.apply(deed)
      }
      let (a, b) = (EntityReference(type: "User", id: "a"), EntityReference(type: "User", id: "b"))
      try await claim(.init(key: "k", record: a, value: "1"), .init(key: "k", record: b, value: "2"))
      try await claim(.init(key: "l", record: b, value: "1"))
      try await claim(.init(key: "k", record: a, value: "2"), .init(key: "k", record: b, value: "1"))
      let held = try await backend.read { reader throws(StoreError) in try reader.keys(of: b) }
      try expect(held, ["k": "1", "l": "1"], "keys of one record")
      try await claim(.init(key: "l", record: b, value: nil))
      let holders = try await backend.read { reader throws(StoreError) in
        [
          try reader.holder(of: "k", value: "1"), try reader.holder(of: "k", value: "2"),
          try reader.holder(of: "l", value: "1"),
        ]
      }
      try expect(holders, ["b", "a", nil], "holders")
      try await expectFailure("taken", isFailed) { () throws(StoreError) in
        try await claim(.init(key: "k", record: EntityReference(type: "User", id: "c"), value: "1"))
      }
      try backend.close()
    },
    BackendConformance("numbers and settings are kept") { factory in
      let backend = try factory.open()
      var deed = Deed()
      (deed.numbers, deed.settings) = (["Incident": 3], ["name": "value"])
      try await backend.apply(deed)
      (deed.numbers, deed.settings) = (["Incident": 4], ["name": "other"])
      try await backend.apply(deed)
      let found = try await backend.read { reader throws(StoreError) in
        "\(try reader.lastNumber(of: "Incident")) \(try reader.lastNumber(of: "User")) \(try reader.setting("name") ?? "")"
      }
      try expect(found, "4 0 other", "numbers")
      try backend.close()
    },
    BackendConformance("proposals are kept whole, and found by what they are about") { factory in
      let backend = try factory.open()
      var (first, second) = (proposal("p-1", "x"), proposal("p-2", "y"))
      var deed = Deed()
      (deed.outcome, deed.proposals) = (.pending, [first])
      try await backend.apply(deed)
      deed.proposals = [second]
      try await backend.apply(deed)
      second.status = .rejected
      second.votes = [
        .init(
          voter: .init(type: "User", id: "bob"), vote: .reject, at: StoreFixture.time(5),
          input: ["reason": .string("no")])
      ]
      second.reasons = ["Not now."]
      (deed.outcome, deed.proposals) = (.allow, [second])
      try await backend.apply(deed)
      (first.entry, second.entry) = (1, 3)
      for (filter, wanted) in proposalFilters {
        let found = try await backend.read { reader throws(StoreError) in try reader.proposals(filter).map(\.id) }
        try expect(found, wanted, "\(filter)")
      }
      let stored = try await backend.read { reader throws(StoreError) in try reader.proposal("p-2") }
      try expect(stored, second, "proposal")
      let states = try await backend.read { reader throws(StoreError) in
        try reader.proposalStates(after: 1, limit: 5)
      }
      try expect(states, [RowState(row: 2, id: "p-2", entry: 3, digest: Digest.of(second.body))], "states")
      try backend.close()
    },
    BackendConformance("documents are read by kind in order, and of one name the first stays") { factory in
      let backend = try factory.open()
      var deed = Deed()
      deed.documents = [
        .init(kind: .outbox, at: StoreFixture.time(0), entry: nil, body: .object(["n": .int(1)]), once: "x"),
        .init(kind: .decision, at: StoreFixture.time(1), entry: nil, body: .object(["n": .int(2)])),
        .init(kind: .outbox, at: StoreFixture.time(2), entry: nil, body: .object(["n": .int(3)]), once: "x"),
        .init(kind: .outbox, at: StoreFixture.time(3), entry: nil, body: .object(["n": .int(4)])),
      ]
      try await backend.apply(deed)
      let found = try await backend.read { reader throws(StoreError) in
        try reader.documents(.outbox, after: 0, limit: 10)
      }
      try expect(found.map(\.body), [.object(["n": .int(1)]), .object(["n": .int(4)])], "documents")
      try expect(found.map(\.entry), [1, 1], "entries")
      try expect(found.first?.at, StoreFixture.time(0), "time")
      let rest = try await backend.read { reader throws(StoreError) in
        try reader.documents(.outbox, after: found[0].row, limit: 10).count
      }
      try expect(rest, 1, "rest")
      let last = try await backend.read { reader throws(StoreError) in
        [try reader.lastDocument(.outbox)?.row, try reader.lastDocument(.decision)?.row]
          + [try reader.lastDocument(.settled)?.row]
      }
      try expect(last, [3, 2, nil], "last")
      try expect(try await backend.read { reader throws(StoreError) in try reader.faults(limit: 9) }, [], "faults")
      try backend.close()
    },
  ]

  private static let entryFilters: [(@Sendable (inout EntryFilter) -> Void, [Int64])] = [
    ({ _ in }, [1, 2, 3, 4]), ({ $0.subject = EntityReference(type: "User", id: "bob") }, [2]),
    ({ $0.action = "incident.update" }, [4]), ({ $0.outcome = .deny }, [3]),
    ({ $0.record = EntityReference(type: "User", id: "u-1") }, [1, 3, 4]),
    ({ $0.from = StoreFixture.time(0, 1) }, [2, 3]), ({ $0.until = StoreFixture.time(0, 500_000_000) }, [1, 4]),
    ({ ($0.from, $0.until) = (StoreFixture.time(0, 500_000_000), StoreFixture.time(1)) }, [2]),
  ]

  private static let proposalFilters: [(ProposalFilter, [String])] = [
    (ProposalFilter(), ["p-1", "p-2"]), (ProposalFilter(isOpen: true), ["p-1"]),
    (ProposalFilter(isOpen: false), ["p-2"]),
    (ProposalFilter(action: "task.execute"), ["p-1", "p-2"]), (ProposalFilter(action: "other"), []),
    (ProposalFilter(submitter: EntityReference(type: "User", id: "ann")), ["p-1", "p-2"]),
    (ProposalFilter(resource: EntityReference(type: "Incident", id: "i-1"), fingerprint: "y"), ["p-2"]),
  ]

  private static func proposal(_ id: String, _ fingerprint: String) -> StoredProposal {
    StoredProposal(
      id: id, action: "task.execute", subject: EntityReference(type: "User", id: "ann"),
      resource: EntityReference(type: "Incident", id: "i-1"), input: ["n": .int(1)], context: [:], override: nil,
      requestedAt: StoreFixture.time(0), terms: .object(["a": .list([])]), fingerprint: fingerprint,
      due: StoreFixture.time(60), original: nil, entry: 0)
  }
}
