package import BylawModel
package import BylawSyntax

extension CheckedRuleSet {
  /// Who else must agree before an action, instantiated for one action.
  package struct Approval: Sendable {
    /// Some number of people of one kind.
    package struct Place: Sendable {
      package enum Eligible: Sendable {
        /// A word of the role enumeration.
        case role(Int)
        /// A permission and the roles that hold it.
        case permission(String, roles: UInt64)
        /// A user, an optional user or a list of users.
        case people(TypedExpression)
        /// A condition on the approver.
        case condition(TypedExpression)
      }
      package var count: Int
      package var eligible: Eligible
      package var when: TypedExpression?
      /// How the place reads in a decision: the author's title, `role:finance`, `approve:ai-tasks`, or `people:` or
      /// `where:` and the expression as written.
      package var label: String
      package var range: SourceRange
    }
    package struct Exclusion: Sendable {
      /// A user, an optional user or a list of users.
      package var people: TypedExpression
      package var when: TypedExpression?
    }
    package struct Clock: Sendable {
      package enum Late: String, Sendable, CaseIterable { case expire, report }
      package var from: TypedExpression
      package var within: TimeSpan
      package var late: Late
      package var range: SourceRange
    }
    package enum Run: String, Sendable, CaseIterable {
      case atOnce = "at_once"
      case bySubmitter = "by_submitter"
    }
    package struct Outcome: Sendable {
      package var name: String
      package var effects: [Effect]
      package var notices: [Notice]
    }
    package var id: String
    package var clauses: [String]
    package var when: TypedExpression?
    package var message: TypedSentence?
    package var places: [Place]
    package var excluding: [Exclusion]
    /// The variable `approver`.
    package var approver: Int
    /// Positions of the fields of the resource that a proposal binds.
    package var binds: [Int]
    package var clock: Clock?
    package var independent: Bool
    package var runs: Run
    package var useWithin: TimeSpan?
    package var overridable: Bool
    package var outcomes: [Outcome]
    package var range: SourceRange
  }
}
