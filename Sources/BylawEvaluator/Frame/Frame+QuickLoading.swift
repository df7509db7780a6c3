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

  /// A list of texts, when all of them surely fit.
  mutating func quickList(_ texts: [String], _ field: QuickField) -> Cell? {
    let (start, count) = (stack.count, Int64(texts.count))
    guard field.kind != .other, field.count.lower <= count, count <= field.count.upper else { return nil }
    defer { stack.removeLast(stack.count - start) }
    for text in texts {
      guard let element = TextTable.withBytes(of: text, { quickText($0, field) }), element.fits else { return nil }
      stack.append(element.cell)
    }
    return compound(from: start)
  }

  mutating func quickElement(_ value: Value, _ field: QuickField) -> QuickCell? {
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
    case (.reference, .reference(let given)):
      guard plan.schema.entities[Int(field.detail)].name == given.type else { return nil }
      return TextTable.withBytes(of: given.id) { quickReference($0, field) }
    case (_, .string(let text)): return TextTable.withBytes(of: text) { quickText($0, field) }
    default: return nil
    }
  }

  private func quickDecimal(_ given: FixedPoint?, _ field: QuickField) -> QuickCell? {
    guard let exact = given?.rescaled(to: Int(field.detail)) else { return nil }
    return QuickCell(cell: Cell(exact.units), fits: field.isWithin(exact.units))
  }

  /// Reads a text in UTF-8, or what is written as one.
  mutating func quickText(_ text: UnsafeRawBufferPointer, _ field: QuickField) -> QuickCell? {
    switch field.kind {
    case .string: return QuickCell(cell: cell(text), fits: surelyFits(text, field))
    case .email: return QuickCell(cell: cell(text), fits: false)
    case .text:
      guard isSurelyNormal(text) else { return nil }
      return QuickCell(cell: cell(text), fits: field.isWithin(Int64(text.count)))
    case .word: return quickWord(text, Int(field.detail)).map { QuickCell(cell: $0, fits: true) }
    case .decimal: return quickDecimal(FixedPoint(String(decoding: text, as: UTF8.self)), field)
    case .date:
      return CalendarDate(String(decoding: text, as: UTF8.self)).map {
        QuickCell(cell: Cell(Int64($0.daysSinceEpoch)), fits: true)
      }
    case .timestamp:
      return Timestamp(String(decoding: text, as: UTF8.self)).map { QuickCell(cell: Cell($0), fits: true) }
    case .duration:
      let written = String(decoding: text, as: UTF8.self)
      return (parseDuration(written) ?? TimeSpan(written)).map { QuickCell(cell: Cell($0), fits: true) }
    case .reference:
      // With its type before it it takes a closer look.
      guard !text.contains(UInt8(ascii: "/")) else { return nil }
      return quickReference(text, field)
    case .other, .bool, .int, .double: return nil
    }
  }

  /// A reference by an id; `nil` where its characters may have to be composed.
  private mutating func quickReference(_ id: UnsafeRawBufferPointer, _ field: QuickField) -> QuickCell? {
    guard !id.isEmpty, id.allSatisfy({ $0 < 0x80 }) else { return nil }
    return QuickCell(cell: reference(entity: Int(field.detail), id: id), fits: true)
  }

  private func quickWord(_ text: UnsafeRawBufferPointer, _ enumeration: Int) -> Cell? {
    let hash = plan.strings.hash(text)
    return plan.names.words[enumeration].number(of: text, hash: hash).map { Cell(Int64($0)) }
  }

  /// Whether a text has a length within the bounds, whatever scalars it is made of.
  private func surelyFits(_ text: UnsafeRawBufferPointer, _ field: QuickField) -> Bool {
    let bytes = Int64(text.count)
    // A scalar is one byte to four.
    if bytes / 4 >= field.bounds.lower, bytes <= field.bounds.upper { return true }
    return field.isWithin(Int64(text.count { $0 & 0xC0 != 0x80 }))
  }

  /// Whether a text is trimmed, composed and not blank; `false` where that takes a closer look.
  private func isSurelyNormal(_ text: UnsafeRawBufferPointer) -> Bool {
    guard let first = text.first, let last = text.last, first > 0x20, last > 0x20 else { return false }
    return text.allSatisfy { $0 < 0x7F }
  }
}
