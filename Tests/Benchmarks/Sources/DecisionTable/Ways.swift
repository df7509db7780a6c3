import Bylaw
import BylawModel
import Workload

/// The ways in which a service can hand over the same request.
enum Way: String, CaseIterable {
  /// Values by the slots of a shape.
  case slots
  /// A `Request` with dictionaries of values.
  case names
  /// The bytes of a JSON document, answered by bytes of JSON where all four answers are asked for.
  case json
}

/// The requests of one rule set, asked in each way.
struct Ways: Sendable {
  let workload: Workload
  let decisionPoint: PolicyDecisionPoint
  private let shaped: ShapedWorkload

  init(_ workload: Workload) throws {
    self.workload = workload
    decisionPoint = PolicyDecisionPoint(try RuleSet(files: workload.files))
    shaped = try ShapedWorkload(workload, decisionPoint)
  }

  /// A difference between the ways ends everything.
  func check() throws {
    if let difference = try shaped.firstDifference(workload, decisionPoint, at: DecisionTable.time) {
      throw Mismatch(difference)
    }
  }

  var count: Int { shaped.count }

  /// The length of a document, on average.
  var documentLength: Int { shaped.documents.reduce(0) { $0 + $1.count } / max(1, count) }

  /// Asks for the permission alone.
  func outcome(_ index: Int, _ way: Way) -> Decision.Outcome {
    switch way {
    case .slots: shaped.outcome(index, decisionPoint, at: DecisionTable.time)
    case .names: decisionPoint.outcome(of: workload.requests[index], at: DecisionTable.time)
    case .json:
      (try? decisionPoint.outcome(
        ofJSON: shaped.documents[index], serverContext: shaped.serverContexts[index], at: DecisionTable.time)) ?? .deny
    }
  }

  /// Asks for all four answers; gives the outcome and something that keeps the rest from being left out.
  func answers(_ index: Int, _ way: Way) -> (outcome: Decision.Outcome, size: Int) {
    switch way {
    case .slots:
      let decision = shaped.decision(index, decisionPoint, at: DecisionTable.time)
      return (decision.outcome, decision.reasons.count)
    case .names:
      let decision = decisionPoint.decide(workload.requests[index], at: DecisionTable.time)
      return (decision.outcome, decision.reasons.count)
    case .json:
      let answer = try? decisionPoint.answer(
        toJSON: shaped.documents[index], serverContext: shaped.serverContexts[index], at: DecisionTable.time)
      return (Self.outcome(of: answer ?? []), answer?.count ?? 0)
    }
  }

  /// The outcome that an answer starts with: `{"decision":"allow",…`.
  private static func outcome(of answer: [UInt8]) -> Decision.Outcome {
    guard answer.count > 13 else { return .deny }
    return answer[13] == UInt8(ascii: "a") ? .allow : answer[13] == UInt8(ascii: "p") ? .pending : .deny
  }

  /// Asks for all answers with how each condition came out; gives how long the text of it would be to write.
  func trace(_ index: Int, _ way: Way) -> Int {
    var request = workload.requests[index]
    if way == .json {
      guard
        let read = try? Request(json: shaped.documents[index], serverContext: shaped.serverContexts[index])
      else { return -1 }
      request = read
    }
    return decisionPoint.explain(request, at: DecisionTable.time).decision.reasons.count
  }

  /// The requests as JSON.
  var documents: [[UInt8]] { shaped.documents }

  static let heading = """
    | rules | way | permission ns | allocs | instr | four answers ns | allocs | instr |
    |---|---|--:|--:|--:|--:|--:|--:|
    """

  /// The rows of the table, one for each way.
  func rows(name: String, arguments: [String], countsInstructions: Bool) -> String {
    var rows: [String] = []
    for way in Way.allCases {
      var sum = 0
      let permission = Measuring.cost(perOne: count, runs: 7) {
        for index in 0..<count where outcome(index, way) == .allow { sum &+= 1 }
      }
      let answers = Measuring.cost(perOne: count, runs: 7) {
        for index in 0..<count { sum &+= self.answers(index, way).size }
      }
      precondition(sum != 0, "some request is allowed")
      let instructions = ["permission", "answers"].map { kind -> String in
        guard countsInstructions else { return "-" }
        return Instructions.perDecision(arguments + [kind, way.rawValue], requests: 256).map { "\(Int($0))" } ?? "-"
      }
      let columns: [String] = [
        name, way == .json ? "json, \(documentLength) bytes" : way.rawValue, permission.nanoseconds.short,
        permission.allocations.short, instructions[0], answers.nanoseconds.short, answers.allocations.short,
        instructions[1],
      ]
      rows.append("| " + columns.joined(separator: " | ") + " |")
    }
    return rows.joined(separator: "\n")
  }
}
