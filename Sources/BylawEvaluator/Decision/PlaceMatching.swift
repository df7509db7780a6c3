/// Puts voters into places so that as many places as possible are filled, whatever the order of the votes.
///
/// A voter fills one place. This is a maximum matching between voters and places, found by augmenting paths.
struct PlaceMatching {
  /// For each place how many people it still lacks.
  private(set) var open: [Int]

  /// - Parameters:
  ///   - places: how many people each place asks for.
  ///   - voters: for each voter the places that the voter can fill.
  init(places: [Int], voters: [[Int]]) {
    var seats: [Int] = []
    for (place, count) in places.enumerated() { seats += Array(repeating: place, count: count) }
    var holder: [Int?] = Array(repeating: nil, count: seats.count)
    func seat(_ voter: Int, _ tried: inout [Bool]) -> Bool {
      for index in seats.indices where !tried[index] && voters[voter].contains(seats[index]) {
        tried[index] = true
        if let other = holder[index], !seat(other, &tried) { continue }
        holder[index] = voter
        return true
      }
      return false
    }
    for voter in voters.indices {
      var tried = Array(repeating: false, count: seats.count)
      _ = seat(voter, &tried)
    }
    open = Array(repeating: 0, count: places.count)
    for (seat, place) in seats.enumerated() where holder[seat] == nil { open[place] += 1 }
  }
}
