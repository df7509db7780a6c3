// swift-tools-version: 6.3
import PackageDescription

let package = Package(
  name: "embed",
  dependencies: [.package(name: "bylaw", path: "../..")],
  targets: [
    .executableTarget(
      name: "Embed",
      dependencies: [
        .product(name: "Bylaw", package: "bylaw")
      ]),
    .executableTarget(
      name: "Store",
      dependencies: [
        .product(name: "Bylaw", package: "bylaw"), .product(name: "BylawStoreSQLite", package: "bylaw"),
      ]),
  ],
  swiftLanguageModes: [.v6])
