/// Whether a text is an address that every mail system accepts: `name@host.domain` in ASCII, without quotes, comments
/// or addresses by number.
package func isEmail(_ text: String) -> Bool {
  let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
  guard parts.count == 2, text.utf8.count <= 254, (1...64).contains(parts[0].count) else { return false }
  let words = parts[0].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
  let labels = parts[1].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
  guard words.allSatisfy({ !$0.isEmpty && $0.allSatisfy(isLocalByte) }), labels.count >= 2 else { return false }
  return labels.allSatisfy(isLabel) && labels.last?.contains(where: isLetter) == true
}

private func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte & ~0x20) && byte < 0x80 }

private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

private func isLocalByte(_ byte: UInt8) -> Bool {
  isLetter(byte) || isDigit(byte) || "!#$%&'*+/=?^_`{|}~-".utf8.contains(byte)
}

/// A word of a host's name: letters, digits and inner hyphens.
private func isLabel(_ label: Substring.UTF8View) -> Bool {
  let hyphen = UInt8(ascii: "-")
  return (1...63).contains(label.count) && label.first != hyphen && label.last != hyphen
    && label.allSatisfy { isLetter($0) || isDigit($0) || $0 == hyphen }
}
