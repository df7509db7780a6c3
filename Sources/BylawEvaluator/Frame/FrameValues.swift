import BylawModel

/// A value that was read at a glance.
struct QuickCell {
  var cell: Cell
  /// Whether it surely is within what its declaration asks; a closer look must tell where it is not.
  var fits: Bool
}

/// The storage of the values of one request, and the short way into it for the values that requests are made of: no
/// path is written down, and no text looked up before somebody asks for it.
struct FrameValues: ~Copyable {
  /// The fields of records, and the elements of lists.
  var arena = Buffer<Cell>()
  /// The texts that the plan does not have.
  var texts = FrameTexts()
  /// In which order documents gave their members.
  var guesses = MemberGuesses()

  /// Hands out what it holds, and is empty from then on.
  mutating func taken() -> FrameValues {
    var all = FrameValues()
    swap(&all.arena, &arena)
    swap(&all.texts, &texts)
    swap(&all.guesses, &guesses)
    return all
  }

  /// Empties it and keeps its storage.
  mutating func empty() {
    arena.empty()
    texts.removeAll()
  }

  // MARK: Values

  /// Reads a value of a simple kind, within its bounds or not; `nil` where a closer look must tell.
  mutating func quickCell(_ value: Value, _ field: QuickField, _ names: NameTables) -> QuickCell? {
    guard field.isList else { return quickElement(value, field, names) }
    guard case .list(let values) = value, field.kind != .other else { return nil }
    let start = arena.count
    var fits = field.isCount(values.count)
    for value in values {
      guard let element = quickElement(value, field, names) else {
        arena.removeLast(arena.count - start)
        return nil
      }
      fits = fits && element.fits
      arena.append(element.cell)
    }
    return QuickCell(cell: list(from: start), fits: fits)
  }

  /// A list of texts, when all of them surely fit.
  mutating func quickList(_ texts: [String], _ field: QuickField, _ names: NameTables) -> Cell? {
    guard field.kind != .other, field.isCount(texts.count) else { return nil }
    let start = arena.count
    for text in texts {
      guard let element = TextTable.withBytes(of: text, { quickText($0, field, names) }), element.fits else {
        arena.removeLast(arena.count - start)
        return nil
      }
      arena.append(element.cell)
    }
    return list(from: start)
  }

  /// The list of the elements that lie in the arena from a place on.
  func list(from start: Int) -> Cell {
    let count = arena.count - start
    var list = Cell(Int64(start), aux: Int32(count))
    list.isList = true
    if count > 0, arena[start].state == .unread { list.state = .unread }
    return list
  }

  mutating func quickElement(_ value: Value, _ field: QuickField, _ names: NameTables) -> QuickCell? {
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
      guard names.entityNames[Int(field.detail)] == given.type else { return nil }
      return TextTable.withBytes(of: given.id) { quickReference($0, field) }
    case (_, .string(let text)): return TextTable.withBytes(of: text) { quickText($0, field, names) }
    default: return nil
    }
  }

  private func quickDecimal(_ given: FixedPoint?, _ field: QuickField) -> QuickCell? {
    guard let exact = given?.rescaled(to: Int(field.detail)) else { return nil }
    return QuickCell(cell: Cell(exact.units), fits: field.isWithin(exact.units))
  }

  // MARK: Texts

  /// Reads a text in UTF-8, or what is written as one.
  ///
  /// - `kept`: Where its bytes start among those of the texts, when they are there already.
  mutating func quickText(
    _ text: UnsafeRawBufferPointer, _ field: QuickField, _ names: NameTables, kept: Int? = nil
  ) -> QuickCell? {
    switch field.kind {
    case .string: return QuickCell(cell: unread(text, kept), fits: surelyFits(text, field))
    case .email: return QuickCell(cell: unread(text, kept), fits: false)
    case .text:
      guard isSurelyNormal(text) else { return nil }
      return QuickCell(cell: unread(text, kept), fits: field.isWithin(Int64(text.count)))
    case .word: return names.word(text, of: Int(field.detail)).map { QuickCell(cell: Cell(Int64($0)), fits: true) }
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
      return quickReference(text, field, kept: kept)
    case .other, .bool, .int, .double: return nil
    }
  }

  /// A reference by an id; `nil` where its characters may have to be composed.
  private mutating func quickReference(
    _ id: UnsafeRawBufferPointer, _ field: QuickField, kept: Int? = nil
  ) -> QuickCell? {
    guard TextTable.isASCII(id) else { return nil }
    return QuickCell(cell: unread(id, kept, entity: Int(field.detail)), fits: true)
  }

  @inline(__always)
  private mutating func unread(_ text: UnsafeRawBufferPointer, _ kept: Int?, entity: Int? = nil) -> Cell {
    let start = kept ?? texts.keep(text)
    return Cell.unread(start, count: text.count, entity: entity)
  }

  /// Whether a text has a length within the bounds, whatever scalars it is made of.
  private func surelyFits(_ text: UnsafeRawBufferPointer, _ field: QuickField) -> Bool {
    let bytes = Int64(text.count)
    // A scalar is one byte to four.
    if (bytes + 3) / 4 >= field.bounds.lower, bytes <= field.bounds.upper { return true }
    return field.isWithin(Int64(text.count { $0 & 0xC0 != 0x80 }))
  }

  /// Whether a text is trimmed, composed and not blank; `false` where that takes a closer look.
  private func isSurelyNormal(_ text: UnsafeRawBufferPointer) -> Bool {
    guard let first = text.first, let last = text.last, first > 0x20, last > 0x20 else { return false }
    return text.allSatisfy { $0 < 0x7F }
  }
}

extension Frame {
  /// Reads a value of a simple kind, within its bounds or not; `nil` where a closer look must tell.
  mutating func quickCell(_ value: Value, _ field: QuickField) -> QuickCell? {
    values.quickCell(value, field, plan.names)
  }

  /// The number of a text in the plan or among those of the request, for texts that were kept.
  mutating func textCell(_ start: Int, _ count: Int) -> Cell {
    let hash = values.texts.withBytes(start, count) { plan.strings.hash($0) }
    let known = values.texts.withBytes(start, count) { plan.strings.number(of: $0, hash: hash) }
    if let known { return Cell(Int64(known)) }
    return Cell(Int64(plan.strings.count) + Int64(values.texts.insert(start, count, hash: hash)))
  }

  /// The same of other texts.
  mutating func textCell(_ bytes: UnsafeRawBufferPointer) -> Cell {
    let hash = plan.strings.hash(bytes)
    if let known = plan.strings.number(of: bytes, hash: hash) { return Cell(Int64(known)) }
    return Cell(Int64(plan.strings.count) + Int64(values.texts.insert(bytes, hash: hash)))
  }
}
