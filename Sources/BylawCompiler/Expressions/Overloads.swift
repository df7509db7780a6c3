import BylawModel

/// One meaning of a function on given types.
///
/// What takes any type, binds a variable or reads an optional has no entry here but a function of the checker.
struct Overload: Sendable {
  /// The name, with its library as in `math.abs`.
  var name: String
  /// The type before the dot of a method, `nil` for a function.
  var receiver: ValueType?
  /// The types of the arguments, without the receiver.
  var parameters: [ValueType]
  /// What it gives.
  var result: ValueType
  /// `nil` for a conversion of a type to itself.
  var builtin: Builtin?

  /// The types of all arguments, the receiver first.
  var all: [ValueType] { (receiver.map { [$0] } ?? []) + parameters }

  /// An entry for a function.
  static func function(
    _ name: String, _ parameters: ValueType..., gives result: ValueType, by builtin: Builtin?
  ) -> Overload {
    Overload(name: name, receiver: nil, parameters: parameters, result: result, builtin: builtin)
  }

  /// An entry for a method.
  static func method(
    _ receiver: ValueType, _ name: String, _ parameters: ValueType..., gives result: ValueType, by builtin: Builtin?
  ) -> Overload {
    Overload(name: name, receiver: receiver, parameters: parameters, result: result, builtin: builtin)
  }

  /// All of them by name: functions and methods apart.
  static let functions = Dictionary(grouping: all.filter { $0.receiver == nil }, by: \.name)
  /// Methods by name.
  static let methods = Dictionary(grouping: all.filter { $0.receiver != nil }, by: \.name)

  private static let all: [Overload] = text + time + numbers + conversions

  private static let text: [Overload] = [
    .method(.string, "contains", .string, gives: .bool, by: .contains),
    .method(.string, "startsWith", .string, gives: .bool, by: .startsWith),
    .method(.string, "endsWith", .string, gives: .bool, by: .endsWith),
    .method(.string, "matches", .string, gives: .bool, by: .matches),
    .function("matches", .string, .string, gives: .bool, by: .matches),
    .method(.string, "charAt", .int, gives: .string, by: .charAt),
    .method(.string, "indexOf", .string, gives: .int, by: .indexOf),
    .method(.string, "indexOf", .string, .int, gives: .int, by: .indexOfFrom),
    .method(.string, "lastIndexOf", .string, gives: .int, by: .lastIndexOf),
    .method(.string, "lastIndexOf", .string, .int, gives: .int, by: .lastIndexOfFrom),
    .method(.list(.string), "join", gives: .string, by: .join),
    .method(.list(.string), "join", .string, gives: .string, by: .joinWith),
    .method(.string, "lowerAscii", gives: .string, by: .lowerAscii),
    .method(.string, "upperAscii", gives: .string, by: .upperAscii),
    .method(.string, "replace", .string, .string, gives: .string, by: .replace),
    .method(.string, "replace", .string, .string, .int, gives: .string, by: .replaceCount),
    .method(.string, "split", .string, gives: .list(.string), by: .split),
    .method(.string, "split", .string, .int, gives: .list(.string), by: .splitCount),
    .method(.string, "substring", .int, gives: .string, by: .substring),
    .method(.string, "substring", .int, .int, gives: .string, by: .substringTo),
    .method(.string, "trim", gives: .string, by: .trim),
    .function("strings.quote", .string, gives: .string, by: .quote),
    .function("folded", .string, gives: .string, by: .folded),
    .function("leaves", .json, gives: .list(.string), by: .leaves),
    .method(.json, "leaves", gives: .list(.string), by: .leaves),
  ]

  /// The parts of a timestamp, each also in a time zone.
  private static let parts: [(String, Builtin)] = [
    ("getFullYear", .getFullYear), ("getMonth", .getMonth), ("getDate", .getDate),
    ("getDayOfMonth", .getDayOfMonth), ("getDayOfWeek", .getDayOfWeek), ("getDayOfYear", .getDayOfYear),
    ("getHours", .getHours), ("getMinutes", .getMinutes), ("getSeconds", .getSeconds),
    ("getMilliseconds", .getMilliseconds),
  ]

  private static let time: [Overload] =
    parts.flatMap { name, builtin -> [Overload] in
      [
        .method(.timestamp, name, gives: .int, by: builtin),
        .method(.timestamp, name, .string, gives: .int, by: builtin),
      ]
    } + [
      .method(.duration, "getHours", gives: .int, by: .durationHours),
      .method(.duration, "getMinutes", gives: .int, by: .durationMinutes),
      .method(.duration, "getSeconds", gives: .int, by: .durationSeconds),
      .method(.duration, "getMilliseconds", gives: .int, by: .durationMilliseconds),
      .function("minutes", .int, gives: .duration, by: .minutes),
      .function("hours", .int, gives: .duration, by: .hours),
      .function("days", .int, gives: .duration, by: .days),
      .function("date", .timestamp, .string, gives: .date, by: .dateOf),
      .function("month_start", .timestamp, .string, gives: .timestamp, by: .monthStart),
    ]

  private static let numbers: [Overload] = [
    .function("math.abs", .int, gives: .int, by: .absInt),
    .function("math.abs", .double, gives: .double, by: .absDouble),
    .function("math.sign", .int, gives: .int, by: .signInt),
    .function("math.sign", .double, gives: .double, by: .signDouble),
    .function("math.ceil", .double, gives: .double, by: .ceil),
    .function("math.floor", .double, gives: .double, by: .floor),
    .function("math.round", .double, gives: .double, by: .round),
    .function("math.trunc", .double, gives: .double, by: .trunc),
    .function("math.sqrt", .double, gives: .double, by: .sqrt),
    .function("math.isNaN", .double, gives: .bool, by: .isNaN),
    .function("math.isInf", .double, gives: .bool, by: .isInf),
    .function("math.isFinite", .double, gives: .bool, by: .isFinite),
    .function("math.bitAnd", .int, .int, gives: .int, by: .bitAnd),
    .function("math.bitOr", .int, .int, gives: .int, by: .bitOr),
    .function("math.bitXor", .int, .int, gives: .int, by: .bitXor),
    .function("math.bitNot", .int, gives: .int, by: .bitNot),
    .function("math.bitShiftLeft", .int, .int, gives: .int, by: .bitShiftLeft),
    .function("math.bitShiftRight", .int, .int, gives: .int, by: .bitShiftRight),
  ]

  /// Conversions whose argument decides alone; `string(x)` and those of decimals are the checker's.
  private static let conversions: [Overload] = [
    .function("int", .int, gives: .int, by: nil),
    .function("int", .string, gives: .int, by: .intFromString),
    .function("int", .double, gives: .int, by: .intFromDouble),
    .function("int", .timestamp, gives: .int, by: .intFromTimestamp),
    .function("int", .duration, gives: .int, by: .intFromDuration),
    .function("double", .double, gives: .double, by: nil),
    .function("double", .int, gives: .double, by: .doubleFromInt),
    .function("double", .string, gives: .double, by: .doubleFromString),
    .function("bool", .bool, gives: .bool, by: nil),
    .function("bool", .string, gives: .bool, by: .boolFromString),
    .function("timestamp", .timestamp, gives: .timestamp, by: nil),
    .function("timestamp", .string, gives: .timestamp, by: .timestampFromString),
    .function("timestamp", .int, gives: .timestamp, by: .timestampFromInt),
    .function("duration", .duration, gives: .duration, by: nil),
    .function("duration", .string, gives: .duration, by: .durationFromString),
  ]
}
