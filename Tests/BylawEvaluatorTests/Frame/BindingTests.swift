import BylawCompiler
import BylawModel
import BylawSyntax
import Testing

/// What a variable stands for is read where the body reads it, whatever is bound there.
struct BindingTests {
  private static let range = SourceRange(file: FileID(index: 0), start: 0, end: 0)

  private static func typed(_ kind: TypedExpression.Kind, _ type: ValueType) -> TypedExpression {
    TypedExpression(kind, type, at: range)
  }

  /// `[1, 2, 3].filter(x, BODY)` with x as variable 0.
  private static func filter(_ body: TypedExpression) -> TypedExpression {
    let numbers = typed(.literal(.list([.int(1), .int(2), .int(3)])), .list(.int))
    return typed(.comprehension(.init(kind: .filter, range: numbers, local: 0, condition: body)), .list(.int))
  }

  /// `size(LIST)`.
  private static func size(_ list: TypedExpression) -> TypedExpression { typed(.call(.sizeList, [list]), .int) }

  private static let x = typed(.local(0), .int)

  /// A condition applied within its own argument meets its own variable again: `f(n) = size([1, 2, 3].filter(x, x < n
  /// || x == n))`, here as f(f(3)).
  @Test func `the same comprehension inside itself keeps its variable`() {
    func applied(_ argument: TypedExpression) -> TypedExpression {
      let n = Self.typed(.local(1), .int)
      let body = Self.typed(
        .or([
          Self.typed(.call(.less, [Self.typed(.call(.addInt, [n, n]), .int), Self.x]), .bool),
          Self.typed(.call(.less, [Self.x, n]), .bool),
        ]), .bool)
      return Self.typed(.bind(local: 1, value: argument, body: Self.size(Self.filter(body))), .int)
    }
    let inner = applied(Self.typed(.literal(.int(3)), .int))
    // Two of 1, 2, 3 are below 3; one of them is below 2, none over 4.
    #expect(Evaluation().evaluate(inner, localCount: 2) == "2")
    #expect(Evaluation().evaluate(applied(inner), localCount: 2) == "1")
  }

  @Test func `an error of a bound value is one only where it is read`() {
    let zero = Self.typed(.literal(.int(0)), .int)
    let one = Self.typed(.literal(.int(1)), .int)
    let error = Self.typed(.call(.divideInt, [one, zero]), .int)
    let unread = Self.typed(.bind(local: 0, value: error, body: one), .int)
    #expect(Evaluation().evaluate(unread, localCount: 1) == "1")
    let read = Self.typed(.bind(local: 0, value: error, body: Self.x), .int)
    #expect(Evaluation().evaluate(read, localCount: 1) == "error: division by zero")
  }
}
