package import BylawModel
import Crypto

/// One entry of the audit trail: who did what when, by which rules, and which records it changed.
///
/// Entries form a chain: the digest of each covers its own bytes and the digest of the entry before. Values of inputs
/// and fields never stand in an entry, only names and digests.
package struct AuditEntry: Sendable, Hashable {
  /// A record that the entry made or changed.
  package struct Change: Sendable, Hashable {
    package var record: EntityReference
    package var isNew: Bool
    /// The names of the fields that changed, ascending.
    package var fields: [String]
    /// The digest of the whole record afterwards, in hexadecimal digits.
    package var digest: String

    package init(record: EntityReference, isNew: Bool, fields: [String], digest: String) {
      self.record = record
      self.isNew = isNew
      self.fields = fields
      self.digest = digest
    }
  }

  /// Counted from 1, without gaps.
  package var sequence: Int64
  /// The bytes that the digest covers: JSON with sorted members.
  package var body: String
  /// 32 bytes.
  package var digest: [UInt8]
  /// When it was written, where that is known without reading the bytes.
  private let time: Timestamp?

  package init(sequence: Int64, body: String, digest: [UInt8]) {
    self.sequence = sequence
    self.body = body
    self.digest = digest
    time = nil
  }

  package static func == (first: AuditEntry, second: AuditEntry) -> Bool {
    (first.sequence, first.body, first.digest) == (second.sequence, second.body, second.digest)
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(digest) }

  /// The same entry, which knows when it was written without reading its bytes each time.
  package var timed: AuditEntry { AuditEntry(self, time: at) }

  private init(_ entry: AuditEntry, time: Timestamp?) {
    (sequence, body, digest, self.time) = (entry.sequence, entry.body, entry.digest, time)
  }
}

extension AuditEntry {
  /// What an entry says, before it has its place in the chain.
  package struct Content: Sendable, Hashable {
    package var at: Timestamp
    package var subject: EntityReference
    package var action: String
    package var resource: EntityReference?
    package var outcome: Decision.Outcome
    package var denialClass: DenialClass?
    /// The ids of the rules that determined the decision, ascending.
    package var rules: [String]
    /// The digest of the inputs, in hexadecimal digits.
    package var input: String
    /// The digest of the rule set.
    package var ruleSet: String
    /// The author's word for the act, and what else the rules ask of the entry.
    package var word: String?
    package var flag: String?
    package var keep: String?
    /// The override that was claimed.
    package var override: String?
    /// The proposal that the act belongs to.
    package var proposal: String?
    /// The entry of the operation that this one was a part of.
    package var cause: Int64?
    /// For a read: what was asked for, never what was found.
    package var filters: [String]
    package var changes: [Change]
    /// By entity, the numbers last given in the transaction of which this is the last entry.
    package var numbers: [String: Int64] = [:]
    /// How far the chain of documents goes after that transaction; `nil` when it did not grow.
    package var documents: DocumentMark?
    /// By name, the digests of the store's own settings; where rules are put in force.
    package var settings: [String: String] = [:]

    package init(
      at: Timestamp, subject: EntityReference, action: String, resource: EntityReference?,
      outcome: Decision.Outcome, input: String, ruleSet: String, override: String? = nil
    ) {
      self.at = at
      self.override = override
      self.subject = subject
      self.action = action
      self.resource = resource
      self.outcome = outcome
      self.input = input
      self.ruleSet = ruleSet
      rules = []
      filters = []
      changes = []
    }
  }

  /// The digest that stands before the first entry.
  package static let origin = [UInt8](repeating: 0, count: 32)

  /// Puts an entry at its place in the chain.
  package init(_ content: Content, sequence: Int64, after previous: [UInt8]) {
    self.sequence = sequence
    body = content.text(sequence: sequence)
    time = content.at
    digest = Self.digest(of: body, after: previous)
  }

