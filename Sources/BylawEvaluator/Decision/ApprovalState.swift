package import BylawModel

/// How one triggered approval stands: what it asks for, and which votes it counts.
package struct ApprovalState: Sendable, Hashable {
  package struct Place: Sendable, Hashable {
    /// How the place reads in a decision.
    package var label: String
    package var count: Int

    package init(label: String, count: Int) {
      self.label = label
      self.count = count
    }
  }
  /// The id of the approval.
  package var id: String
  /// The places that apply.
  package var places: [Place]
  /// When it is late; `nil` where no clock runs.
  package var due: Timestamp?
  /// Whether it ends when it is late, instead of staying open as overdue.
  package var expires: Bool
  /// The ids of those whose votes it counts, ascending.
  package var counted: [String]
  /// The ids of those who rejected, ascending.
  package var rejected: [String]

  package init(id: String, places: [Place], due: Timestamp?, expires: Bool, counted: [String], rejected: [String]) {
    self.id = id
    self.places = places
    self.due = due
    self.expires = expires
    self.counted = counted
    self.rejected = rejected
  }
}
