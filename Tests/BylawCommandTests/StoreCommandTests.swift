import Foundation
import Testing

/// What the commands on a store print and how they end.
@Suite struct StoreCommandTests {
  /// What a terminal would obey, as values hold it and as it is shown.
  private static let hostile = "a\u{1B}[31mb\u{07}c\rd\u{202E}e\u{2066}f\u{9B}g\nh"
  private static let shown = #"a\u001b[31mb\u0007c\rd\u202ee\u2066f\u009bg\nh"#

  /// Whether a text has nothing that a terminal would obey but line breaks.
  private func isTame(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { scalar in
      scalar == "\n"
        || (scalar.properties.generalCategory != .control && !(0x202A...0x202E).contains(scalar.value)
          && !(0x2066...0x2069).contains(scalar.value))
    }
  }

  @Test func `values that would steer a terminal are shown with escapes, by every command`() throws {
    try StoreFolder.with { store in
      let value = Self.hostile
      let made = try store.run(["do", "order.make", "--as", "ann", "--input", "title=\(value)"])
      #expect(made.status == 0, "\(made.output)")
      let asked = try store.run([
        "do", "order.pay", "--as", "ann", "--on", "order-1", "--input", "note=\(value)",
      ])
      #expect(asked.status == 4, "\(asked.output)")
      let odd = "X/\(value)"
      let runs = [
        made, asked, try store.run(["get", "Order/order-1", "--as", "bob"]),
        try store.run(["list", "Order", "--as", "bob"]), try store.run(["inbox", "--as", "bob"]),
        try store.run(["proposals", "--as", "ann"]), try store.run(["audit", "show"]),
      ]
      for run in runs {
        #expect(isTame(run.output), "\(run.output.debugDescription)")
        #expect(run.errors.isEmpty)
      }
      // All but the notice of a pending request and the trail, which has no values.
      for run in [runs[0], runs[2], runs[3], runs[4], runs[5]] {
        #expect(run.output.contains(Self.shown), "\(run.output.debugDescription)")
      }
      let refused = [
        ["do", value, "--as", "ann"], ["do", "order.make", "--as", odd, "--input", "title=x"],
        ["do", "order.pay", "--as", "ann", "--on", odd, "--input", "note=x"],
        ["do", "order.make", "--as", "ann", "--input", "\(value)=x"],
        ["do", "order.make", "--as", "ann", "--input", value],
        ["get", odd, "--as", "ann"], ["get", value, "--as", "ann"], ["list", value, "--as", "ann"],
        ["list", "Order", "--as", "ann", "--where", "it.title == \(value)"],
        ["list", "Order", "--as", "ann", "--where", "\(value)=x"], ["vote", "approve", value, "--as", "bob"],
        ["vote", value, "proposal-1", "--as", "bob"], ["inbox", "--as", odd], ["audit", "show", "--subject", value],
        ["audit", "show", "--from", value], ["audit", "verify", "--checkpoints", value], [value],
      ]
      for arguments in refused {
        for format in [[], ["--format", "json"]] {
          let run = try store.run(arguments + format)
          #expect(isTame(run.output + run.errors), "\(arguments): \((run.output + run.errors).debugDescription)")
        }
      }
      for arguments in [["audit", "show"], ["audit", "refusals"], ["outbox"], ["follow-ups"]] {
        let run = try store.run(arguments)
        #expect(isTame(run.output), "\(arguments): \(run.output.debugDescription)")
        #expect(run.status == 0, "\(run.errors)")
      }
    }
  }

  @Test func `a decision on hostile values is shown with escapes`() throws {
    try StoreFolder.with(isMade: false) { store in
      func request(_ members: [String: Any]) throws -> String {
        String(decoding: try JSONSerialization.data(withJSONObject: members), as: UTF8.self)
      }
      let value = Self.hostile
      let requests: [[String: Any]] = [
        [
          "subject": ["type": "User", "id": "ann", "properties": ["role": "clerk", "name": "Ann"]],
          "action": ["name": "order.make", "properties": ["title": value]],
        ],
        ["subject": ["type": "User", "id": value], "action": ["name": value]],
        ["subject": ["type": "User", "id": value, value: 1]],
      ]
      for (index, members) in requests.enumerated() {
        for format in ["text", "json"] {
          let run = try CommandRunner.run(
            ["eval", "--rules", store.rules, "--format", format], input: try request(members))
          #expect(isTame(run.output + run.errors), "\(index): \((run.output + run.errors).debugDescription)")
          #expect((run.output + run.errors).contains(#"\u202e"#), "\(index): \(run.output)\(run.errors)")
        }
      }
    }
  }

