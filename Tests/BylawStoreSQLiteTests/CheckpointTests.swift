import BylawModel
import BylawStore
import BylawStoreTestSupport
import Testing

@Suite struct CheckpointTests {
  private let key = CheckpointKey()

  private func checkpoint() throws -> Checkpoint {
    let entry = AuditEntry(sequence: 120, body: "{}", digest: Array(repeating: 7, count: 32))
    return try Checkpoint(entry, at: StoreFixture.time(1, 5), ruleSet: "sha256:abc", key: key)
  }

  @Test func `a checkpoint comes back from its line, and its signature holds`() throws {
    let checkpoint = try checkpoint()
    let read = try #require(Checkpoint(checkpoint.description))
    #expect(read == checkpoint)
    #expect(!checkpoint.description.contains("\n"))
    let publicKey = try #require(CheckpointKey.Public(key.publicKey.text))
    #expect(publicKey.hasSigned(read))
    #expect(!CheckpointKey().publicKey.hasSigned(read))
  }

  @Test func `nothing in a checkpoint can be changed`() throws {
    let checkpoint = try checkpoint()
    var others = Array(repeating: checkpoint, count: 5)
    others[0].size -= 1
    others[1].digest[0] ^= 1
    others[2].at = StoreFixture.time(1, 6)
    others[3].ruleSet += "d"
    others[4].signature[63] ^= 1
    for other in others { #expect(!key.publicKey.hasSigned(other)) }
  }

  @Test func `a key comes back from its text`() throws {
    let read = try #require(CheckpointKey(key.text))
    #expect(read.publicKey.text == key.publicKey.text)
    #expect(!key.text.contains("\n"))
    // Any 32 bytes could sign, so the keys of a pair must not be taken for each other.
    #expect(CheckpointKey(key.publicKey.text) == nil)
    #expect(CheckpointKey.Public(key.text) == nil)
  }

  @Test(arguments: ["", "AAAA", "not a key", "Zm9v=", "=", String(repeating: "A", count: 43)])
  func `what is no key is none`(_ text: String) {
    #expect(CheckpointKey(text) == nil)
    #expect(CheckpointKey.Public(text) == nil)
  }

  @Test(arguments: ["", "{}", "[]", "{\"checkpoint\":1}", "{\"checkpoint\":2,\"size\":1}"])
  func `what is no checkpoint is none`(_ line: String) {
    #expect(Checkpoint(line) == nil)
  }
}
