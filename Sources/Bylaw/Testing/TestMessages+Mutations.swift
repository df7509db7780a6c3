import BylawCompiler
import BylawModel

/// The wording of the changes that mutation makes.
extension TestMessages {
  static func roleDropped(_ role: String, from action: String) -> String { "'\(role)' may no longer \(action)" }

  static func roleAdded(_ role: String, to action: String) -> String { "'\(role)' may \(action) too" }

  static func permissionChanged(_ name: String, role: String, isHeld: Bool) -> String {
    isHeld ? "'\(role)' loses the permission \(name)" : "'\(role)' gets the permission \(name)"
  }

  static func ruleDropped(_ id: String, from action: String?) -> String {
    "\(id) is left out" + (action.map { " of \($0)" } ?? "")
  }

  static func conditionDropped(_ what: String) -> String { "\(what), without its condition" }

  static func unlessDropped(_ id: String) -> String { "\(id), without its 'unless'" }

  static func exclusionDropped(_ id: String) -> String { "\(id) excludes one group of people less" }

  static func rowDropped(_ label: String, of table: String) -> String { "row '\(label)' of \(table) is left out" }

  static func wordChanged(_ word: String, to other: String, in id: String) -> String {
    "'\(word)' became '\(other)' in \(id)"
  }

  static func literalChanged(_ value: Value, to other: Value) -> String {
    "\(JSONWriter.write(value)) became \(JSONWriter.write(other))"
  }

  static func wordDropped(_ word: String) -> String { "'\(word)' is left out of the list" }

  static func memberDropped(_ sentence: TypedSentence?, of list: String) -> String {
    let texts = sentence?.pieces.map { piece in
      if case .text(let text) = piece { text } else { "{…}" }
    }
    return "'\(texts?.joined() ?? "a condition")' is left out of '\(list)'"
  }

  static func countChanged(_ label: String, from count: Int, to other: Int, in id: String) -> String {
    "\(other) instead of \(count) of \(label) in \(id)"
  }

  static func spanMoved(_ name: String, step: Int64) -> String {
    "'\(name)' is one second \(step > 0 ? "longer" : "shorter")"
  }

  static func boundMoved(_ name: String, _ word: String, _ step: Int64) -> String {
    "\(name) \(word) one \(step > 0 ? "more" : "less")"
  }

  /// `from` and `until` in minutes after midnight.
  static func openingMoved(_ calendar: String, _ from: Int, _ until: Int, _ step: Int) -> (start: String, end: String) {
    let word = step > 0 ? "later" : "earlier"
    return (
      "\(calendar) opens one minute \(word) than \(clock(from))",
      "\(calendar) closes one minute \(word) than \(clock(until))"
    )
  }

  private static func clock(_ minutes: Int) -> String {
    let (hour, minute) = minutes.quotientAndRemainder(dividingBy: 60)
    return (hour < 10 ? "0" : "") + "\(hour)" + (minute < 10 ? ":0" : ":") + "\(minute)"
  }
}
