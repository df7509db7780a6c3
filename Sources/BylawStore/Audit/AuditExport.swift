/// The trail as JSON Lines: an object for each entry, its bytes unchanged within, with its digest.
package enum AuditExport {
  /// The line of an entry, without the line break: `{"digest":"…","entry":{…}}`.
  package static func line(_ entry: AuditEntry) -> String {
    "{\"digest\":\"\(Digest.hex(entry.digest))\",\"entry\":\(entry.body)}"
  }

  /// Gives each entry that meets a filter to `body`, in order.
  package static func lines(
    _ reader: any StoreReader, _ filter: EntryFilter = EntryFilter(), _ body: (String) throws(StoreError) -> Void
  ) throws(StoreError) {
    let page = 1_000
    var last: Int64 = 0
    while true {
      let entries = try reader.entries(filter, after: last, limit: page)
      for entry in entries { try body(line(entry)) }
      guard entries.count == page, let end = entries.last else { return }
      last = end.sequence
    }
  }
}
