import BylawModel
import Glibc

/// One case of the conformance suite of CEL, in the form of `shared/conformance/cel` (its README describes it).
struct ConformanceCase: Sendable {
  /// A declaration for the checker; the type is text, as the suite writes it.
  ///
  /// Functions have no type here.
  struct Declaration: Sendable {
    var name: String
    var type: String?
  }
  /// What must come out.
  enum Expectation: Sendable {
    /// This value, of this type where the suite says one.
    case value(Value, type: String?)
    /// Only the type, as the checker finds it.
    case type(String)
    case error
  }

  var file: String
  var name: String
  var source: String
  var container: String
  var isUnchecked: Bool
  var declarations: [Declaration]
  /// Values of variables, each an object with one member that names its type.
  var bindings: [String: Value]
  var expectation: Expectation

  /// How messages name the case.
  var title: String { "\(file)/\(name): \(source)" }
}

/// Why the suite cannot be read.
enum ConformanceError: Error {
  case malformed(String)
}

extension ConformanceCase {
  /// All cases of the suite, file by file; `nil` when the folder is not there.
  static func load() throws -> [ConformanceCase]? {
    guard let folder, let names = listing(of: folder) else { return nil }
    return try names.filter { $0.hasSuffix(".jsonl") }.sorted().flatMap { name in
      try lines(of: "\(folder)/\(name)").map { try ConformanceCase(json: $0) }
    }
  }

  /// `shared/conformance/cel` beside the package.
  private static var folder: String? {
    var parts = #filePath.split(separator: "/")
    // Conformance, BylawCompilerTests, Tests, the package.
    parts.removeLast(5)
    let path = "/" + (parts + ["shared", "conformance", "cel"]).joined(separator: "/")
    return access(path, R_OK) == 0 ? path : nil
  }

  private static func listing(of folder: String) -> [String]? {
    guard let directory = opendir(folder) else { return nil }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      withUnsafePointer(to: entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { names.append(String(cString: $0)) }
      }
    }
    return names
  }

  private static func lines(of path: String) throws -> [String] {
    guard let file = fopen(path, "r") else { throw ConformanceError.malformed("\(path) cannot be read") }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 {
      bytes.append(contentsOf: buffer[..<count])
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  private init(json line: String) throws {
    guard case .object(let members) = try JSONReader.parse(line), case .string(let source)? = members["expr"],
      case .string(let file)? = members["file"], case .string(let name)? = members["name"],
      case .list(let declarations)? = members["type_env"], case .object(let bindings)? = members["bindings"],
      case .object(let expectation)? = members["expect"]
    else { throw ConformanceError.malformed(line) }
    self.file = file
    self.name = name
    self.source = source
    self.bindings = bindings
    container = if case .string(let text)? = members["container"] { text } else { "" }
    isUnchecked = members["disable_check"] == .bool(true)
    self.declarations = try declarations.map { declaration in
      guard case .object(let parts) = declaration, case .string(let name)? = parts["name"] else {
        throw ConformanceError.malformed(line)
      }
      guard case .string(let type)? = parts["type"] else { return Declaration(name: name, type: nil) }
      return Declaration(name: name, type: type)
    }
    let type: String? = if case .string(let text)? = expectation["type"] { text } else { nil }
    if let value = expectation["value"] {
      self.expectation = .value(value, type: type)
    } else if let type {
      self.expectation = .type(type)
    } else {
      self.expectation = .error
    }
  }
}
