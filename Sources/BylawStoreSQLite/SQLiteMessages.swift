/// The wording of failures and findings of this backend: sentences that name tables and constraints, never values.
enum SQLiteMessages {
  static let closed = "The store is closed."
  static let notDurable = "The database does not wait for the disk (synchronous is not FULL)."
  static let isThere = "There is a store already."

  static func olderFormat(_ found: Int64, _ known: Int64) -> String {
    "It was made by an earlier version (format \(found), this one knows \(known)): make a new store and import."
  }

  static let isFolder = "It is a folder."
  static let notSettled = "Its rules were put in force by another version; put them in force again."
  static let otherTables = "Another program has changed the store to other rules; open it again."
  static let noVocabulary = "the vocabulary of the store"

  static func refused(_ message: String) -> String { "The database refused a statement: \(message)." }

  static func damaged(_ message: String) -> String { "the database, which is damaged (\(message))" }

  static func full(_ message: String) -> String { "There is no room on the disk (\(message))." }

  static func broken(_ message: String) -> String { "Its disk could not be read or written (\(message))." }

  static func guarded(_ message: String) -> String { "Its file and its folder must be writable (\(message))." }

  static func unopened(_ message: String) -> String {
    "Its file or folder is not there, or may not be used (\(message))."
  }

  /// `UNIQUE constraint failed: Incident.id`, or what a trigger says, which is a sentence of ours.
  static func constraint(_ message: String) -> String {
    message.hasSuffix(".") ? message : "The database refused a row: \(message)."
  }

  static func danglingReference(from table: String?, to parent: String?) -> String {
    guard let table, let parent else { return "The database refused the change: a reference leads nowhere." }
    return "The database refused the change: a reference of '\(table)' leads to no '\(parent)'."
  }

  static func misfit(_ entity: String, _ field: String) -> String {
    "A value of '\(entity).\(field)' does not have the type of the field."
  }

  static func unknownField(_ entity: String) -> String {
    "A record of '\(entity)' has a field that it does not declare."
  }

  static func noSuchRecord(_ entity: String) -> String { "There is no record of '\(entity)' to change." }

  static func strayRow(_ table: String) -> String { "A row of '\(table)' names no entry of its batch." }

  static func unreadable(_ table: String, _ id: String) -> String { "\(table)/\(id) cannot be read" }

  // MARK: What triggers say

  static let entryKept = "An audit entry is never changed."
  static let entryRemoved = "An audit entry is never removed."
  static let entryOrder = "An audit entry follows the last one."
  static let indexKept = "What audit entries list is never changed."
  static let documentKept = "A document is never changed."
  static let documentRemoved = "A document is never removed."

  static func removal(_ table: String) -> String { "A row of \(table) is never removed." }

  static func unlisted(_ table: String) -> String { "The last audit entry does not allow this change of \(table)." }

  static func renamed(_ table: String) -> String { "A row of \(table) keeps its identity." }

  // MARK: What is found when the store is looked through

  /// What SQLite says of a page, which may take several lines, or of a row of an index.
  static func damaged(page message: String) -> String {
    for place in [" missing from index ", "wrong # of entries in index "] {
      guard let found = message.firstRange(of: place) else { continue }
      return "the index '\(message[found.upperBound...])' does not list the rows of its table"
    }
    return "the database is damaged: \(message.split(separator: "\n").joined(separator: ", "))"
  }

  static func missingGuard(_ kind: String, _ name: String) -> String { "the \(kind) '\(name)' is missing" }

  static func changedGuard(_ kind: String, _ name: String) -> String { "the \(kind) '\(name)' was changed" }

  static func strangeGuard(_ kind: String, _ name: String) -> String { "the \(kind) '\(name)' is not of this store" }

  static func strayKey(_ key: String) -> String { "a value of the key '\(key)' belongs to no record" }

  static func changedDocument(_ row: Int64) -> String { "document \(row): it was changed" }

  static func missingDocument(_ row: Int64) -> String { "document \(row) is missing" }

  static func dangling(_ table: String, _ parent: String) -> String {
    "a row of '\(table)' refers to a row of '\(parent)' that is not there"
  }

  static func unindexedChange(_ entry: Int64) -> String { "entry \(entry): the index of its changes was changed" }

  static func gaps(_ table: String) -> String { "the rows of '\(table)' are not numbered without gaps" }
}
