import BylawModel

/// The short way for the values that requests are made of: no path is written down unless something is wrong.
extension Frame {
  /// Whether a value surely fits a declaration; `false` where a closer look must tell, and say what is wrong.
  func surelyFits(_ value: Value, _ type: ValueType, _ constraint: Constraint) -> Bool {
    switch (type, value) {
    case (.bool, .bool): true
    case (.int, .int(let int)): isWithin(int, constraint)
    case (.enumeration(let index), .string(let word)): plan.schema.enums[index].members.contains(word)
    case (.string, .string(let text)): surelyFits(text, constraint)
    case (.optional(let content), _): surelyFits(value, content, constraint.element.first ?? constraint)
    case (.list(let element), .list(let values)):
      isWithin(Int64(values.count), constraint)
        && values.allSatisfy { surelyFits($0, element, constraint.element.first ?? .none) }
    default: false
    }
  }

  private func isWithin(_ number: Int64, _ constraint: Constraint) -> Bool {
    if let lower = constraint.lower, number < lower { return false }
    if let upper = constraint.upper, number > upper { return false }
    return true
  }

  /// A text as given; one that is trimmed, composed or counted first only where all that changes nothing.
  private func surelyFits(_ text: String, _ constraint: Constraint) -> Bool {
    let bytes = text.utf8
    switch constraint.text {
    case .email: return false
    case .text:
      return isSurelyNormal(text) && isWithin(Int64(bytes.count), constraint)
    case .string, nil:
      // A scalar is one byte to four.
      let least = constraint.lower ?? 0
      return Int64(bytes.count) / 4 >= least && Int64(bytes.count) <= constraint.upper ?? .max
        || isWithin(Int64(text.unicodeScalars.count), constraint)
    }
  }

  /// Whether a text is trimmed, composed and not blank; `false` where that takes a closer look.
  private func isSurelyNormal(_ text: String) -> Bool {
    let bytes = text.utf8
    guard let first = bytes.first, let last = bytes.last, first > 0x20, last > 0x20 else { return false }
    return bytes.allSatisfy { $0 < 0x7F }
  }

  /// A value as it lies in a frame, when it is of a simple kind, within bounds or not; `nil` where a closer look must
  /// tell.
  mutating func quickCell(_ value: Value, _ type: ValueType, _ constraint: Constraint) -> Cell? {
    switch (type, value) {
    case (.bool, .bool(let bool)): return Cell(bool)
    case (.int, .int(let int)): return Cell(int)
    case (.string, .string(let text)):
      return constraint.text == .text && !isSurelyNormal(text) ? nil : cell(text)
    case (.enumeration(let index), .string(let word)):
      return plan.schema.enums[index].members.firstIndex(of: word).map { Cell(Int64($0)) }
    case (.optional(let content), _): return quickCell(value, content, constraint.element.first ?? constraint)
    case (.list(let element), .list(let values)): return quickList(values, element, constraint.element.first ?? .none)
    default: return nil
    }
  }

  private mutating func quickList(_ values: [Value], _ element: ValueType, _ constraint: Constraint) -> Cell? {
    switch element {
    case .bool, .int, .string, .enumeration: break
    default: return nil
    }
    let offset = arena.count
    for value in values {
      guard let cell = quickCell(value, element, constraint) else {
        arena.removeLast(arena.count - offset)
        return nil
      }
      arena.append(cell)
    }
    var cell = Cell(Int64(offset), aux: Int32(values.count))
    cell.isList = true
    return cell
  }
}
