/// Puts voters into places so that as many places as possible are filled, whatever the order of the votes.
///
/// A voter fills one place. This is a maximum matching between places and voters, found by augmenting paths. Places
/// take their turn in the order of the approval, so which of them stay open does not depend on the voters' order.
struct PlaceMatching {
  /// For each place how many people it still lacks.
  private(set) var open: [Int]
  /// The seat of each voter.
  private var seat: [Int?]

  /// - Parameters:
  ///   - places: how many people each place asks for.
  ///   - voters: for each voter the places that the voter can fill.
  init(places: [Int], voters: [[Int]]) {
    guard !voters.isEmpty else {
      open = places
      seat = []
      return
    }
    open = Array(repeating: 0, count: places.count)
    seat = Array(repeating: nil, count: voters.count)
    var placeOfSeat: [Int] = []
    for (place, count) in places.enumerated() {
      for _ in 0..<count {
        placeOfSeat.append(place)
        var tried = Array(repeating: false, count: voters.count)
        if !fill(placeOfSeat.count - 1, placeOfSeat, voters, &tried) { open[place] += 1 }
      }
    }
  }

  /// Finds somebody for a seat, moving others to other seats where that helps.
  private mutating func fill(_ wanted: Int, _ placeOfSeat: [Int], _ voters: [[Int]], _ tried: inout [Bool]) -> Bool {
    for voter in voters.indices where !tried[voter] && voters[voter].contains(placeOfSeat[wanted]) {
      tried[voter] = true
      if let held = seat[voter], !fill(held, placeOfSeat, voters, &tried) { continue }
      seat[voter] = wanted
      return true
    }
    return false
  }
}