  /// The digest of an entry with these bytes after another.
  package static func digest(of body: String, after previous: [UInt8]) -> [UInt8] {
    var hash = SHA256()
    hash.update(data: previous)
    var body = body
    body.withUTF8 { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
    return hash.finalize().withUnsafeBytes { Array($0) }
  }
}

extension AuditEntry {
  /// When it was written; `nil` when its bytes do not say.
  ///
  /// Read from where it stands, behind the action, without reading the whole: every operation asks for it.
  package var at: Timestamp? {
    if let time { return time }
    var body = body
    let time = body.withUTF8 { bytes -> String? in
      let (opening, between) = (#"{"action":""#.utf8, #","at":""#.utf8)
      guard bytes.starts(with: opening), let end = Self.endOfText(in: bytes, from: opening.count) else { return nil }
      let rest = bytes[(end + 1)...]
      guard rest.starts(with: between) else { return nil }
      let digits = rest.dropFirst(between.count).prefix { $0 != UInt8(ascii: "\"") }
      return String(decoding: digits, as: UTF8.self)
    }
    return time.flatMap { Timestamp($0) } ?? EntryReading(body).at
  }

  /// Where the quotation mark stands that ends a text of JSON.
  private static func endOfText(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
    var position = start
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""): return position
      case UInt8(ascii: "\\"): position += 2
      default: position += 1
      }
    }
    return nil
  }
}

