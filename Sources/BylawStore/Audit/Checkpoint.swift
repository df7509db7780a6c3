package import BylawModel
import Crypto

/// The size and the last digest of a trail, signed, to be kept where nobody who can change the store can change it.
///
/// A trail that was cut or written anew afterwards no longer agrees with it.
package struct Checkpoint: Sendable, Hashable {
  /// How many entries the trail had.
  package var size: Int64
  /// The digest of the last of them.
  package var digest: [UInt8]
  /// How far the chain of documents went.
  package var documents: DocumentMark
  /// When it was made.
  package var at: Timestamp
  /// The digest of the rule set in force.
  package var ruleSet: String
  /// Ed25519 over `signedBytes`, 64 bytes.
  package var signature: [UInt8]

  /// Signs the state of a trail.
  ///
  /// - `last`: The last entry; `nil` for an empty trail.
  /// - `documents`: The last document; `nil` when there is none.
  /// - Throws: `failed` when the key cannot sign.
  package init(
    _ last: AuditEntry?, documents: DocumentMark? = nil, at: Timestamp, ruleSet: String, key: CheckpointKey
  ) throws(StoreError) {
    size = last?.sequence ?? 0
    digest = last?.digest ?? AuditEntry.origin
    self.documents = documents ?? .origin
    self.at = at
    self.ruleSet = ruleSet
    signature = []
    signature = try key.sign(signedBytes)
  }

  /// What is signed: JSON with sorted members and without the signature.
  var signedBytes: [UInt8] { Array(JSONWriter.write(.object(members)).utf8) }

  private var members: [String: Value] {
    [
      "checkpoint": .int(1), "size": .int(size), "digest": .string(Digest.hex(digest)), "at": .timestamp(at),
      "rule_set": .string(ruleSet), "documents": .int(documents.row),
      "documents_digest": .string(Digest.hex(documents.digest)),
    ]
  }
}

extension Checkpoint: LosslessStringConvertible {
  /// One line of JSON.
  package var description: String {
    JSONWriter.write(.object(members.merging(["signature": .string(Base64.encode(signature))]) { $1 }))
  }

  /// Reads the line again; `nil` when it is no checkpoint.
  ///
  /// Whether the signature holds is another question.
  package init?(_ line: String) {
    guard let value = try? JSONReader.parse(Array(line.utf8)), value["checkpoint"] == .int(1),
      case .int(let size) = value["size"], size >= 0, let digest = value["digest"]?.text.flatMap(Digest.bytes),
      let at = value["at"]?.text.flatMap({ Timestamp($0) }), let ruleSet = value["rule_set"]?.text,
      let signature = value["signature"]?.text.flatMap(Base64.decode), digest.count == 32,
      case .int(let row) = value["documents"], let last = value["documents_digest"]?.text.flatMap(Digest.bytes)
    else { return nil }
    documents = DocumentMark(row: row, digest: last)
    (self.size, self.digest, self.at, self.ruleSet, self.signature) = (size, digest, at, ruleSet, signature)
  }
}

/// A private key for checkpoints.
package struct CheckpointKey: Sendable {
  /// The key that others need to believe a checkpoint.
  package struct Public: Sendable {
    private let key: Curve25519.Signing.PublicKey

    fileprivate init(_ key: Curve25519.Signing.PublicKey) { self.key = key }

    /// Reads a key from its text; `nil` when it is none.
    package init?(_ text: String) {
      guard let bytes = CheckpointKey.bytes(text, after: Self.mark),
        let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)
      else { return nil }
      self.key = key
    }

    /// The 32 bytes of the key in Base64, behind a word that says what it is for.
    package var text: String { Self.mark + Base64.encode(Array(key.rawRepresentation)) }

    private static let mark = "bylaw-verify:"

    /// Whether the signature of a checkpoint is this key's, and nothing in it was changed.
    package func hasSigned(_ checkpoint: Checkpoint) -> Bool {
      key.isValidSignature(checkpoint.signature, for: checkpoint.signedBytes)
    }
  }

  private let key: Curve25519.Signing.PrivateKey

  /// Makes a new key.
  package init() { key = Curve25519.Signing.PrivateKey() }

  /// Reads a key from its text; `nil` when it is none.
  package init?(_ text: String) {
    guard let bytes = Self.bytes(text, after: Self.mark),
      let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes)
    else { return nil }
    self.key = key
  }

  /// The 32 bytes of the key in Base64, behind a word that says what it is for: whoever has them can sign.
  package var text: String { Self.mark + Base64.encode(Array(key.rawRepresentation)) }

  // Any 32 bytes are a private key, so a public one would sign as well, and nobody could believe the signature.
  private static let mark = "bylaw-sign:"

  private static func bytes(_ text: String, after mark: String) -> [UInt8]? {
    text.hasPrefix(mark) ? Base64.decode(String(text.dropFirst(mark.count))) : nil
  }

  package var publicKey: Public { Public(key.publicKey) }

  func sign(_ bytes: [UInt8]) throws(StoreError) -> [UInt8] {
    do {
      return Array(try key.signature(for: bytes))
    } catch {
      throw .failed(code: 0, cause: "The key cannot sign.")
    }
  }
}
