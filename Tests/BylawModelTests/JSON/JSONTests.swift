import BylawModel
import Testing

@Suite struct `Reading JSON` {
  static let values: [(String, Value)] = [
    ("null", .null), ("true", .bool(true)), (" false\r\n\t", .bool(false)), ("0", .int(0)), ("-0", .int(0)),
    ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)),
    ("12.50", .decimal(FixedPoint(units: 1_250, scale: 2))), ("1.0", .decimal(FixedPoint(units: 10, scale: 1))),
    ("-0.0", .decimal(FixedPoint(units: 0, scale: 1))), ("1e2", .decimal(FixedPoint(units: 100, scale: 0))),
    ("1.5E+3", .decimal(FixedPoint(units: 1_500, scale: 0))), ("25e-1", .decimal(FixedPoint(units: 25, scale: 1))),
    ("1e-18", .decimal(FixedPoint(units: 1, scale: 18))), ("1e-19", .double(1e-19)), ("1e30", .double(1e30)),
    ("0.1234567890123456789", .double(0.1234567890123456789)),
    ("-9.223372036854775808", .decimal(FixedPoint(units: .min, scale: 18))),
    ("0e999999999999999999999", .decimal(FixedPoint(units: 0, scale: 0))), ("1e-999999999999999999999", .double(0)),
    (#""""#, .string("")), (#""aé😀""#, .string("aé😀")),
    (#""\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\uDE00""#, .string("\"\\/\u{8}\u{C}\n\r\tAé😀")),
    (#""\u0000""#, .string("\u{0}")), ("[]", .list([])), ("[1, [2] ,3]", .list([.int(1), .list([.int(2)]), .int(3)])),
    ("{}", .object([:])), (#"{"a": {"b" : null}, "c":[]}"#, .object(["a": .object(["b": .null]), "c": .list([])])),
  ]

  @Test(arguments: values)
  func `gives the value that the document says`(text: String, value: Value) throws {
    #expect(try JSONReader.parse(text) == value)
  }

  /// Text, problem in words, path, line, column, a part of the expectation.
  static let mistakes: [(String, String, String, Int, Int, String)] = [
    ("", "the document is empty", "$", 1, 1, "a value"), (" \n", "the document is empty", "$", 2, 1, "a value"),
    ("[1,]", "unexpected ']'", "$[1]", 1, 4, "a value"), ("[1 2]", "unexpected '2'", "$", 1, 4, "',' or ']'"),
    ("[1", "the document ends too early", "$", 1, 3, "',' or ']'"),
    ("[", "the document ends too early", "$[0]", 1, 2, "a value"),
    ("{", "the document ends too early", "$", 1, 2, "name"), (#"{"a":1,}"#, "unexpected '}'", "$", 1, 8, "name"),
    ("{a: 1}", "unexpected 'a'", "$", 1, 2, "double quotes"),
    ("{'a': 1}", "unexpected '''", "$", 1, 2, "double quotes"),
    (#"{"a" 1}"#, "unexpected '1'", "$", 1, 6, "':'"), (#"{"a":}"#, "unexpected '}'", "$.a", 1, 6, "a value"),
    (#"{"a":1 "b":2}"#, "unexpected '\"'", "$", 1, 8, "',' or '}'"),
    ("{\"é\": [\n  {\"x y\": tru}]}", "unexpected 't'", "$[\"é\"][0][\"x y\"]", 2, 11, "a value"),
    (#"{"resource":{"properties":{"x":nul}}}"#, "unexpected 'n'", "$.resource.properties.x", 1, 32, "a value"),
    (#"{"a":1,"a":2}"#, "the object has two members 'a'", "$", 1, 8, "once"),
    (#"{"a":1,"\u0061":2}"#, "the object has two members 'a'", "$", 1, 8, "once"),
    ("1 2", "text after the end of the document", "$", 1, 3, "the end"),
    ("truex", "text after the end of the document", "$", 1, 5, "the end"),
    ("01", "malformed number", "$", 1, 1, "zeros"), ("-", "malformed number", "$", 1, 1, "a digit"),
    ("1.", "malformed number", "$", 1, 1, "a digit"),
    ("1e", "malformed number", "$", 1, 1, "a digit"), ("[-01]", "malformed number", "$[0]", 1, 2, "zeros"),
    (".5", "unexpected '.'", "$", 1, 1, "a value"),
    ("+1", "unexpected '+'", "$", 1, 1, "a value"), ("NaN", "unexpected 'N'", "$", 1, 1, "a value"),
    ("0x1", "text after the end of the document", "$", 1, 2, "the end"),
    ("9223372036854775808", "the number is out of range", "$", 1, 1, "9223372036854775807"),
    ("1e999", "the number is out of range", "$", 1, 1, "1.8e308"),
    ("\"a", "the document ends too early", "$", 1, 3, "a closing"),
    ("\"a\nb\"", "a control character inside a string", "$", 1, 3, "escape"),
    (#""\x""#, "unknown escape in a string", "$", 1, 2, "uXXXX"),
    (#""\u12g4""#, "unknown escape in a string", "$", 1, 2, "four"),
    (#""\u12"#, "unknown escape in a string", "$", 1, 2, "four"),
    ("\"\\", "the document ends too early", "$", 1, 3, "escape"),
    (#""\ud83d""#, "half of a surrogate pair in a string", "$", 1, 2, "pair"),
    (#""\ude00""#, "half of a surrogate pair in a string", "$", 1, 2, "pair"),
    (#""\ud83d\u0041""#, "half of a surrogate pair in a string", "$", 1, 2, "pair"),
    (#""\ud83dA""#, "half of a surrogate pair in a string", "$", 1, 2, "pair"),
    ("\u{FEFF}1", "unexpected '\u{FEFF}'", "$", 1, 1, "a value"),
    ("\u{0}", "unexpected 'U+0000'", "$", 1, 1, "a value"),
    ("// 1\n1", "unexpected '/'", "$", 1, 1, "a value"),
  ]

  @Test(arguments: mistakes.indices)
  func `names the first mistake with its place`(index: Int) throws {
    let (text, message, path, line, column, expectation) = Self.mistakes[index]
    let error = #expect(throws: JSONError.self) { try JSONReader.parse(text) }
    #expect(error?.message == message)
    #expect(error?.path == path)
    #expect(error.map { [$0.line, $0.column] } == [line, column])
    #expect(error?.expectation.contains(expectation) == true)
  }

  @Test(
    arguments: [
      [0x22, 0x80, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xE0, 0x80, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
      [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], [0x22, 0xF5, 0x80, 0x80, 0x80, 0x22], [0x22, 0xE2, 0x82, 0x22],
      [0x22, 0xC3],
      [0x22, 0xF0, 0x80, 0x80, 0x80, 0x22], [0x22, 0xFF, 0x22],
    ] as [[UInt8]])
  func `refuses what is not UTF-8`(bytes: [UInt8]) {
    let error = #expect(throws: JSONError.self) { try JSONReader.parse(bytes) }
    #expect(error?.problem == .invalidUTF8)
    #expect(error?.offset == 1)
  }

  @Test func `refuses what is too deep or too large`() throws {
    let limit = JSONReader.greatestDepth
    let fits = String(repeating: "[", count: limit) + String(repeating: "]", count: limit)
    _ = try JSONReader.parse(fits)
    let deep = #expect(throws: JSONError.self) { try JSONReader.parse(String(repeating: "[", count: 100_000)) }
    #expect(deep?.problem == .tooDeep)
    #expect(deep?.offset == limit)
    let deepObjects = String(repeating: #"{"a":"#, count: limit + 1)
    let objects = #expect(throws: JSONError.self) { try JSONReader.parse(deepObjects) }
    #expect(objects?.problem == .tooDeep)
    _ = try JSONReader.parse("[1]", limit: 3)
    let large = #expect(throws: JSONError.self) { try JSONReader.parse("[1] ", limit: 3) }
    #expect(large?.problem == .tooLarge(limit: 3))
  }

  @Test func `says its mistakes on one line`() {
    let error = #expect(throws: JSONError.self) { try JSONReader.parse(#"{"a":]}"#) }
    #expect(error?.description == "$.a at 1:6: unexpected ']', expected a value")
  }

  /// Every cut and every change of one byte is read or refused; what is read comes back the same when written.
  @Test func `survives any text`() throws {
    let bytes = Array(#"{"a":[1,-2.50,1e-30,"\ud83d\ude00é\n",true,null],"b":{"c":{}}}"#.utf8)
    for index in bytes.indices {
      for byte in Array(#"{}[]",:\0e-.u x"#.utf8) + [0x00, 0x80, 0xFF] {
        var changed = bytes
        changed[index] = byte
        if let value = try? JSONReader.parse(changed) {
          // `1e0` is a decimal without places, written as `1`.
          let written = JSONWriter.write(value)
          let again = try JSONReader.parse(written)
          #expect(JSONWriter.write(again) == written)
        }
      }
      #expect(throws: JSONError.self) { try JSONReader.parse(Array(bytes[..<index])) }
    }
  }
}

@Suite struct `Writing JSON` {
  static let values: [(Value, String)] = [
    (.null, "null"), (.bool(true), "true"), (.int(-5), "-5"), (.decimal(FixedPoint(units: -1_250, scale: 2)), "-12.50"),
    (.double(1.5), "1.5"), (.double(1e100), "1e+100"), (.double(.nan), "\"NaN\""),
    (.double(-.infinity), "\"-Infinity\""),
    (.string("a\"\\\u{8}\u{C}\n\r\t\u{1}\u{7F}é/"), #""a\"\\\b\f\n\r\t\u0001\u007fé/""#),
    (.timestamp(Timestamp(seconds: 0, nanoseconds: 500_000_000)), #""1970-01-01T00:00:00.5Z""#),
    (.duration(TimeSpan(seconds: 5_400)), #""5400s""#), (.date(CalendarDate(daysSinceEpoch: 0)), #""1970-01-01""#),
    (.reference(EntityReference(type: "User", id: "u-1")), #""User/u-1""#),
    (.list([.int(1), .list([]), .object([:])]), "[1,[],{}]"),
    (
      .object(["b": .int(1), "a": .int(2), "é": .int(3), "B": .int(4), "aa": .int(5)]),
      #"{"B":4,"a":2,"aa":5,"b":1,"é":3}"#
    ),
    (
      .object([
        "resource_b": .int(-1), "resource": .int(0), "resource_a": .int(.min), "resource_": .int(.max), "": .int(10),
      ]),
      #"{"":10,"resource":0,"resource_":9223372036854775807,"resource_a":-9223372036854775808,"resource_b":-1}"#
    ),
    (.object(["a\u{0}b": .int(1), "a": .int(2), "a\u{0}": .int(3)]), #"{"a":2,"a\u0000":3,"a\u0000b":1}"#),
  ]

  @Test(arguments: values)
  func `gives the same compact text every time`(value: Value, text: String) {
    #expect(JSONWriter.write(value) == text)
  }

  @Test(arguments: [2, 5, 12, 13, 40])
  func `sorts members by the bytes of their names`(_ count: Int) {
    var (members, state): ([String: Value], UInt64) = ([:], UInt64(count))
    while members.count < count {
      // Some names are the beginning of others, and many begin alike.
      var name = ""
      for _ in 0..<(state >> 33) % 12 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        name += ["a", "b", "\u{E9}", "aaaaaaaa"][Int(state >> 40) % 4]
      }
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      members[name] = .null
    }
    let names = members.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    #expect(JSONWriter.write(.object(members)) == "{\(names.map { "\"\($0)\":null" }.joined(separator: ","))}")
  }

  @Test func `indents for people`() {
    let value = Value.object(["b": .list([.int(1), .object(["c": .null])]), "a": .list([]), "d": .object([:])])
    #expect(
      JSONWriter.write(value, style: .pretty) == """
        {
          "a": [],
          "b": [
            1,
            {
              "c": null
            }
          ],
          "d": {}
        }
        """)
  }

  @Test func `keeps the order of members written one by one`() {
    var writer = JSONWriter(.compact)
    writer.beginObject()
    writer.member("z", .int(1))
    writer.key("a")
    writer.beginList()
    writer.value(.int(2))
    writer.beginObject()
    writer.endObject()
    writer.endList()
    writer.member("m", .null)
    writer.endObject()
    #expect(writer.text == #"{"z":1,"a":[2,{}],"m":null}"#)
  }

  @Test(arguments: [
    "2026-11-21T10:00:00Z", "2026-11-21T10:00:00.000000001Z", "2026-11-21T10:00:00.5Z", "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999999Z", "1969-12-31T23:59:59Z",
  ])
  func `writes a time as its text, in place`(text: String) throws {
    let time = try #require(Timestamp(text))
    #expect(time.description == text)
    #expect(JSONWriter.write(.list([.timestamp(time), .int(1)])) == "[\"\(text)\",1]")
  }

  @Test func `writes years that need more than four digits or a sign as their text, too`() {
    for seconds: Int64 in [253_402_300_799, 253_402_300_800, -62_167_219_200, -62_167_219_201] {
      let time = Timestamp(seconds: seconds)
      #expect(JSONWriter.write(.timestamp(time)) == "\"\(time.description)\"")
    }
    #expect(Timestamp(seconds: 253_402_300_799).description == "9999-12-31T23:59:59Z")
  }

  @Test(arguments: [
    (JSONWriter.Style.compact, #"{"none":[],"text":"a\"b","more":{"n":1}}"#),
    (.pretty, "{\n  \"none\": [],\n  \"text\": \"a\\\"b\",\n  \"more\": {\n    \"n\": 1\n  }\n}"),
  ])
  func `writes plain members as all others, and hands out its text without what was reserved`(
    style: JSONWriter.Style, text: String
  ) {
    var writer = JSONWriter(style)
    writer.beginObject()
    writer.emptyList(plain: "none")
    writer.member(plain: "text", #"a"b"#)
    writer.key(plain: "more")
    writer.beginObject()
    writer.member(plain: "n", .int(1))
    writer.endObject()
    writer.endObject()
    #expect(writer.text == text)
    #expect(writer.bytes == Array(text.utf8))
    writer.empty()
    #expect(writer.text.isEmpty)
    writer.value(.string("again"))
    #expect(writer.text == "\"again\"")
  }

  @Test(arguments: 0..<18)
  func `tells short texts with something to escape, and those that are not ASCII`(_ count: Int) {
    for place in 0..<max(1, count) {
      for (character, escaped) in [("\"", #"\""#), ("\n", #"\n"#), ("\u{7F}", #"\u007f"#), ("é", "é"), ("~", "~")] {
        guard count > 0 else { continue }
        let (before, after) = (String(repeating: " ", count: place), String(repeating: "~", count: count - place - 1))
        var writer = JSONWriter(.compact, capacity: 1)
        writer.value(.string(before + character + after))
        #expect(writer.text == "\"" + before + escaped + after + "\"")
        #expect(writer.isASCII == (character != "é"))
      }
    }
    #expect(JSONWriter.quoted(String(repeating: "a", count: count)).utf8.count == count + 2)
  }

  @Test(arguments: [JSONWriter.Style.compact, .pretty])
  func `writes what is nested deeper than it remembers at once`(_ style: JSONWriter.Style) throws {
    var value = Value.list([.int(1), .object([:])])
    for level in 0..<200 { value = level % 2 == 0 ? .object(["a": value, "b": .int(2)]) : .list([value, .null]) }
    let text = JSONWriter.write(value, style: style)
    #expect(text.filter { !$0.isWhitespace } == JSONWriter.write(value))
    #expect(text.count { $0 == "{" } == 101)
    #expect(JSONWriter.write(value).hasSuffix(#","b":2},null],"b":2},null]"#))
  }

  @Test(arguments: 0..<40)
  func `finds what to escape at every place of a text`(_ position: Int) {
    for (character, escaped) in [("\"", #"\""#), ("\\", #"\\"#), ("\u{1}", #"\u0001"#), ("\u{7F}", #"\u007f"#)] {
      let (before, after) = (String(repeating: "ä", count: position), String(repeating: "b", count: 39 - position))
      #expect(JSONWriter.quoted(before + character + after) == "\"" + before + escaped + after + "\"")
    }
  }
}
