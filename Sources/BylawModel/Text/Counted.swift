/// A number with its noun, as messages say it: `1 entry`, `2 entries`.
///
/// - `plural`: The noun for any other number than one; with an `s` where none is given.
package func counted(_ count: some BinaryInteger, _ noun: String, _ plural: String? = nil) -> String {
  "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
}
