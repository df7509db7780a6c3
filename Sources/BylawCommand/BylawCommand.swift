@main
struct BylawCommand {
  static func main() {}
}
