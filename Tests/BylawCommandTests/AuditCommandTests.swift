import Foundation
import Testing

/// `bylaw audit`, and what every command on a store says of one that is not there or was tampered with.
@Suite struct AuditCommandTests {
  @Test func `a store that is not there is told, with the way to make one`() throws {
    try CommandRunner.withFolder([:]) { folder in
      for path in [folder, "\(folder)/none.db"] {
        for command in [["audit", "verify"], ["audit", "show"], ["sweep"]] {
          let result = try CommandRunner.run(command + ["--db", path])
          #expect(result.status == 1)
          #expect(result.errors == "error: there is no store at '\(path)'; `bylaw init` makes one\n")
        }
      }
    }
  }

  @Test func `the key that verifies signs nothing, and a proof with a key needs checkpoints`() throws {
    try CommandRunner.withFolder(["empty.jsonl": ""]) { folder in
      let (db, signing, verifying) = ("\(folder)/store.db", "\(folder)/s.key", "\(folder)/v.key")
      #expect(try CommandRunner.run(["init", db, "--rules", "rules/incident-management"]).status == 0)
      let keys = ["audit", "keys", "--signing", signing, "--verifying", verifying]
      #expect(try CommandRunner.run(keys).status == 0)
      let wrong = try CommandRunner.run(["audit", "checkpoint", "--db", db, "--key", verifying])
      #expect(wrong.status == 3)
      #expect(wrong.output.isEmpty)
      #expect(wrong.errors.contains("holds no key that signs"))
      let line = try CommandRunner.run(["audit", "checkpoint", "--db", db, "--key", signing])
      #expect(line.status == 0)
      try Data(line.output.utf8).write(to: URL(fileURLWithPath: "\(folder)/kept.jsonl"))
      func verify(_ more: [String]) throws -> CommandRunner.Result {
        try CommandRunner.run(["audit", "verify", "--db", db] + more)
      }
      #expect(try verify(["--checkpoints", "\(folder)/kept.jsonl", "--key", verifying]).status == 0)
      let empty = try verify(["--checkpoints", "\(folder)/empty.jsonl", "--key", verifying])
      #expect(empty.status == 3)
      #expect(empty.errors.contains("holds no checkpoint"))
      #expect(try verify(["--checkpoints", "\(folder)/none.jsonl", "--key", verifying]).status == 3)
      #expect(try verify(["--key", verifying]).status == 64)
    }
  }
}
