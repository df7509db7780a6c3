/// A function or operator after overloads are resolved: one case a meaning on given types.
///
/// The checker chooses it, the evaluator carries it out, the documentation lists it. Operand types are those
/// that the comment names; `T` is any type, `E` an enumeration.
package enum Builtin: UInt8, Hashable, Sendable, CaseIterable {
  // Equality on two values of one type, deep for lists, maps, records, ranges; references by identity.
  case equal, notEqual
  // Order on int, double, decimal (same scale), string (by scalars), bool, timestamp, duration, date, E (by rank), ratio.
  case less, lessOrEqual, greater, greaterOrEqual
  // `same(a, b)` on two optionals: both there and equal.
  case same
  // Arithmetic; overflow errs.
  case addInt, subtractInt, multiplyInt, divideInt, moduloInt, negateInt
  case addDouble, subtractDouble, multiplyDouble, divideDouble, negateDouble
  /// Decimals of one scale.
  case addDecimal, subtractDecimal, negateDecimal
  /// Decimals of scales a and b give scale a + b.
  case multiplyDecimal
  case concatenateStrings, concatenateLists
  case addTimestampDuration, subtractTimestampDuration, subtractTimestamps, addDurations, subtractDurations
  case addDateDuration, subtractDateDuration, subtractDates, negateDuration
  // Ratios: share(a, b) of two ints or two decimals of one scale; percent(n) of an int or a decimal.
  // `percentDecimal` has the scale as its second argument, an int literal.
  case shareInt, shareDecimal, percentInt, percentDecimal
  // Membership and size.
  case inList, inMap
  case sizeString, sizeList, sizeMap
  // Element of a list by int (errs out of bounds), of a map by string (errs when absent); the optional ones give none.
  case elementOfList, elementOfMap, optionalElementOfList, optionalElementOfMap
  // Strings: positions and lengths count Unicode scalars.
  case contains, startsWith, endsWith, matches
  case charAt, indexOf, indexOfFrom, lastIndexOf, lastIndexOfFrom, join, joinWith, lowerAscii, upperAscii
  // `matches(text, pattern)`; `join` of a list of strings, `joinWith` a separator; `format(template, argument, …)`
  // with any number of arguments of any type.
  case replace, replaceCount, split, splitCount, substring, substringTo, trim, reverseString, quote, format
  /// `folded(t)`: what unique keys that ignore case and space compare.
  case folded
  // Lists. `listSum` of int, double, decimal or duration, 0 of nothing; `listMin` and `listMax` of what can be
  // ordered, `listFirst` and `listLast` give optionals, none of an empty list. `distinct` keeps the first of equal
  // ones; `sort` ascending; `flatten` takes one level away; `slice(list, from, to)` errs out of bounds.
  case listSum, listMin, listMax, listFirst, listLast, distinct, sortInt, flatten, slice, reverseList
  case sort
  // Math extension: int and double forms; `greatest` and `least` take one or more of one type: int, double, decimal.
  case greatest, least, absInt, absDouble, signInt, signDouble, ceil, floor, round, trunc, sqrt, isNaN, isInf, isFinite
  case bitAnd, bitOr, bitXor, bitNot, bitShiftLeft, bitShiftRight
  // Conversions.
  case intFromString, intFromDouble, intFromTimestamp, doubleFromInt, doubleFromString, doubleFromDecimal
  case intFromDuration, intFromDecimal
  case boolFromString
  case stringFromInt, stringFromDouble, stringFromDecimal, stringFromBool, stringFromTimestamp, stringFromDuration
  case stringFromDate, stringFromEnumeration, stringFromReference
  case timestampFromString, timestampFromInt, durationFromString, dateFromString
  // Time: `getX()` and `getX(zone)` on a timestamp; the forms without zone read UTC.
  case getFullYear, getMonth, getDate, getDayOfMonth, getDayOfWeek, getDayOfYear, getHours, getMinutes, getSeconds
  case getMilliseconds
  case durationHours, durationMinutes, durationSeconds, durationMilliseconds
  // minutes(int), hours(int), days(int) as durations; overflow errs.
  case minutes, hours, days
  // `dateOf(timestamp, zone)` as a date, `monthStart(timestamp, zone)` as a timestamp; the zone is always given.
  case dateOf, monthStart
  // Optionals: `orValue(optional, value)`, `or(optional, optional)`, `value(optional)` errs when there is none.
  case orValue, or, optionalOf, hasValue, value
  // Ranges: `r.contains(x)`.
  case rangeContains
  // Patches: number of members given.
  case patchCount
  /// `patchGives(patch, position)`: whether a patch sets or empties a field; only in what is worked out from a patch.
  case patchGives
  // json: the scalars within, as text.
  case leaves
  // type(x) of a reference.
  case typeOf
  // `token_budget.at_least("blocked")`, `severity.at_least("P2")` by rank.
  case atLeast
  /// Whether the record of a reference is there; true where no records are at hand to look it up.
  case recordExists
}
