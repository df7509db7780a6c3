/// Why a store cannot take on a vocabulary: a sentence for each loss.
enum MigrationMessages {
  static func entity(_ entity: String, _ count: Int64) -> String {
    "'\(entity)' is no longer declared, but \(records(count)) of it \(count == 1 ? "is" : "are") stored."
  }

  static func field(_ entity: String, _ field: String, _ count: Int64) -> String {
    "'\(entity).\(field)' is no longer declared, but \(records(count)) \(count == 1 ? "has" : "have") a value of it."
  }

  static func values(_ entity: String, _ field: String, _ count: Int64) -> String {
    "'\(entity).\(field)' of \(records(count)) does not fit its new type or bounds."
  }

  static func missing(_ entity: String, _ field: String, _ count: Int64) -> String {
    "'\(entity).\(field)' must have a value and has no default, but \(records(count)) \(count == 1 ? "has" : "have") none."
  }

  private static func records(_ count: Int64) -> String { count == 1 ? "1 record" : "\(count) records" }
}
