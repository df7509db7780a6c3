// swift-tools-version: 6.3
import PackageDescription

/// What the targets are built with, as in the main package.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

/// The benchmark tool is asked for by name: its dependencies are many, and the table needs none of them.
let isToolWanted = Context.environment["BYLAW_BENCHMARK_TOOL"] != nil

let toolDependencies: [Package.Dependency] = [
  .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: [])
]
let toolTargets: [Target] = [
  .executableTarget(
    name: "Decisions",
    dependencies: [
      "Workload", .product(name: "Bylaw", package: "bylaw"), .product(name: "Benchmark", package: "benchmark"),
    ],
    path: "Benchmarks/Decisions", swiftSettings: strict,
    plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
]

/// A package of its own, so that who uses Bylaw never fetches what its benchmarks need.
let package = Package(
  name: "bylaw-benchmarks",
  dependencies: [.package(name: "bylaw", path: "../..")] + (isToolWanted ? toolDependencies : []),
  targets: [
    .target(name: "CAllocationCount"),
    .target(name: "CPlainStore", linkerSettings: [.linkedLibrary("sqlite3")]),
    .target(
      name: "Workload", dependencies: [.product(name: "Bylaw", package: "bylaw")], swiftSettings: strict),
    .executableTarget(
      name: "DecisionTable",
      dependencies: ["Workload", "CAllocationCount", .product(name: "Bylaw", package: "bylaw")],
      swiftSettings: strict),
    .executableTarget(
      name: "StoreTable",
      dependencies: [
        "CPlainStore", .product(name: "Bylaw", package: "bylaw"),
        .product(name: "BylawStoreSQLite", package: "bylaw"),
      ],
      swiftSettings: strict),
  ] + (isToolWanted ? toolTargets : []),
  swiftLanguageModes: [.v6]
)
