import BylawModel

/// Values as the suite writes them: an object whose one member names the type.
enum ConformanceValue {
  /// The value without the names of types; `nil` for one of a type that rules do not have.
  static func plain(_ tagged: Value) -> Value? {
    guard case .object(let members) = tagged, let (tag, value) = members.first else { return nil }
    switch (tag, value) {
    case ("int", .string(let digits)): return Int64(digits).map { .int($0) }
    case ("double", _): return double(value).map { .double($0) }
    case ("string", .string), ("bool", .bool): return value
    case ("timestamp", .string(let text)): return Timestamp(text).map { .timestamp($0) }
    case ("duration", .string(let text)): return TimeSpan(text).map { .duration($0) }
    case ("list", .list(let elements)):
      let values = elements.compactMap(plain)
      return values.count == elements.count ? .list(values) : nil
    case ("map", .list(let pairs)):
      var result: [String: Value] = [:]
      for pair in pairs {
        guard case .list(let parts) = pair, parts.count == 2, case .string(let key)? = plain(parts[0]),
          let value = plain(parts[1])
        else { return nil }
        result[key] = value
      }
      return .object(result)
    default: return nil
    }
  }

  /// A double, which JSON may write as a whole number, with a fraction, or in words.
  private static func double(_ value: Value) -> Double? {
    switch value {
    case .double(let double): double
    case .int(let int): Double(int)
    case .decimal(let decimal): Double("\(decimal.units)e-\(decimal.scale)")
    case .string(let word): ["NaN": .nan, "Infinity": .infinity, "-Infinity": -.infinity][word]
    default: nil
    }
  }

  /// Whether two values are the same: NaN is, text is by scalars without normalization.
  static func areSame(_ left: Value, _ right: Value) -> Bool {
    switch (left, right) {
    case (.double(let a), .double(let b)): a == b || (a.isNaN && b.isNaN)
    case (.string(let a), .string(let b)): a.unicodeScalars.elementsEqual(b.unicodeScalars)
    case (.list(let a), .list(let b)): a.count == b.count && zip(a, b).allSatisfy(areSame)
    case (.object(let a), .object(let b)):
      a.count == b.count
        && a.allSatisfy { key, value in b[key].map { areSame(value, $0) } == true }
    default: left == right
    }
  }
}
