import BylawModel

/// Functions on text and lists; positions and lengths count Unicode scalars.
extension Frame {
  mutating func textCall(_ builtin: Builtin, _ a: Operands, _ id: NodeID) -> Cell? {
    func text(_ index: Int) -> String { string(a[index].payload) }
    switch builtin {
    case .sizeString: return Cell(Int64(text(0).unicodeScalars.count))
    case .concatenateStrings: return limited(text(0) + text(1), id)
    case .contains: return Cell(text(1).isEmpty || find(scalars(text(1)), in: scalars(text(0)), from: 0) != nil)
    case .startsWith: return Cell(text(0).unicodeScalars.starts(with: text(1).unicodeScalars))
    case .endsWith: return Cell(text(0).unicodeScalars.reversed().starts(with: text(1).unicodeScalars.reversed()))
    case .matches: return matches(text(0), text(1), id)
    case .folded: return cell(folded(text(0)))
    case .lowerAscii: return cell(mapASCII(text(0), from: 0x41...0x5A, by: 32))
    case .upperAscii: return cell(mapASCII(text(0), from: 0x61...0x7A, by: -32))
    case .trim: return cell(trimmed(text(0)))
    case .reverseString: return cell(joined(scalars(text(0)).reversed()))
    case .quote: return cell(quoted(text(0)))
    case .charAt: return character(of: text(0), at: a[1].payload, id)
    case .substring: return slice(text(0), a[1].payload, Int64(text(0).unicodeScalars.count), id)
    case .substringTo: return slice(text(0), a[1].payload, a[2].payload, id)
    case .indexOf: return Cell(Int64(find(scalars(text(1)), in: scalars(text(0)), from: 0) ?? -1))
    case .indexOfFrom:
      let all = scalars(text(0))
      guard (0...Int64(all.count)).contains(a[2].payload) else { return fail(.outOfBounds, id) }
      return Cell(Int64(find(scalars(text(1)), in: all, from: Int(a[2].payload)) ?? -1))
    case .lastIndexOf: return lastIndex(text(0), text(1), .max, id)
    case .lastIndexOfFrom:
      guard (0...Int64(text(0).unicodeScalars.count)).contains(a[2].payload) else { return fail(.outOfBounds, id) }
      return lastIndex(text(0), text(1), a[2].payload, id)
    case .join, .joinWith:
      let parts = (0..<count(of: a[0])).map { string(element($0, of: a[0]).payload) }
      return limited(parts.joined(separator: builtin == .join ? "" : text(1)), id)
    case .replace: return limited(replaced(text(0), text(1), text(2), limit: -1), id)
    case .replaceCount: return limited(replaced(text(0), text(1), text(2), limit: a[3].payload), id)
    case .split: return list(split(text(0), text(1), limit: -1))
    case .splitCount: return list(split(text(0), text(1), limit: a[2].payload))
    case .format: return formatted(text(0), a.rest, id)
    default: return nil
    }
  }

  /// A text that was put together; one that has grown beyond all use errs.
  private mutating func limited(_ text: String?, _ id: NodeID) -> Cell {
    guard let text, text.utf8.count <= textLimit else { return fail(.overflow, id) }
    return cell(text)
  }

  private mutating func list(_ texts: [String]) -> Cell {
    let cells = texts.map { cell($0) }
    return compound(cells, count: cells.count)
  }

  private mutating func matches(_ text: String, _ source: String, _ id: NodeID) -> Cell {
    if let known = plan.patterns[source] { return Cell(known.matches(text)) }
    do throws(PatternError) {
      return Cell(try Pattern(parsing: source).matches(text))
    } catch {
      return fail(.badPattern, id)
    }
  }

  /// The scalar at a position, nothing right behind the last.
  private mutating func character(of text: String, at position: Int64, _ id: NodeID) -> Cell {
    let all = scalars(text)
    guard (0...Int64(all.count)).contains(position) else { return fail(.outOfBounds, id) }
    return cell(position == Int64(all.count) ? "" : joined([all[Int(position)]]))
  }

