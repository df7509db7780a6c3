import Foundation
import Testing

/// `--now` on a store.
@Suite struct StoreTimeTests {
  @Test func `a time before the last entry is refused with both, and names no failure of the machine`() throws {
    try CommandRunner.withFolder([:]) { folder in
      let db = "\(folder)/store.db"
      let made = ["init", db, "--rules", "rules/incident-management", "--now", "2026-01-05T09:00:00Z"]
      #expect(try CommandRunner.run(made).status == 0)
      for command in [["sweep"], ["inbox", "--as", "im-1"], ["list", "Incident", "--as", "im-1"]] {
        let early = try CommandRunner.run(command + ["--db", db, "--now", "2026-01-05T08:59:59Z"])
        #expect(early.status == 3)
        #expect(
          early.errors == """
            error: --now 2026-01-05T08:59:59Z is before the last entry of the audit trail, 2026-01-05T09:00:00Z; \
            in it time only goes on

            """)
      }
      #expect(try CommandRunner.run(["sweep", "--db", db, "--now", "2026-01-05T09:00:00Z"]).status == 0)
    }
  }
}