  @Test func `a vote whose run is denied says that it counts, and why the run was denied`() throws {
    for format in ["text", "json"] {
      try StoreFolder.with { store in
        _ = try store.run(["do", "order.make", "--as", "ann", "--input", "title=Desk"])
        _ = try store.run(["do", "order.pay", "--as", "ann", "--on", "order-1", "--input", "note=x"])
        _ = try store.run(["do", "order.stop", "--as", "ann", "--on", "order-1"])
        let voted = try store.run(["vote", "approve", "proposal-1", "--as", "bob", "--format", format])
        // The vote is what was asked for.
        #expect(voted.status == 0)
        switch format {
        case "text":
          #expect(voted.output.hasPrefix("ALLOW\n"))
          #expect(
            voted.output.contains(
              """
              Proposal proposal-1: refused
              The vote counts, but the run was denied:
                DENY  invalid_transition
                  Order does not go from stopped to paid.

              """), "\(voted.output)")
        default:
          let answer = try #require(
            try JSONSerialization.jsonObject(with: Data(voted.output.utf8)) as? [String: Any])
          #expect(answer["decision"] as? String == "allow")
          let run = try #require(answer["denied_run"] as? [String: Any])
          #expect(run["class"] as? String == "invalid_transition")
          let reasons = try #require(run["reasons"] as? [[String: Any]])
          #expect(reasons.map { $0["because"] as? String } == ["Order does not go from stopped to paid."])
        }
      }
    }
  }

  @Test func `a record that is not there and one that may not be seen end alike, with 2`() throws {
    try StoreFolder.with { store in
      for title in ["hidden", "shown"] {
        #expect(try store.run(["do", "order.make", "--as", "ann", "--input", "title=\(title)"]).status == 0)
      }
      for format in ["text", "json"] {
        func get(_ id: String, as user: String) throws -> CommandRunner.Result {
          try store.run([
            "get", "Order/\(id)", "--as", user, "--format", format, "--now", "2100-01-05T09:00:00Z",
          ])
        }
        let (hidden, missing) = (try get("order-1", as: "gus"), try get("order-9", as: "gus"))
        #expect(hidden.status == 2)
        #expect(missing.status == 2)
        #expect(hidden.output == missing.output)
        #expect(hidden.errors == missing.errors)
        #expect(
          hidden.output.contains(format == "json" ? #""found": false"# : "Nothing found.\n"), "\(hidden.output)")
        for (id, user) in [("order-1", "ann"), ("order-2", "gus")] {
          let there = try get(id, as: user)
          #expect(there.status == 0)
          #expect(!there.output.contains("found"))
        }
      }
      #expect(try store.run(["list", "Order", "--as", "gus", "--where", "title=none"]).status == 0)
    }
  }

  @Test func `an id alone says whose entries are shown, where nothing else has it`() throws {
    try StoreFolder.with { store in
      _ = try store.run(["do", "order.make", "--as", "ann", "--input", "title=Desk"])
      _ = try store.run(["do", "order.pay", "--as", "ann", "--on", "order-1", "--input", "note=x"])
      for (option, id, type) in [
        ("--subject", "ann", "User"), ("--record", "order-1", "Order"), ("--record", "proposal-1", "proposal"),
      ] {
        let short = try store.run(["audit", "show", option, id])
        #expect(short.status == 0, "\(short.errors)")
        #expect(!short.output.isEmpty)
        #expect(short.output == (try store.run(["audit", "show", option, "\(type)/\(id)"])).output)
      }
      let nobody = try store.run(["audit", "export", "--subject", "eve"])
      #expect(nobody.status == 64)
      #expect(nobody.errors.hasPrefix("Error: 'eve' is the id of no record that is there: say TYPE/ID\n"))
    }
    let same = StoreFolder.people + "Order:\n  ann: { title: Chair, owner: bob }\n"
    try StoreFolder.with(people: same) { store in
      let several = try store.run(["audit", "show", "--subject", "ann"])
      #expect(several.status == 64)
      #expect(several.errors.hasPrefix("Error: 'ann' is the id of several records: say User/ann or Order/ann\n"))
    }
  }

  @Test func `ids of a request are those of records however their characters are composed`() throws {
    let people = StoreFolder.people + "  ren\u{E9}: { name: Ren\u{E9}, role: clerk }\n"
    try StoreFolder.with(people: people) { store in
      let decomposed = "rene\u{301}"
      _ = try store.run(["do", "order.make", "--as", decomposed, "--input", "title=Desk"])
      for reference in [decomposed, "User/\(decomposed)"] {
        let given = try store.run([
          "do", "order.give", "--as", "ren\u{E9}", "--on", "order-1", "--input", "to=\(reference)",
        ])
        #expect(given.status == 0, "\(reference): \(given.output)\(given.errors)")
      }
      let shown = try store.run(["get", "Order/order-1", "--as", decomposed])
      #expect(shown.output.unicodeScalars.contains("\u{E9}"))
      #expect(!shown.output.unicodeScalars.contains("\u{301}"))
      #expect(try store.run(["audit", "verify"]).status == 0)
    }
  }

  @Test func `a read of what the rules do not know says so, and is kept as a refusal`() throws {
    try StoreFolder.with { store in
      let runs = [
        (["get", "Ordr/order-1", "--as", "ann"], "There is no entity 'Ordr'. Did you mean 'Order'?"),
        (["list", "Ordr", "--as", "ann"], "There is no entity 'Ordr'. Did you mean 'Order'?"),
        (["list", "Order", "--as", "ann", "--where", "titel=secret"], "'input.titel' is not known; expected title"),
      ]
      for (arguments, message) in runs {
        let run = try store.run(arguments)
        #expect(run.status == 2)
        #expect(run.output.contains(message), "\(run.output)")
      }
      let refusals = try store.run(["audit", "refusals"]).output
      #expect(refusals.components(separatedBy: "read(Ordr)  (invalid_request)").count == 3, "\(refusals)")
      #expect(refusals.contains("read(Order)  (invalid_input)"))
      #expect(!refusals.contains("secret"))
    }
  }

  @Test func `a count of one has its noun in the singular`() throws {
    try StoreFolder.with { store in
      _ = try store.run(["do", "order.make", "--as", "ann", "--input", "title=Desk"])
      _ = try store.run(["do", "order.pay", "--as", "ann", "--on", "order-1", "--input", "note=x"])
      let proof = try store.run(["audit", "verify"])
      #expect(proof.output.hasSuffix(", 4 records and 1 proposal.\n"), "\(proof.output)")
    }
  }
}
