/// Why bytes are not the JSON that was expected, and where.
package struct JSONError: Error, Sendable, Hashable {
  /// The kinds of mistakes.
  package enum Problem: Sendable, Hashable {
    /// Nothing but space.
    case empty
    /// The document is larger than allowed; its limit in bytes.
    case tooLarge(limit: Int)
    /// More than `JSONReader.greatestDepth` lists and objects inside each other.
    case tooDeep
    case invalidUTF8
    /// The document ends in the middle.
    case endsTooEarly
    /// A character where it cannot stand; as written, or `U+0007` for one that does not print.
    case unexpected(String)
    /// More text after the end of the document.
    case trailing
    /// A member that its object already has.
    case duplicateMember(String)
    /// A line break or another control character inside a string.
    case controlCharacter
    case invalidEscape
    /// Half of a surrogate pair.
    case loneSurrogate
    /// `01`, `1.`, `.5`, `+1`.
    case malformedNumber
    /// A whole number beyond 64 bits, or a fraction beyond the range of a double.
    case numberOutOfRange
  }

  package var problem: Problem
  /// The value that the mistake lies in, such as `$.resource.properties.x` or `$.items[3]`.
  package var path: String
  /// Bytes before the mistake.
  package var offset: Int
  /// From 1.
  package var line: Int
  /// From 1, in Unicode scalars.
  package var column: Int
  /// What could stand there instead.
  package var expectation: String

  /// The mistake in words, without its place: one line, lower case, no full stop.
  package var message: String {
    switch problem {
    case .empty: "the document is empty"
    case .tooLarge(let limit): "the document has more than \(limit) bytes"
    case .tooDeep: "lists and objects nest more than \(JSONReader.greatestDepth) levels deep"
    case .invalidUTF8: "the document is not UTF-8"
    case .endsTooEarly: "the document ends too early"
    case .unexpected(let character): "unexpected '\(character)'"
    case .trailing: "text after the end of the document"
    case .duplicateMember(let name): "the object has two members '\(name)'"
    case .controlCharacter: "a control character inside a string"
    case .invalidEscape: "unknown escape in a string"
    case .loneSurrogate: "half of a surrogate pair in a string"
    case .malformedNumber: "malformed number"
    case .numberOutOfRange: "the number is out of range"
    }
  }
}

extension JSONError: CustomStringConvertible {
  /// The mistake with its place: `$.a at 1:7: unexpected ']', expected a value`.
  package var description: String { "\(path) at \(line):\(column): \(message), expected \(expectation)" }
}
