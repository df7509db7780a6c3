package import BylawSyntax

/// The mistakes that checking the types of expressions finds.
package enum ExpressionCode: String, CaseIterable, Sendable {
  // Types.
  /// A value of one type where another is needed.
  case typeMismatch = "type-mismatch"
  /// Elements, branches or arguments of several types.
  case mixedTypes = "mixed-types"
  /// An operator between types for which it means nothing.
  case noOperation = "no-operation"
  /// `<` or a rank on what has no order.
  case notOrdered = "not-ordered"
  /// `==` on what has no equality.
  case notComparable = "not-comparable"
  /// A hole of a sentence that cannot be printed.
  case unprintable
  /// A decimal with more places than its place has.
  case tooManyPlaces = "too-many-places"
  /// `/` or `%` on decimals.
  case decimalDivision = "decimal-division"

  /// A number that does not fit into its type.
  case numberOutOfRange = "number-out-of-range"

  // Optionals.
  /// An optional used as if it were there.
  case mayBeAbsent = "may-be-absent"
  /// A field or an element of an optional.
  case throughOptional = "through-optional"
  /// A question whether something is there that always is.
  case alwaysThere = "always-there"
  /// `==` on an optional.
  case optionalEquality = "optional-equality"

  // Names and parts.
  /// A name that stands for nothing here.
  case unknownName = "unknown-name"
  /// A name of the language that this place does not have.
  case unavailableName = "unavailable-name"
  /// A name that stands for something other than a value.
  case notAValue = "not-a-value"
  /// Text that is no word of the enum, or no band of the threshold.
  case unknownWord = "unknown-word"
  /// A field that the type does not have.
  case unknownField = "unknown-field"
  /// A field that only some of the entities have that a reference can be to.
  case fieldOfSome = "field-of-some"
  /// A record without one of its fields.
  case missingField = "missing-field"
  /// A function or method that does not exist.
  case unknownFunction = "unknown-function"
  /// A call with too many or too few arguments.
  case argumentCount = "argument-count"
  /// An expression where a literal must stand.
  case needsLiteral = "needs-literal"
  /// Text that is no time, duration or time zone where one is written out.
  case invalidLiteral = "invalid-literal"
  /// A pattern that is not RE2.
  case invalidPattern = "invalid-pattern"
  /// An expression where a macro needs the name of its variable.
  case notAVariable = "not-a-variable"
  /// A key that stands twice in a map.
  case duplicateKey = "duplicate-key"
  /// A key of a map that is no text.
  case mapKey = "map-key"
  /// `?` before an entry of a map.
  case optionalEntry = "optional-entry"

  // Left out of CEL.
  /// `dyn`.
  case noDyn = "no-dyn"
  /// Unsigned numbers.
  case noUint = "no-uint"
  /// Byte strings.
  case noBytes = "no-bytes"
  /// `null`.
  case noNull = "no-null"
  /// `type(x)` of what is no reference.
  case noTypeValues = "no-type-values"

  /// The code as diagnostics carry it.
  package var code: DiagnosticCode { DiagnosticCode(rawValue) }
}
