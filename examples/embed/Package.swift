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
      ])
  ],
  swiftLanguageModes: [.v6])
