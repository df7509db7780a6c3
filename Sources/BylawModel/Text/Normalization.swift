@_spi(_Unicode) import Swift

/// The text in Unicode Normalization Form C.
package func nfc(_ text: String) -> String {
  if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
  var scalars = String.UnicodeScalarView()
  scalars.append(contentsOf: text._nfc)
  return String(scalars)
}

/// The text in Unicode Normalization Form D.
package func nfd(_ text: String) -> String {
  if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
  var scalars = String.UnicodeScalarView()
  scalars.append(contentsOf: text._nfd)
  return String(scalars)
}

/// The text as a `text` field stores it: in NFC, without white space at its ends.
package func normalizedText(_ text: String) -> String {
  let scalars = nfc(text).unicodeScalars
  guard let start = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
    let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
  else { return "" }
  return String(scalars[start...last])
}

/// Whether a text shows nothing: it has white space, control characters and characters without a shape alone.
package func isBlank(_ text: String) -> Bool {
  text.unicodeScalars.allSatisfy { scalar in
    let properties = scalar.properties
    return properties.isWhitespace || properties.isDefaultIgnorableCodePoint || properties.generalCategory == .control
      || properties.generalCategory == .format
  }
}

/// What two texts have in common that differ only in letter case and white space: the key of a unique field with
/// `ignoring: [case, space]`, and the result of `folded(t)`.
///
/// In NFC, in lower case by Unicode's full mapping, with one space for each run of white space and none at the ends.
package func folded(_ text: String) -> String { foldedSpace(foldedCase(text)) }

/// The text in NFC and lower case; a final sigma becomes a plain one.
package func foldedCase(_ text: String) -> String {
  nfc(String(String.UnicodeScalarView(nfc(text).lowercased().unicodeScalars.map { $0 == "ς" ? "σ" : $0 })))
}

/// The text in NFC with one space for each run of white space and none at the ends.
package func foldedSpace(_ text: String) -> String {
  nfc(text).unicodeScalars.split { $0.properties.isWhitespace }.map { String($0) }.joined(separator: " ")
}