  private mutating func slice(_ text: String, _ from: Int64, _ to: Int64, _ id: NodeID) -> Cell {
    let all = scalars(text)
    guard from >= 0, to <= Int64(all.count), from <= to else { return fail(.outOfBounds, id) }
    return cell(joined(Array(all[Int(from)..<Int(to)])))
  }

  private func lastIndex(_ text: String, _ part: String, _ limit: Int64, _ id: NodeID) -> Cell {
    let (all, wanted) = (scalars(text), scalars(part))
    guard all.count >= wanted.count else { return Cell(Int64(-1)) }
    var position = Int(min(limit, Int64(all.count - wanted.count)))
    while position >= 0 {
      if all[position...].starts(with: wanted) { return Cell(Int64(position)) }
      position -= 1
    }
    return Cell(Int64(-1))
  }

  // MARK: Lists

  mutating func listCall(_ builtin: Builtin, _ a: Operands, _ id: NodeID) -> Cell? {
    let type = plan.types[Int(id.raw)]
    let element: ValueType = if case .list(let inner) = type { inner } else { type }
    switch builtin {
    case .sizeList, .sizeMap: return Cell(Int64(count(of: a[0])))
    case .concatenateLists:
      let all = elements(a[0]) + elements(a[1])
      return compound(all, count: all.count)
    case .elementOfList, .optionalElementOfList:
      guard (0..<Int64(count(of: a[0]))).contains(a[1].payload) else {
        return builtin == .elementOfList ? fail(.outOfBounds, id) : .absent
      }
      return self.element(Int(a[1].payload), of: a[0])
    case .elementOfMap, .optionalElementOfMap:
      return value(of: a[1], in: a[0]) ?? (builtin == .elementOfMap ? fail(.noSuchKey, id) : .absent)
    case .listFirst: return elements(a[0]).first ?? .absent
    case .listLast: return elements(a[0]).last ?? .absent
    case .listMin, .listMax:
      var best: Cell?
      for value in elements(a[0]) {
        guard let known = best else {
          best = value
          continue
        }
        let sign = compare(value, known, element)
        if builtin == .listMin ? sign < 0 : sign > 0 { best = value }
      }
      return best ?? .absent
    case .listSum: return sum(elements(a[0]), element, id)
    case .distinct:
      let kept = distinct(elements(a[0]), element)
      return compound(kept, count: kept.count)
    case .flatten:
      let all = elements(a[0]).flatMap { elements($0) }
      return compound(all, count: all.count)
    case .slice:
      guard a[1].payload >= 0, a[2].payload <= Int64(count(of: a[0])), a[1].payload <= a[2].payload else {
        return fail(.outOfBounds, id)
      }
      let part = Array(elements(a[0])[Int(a[1].payload)..<Int(a[2].payload)])
      return compound(part, count: part.count)
    case .reverseList:
      let all = Array(elements(a[0]).reversed())
      return compound(all, count: all.count)
    case .sort, .sortInt:
      let all = ordered(elements(a[0]), element)
      return compound(all, count: all.count)
    default: return nil
    }
  }

  /// The first of equal ones each.
  private func distinct(_ cells: [Cell], _ type: ValueType) -> [Cell] {
    switch type {
    case .bool, .int, .string, .enumeration, .decimal, .date, .timestamp, .duration:
      // Equal values have equal cells.
      var seen: Set<Cell> = []
      return cells.filter { seen.insert($0).inserted }
    default:
      var kept: [Cell] = []
      for value in cells where !kept.contains(where: { areEqual($0, value, type) }) { kept.append(value) }
      return kept
    }
  }

  private func elements(_ list: Cell) -> [Cell] {
    arena[Int(list.payload)..<Int(list.payload) + Int(list.aux)]
  }

  private func ordered(_ cells: [Cell], _ type: ValueType) -> [Cell] {
    guard cells.count > 1 else { return cells }
    var left = ordered(Array(cells[..<(cells.count / 2)]), type)[...]
    var right = ordered(Array(cells[(cells.count / 2)...]), type)[...]
    var merged: [Cell] = []
    while let first = left.first, let second = right.first {
      merged.append(compare(second, first, type) < 0 ? right.removeFirst() : left.removeFirst())
    }
    return merged + left + right
  }

