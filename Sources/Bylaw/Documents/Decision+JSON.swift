public import BylawModel

extension Decision {
  /// The decision as JSON, a contract for programs: the same decision always gives the same bytes.
  ///
  /// Members stand in a fixed order: `decision`, `class` (of a denial), `reasons`, `missing`, `classified`,
  /// `obligations`, `indeterminate`, `observed` (where a rule under observation would have refused), `rule_set`, `at`.
  /// What a reason or an entry lacks is left out; all other lists are always there. `sop` is a text for one clause and a list for several.
  ///
  /// - Parameter isPretty: One member a line for people, instead of one line.
  /// - Returns: One JSON object, without a line break behind it.
  public func json(isPretty: Bool = false) -> String { String(decoding: jsonBytes(isPretty: isPretty), as: UTF8.self) }

  /// The same as bytes in UTF-8.
  ///
  /// - Parameter isPretty: One member a line for people, instead of one line.
  /// - Returns: One JSON object, without a line break behind it.
  public func jsonBytes(isPretty: Bool = false) -> [UInt8] {
    var writer = JSONWriter(isPretty ? .pretty : .compact, capacity: 1_024)
    write(to: &writer)
    return writer.bytes
  }
}
