import BylawModel
import BylawSyntax

/// A condition that a list is to be narrowed by, as somebody who reads wrote it.
package struct ListingText: Sendable {
  /// The entity that is listed.
  package var entity: String
  package var text: String

  package init(entity: String, text: String) {
    self.entity = entity
    self.text = text
  }
}

/// Conditions of lists are checked beside the rules, by the names that the reads of their entity know.
extension RuleSetChecker {
  /// The path that diagnostics in such a condition show.
  static let listingPath = "where"

  /// Checks a condition as if it stood under `restrict` of its entity; nothing happens where nobody may read that.
  mutating func check(_ listing: ListingText, file: FileID) {
    guard let entity = vocabulary.entities[listing.entity],
      let read = rules.reads.first(where: { $0.entity == entity })
    else { return }
    var scope = globalScope
    scope.names["it"] = .value(.local(read.local), .entity([entity]))
    let range = SourceRange(file: file, start: 0, end: Int32(listing.text.utf8.count))
    let scalar = Scalar(
      text: listing.text, style: .literal, range: range, map: ScalarMap(file: file, start: range.start))
    let condition = condition(Node(kind: .scalar(scalar), range: range), in: scope).expression
    rules.listing = .init(entity: entity, condition: condition)
  }
}