  /// The exact sum whatever the order; it errs only when it does not fit itself.
  mutating func sum(_ cells: [Cell], _ type: ValueType, _ id: NodeID) -> Cell {
    if type == .double { return Cell(cells.reduce(0.0) { $0 + $1.double }) }
    if type == .duration {
      let total = cells.reduce(Int128(0)) { $0 + $1.span.totalNanoseconds }
      return TimeSpan(totalNanoseconds: total).map { Cell($0) } ?? fail(.overflow, id)
    }
    let total = cells.reduce(Int128(0)) { $0 + Int128($1.payload) }
    return Int64(exactly: total).map { Cell($0) } ?? fail(.overflow, id)
  }
}

// MARK: Text without a frame

private func scalars(_ text: String) -> [Unicode.Scalar] { Array(text.unicodeScalars) }

private func joined(_ scalars: [Unicode.Scalar]) -> String {
  var view = String.UnicodeScalarView()
  view.append(contentsOf: scalars)
  return String(view)
}

private func find(_ part: [Unicode.Scalar], in all: [Unicode.Scalar], from start: Int) -> Int? {
  guard part.count <= all.count, start <= all.count - part.count else { return nil }
  for position in start...(all.count - part.count) where all[position...].starts(with: part) { return position }
  return nil
}

private func mapASCII(_ text: String, from range: ClosedRange<UInt32>, by distance: Int32) -> String {
  joined(
    text.unicodeScalars.map { scalar in
      guard range.contains(scalar.value) else { return scalar }
      return Unicode.Scalar(UInt32(Int32(scalar.value) + distance)) ?? scalar
    })
}

private func trimmed(_ text: String) -> String {
  var view = text.unicodeScalars[...]
  while let first = view.first, first.properties.isWhitespace { view.removeFirst() }
  while let last = view.last, last.properties.isWhitespace { view.removeLast() }
  return String(String.UnicodeScalarView(view))
}

/// Text in double quotes with escapes, as `strings.quote` gives it.
private func quoted(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\u{07}": result += "\\a"
    case "\u{08}": result += "\\b"
    case "\u{0C}": result += "\\f"
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    case "\u{0B}": result += "\\v"
    case "\\": result += "\\\\"
    case "\"": result += "\\\""
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}

/// The bytes that a text put together may have.
private let textLimit = 1 << 20

/// Replaces from the left; an empty part stands between all scalars.
///
/// A negative limit means all.
///
/// `nil` when the text grows beyond the limit.
private func replaced(_ text: String, _ part: String, _ other: String, limit: Int64) -> String? {
  let (all, wanted) = (scalars(text), scalars(part))
  var result: [Unicode.Scalar] = []
  var left = limit < 0 ? Int64.max : limit
  var position = 0
  while position <= all.count {
    let isHit = left > 0 && (wanted.isEmpty || all[position...].starts(with: wanted))
    if isHit {
      guard result.count + other.unicodeScalars.count <= textLimit else { return nil }
      result += scalars(other)
      left -= 1
      position += wanted.count
    }
    if !isHit || wanted.isEmpty {
      if position < all.count { result.append(all[position]) }
      position += 1
    }
  }
  return joined(result)
}

/// Splits at each separator, at an empty one between all scalars; `limit` is the greatest number of parts.
private func split(_ text: String, _ separator: String, limit: Int64) -> [String] {
  if limit == 0 { return [] }
  if limit == 1 { return [text] }
  let (all, wanted) = (scalars(text), scalars(separator))
  var parts: [String] = []
  var start = 0
  var position = 0
  if wanted.isEmpty {
    while position < all.count, limit < 0 || Int64(parts.count) < limit - 1 {
      parts.append(joined([all[position]]))
      position += 1
    }
    return position < all.count ? parts + [joined(Array(all[position...]))] : parts
  }
  while let found = find(wanted, in: all, from: position), limit < 0 || Int64(parts.count) < limit - 1 {
    parts.append(joined(Array(all[start..<found])))
    start = found + wanted.count
    position = start
  }
  return parts + [joined(Array(all[start...]))]
}
