import BylawModel

/// A value as it was read at a glance.
struct QuickCell {
  var cell: Cell
  /// Whether it surely is within what its declaration asks; a closer look must tell where it is not.
  var fits: Bool
}

/// The short way for the values that requests are made of: no path is written down unless something is wrong.
extension Frame {
  /// Reads a value of a simple kind, within its bounds or not; `nil` where a closer look must tell.
  mutating func quickCell(_ value: Value, _ field: QuickField) -> QuickCell? {
    guard field.isList else { return quickElement(value, field) }
    guard case .list(let values) = value, field.kind != .other else { return nil }
    let start = stack.count
    defer { stack.removeLast(stack.count - start) }
    let count = Int64(values.count)
    var fits = field.count.lower <= count && count <= field.count.upper
    for value in values {
      guard let element = quickElement(value, field) else { return nil }
      fits = fits && element.fits
      stack.append(element.cell)
    }
    return QuickCell(cell: compound(from: start), fits: fits)
  }

  private mutating func quickElement(_ value: Value, _ field: QuickField) -> QuickCell? {
    switch (field.kind, value) {
    case (.bool, .bool(let bool)): return QuickCell(cell: Cell(bool), fits: true)
    case (.int, .int(let int)): return QuickCell(cell: Cell(int), fits: field.isWithin(int))
    case (.double, .double(let double)): return QuickCell(cell: Cell(double), fits: true)
    case (.double, .int(let int)): return QuickCell(cell: Cell(Double(int)), fits: true)
    case (.double, .decimal(let decimal)): return QuickCell(cell: Cell(decimal.doubleValue), fits: true)
    case (.decimal, .int(let int)): return quickDecimal(FixedPoint(units: int, scale: 0), field)
    case (.decimal, .decimal(let decimal)): return quickDecimal(decimal, field)
    case (.date, .date(let date)): return QuickCell(cell: Cell(Int64(date.daysSinceEpoch)), fits: true)
    case (.timestamp, .timestamp(let time)): return QuickCell(cell: Cell(time), fits: true)
    case (.duration, .duration(let span)): return QuickCell(cell: Cell(span), fits: true)
    case (_, .string(let text)): return quickText(text, field)
    default: return nil
    }
  }

  private func quickDecimal(_ given: FixedPoint?, _ field: QuickField) -> QuickCell? {
    guard let exact = given?.rescaled(to: Int(field.detail)) else { return nil }
    return QuickCell(cell: Cell(exact.units), fits: field.isWithin(exact.units))
  }

  private mutating func quickText(_ text: String, _ field: QuickField) -> QuickCell? {
    switch field.kind {
    case .string: return QuickCell(cell: cell(text), fits: surelyFits(text, field))
    case .email: return QuickCell(cell: cell(text), fits: false)
    case .text:
      guard isSurelyNormal(text) else { return nil }
      return QuickCell(cell: cell(text), fits: field.isWithin(Int64(text.utf8.count)))
    case .word:
      return plan.names.words[Int(field.detail)].number(of: text).map { QuickCell(cell: Cell(Int64($0)), fits: true) }
    case .decimal: return quickDecimal(FixedPoint(text), field)
    case .date:
      return CalendarDate(text).map { QuickCell(cell: Cell(Int64($0.daysSinceEpoch)), fits: true) }
    case .timestamp: return Timestamp(text).map { QuickCell(cell: Cell($0), fits: true) }
    case .duration: return (parseDuration(text) ?? TimeSpan(text)).map { QuickCell(cell: Cell($0), fits: true) }
    case .other, .bool, .int, .double: return nil
    }
  }

  /// Whether a text has a length within the bounds, whatever scalars it is made of.
  private func surelyFits(_ text: String, _ field: QuickField) -> Bool {
    let bytes = Int64(text.utf8.count)
    // A scalar is one byte to four.
    if bytes / 4 >= field.bounds.lower, bytes <= field.bounds.upper { return true }
    return field.isWithin(Int64(text.unicodeScalars.count))
  }

  /// Whether a text is trimmed, composed and not blank; `false` where that takes a closer look.
  private func isSurelyNormal(_ text: String) -> Bool {
    let bytes = text.utf8
    guard let first = bytes.first, let last = bytes.last, first > 0x20, last > 0x20 else { return false }
    return bytes.allSatisfy { $0 < 0x7F }
  }
}
