import CLibYAML
import Glibc

/// One step through a YAML file, with its place in bytes.
struct YAMLEvent {
  /// What begins, ends or stands here.
  ///
  /// A verbatim scalar reads as it stands in the file, but for its quotes.
  enum Kind {
    case streamStart
    case streamEnd
    case documentStart
    case documentEnd
    case alias
    case scalar(text: String, style: Scalar.Style, isVerbatim: Bool)
    case sequenceStart(isFlow: Bool)
    case sequenceEnd
    case mappingStart(isFlow: Bool)
    case mappingEnd
  }
  /// What libyaml saw.
  var kind: Kind
  /// The byte offset of the first character; with a tag or an anchor, that of the tag or anchor.
  var start: Int
  /// The byte offset behind the last character; for the end of a block collection, that of the next token.
  var end: Int
  /// How many characters stand before `start` on its line.
  var column: Int
  /// Whether `&name` stands before the node.
  var hasAnchor = false
  /// The tag as libyaml resolves it: `!x`, or `tag:yaml.org,2002:str` for `!!str`.
  var tag: String?
}

/// Why libyaml cannot go on: its own words, for `YAMLProblem` to reword.
struct YAMLFault {
  /// What is wrong, in libyaml's words.
  var problem: String
  /// What libyaml was reading, in its words; empty if it does not say.
  var context: String
  /// The byte offset of the problem.
  var offset: Int
  /// The byte offset at which the construct starts that libyaml was reading.
  var contextOffset: Int
}

/// Pulls events from libyaml, one at a time, so that the reader can stop before hostile input costs anything.
///
/// The parser's struct lies on the heap because libyaml keeps its address; the input is copied because libyaml
/// reads from it until the end. Marks of libyaml count Unicode scalars: a cursor that moves along with the events
/// turns them into byte offsets.
@safe
struct YAMLEvents: ~Copyable {
  /// What one call of the parser gives.
  enum Step {
    case event(YAMLEvent)
    case fault(YAMLFault)
  }

  /// Its address must not change while libyaml lives: it points to itself.
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  /// A copy of the file from `base` on, for libyaml.
  private let input: UnsafeMutableBufferPointer<UInt8>
  /// The file, for our own looks at it.
  private let bytes: [UInt8]
  /// The byte offset in the file at which reading starts.
  private let base: Int
  private let isASCII: Bool
  /// A pair that belongs together: so many scalars from `base` on end at this byte offset in the file.
  private var cursor: (scalars: Int, offset: Int)

