import BylawCompiler
import BylawModel
import BylawStore

/// The rules in force, as a store keeps them: every file with its path.
enum StoredRules {
  static func text(of ruleSet: RuleSet) -> String {
    let files = ruleSet.files.map { file in
      Value.object(["path": .string(file.path), "text": .string(String(decoding: file.bytes, as: UTF8.self))])
    }
    return JSONWriter.write(.list(files))
  }

  /// The files, ready to be checked again; `nil` when the text is none that a store wrote.
  static func files(in text: String) -> [(path: String, text: String)]? {
    guard let value = try? JSONReader.parse(text, limit: .max), let elements = value.elements else { return nil }
    var files: [(path: String, text: String)] = []
    for element in elements {
      guard let path = element["path"]?.text, let text = element["text"]?.text else { return nil }
      files.append((path: path, text: text))
    }
    return files
  }
}
