import BylawModel
import BylawSyntax

extension RuleSetChecker {
  /// What can be told of the rules without a request.
  mutating func analyse() {
  }
}
