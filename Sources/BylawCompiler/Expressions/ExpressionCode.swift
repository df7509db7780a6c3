import BylawSyntax

/// What the type checker of expressions reports.
extension DiagnosticCode {
  // Types.
  /// A value of one type where another is needed.
  static let typeMismatch = DiagnosticCode("type-mismatch")
  /// Elements, branches or arguments of several types.
  static let mixedTypes = DiagnosticCode("mixed-types")
  /// An operator between types for which it means nothing.
  static let noOperation = DiagnosticCode("no-operation")
  /// `<` or a rank on what has no order.
  static let notOrdered = DiagnosticCode("not-ordered")
  /// `==` on what has no equality.
  static let notComparable = DiagnosticCode("not-comparable")
  /// A hole of a sentence that cannot be printed.
  static let unprintable = DiagnosticCode("unprintable")
  /// A decimal with more places than its place has.
  static let tooManyPlaces = DiagnosticCode("too-many-places")
  /// `/` or `%` on decimals.
  static let decimalDivision = DiagnosticCode("decimal-division")

  // Optionals.
  /// An optional used as if it were there.
  static let mayBeAbsent = DiagnosticCode("may-be-absent")
  /// A field or an element of an optional.
  static let throughOptional = DiagnosticCode("through-optional")
  /// A question whether something is there that always is.
  static let alwaysThere = DiagnosticCode("always-there")
  /// `==` on an optional.
  static let optionalEquality = DiagnosticCode("optional-equality")

  // Names and parts.
  /// A name that stands for nothing here.
  static let unknownName = DiagnosticCode("unknown-name")
  /// A name of the language that this place does not have.
  static let unavailableName = DiagnosticCode("unavailable-name")
  /// A name that stands for something other than a value.
  static let notAValue = DiagnosticCode("not-a-value")
  /// Text that is no word of the enum, or no band of the threshold.
  static let unknownWord = DiagnosticCode("unknown-word")
  /// A field that the type does not have.
  static let unknownField = DiagnosticCode("unknown-field")
  /// A field that only some of the entities have that a reference can be to.
  static let fieldOfSome = DiagnosticCode("field-of-some")
  /// A record without one of its fields.
  static let missingField = DiagnosticCode("missing-field")
  /// A function or method that does not exist.
  static let unknownFunction = DiagnosticCode("unknown-function")
  /// A call with too many or too few arguments.
  static let argumentCount = DiagnosticCode("argument-count")
  /// An expression where a literal must stand.
  static let needsLiteral = DiagnosticCode("needs-literal")
  /// Text that is no time, duration or time zone where one is written out.
  static let invalidLiteral = DiagnosticCode("invalid-literal")
  /// An expression where a macro needs the name of its variable.
  static let notAVariable = DiagnosticCode("not-a-variable")
  /// A key that stands twice in a map.
  static let duplicateKey = DiagnosticCode("duplicate-key")
  /// A key of a map that is no text.
  static let mapKey = DiagnosticCode("map-key")
  /// `?` before an entry of a map.
  static let optionalEntry = DiagnosticCode("optional-entry")

  // Left out of CEL.
  /// `dyn`.
  static let noDyn = DiagnosticCode("no-dyn")
  /// Unsigned numbers.
  static let noUint = DiagnosticCode("no-uint")
  /// Byte strings.
  static let noBytes = DiagnosticCode("no-bytes")
  /// `null`.
  static let noNull = DiagnosticCode("no-null")
  /// `type(x)` of what is no reference.
  static let noTypeValues = DiagnosticCode("no-type-values")
}
