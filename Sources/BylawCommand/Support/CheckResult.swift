import Bylaw
import BylawModel

/// The result of checking one folder, as JSON.
enum CheckResult {
  /// A rule set that can be used: its identity, its counts and its warnings.
  static func json(_ folder: String, _ ruleSet: RuleSet) -> String {
    var writer = JSONWriter(.compact)
    writer.beginObject()
    writer.member("folder", .string(folder))
    writer.member("valid", .bool(true))
    writer.member("name", .string(ruleSet.identity.name))
    writer.member("version", .string(ruleSet.identity.version))
    writer.member("digest", .string(ruleSet.identity.digest))
    writer.key("counts")
    writer.beginObject()
    for (kind, count) in ruleSet.summary { writer.member(kind, .int(Int64(count))) }
    writer.endObject()
    writer.key("directions")
    writer.beginList()
    for construct in ruleSet.directions {
      writer.beginObject()
      writer.member("kind", .string(construct.kind))
      writer.member("name", .string(construct.name))
      writer.member("direction", .string(construct.direction))
      writer.endObject()
    }
    writer.endList()
    return close(writer, report: ruleSet.warnings.json())
  }

  /// A folder that is no rule set, and why.
  static func json(_ folder: String, _ error: LoadError) -> String {
    var writer = JSONWriter(.compact)
    writer.beginObject()
    writer.member("folder", .string(folder))
    writer.member("valid", .bool(false))
    guard case .invalidRules(let report) = error else {
      writer.member("error", .string("\(error)"))
      writer.endObject()
      return writer.text
    }
    return close(writer, report: report.json())
  }

  /// Ends the object with a report, which is JSON already.
  private static func close(_ writer: JSONWriter, report: String) -> String {
    var trimmed = Substring(report)
    while trimmed.last == "\n" { trimmed.removeLast() }
    return writer.text + ",\"report\":" + trimmed + "}"
  }
}
