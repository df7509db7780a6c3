/// General categories of scalars by their short names.
enum UnicodeCategories {
  /// The names of the single categories; the position is the bit.
  static let names = [
    "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm",
    "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn",
  ]
  /// Every category.
  static let all: UInt32 = (1 << 30) - 1

  /// The bits of a name such as `Lu`, or `L` for all letters; `nil` when there is none of that name.
  ///
  /// RE2 knows no `Cn`, and its `C` leaves out what is not assigned.
  static func bits(named name: String) -> UInt32? {
    if name == "Any" { return all }
    var result: UInt32 = 0
    for (position, candidate) in names.enumerated()
    where candidate != "Cn" && (candidate == name || candidate.prefix(1) == name) {
      result |= 1 << UInt32(position)
    }
    return result == 0 ? nil : result
  }

  /// The scalars of some categories.
  static func ranges(of categories: UInt32) -> [ClosedRange<UInt32>] {
    var result: [ClosedRange<UInt32>] = []
    for (position, ranges) in byCategory.enumerated() where categories & 1 << UInt32(position) != 0 {
      result += ranges
    }
    return result
  }

  /// The scalars of each category in ascending order; filled on first use.
  private static let byCategory: [[ClosedRange<UInt32>]] = {
    var result: [[ClosedRange<UInt32>]] = Array(repeating: [], count: names.count)
    for value in UInt32(0)...0x10FFFF {
      // Only surrogates are no scalars.
      let position = Unicode.Scalar(value).map { bit(of: $0).trailingZeroBitCount } ?? 27
      if let last = result[position].last, last.upperBound + 1 == value {
        result[position][result[position].count - 1] = last.lowerBound...value
      } else {
        result[position].append(value...value)
      }
    }
    return result
  }()

  /// The bit of the category of a scalar.
  static func bit(of scalar: Unicode.Scalar) -> UInt32 {
    let position: UInt32 =
      switch scalar.properties.generalCategory {
      case .uppercaseLetter: 0
      case .lowercaseLetter: 1
      case .titlecaseLetter: 2
      case .modifierLetter: 3
      case .otherLetter: 4
      case .nonspacingMark: 5
      case .spacingMark: 6
      case .enclosingMark: 7
      case .decimalNumber: 8
      case .letterNumber: 9
      case .otherNumber: 10
      case .connectorPunctuation: 11
      case .dashPunctuation: 12
      case .openPunctuation: 13
      case .closePunctuation: 14
      case .initialPunctuation: 15
      case .finalPunctuation: 16
      case .otherPunctuation: 17
      case .mathSymbol: 18
      case .currencySymbol: 19
      case .modifierSymbol: 20
      case .otherSymbol: 21
      case .spaceSeparator: 22
      case .lineSeparator: 23
      case .paragraphSeparator: 24
      case .control: 25
      case .format: 26
      case .surrogate: 27
      case .privateUse: 28
      case .unassigned: 29
      @unknown default: 29
      }
    return 1 << position
  }
}

/// Scalars that differ by case only.
enum CaseFolding {
  /// Stretches of scalars outside ASCII that hold letters with case.
  private static let stretches: [ClosedRange<UInt32>] = [
    0x41...0x5FF, 0x10A0...0x1FFF, 0x2126...0x2188, 0x24B6...0x24E9, 0x2C00...0x2D2D, 0xA640...0xABBF, 0xFB05...0xFB06,
    0xFF21...0xFF5A, 0x10400...0x105BF, 0x10C80...0x10D8F, 0x118A0...0x118DF, 0x16E40...0x16E7F, 0x1E900...0x1E943,
  ]

  /// Scalars that differ by case only, class by class.
  private static let classes: [[UInt32]] = {
    var result: [UInt32: [UInt32]] = [:]
    for stretch in stretches {
      for value in stretch {
        guard let scalar = Unicode.Scalar(value) else { continue }
        result[folded(scalar).value, default: []].append(value)
      }
    }
    return result.values.filter { $0.count > 1 }
  }()

  /// All scalars that have partners, in ascending order, each with the position of its class.
  private static let members: [(scalar: UInt32, group: Int)] = classes.enumerated().flatMap { group, scalars in
    scalars.map { (scalar: $0, group: group) }
  }.sorted { $0.scalar < $1.scalar }

  /// By category the partners of its scalars, those within the category included.
  private static let byCategory: [[ClosedRange<UInt32>]] = {
    var result: [[ClosedRange<UInt32>]] = Array(repeating: [], count: UnicodeCategories.names.count)
    for member in members {
      guard let scalar = Unicode.Scalar(member.scalar) else { continue }
      let position = UnicodeCategories.bit(of: scalar).trailingZeroBitCount
      result[position] += classes[member.group].map { $0...$0 }
    }
    return result.map { ScalarSet.merged($0) }
  }()

  /// What a scalar folds to: one by one, as RE2 does, so that `ß` is not `ss`.
  static func folded(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    // The dotless i has a capital that folds to the dotted one, which is another letter.
    if scalar.value == 0x131 { return scalar }
    let upper = single(scalar.properties.uppercaseMapping) ?? scalar
    return single(upper.properties.lowercaseMapping) ?? upper
  }

  private static func single(_ text: String) -> Unicode.Scalar? {
    let scalars = text.unicodeScalars
    return scalars.count == 1 ? scalars.first : nil
  }

  /// The scalars that differ from one of the ranges by case only.
  static func partners(of ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
    var result: [ClosedRange<UInt32>] = []
    for range in ScalarSet.merged(ranges) {
      var low = 0
      var high = members.count
      while low < high {
        let middle = (low + high) / 2
        if members[middle].scalar < range.lowerBound { low = middle + 1 } else { high = middle }
      }
      while low < members.count, members[low].scalar <= range.upperBound {
        result += classes[members[low].group].map { $0...$0 }
        low += 1
      }
    }
    return ScalarSet.merged(result)
  }

  /// The scalars that differ from one of these categories by case only.
  static func partners(ofCategories categories: UInt32) -> [ClosedRange<UInt32>] {
    guard categories != 0 else { return [] }
    var result: [ClosedRange<UInt32>] = []
    for (position, ranges) in byCategory.enumerated() where categories & 1 << UInt32(position) != 0 {
      result += ranges
    }
    return result
  }
}

/// The named sets of `[[:alpha:]]`, all within ASCII.
enum PosixClasses {
  static let names = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "word",
    "xdigit",
  ]

  /// The scalars of a name; `nil` when there is none of that name.
  static func ranges(named name: String) -> [ClosedRange<UInt32>]? {
    switch name {
    case "alnum": [0x30...0x39, 0x41...0x5A, 0x61...0x7A]
    case "alpha": [0x41...0x5A, 0x61...0x7A]
    case "ascii": [0...0x7F]
    case "blank": [0x09...0x09, 0x20...0x20]
    case "cntrl": [0...0x1F, 0x7F...0x7F]
    case "digit": [0x30...0x39]
    case "graph": [0x21...0x7E]
    case "lower": [0x61...0x7A]
    case "print": [0x20...0x7E]
    case "punct": [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E]
    case "space": [0x09...0x0D, 0x20...0x20]
    case "upper": [0x41...0x5A]
    case "word": [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A]
    case "xdigit": [0x30...0x39, 0x41...0x46, 0x61...0x66]
    default: nil
    }
  }
}
