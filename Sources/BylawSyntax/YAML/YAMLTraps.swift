/// Places where YAML reads something else than the author sees, and only the reader of the node can tell.
extension SourceMap {
  /// The comment behind a scalar on its last line, from `#` to the end of the line.
  ///
  /// A comment behind a word is a comment; behind an expression or a sentence without quotes it is likely a part of
  /// the text that YAML swallowed: see ``commentInText(_:)``.
  package func comment(after scalar: Scalar) -> SourceRange? {
    guard scalar.style == .plain, !scalar.text.isEmpty else { return nil }
    let bytes = self[scalar.range.file].bytes
    var position = Int(scalar.range.end)
    while position < bytes.count, YAMLLine.isBlank(bytes[position]) { position += 1 }
    guard position < bytes.count, bytes[position] == UInt8(ascii: "#") else { return nil }
    let end = lineEnd(from: position, in: bytes)
    return SourceRange(file: scalar.range.file, start: Int32(position), end: Int32(end))
  }

  /// The error for an expression or a sentence without quotes behind which a comment stands; else `nil`.
  package func commentInText(_ scalar: Scalar) -> Diagnostic? {
    guard let comment = comment(after: scalar) else { return nil }
    let bytes = self[scalar.range.file].bytes
    let isOneLine = !bytes[Int(scalar.range.start)..<Int(scalar.range.end)].contains(0x0A)
    let start = isOneLine ? scalar.range.start : comment.start
    return YAMLMessages.commentCut(
      isOneLine ? String(decoding: bytes[Int(start)..<Int(comment.end)], as: UTF8.self) : nil, at: comment)
  }

  /// What a node reads in quotes, for a hint where text is expected and YAML made a mapping or a list of it: `a: b`,
  /// `[1..5]`, `{x}`; `nil` if it takes more than a line, or is text already.
  package func textMeant(by node: Node) -> String? {
    if case .scalar = node.kind { return nil }
    let bytes = self[node.range.file].bytes[Int(node.range.start)..<Int(node.range.end)]
    guard !bytes.isEmpty, !bytes.contains(0x0A) else { return nil }
    return YAMLMessages.quoted(String(decoding: bytes, as: UTF8.self))
  }

  private func lineEnd(from offset: Int, in bytes: [UInt8]) -> Int {
    var end = bytes[offset...].firstIndex(of: 0x0A) ?? bytes.count
    while end > offset, YAMLLine.isBlank(bytes[end - 1]) || bytes[end - 1] == 0x0D { end -= 1 }
    return end
  }
}