  /// Starts at the byte offset `base`; the bytes from there on must be valid UTF-8.
  ///
  /// `nil` if there is no memory.
  init?(_ bytes: [UInt8], from base: Int = 0, isASCII: Bool) {
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    unsafe parser.initialize(to: yaml_parser_t())
    guard unsafe yaml_parser_initialize(parser) == 1 else {
      unsafe parser.deallocate()
      return nil
    }
    let input = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count - base)
    _ = unsafe input.initialize(from: bytes[base...])
    unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    unsafe yaml_parser_set_input_string(parser, input.baseAddress, input.count)
    unsafe self.parser = parser
    unsafe self.input = input
    self.bytes = bytes
    self.base = base
    self.isASCII = isASCII
    cursor = (0, base)
  }

  deinit {
    unsafe yaml_parser_delete(parser)
    unsafe parser.deallocate()
    unsafe input.deallocate()
  }

  /// The next event.
  ///
  /// After a fault or the end of the stream there is nothing to ask for.
  mutating func next() -> Step {
    var event = unsafe yaml_event_t()
    guard unsafe yaml_parser_parse(parser, &event) == 1 else { return .fault(fault()) }
    defer { unsafe yaml_event_delete(&event) }
    let startMark = unsafe event.start_mark
    let start = offset(of: startMark.index)
    var result = YAMLEvent(kind: .streamEnd, start: start, end: start, column: startMark.column)
    switch unsafe event.type {
    case YAML_STREAM_START_EVENT: result.kind = .streamStart
    case YAML_DOCUMENT_START_EVENT: result.kind = .documentStart
    case YAML_DOCUMENT_END_EVENT:
      result.kind = .documentEnd
      result.end = unsafe offset(of: event.end_mark.index)
    case YAML_ALIAS_EVENT:
      result.kind = .alias
      result.end = unsafe offset(of: event.end_mark.index)
    case YAML_SCALAR_EVENT: unsafe readScalar(event, into: &result)
    case YAML_SEQUENCE_START_EVENT:
      let data = unsafe event.data.sequence_start
      result.kind = unsafe .sequenceStart(isFlow: data.style == YAML_FLOW_SEQUENCE_STYLE)
      result.hasAnchor = unsafe data.anchor != nil
      result.tag = unsafe text(data.tag)
    case YAML_SEQUENCE_END_EVENT:
      result.kind = .sequenceEnd
      result.end = unsafe offset(of: event.end_mark.index)
    case YAML_MAPPING_START_EVENT:
      let data = unsafe event.data.mapping_start
      result.kind = unsafe .mappingStart(isFlow: data.style == YAML_FLOW_MAPPING_STYLE)
      result.hasAnchor = unsafe data.anchor != nil
      result.tag = unsafe text(data.tag)
    case YAML_MAPPING_END_EVENT:
      result.kind = .mappingEnd
      result.end = unsafe offset(of: event.end_mark.index)
    default: break
    }
    return .event(result)
  }

  /// Content, style and place of a scalar; whether it is verbatim spares most scalars from being traced.
  private mutating func readScalar(_ event: yaml_event_t, into result: inout YAMLEvent) {
    let data = unsafe event.data.scalar
    result.end = unsafe offset(of: event.end_mark.index)
    result.hasAnchor = unsafe data.anchor != nil
    result.tag = unsafe text(data.tag)
    let style: Scalar.Style =
      switch unsafe data.style {
      case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
      case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
      case YAML_LITERAL_SCALAR_STYLE: .literal
      case YAML_FOLDED_SCALAR_STYLE: .folded
      default: .plain
      }
    let value = unsafe UnsafeBufferPointer(start: data.value, count: data.length)
    let isBlock = style == .literal || style == .folded
    let inset = style == .plain ? 0 : 1
    let first = result.start + inset
    let hasLength = result.end - inset - first == value.count
    let isVerbatim = unsafe !isBlock && hasLength && isEqual(value, toBytesAt: first)
    result.kind = unsafe .scalar(
      text: String(decoding: value, as: UTF8.self), style: style, isVerbatim: isVerbatim)
  }

  /// Whether the file reads like `value` from an offset on; it has that many bytes there.
  private func isEqual(_ value: UnsafeBufferPointer<UInt8>, toBytesAt offset: Int) -> Bool {
    guard let content = value.baseAddress, !value.isEmpty else { return true }
    return unsafe bytes.withUnsafeBytes { file in
      guard let start = file.baseAddress else { return false }
      return unsafe memcmp(start + offset, content, value.count) == 0
    }
  }

  /// What libyaml says about why it stopped, copied out of its memory.
  private mutating func fault() -> YAMLFault {
    let state = unsafe parser.pointee
    let problem = unsafe state.problem.map { unsafe String(cString: $0) } ?? "out of memory"
    let context = unsafe state.context.map { unsafe String(cString: $0) } ?? ""
    let isReader = unsafe state.error == YAML_READER_ERROR
    let offset =
      unsafe isReader ? base + state.problem_offset : offset(of: state.problem_mark.index)
    let contextOffset =
      unsafe context.isEmpty ? offset : self.offset(of: state.context_mark.index)
    return YAMLFault(
      problem: problem, context: context, offset: offset, contextOffset: contextOffset)
  }

  /// A C string as text; the parser keeps its own.
  private func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    unsafe pointer.map { unsafe String(cString: $0) }
  }

  /// The byte offset in the file of the scalar at `index`.
  ///
  /// Events come in the order of the file, so that the cursor moves over each byte about once.
  private mutating func offset(of index: Int) -> Int {
    if isASCII { return min(base + index, bytes.count) }
    var (scalars, offset) = cursor
    while scalars < index, offset < bytes.count {
      offset += 1
      while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
      scalars += 1
    }
    while scalars > index, offset > base {
      offset -= 1
      while offset > base, bytes[offset] & 0xC0 == 0x80 { offset -= 1 }
      scalars -= 1
    }
    cursor = (scalars, offset)
    return offset
  }
}
