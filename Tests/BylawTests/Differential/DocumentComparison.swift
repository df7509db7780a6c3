import Bylaw
import BylawEvaluator
import BylawModel
import BylawTestSupport

/// Decides generated requests as JSON, straight from the bytes and by way of a `Request`.
struct DocumentComparison {
  private(set) var documents = 0
  /// How many of them were decided without a `Request`.
  private(set) var plain = 0
  private(set) var reports: [String] = []
  private var random = SplitMix64(seed: 7)

  /// One rule set by its seed, with that many requests.
  mutating func run(seed: UInt64, requests: Int) {
    let generated = RuleSetGenerator.make(seed: seed)
    guard let plan = DifferentialRun.plan(of: generated) else { return }
    let prepared = PreparedPlan(plan)
    var generator = RequestGenerator(generated)
    var records = generator.makeRecords()
    records.schema = plan.expressions.schema
    let stable = StableRecords(records)
    for _ in 0..<requests {
      let made = generator.makeCase(records)
      guard !made.request.subject.isSystem else { continue }
      let document = Self.document(of: made.request, isBare: random.chance(70))
      var bytes = Array((random.chance(50) ? shuffled(document) : JSONWriter.write(document, style: .pretty)).utf8)
      if random.chance(25) { spoil(&bytes) }
      compare(bytes, made, stable, prepared, seed: seed)
    }
  }

  /// `isBare` leaves out what only the long way reads.
  private static func document(of request: Request, isBare: Bool) -> Value {
    func entity(_ entity: Request.Entity) -> Value {
      var members: [String: Value] = ["type": .string(entity.type), "id": .string(entity.id)]
      if !entity.properties.isEmpty { members["properties"] = .object(entity.properties) }
      return .object(members)
    }
    var context = request.context
    if !isBare {
      if !request.facts.isEmpty { context["facts"] = .object(request.facts) }
      if let time = request.requestedAt { context["requested_at"] = .timestamp(time) }
    }
    var members: [String: Value] = [
      "subject": entity(request.subject),
      "action": .object(["name": .string(request.action), "properties": .object(request.input)]),
      "context": .object(context),
    ]
    if let resource = request.resource { members["resource"] = entity(resource) }
    return .object(members)
  }

  /// The document with its members in any order, now and then without a context or with one member more.
  private mutating func shuffled(_ value: Value, depth: Int = 0) -> String {
    guard case .object(let members) = value, depth < 3 else { return JSONWriter.write(value) }
    var names = members.keys.sorted()
    if depth == 0, random.chance(30) { names.removeAll { $0 == "context" } }
    for last in names.indices.reversed() { names.swapAt(last, random.below(last + 1)) }
    var parts: [String] = []
    for name in names {
      let content = shuffled(members[name] ?? .null, depth: depth + 1)
      parts.append("\(JSONWriter.quoted(name)):\(content)")
    }
    if random.chance(5) { parts.append("\"evaluation\":1") }
    return "{\(parts.joined(separator: ","))}"
  }

  /// One byte is lost, doubled or another.
  private mutating func spoil(_ bytes: inout [UInt8]) {
    let place = random.below(bytes.count)
    switch random.below(4) {
    case 0: bytes.remove(at: place)
    case 1: bytes.insert(bytes[place], at: place)
    case 2: bytes[place] = random.pick(Array("{}[]\",:\\0e-. x\u{1}".utf8) + [0xC3, 0xFF])
    default: bytes.removeLast(random.below(4))
    }
  }

  /// The short way has records that are laid out once, the long way the same as such that may change.
  private mutating func compare(
    _ bytes: [UInt8], _ made: GeneratedCase, _ stable: StableRecords, _ prepared: PreparedPlan, seed: UInt64
  ) {
    documents += 1
    let server = made.request.serverContext
    let now = made.now
    let records: (any RecordSource)? = made.records.map { _ in stable }
    let short = bytes.withUnsafeBytes {
      prepared.decide(json: $0, serverContext: server, records: records, now: now)
    }
    let answer = bytes.withUnsafeBytes {
      prepared.answer(json: $0, serverContext: server, records: records, now: now) { bytes, isASCII in
        (bytes: Array(bytes), isASCII: isASCII)
      }
    }
    guard let short else {
      if answer != nil { reports.append("seed \(seed): an answer without a decision") }
      return
    }
    let written = short.jsonBytes()
    if answer?.bytes != written || answer?.isASCII != written.allSatisfy({ $0 < 0x80 }) {
      reports.append("seed \(seed): \(String(decoding: answer?.bytes ?? [], as: UTF8.self)) for \(short.json())")
    }
    plain += 1
    let request = try? Request(json: bytes, serverContext: server)
    let long = request.map { prepared.decide($0, records: made.records, now: now) }
    let outcome = bytes.withUnsafeBytes {
      prepared.outcome(json: $0, serverContext: server, records: records, now: now)
    }
    guard short != long || outcome != long?.outcome else { return }
    let document = String(decoding: bytes, as: UTF8.self)
    reports.append("seed \(seed)\n\(document)\nshort: \(short)\nlong: \(String(describing: long))")
  }
}
