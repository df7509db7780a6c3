// swift-tools-version: 6.3
import PackageDescription

/// What the targets are built with, as in the main package.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

/// A package of its own, so that who uses Bylaw never fetches what its benchmarks need.
let package = Package(
  name: "bylaw-benchmarks",
  dependencies: [
    .package(name: "bylaw", path: "../.."),
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
  ],
  targets: [
    .target(name: "CAllocationCount"),
    .target(
      name: "Workload", dependencies: [.product(name: "Bylaw", package: "bylaw")], swiftSettings: strict),
    .executableTarget(
      name: "DecisionTable",
      dependencies: ["Workload", "CAllocationCount", .product(name: "Bylaw", package: "bylaw")],
      swiftSettings: strict),
    .executableTarget(
      name: "Decisions",
      dependencies: [
        "Workload", .product(name: "Bylaw", package: "bylaw"), .product(name: "Benchmark", package: "benchmark"),
      ],
      path: "Benchmarks/Decisions", swiftSettings: strict,
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
  ],
  swiftLanguageModes: [.v6]
)
