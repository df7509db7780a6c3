import BylawModel
import BylawStore

extension BackendConformance {
  static let transactions: [BackendConformance] = [
    BackendConformance("a body that throws leaves nothing behind") { factory in
      let backend = try factory.open()
      try await expectFailure("thrown", { $0 == .corrupt("on purpose") }) { () throws(StoreError) in
        try await backend.write { writer throws(StoreError) in
          try writer.apply(
            try Deed.batch(
              [.make(StoreFixture.user, "u-1", ["name": .string("n")])], after: writer, StoreFixture.schema))
          throw StoreError.corrupt("on purpose")
        }
      }
      try expect(try await backend.record(StoreFixture.user, "u-1"), nil, "record")
      try await backend.apply(.make(StoreFixture.user, "u-1", ["name": .string("n")]))
      try expect(try await backend.record(StoreFixture.user, "u-1")?.row, 1, "row")
      try backend.close()
    },
    BackendConformance("a transaction reads what it has written") { factory in
      let backend = try factory.open()
      let count = try await backend.write { writer throws(StoreError) in
        try writer.apply(
          try Deed.batch([.make(StoreFixture.user, "u-1", ["name": .string("n")])], after: writer, StoreFixture.schema))
        return try writer.count(of: StoreFixture.user)
      }
      try expect(count, 1, "count")
      try backend.close()
    },
    BackendConformance("tasks that write at once follow each other, and none is lost") { factory in
      let backend = try factory.open()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<32 {
          group.addTask {
            try await backend.apply(.make(StoreFixture.user, "u-\(number)", ["name": .string("n")]))
          }
          group.addTask {
            let (records, last) = try await backend.read { reader throws(StoreError) in
              (try reader.count(of: StoreFixture.user), try reader.lastEntry()?.sequence ?? 0)
            }
            try expect(records, last, "a reader sees records and entries of one state")
          }
        }
        try await group.waitForAll()
      }
      let last = try await backend.read { reader throws(StoreError) in try reader.lastEntry()?.sequence }
      try expect(last, 32, "entries")
      try backend.close()
    },
    BackendConformance("a cancelled task still finishes its transaction") { factory in
      let backend = try factory.open()
      let task = Task { try await backend.apply(.make(StoreFixture.user, "u-1", ["name": .string("n")])) }
      task.cancel()
      _ = try await task.value
      try expect(try await backend.record(StoreFixture.user, "u-1")?.row, 1, "row")
      try backend.close()
    },
    BackendConformance("a closed store says so") { factory in
      let backend = try factory.open()
      try backend.close()
      try backend.close()
      try await expectFailure("read", isFailed) { () throws(StoreError) in try await backend.ids(StoreFixture.user) }
      try await expectFailure("write", isFailed) { () throws(StoreError) in try await backend.apply(Deed()) }
    },
    BackendConformance("two that have opened one store see each other's writes", needsSharing: true) { factory in
      let (first, second) = (try factory.open(), try factory.open())
      for number in 0..<10 {
        let backend = number.isMultiple(of: 2) ? first : second
        try await backend.apply(.make(StoreFixture.user, "u-\(number)", ["name": .string("n")]))
      }
      try expect(try await first.ids(StoreFixture.user).count, 10, "records")
      try expect(try await second.ids(StoreFixture.user).count, 10, "records")
      try first.close()
      try await second.apply(Deed())
      try second.close()
    },
    BackendConformance("who reads or writes at once sees the last commit, whoever made it", needsSharing: true) {
      factory in
      let (first, second) = (try factory.open(), try factory.open())
      try await first.apply(.make(StoreFixture.user, "u-1", ["name": .string("0")]))
      for number in 1...20 {
        // What was read twice is known; what is written then has to be seen all the same.
        for _ in 0..<3 {
          let seen = try first.readAtOnce { reader throws(StoreError) in
            (try reader.record(StoreFixture.user, id: "u-1")?.fields["name"], try reader.lastEntry()?.sequence)
          }
          guard let seen else { continue }
          try expect(seen.0, .string("\(number - 1)"), "record")
          try expect(seen.1, Int64(number), "entry")
        }
        let change = Deed.change(StoreFixture.user, "u-1", ["name": .string("\(number)")])
        let writer = number.isMultiple(of: 3) ? first : second
        let isDone = try writer.withWriterAtOnce { writer throws(StoreError) in
          try writer.apply(try Deed.batch([change], after: writer, StoreFixture.schema))
        }
        if !isDone { try await writer.apply(change) }
      }
      for backend in [first, second] { try backend.close() }
      try await expectFailure("closed", isFailed) { () throws(StoreError) in
        let count = try first.readAtOnce { reader throws(StoreError) in try reader.count(of: 0) }
        if count == nil { throw .failed(code: 0, cause: "closed") }
      }
      try await expectFailure("closed", isFailed) { () throws(StoreError) in
        let count = try first.writeAtOnce { writer throws(StoreError) in try writer.count(of: 0) }
        if count == nil { throw .failed(code: 0, cause: "closed") }
      }
    },
    BackendConformance("two that write at once follow each other", needsSharing: true) { factory in
      let backends = [try factory.open(), try factory.open()]
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<40 {
          let backend = backends[number % 2]
          group.addTask { try await backend.apply(.make(StoreFixture.user, "u-\(number)", ["name": .string("n")])) }
        }
        try await group.waitForAll()
      }
      let last = try await backends[0].read { reader throws(StoreError) in try reader.lastEntry()?.sequence }
      try expect(last, 40, "entries")
      for backend in backends { try backend.close() }
    },
    BackendConformance("what is written is there after opening again", needsSharing: true) { factory in
      let first = try factory.open()
      try await first.apply(.make(StoreFixture.user, "u-1", ["name": .string("n")]))
      try first.close()
      let second = try factory.open()
      try expect(try await second.record(StoreFixture.user, "u-1")?.fields, ["name": .string("n")], "record")
      try second.close()
    },
  ]
}
