/// An exact decimal number: `units` counted in steps of 10⁻`scale`.
///
/// Money and percentages are kept this way, never as binary fractions.
public struct FixedPoint: Sendable, Hashable {
  /// The number of steps.
  public var units: Int64
  /// The number of decimal places, 0 to 18.
  public var scale: Int

  /// Creates `units` × 10⁻`scale`; `scale` is 0 to 18.
  public init(units: Int64, scale: Int) {
    precondition((0...18).contains(scale), "the scale of a decimal is 0 to 18, not \(scale)")
    self.units = units
    self.scale = scale
  }
}
