import BylawModel
import BylawSyntax

/// What test files add to nodes: reading by plain YAML rules, and laying one tree over another.
extension Node {
  /// The entries of a mapping; `nil` for anything else.
  var entries: [Entry]? {
    if case .mapping(let entries) = kind { return entries }
    return nil
  }

  /// The elements of a list; `nil` for anything else.
  var elements: [Node]? {
    if case .sequence(let elements) = kind { return elements }
    return nil
  }

  /// The scalar; `nil` for a list or a mapping.
  var scalarContent: Scalar? {
    if case .scalar(let scalar) = kind { return scalar }
    return nil
  }

  /// `key:` with nothing after it.
  var isEmpty: Bool { scalarContent?.isEmptyPlain ?? false }

  /// What the node is, in an author's words.
  var kindWord: String {
    switch kind {
    case .scalar: isEmpty ? "nothing" : "a text"
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }

  /// The value under a key of a mapping; `nil` when the key is absent or has nothing after it.
  subscript(_ key: String) -> Node? {
    guard let value = entries?.first(where: { $0.key.text == key })?.value, !value.isEmpty else { return nil }
    return value
  }

  // MARK: Values

  /// The value by the plain rules of YAML: what looks like a bool or a number is one, unless it is quoted.
  var plainValue: Value {
    switch kind {
    case .scalar(let scalar): scalar.plainValue
    case .sequence(let nodes): .list(nodes.map(\.plainValue))
    case .mapping(let entries):
      .object(Dictionary(entries.map { ($0.key.text, $0.value.plainValue) }, uniquingKeysWith: { first, _ in first }))
    }
  }

  // MARK: Merging

  /// This node with another laid over it: mappings are joined key by key, anything else is replaced.
  func merged(with over: Node) -> Node {
    guard var entries, let others = over.entries else { return over }
    for other in others {
      if let index = entries.firstIndex(where: { $0.key.text == other.key.text }) {
        entries[index] = Entry(key: other.key, value: entries[index].value.merged(with: other.value))
      } else {
        entries.append(other)
      }
    }
    return Node(kind: .mapping(entries), range: over.range)
  }

  /// This node with each text `$name` replaced by the value of that name.
  func replacing(_ values: [String: Node]) -> Node {
    guard !values.isEmpty else { return self }
    switch kind {
    case .scalar(let scalar):
      guard scalar.text.hasPrefix("$"), let value = values[String(scalar.text.dropFirst())] else { return self }
      return value
    case .sequence(let elements):
      return Node(kind: .sequence(elements.map { $0.replacing(values) }), range: range)
    case .mapping(let entries):
      let replaced = entries.map { Entry(key: $0.key, value: $0.value.replacing(values)) }
      return Node(kind: .mapping(replaced), range: range)
    }
  }

  /// This node with what stands at a path replaced; mappings on the way are made where there are none.
  ///
  /// `key` lends new keys its place. A text on the way, such as `Incident/inc-1`, becomes the `id` of a mapping.
  func setting(_ path: ArraySlice<String>, to value: Node, key: Scalar) -> Node {
    guard let name = path.first else { return value }
    var entries = entries ?? []
    if let scalar = scalarContent, !scalar.isEmptyPlain {
      entries = [Entry(key: Self.key("id", like: scalar), value: self)]
    }
    let rest = path.dropFirst()
    if let index = entries.firstIndex(where: { $0.key.text == name }) {
      entries[index].value = entries[index].value.setting(rest, to: value, key: key)
    } else {
      let empty = Node(kind: .mapping([]), range: value.range)
      entries.append(Entry(key: Self.key(name, like: key), value: empty.setting(rest, to: value, key: key)))
    }
    return Node(kind: .mapping(entries), range: range)
  }

  private static func key(_ name: String, like scalar: Scalar) -> Scalar {
    Scalar(text: name, style: .plain, range: scalar.range, map: scalar.map)
  }
}

extension Scalar {
  /// `null`, bool, whole number, decimal or text by the plain rules of YAML; quoted is text.
  var plainValue: Value {
    guard style == .plain else { return .string(text) }
    if text.isEmpty || text == "null" || text == "~" { return .null }
    if let bool = asBool { return .bool(bool) }
    if let int = asInt { return .int(int) }
    if let decimal = asDecimal { return .decimal(decimal) }
    return .string(text)
  }
}
