/// The values that a function is called with, in place: only calls with more than four put some of them elsewhere.
struct Operands {
  private var near: [4 of Cell] = .init(repeating: .absent)
  private var far: [Cell] = []
  private(set) var count = 0

  subscript(position: Int) -> Cell { position < 4 ? near[position] : far[position - 4] }

  mutating func append(_ cell: Cell) {
    if count < 4 {
      near[count] = cell
    } else {
      far.append(cell)
    }
    count += 1
  }

  /// All but the first.
  var rest: [Cell] { (1..<max(1, count)).map { self[$0] } }
}
