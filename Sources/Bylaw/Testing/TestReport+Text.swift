package import BylawModel

extension TestReport {
  /// The failures and errors for people, each with its place and what differs; empty when all passed.
  ///
  /// `showsDecisions` adds the whole decision to each as JSON.
  public func text(showsDecisions: Bool = false) -> String {
    var text = ""
    for result in results {
      switch result.status {
      case .passed: continue
      case .failed(let differences):
        text += "\(result.test.place): failed: \(result.test.name)\n"
        for difference in differences {
          text += "  \(difference.what): expected \(difference.expected), was \(difference.actual)\n"
        }
        for reason in result.decision.reasons {
          let source = reason.source.isEmpty ? "" : " (\(reason.source))"
          text += "  because \(reason.rule): \(reason.because)\(source)\n"
        }
        for entry in result.decision.indeterminate {
          text += "  could not tell \(entry.rule): \(entry.cause) (\(entry.place))\n"
        }
      case .error(let message):
        text += "\(result.test.place): error: \(result.test.name)\n  \(message)\n"
      }
      if showsDecisions { text += "  \(JSONWriter.write(result.decision.testValue))\n" }
    }
    for result in scenarios { text += Self.text(result, showsDecisions: showsDecisions) }
    return text
  }

  private static func text(_ result: ScenarioResult, showsDecisions: Bool) -> String {
    let name = [result.scenario.name, result.failedStep].compactMap { $0 }.joined(separator: ": ")
    var text = ""
    switch result.status {
    case .passed: return ""
    case .failed(let differences):
      text += "\(result.place): failed: \(name)\n"
      for difference in differences {
        text += "  \(difference.what): expected \(difference.expected), was \(difference.actual)\n"
      }
    case .error(let message): text += "\(result.place): error: \(name)\n  \(message)\n"
    }
    guard let decision = result.decision else { return text }
    for reason in decision.reasons {
      let source = reason.source.isEmpty ? "" : " (\(reason.source))"
      text += "  because \(reason.rule): \(reason.because)\(source)\n"
    }
    for entry in decision.indeterminate {
      text += "  could not tell \(entry.rule): \(entry.cause) (\(entry.place))\n"
    }
    if showsDecisions { text += "  \(JSONWriter.write(decision.testValue))\n" }
    return text
  }

  /// `N passed, M failed, K errors`.
  public var summary: String { Self.summary(passed: passed, failed: failed, errors: errors) }

  /// The closing line for these counts.
  public static func summary(passed: Int, failed: Int, errors: Int) -> String {
    "\(passed) passed, \(failed) failed, \(counted(errors, "error"))"
  }

  /// The report as JSON: counts and cases for tools.
  ///
  /// - Parameter isPretty: One member a line for people, instead of one line.
  /// - Returns: One JSON object, without a line break behind it.
  public func json(isPretty: Bool = false) -> String { JSONWriter.write(value, style: isPretty ? .pretty : .compact) }

  /// The report as a value.
  package var value: Value {
    let cases = results.map { result -> Value in
      Self.value(
        result.test.name, result.test.place, result.test.clauses, result.status, result.decision, failedStep: nil)
    }
    let stories = scenarios.map { result -> Value in
      Self.value(
        result.scenario.name, result.place, result.scenario.clauses, result.status, result.decision,
        failedStep: result.failedStep)
    }
    return .object([
      "rule_set": .string(ruleSet.name), "passed": .int(Int64(passed)), "failed": .int(Int64(failed)),
      "errors": .int(Int64(errors)), "tests": .list(cases), "scenarios": .list(stories),
    ])
  }

  private static func value(
    _ name: String, _ place: String, _ clauses: [String], _ status: TestResult.Status, _ decision: Decision?,
    failedStep: String?
  ) -> Value {
    var members: [String: Value] = [
      "name": .string(name), "place": .string(place), "clauses": .list(clauses.map { .string($0) }),
    ]
    members["step"] = failedStep.map { .string($0) }
    switch status {
    case .passed:
      members["status"] = .string("pass")
      return .object(members)
    case .failed(let differences):
      members["status"] = .string("fail")
      members["differences"] = .list(
        differences.map { difference in
          .object([
            "what": .string(difference.what), "expected": difference.expectedValue,
            "actual": difference.actualValue,
          ])
        })
    case .error(let message):
      members["status"] = .string("error")
      members["error"] = .string(message)
    }
    members["decision"] = decision?.testValue
    return .object(members)
  }
}

extension Decision {
  /// What tests compare, as one value.
  var testValue: Value {
    var members: [String: Value] = ["decision": .string(outcome.rawValue)]
    members["class"] = denialClass.map { .string($0.rawValue) }
    members["reasons"] = .list(
      reasons.map { reason in
        .object(["rule": .string(reason.rule), "because": .string(reason.because), "source": .string(reason.source)])
      })
    members["missing"] = .list(missing.map { .object(Expectation.members($0)) })
    members["classified"] = .object(
      classified.mapValues { .object(["value": $0.value, "row": $0.row.map { .string($0) } ?? .null]) })
    members["obligations"] = .list(obligations.map { .object(Expectation.members($0)) })
    members["indeterminate"] = .list(indeterminate.map { .object(Expectation.members($0)) })
    return .object(members)
  }
}