extension AuditEntry.Content {
  /// The content as JSON with sorted members; those that have no value are left out.
  ///
  /// Written piece by piece, as every operation writes one: the names need no look at their characters.
  package func text(sequence: Int64) -> String {
    var text = EntryText()
    text.add(#"{"action":"#, action)
    text.add(#","at":"#, at)
    if let cause { text.add(#","cause":"#, cause) }
    if !changes.isEmpty {
      text.add(#","changes":["#)
      for (index, change) in changes.enumerated() {
        if index > 0 { text.add(",") }
        text.add(#"{"digest":"#, change.digest)
        text.add(#","fields":"#, change.fields)
        text.add(change.isNew ? #","new":true,"record":"# : #","new":false,"record":"#, change.record)
        text.add("}")
      }
      text.add("]")
    }
    if let denialClass { text.add(#","class":"#, denialClass.rawValue) }
    if let documents {
      text.add(#","documents":{"digest":"#, Digest.hex(documents.digest))
      text.add(#","last":"#, documents.row)
      text.add("}")
    }
    if !filters.isEmpty { text.add(#","filters":"#, filters) }
    if let flag { text.add(#","flag":"#, flag) }
    text.add(#","input":"#, input)
    if let keep { text.add(#","keep":"#, keep) }
    if !numbers.isEmpty { text.add(#","numbers":"#, numbers) }
    text.add(#","outcome":"#, outcome.rawValue)
    if let override { text.add(#","override":"#, override) }
    if let proposal { text.add(#","proposal":"#, proposal) }
    if let resource { text.add(#","resource":"#, resource) }
    text.add(#","rule_set":"#, ruleSet)
    if !rules.isEmpty { text.add(#","rules":"#, rules) }
    text.add(#","sequence":"#, sequence)
    if !settings.isEmpty { text.add(#","settings":"#, .object(settings.mapValues { .string($0) })) }
    text.add(#","subject":"#, subject)
    if let word { text.add(#","word":"#, word) }
    text.add("}")
    return String(decoding: text.bytes, as: UTF8.self)
  }
}

/// The bytes of an entry while they are written.
private struct EntryText {
  private(set) var bytes: [UInt8] = []

  init() { bytes.reserveCapacity(768) }

  /// Adds what is JSON already.
  mutating func add(_ literal: StaticString) {
    literal.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  /// Adds numbers by name; most often there is one.
  mutating func add(_ name: StaticString, _ numbers: [String: Int64]) {
    guard numbers.count == 1, let (only, number) = numbers.first else {
      return add(name, .object(numbers.mapValues { .int($0) }))
    }
    add(name)
    add("{")
    JSONWriter.quote(only, into: &bytes)
    add(":", number)
    add("}")
  }

  mutating func add(_ name: StaticString, _ text: String) {
    add(name)
    JSONWriter.quote(text, into: &bytes)
  }

  mutating func add(_ name: StaticString, _ reference: EntityReference) {
    add(name)
    JSONWriter.quote(reference, into: &bytes)
  }

  mutating func add(_ name: StaticString, _ time: Timestamp) {
    add(name)
    JSONWriter.quote(time, into: &bytes)
  }

  mutating func add(_ name: StaticString, _ number: Int64) {
    add(name)
    if number < 0 { bytes.append(UInt8(ascii: "-")) }
    var power: UInt64 = 1
    while number.magnitude / power >= 10 { power *= 10 }
    while power > 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number.magnitude / power % 10))
      power /= 10
    }
  }

  mutating func add(_ name: StaticString, _ value: Value) {
    add(name)
    bytes.append(contentsOf: JSONWriter.write(value).utf8)
  }

  mutating func add(_ name: StaticString, _ texts: [String]) {
    add(name)
    add("[")
    for (index, text) in texts.enumerated() {
      if index > 0 { add(",") }
      JSONWriter.quote(text, into: &bytes)
    }
    add("]")
  }
}

/// Digests of what is stored.
package enum Digest {
  /// The digest of a value's canonical JSON, in hexadecimal digits.
  package static func of(_ value: Value) -> String {
    var writer = JSONWriter(.compact, capacity: 256)
    writer.value(value)
    return writer.withBytes { of($0) }
  }

  /// The digest of a text, in hexadecimal digits.
  package static func of(_ text: String) -> String {
    var text = text
    return text.withUTF8 { of(UnsafeRawBufferPointer($0)) }
  }

  private static func of(_ bytes: UnsafeRawBufferPointer) -> String {
    var hash = SHA256()
    hash.update(bufferPointer: bytes)
    return hash.finalize().withUnsafeBytes { hex($0) }
  }

  /// The digest of a record: its identity, every field that has a value, and its values of unique keys.
  package static func of(
    _ record: EntityReference, _ fields: [String: Value], keys: [String: String] = [:]
  ) -> String {
    var writer = JSONWriter(.compact, capacity: 512)
    writer.beginObject()
    writer.key(plain: "fields")
    writer.value(.object(fields.present))
    writer.member(plain: "id", record.description)
    if !keys.isEmpty { writer.member("keys", .object(keys.mapValues { .string($0) })) }
    writer.endObject()
    return writer.withBytes { of($0) }
  }

  /// The bytes of hexadecimal digits; `nil` for other characters, or half a byte.
  static func bytes(_ digits: String) -> [UInt8]? {
    let values = digits.utf8.compactMap { byte -> UInt8? in
      switch byte {
      case 0x30...0x39: byte - 0x30
      case 0x61...0x66: byte - 0x61 + 10
      default: nil
      }
    }
    guard values.count == digits.utf8.count, values.count.isMultiple(of: 2) else { return nil }
    return stride(from: 0, to: values.count, by: 2).map { values[$0] << 4 | values[$0 + 1] }
  }

  /// Bytes as hexadecimal digits.
  package static func hex(_ bytes: some Collection<UInt8>) -> String {
    unsafe String(unsafeUninitializedCapacity: 2 * bytes.count) { text in
      var position = 0
      for byte in bytes {
        let (high, low) = (byte >> 4, byte & 15)
        unsafe text[position] = high < 10 ? 0x30 + high : 0x57 + high
        unsafe text[position + 1] = low < 10 ? 0x30 + low : 0x57 + low
        position += 2
      }
      return position
    }
  }
}

extension [String: Value] {
  /// Those that have a value; most often all of them.
  var present: [String: Value] {
    for case .null in values { return filter { $0.value != .null } }
    return self
  }
}
