import Bylaw
import BylawModel

/// The result of checking one folder, as JSON.
enum CheckResult {
  /// Writes a rule set that can be used: its identity, its counts and its warnings.
  static func write(_ folder: String, _ ruleSet: RuleSet, to writer: inout JSONWriter) {
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
    writer.key("report")
    ruleSet.warnings.write(to: &writer)
    writer.endObject()
  }

  /// Writes a folder that is no rule set, and why.
  static func write(_ folder: String, _ error: LoadError, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("folder", .string(folder))
    writer.member("valid", .bool(false))
    if case .invalidRules(let report) = error {
      writer.key("report")
      report.write(to: &writer)
    } else {
      writer.member("error", .string("\(error)"))
    }
    writer.endObject()
  }
}
