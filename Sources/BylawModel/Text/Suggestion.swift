/// The known name that `name` was probably meant to be, for a hint `did you mean '…'?`.
///
/// Case is ignored, a swap of two neighbours counts as one edit, and at most a third of the longer name may differ.
/// Of several equally near names it is the first in alphabetical order, so that the answer never depends on the order
/// of the candidates.
package func suggestion(for name: String, among candidates: some Sequence<String>) -> String? {
  // Nobody mistypes a longer name by hand, and the comparison takes time in the product of both lengths.
  let longest = 100
  let wanted = Array(name.lowercased().unicodeScalars.prefix(longest + 1))
  guard !wanted.isEmpty, wanted.count <= longest else { return nil }
  var best: (name: String, edits: Int)?
  for candidate in candidates where candidate != name {
    let other = Array(candidate.lowercased().unicodeScalars.prefix(longest + 1))
    let allowed = max(wanted.count, other.count) / 3
    guard abs(wanted.count - other.count) <= allowed, other.count <= longest else { continue }
    let edits = editDistance(wanted, other)
    guard edits <= allowed else { continue }
    if let best, (best.edits, best.name) <= (edits, candidate) { continue }
    best = (candidate, edits)
  }
  return best?.name
}

/// The nearest known name as a hint: `did you mean 'name'?`; `nil` where none is near.
package func nearestName(_ name: String, among candidates: some Sequence<String>) -> String? {
  suggestion(for: name, among: candidates).map { "did you mean '\($0)'?" }
}

/// The least number of insertions, removals, replacements and swaps of neighbours between two texts.
private func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
  // Row by row of the table of distances between all beginnings of both; a swap looks two rows back.
  var beforeLast: [Int] = []
  var last = Array(0...right.count)
  for row in left.indices {
    var current = [row + 1]
    current.reserveCapacity(right.count + 1)
    for column in right.indices {
      let replaced = last[column] + (left[row] == right[column] ? 0 : 1)
      var edits = min(replaced, last[column + 1] + 1, current[column] + 1)
      if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
        edits = min(edits, beforeLast[column - 1] + 1)
      }
      current.append(edits)
    }
    beforeLast = last
    last = current
  }
  return last[right.count]
}
