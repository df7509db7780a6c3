import ArgumentParser
import Bylaw
import BylawModel
import Foundation

/// Values on the command line, read as the rules declare them.
struct StoreInput {
  private let ruleSet: RuleSet

  init(_ ruleSet: RuleSet) { self.ruleSet = ruleSet }

  /// An input of an action: text stays text whatever it looks like, everything else is JSON where it can be.
  func value(_ text: String, named name: String, of action: String) -> Value {
    ruleSet.isText(input: name, of: action) ? .string(text) : Self.json(text) ?? .string(text)
  }

  /// The value of a field that a list is narrowed by.
  func value(_ text: String, field name: String, of type: String) -> Value {
    ruleSet.isText(field: name, of: type) ? .string(text) : Self.json(text) ?? .string(text)
  }

  /// `TYPE/ID`, or the id of what the action acts on.
  func resource(_ text: String, of action: String) -> EntityReference {
    if let slash = text.firstIndex(of: "/") {
      return EntityReference(type: String(text[..<slash]), id: String(text[text.index(after: slash)...]))
    }
    return EntityReference(type: ruleSet.resourceType(of: action) ?? "", id: text)
  }

  static func json(_ text: String) -> Value? { try? JSONReader.parse(text) }

  /// The object in a file.
  static func object(in path: String) throws -> [String: Value] {
    let bytes: [UInt8]
    if path == "-", let input = try? Descriptor.readAll(STDIN_FILENO) {
      bytes = input
    } else if let data = FileManager.default.contents(atPath: path) {
      bytes = [UInt8](data)
    } else {
      CommandOutput.report("error: '\(path)' cannot be read")
      throw ExitStatus.invalid
    }
    do {
      if case .object(let members) = try JSONReader.parse(bytes) { return members }
      CommandOutput.report("error: '\(path)' holds no JSON object")
    } catch {
      CommandOutput.report("error: \(path): \(error)")
    }
    throw ExitStatus.invalid
  }
}
