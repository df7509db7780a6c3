import BylawModel

/// Why a document is no request: every mistake with its place.
public struct RequestError: Error, Sendable, Hashable {
  /// One mistake.
  public struct Problem: Sendable, Hashable {
    /// The JSON path of what is wrong, such as `$.context.approvals[0].decision`.
    public var path: String
    /// What is wrong: one line, lower case, no full stop.
    public var message: String
    /// What may stand there.
    public var expectation: String?
    /// What was probably meant.
    public var hint: String?

    /// Creates a mistake at a path.
    public init(path: String, message: String, expectation: String? = nil, hint: String? = nil) {
      self.path = path
      self.message = message
      self.expectation = expectation
      self.hint = hint
    }
  }

  /// At least one, in the order of the members that a request has.
  public var problems: [Problem]

  /// Creates an error of one or more mistakes.
  public init(problems: [Problem]) { self.problems = problems }
}

extension RequestError.Problem: CustomStringConvertible {
  /// The mistake in one line: `$.subject.tpye: unknown member, expected type, id or properties (did you mean 'type'?)`.
  public var description: String {
    let expected = expectation.map { ", expected \($0)" } ?? ""
    return "\(path): \(message)\(expected)" + (hint.map { " (\($0))" } ?? "")
  }
}

extension RequestError: CustomStringConvertible {
  /// All mistakes, one a line.
  public var description: String { problems.map(\.description).joined(separator: "\n") }
}

extension RequestError {
  /// The error as JSON: `{"error": {"line": 3, "problems": [{"path", "message", "expected", "hint"}]}}`.
  ///
  /// - Parameters:
  ///   - line: The line of the document in a file of several, counted from 1.
  ///   - isPretty: One member a line for people, instead of one line.
  /// - Returns: One JSON object, without a line break behind it.
  public func json(line: Int? = nil, isPretty: Bool = false) -> String {
    var writer = JSONWriter(isPretty ? .pretty : .compact)
    writer.beginObject()
    writer.key("error")
    writer.beginObject()
    writer.optionalMember("line", line.map { .int(Int64($0)) })
    writer.list("problems", problems) { problem, writer in
      writer.beginObject()
      writer.member("path", .string(problem.path))
      writer.member("message", .string(problem.message))
      writer.optionalMember("expected", problem.expectation.map { .string($0) })
      writer.optionalMember("hint", problem.hint.map { .string($0) })
      writer.endObject()
    }
    writer.endObject()
    writer.endObject()
    return writer.text
  }
}
