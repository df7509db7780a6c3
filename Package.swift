// swift-tools-version: 6.3
import PackageDescription

/// What every target is built with: warnings are errors, and access levels of imports are explicit.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableUpcomingFeature("InferIsolatedConformances"),
  .treatAllWarnings(as: .error),
  .treatWarning("ExplicitSendable", as: .error),
]

/// Targets that touch C: every unsafe use is marked.
let cEdge: [SwiftSetting] = strict + [.strictMemorySafety()]

let package = Package(
  name: "bylaw",
  products: [
    .library(name: "Bylaw", targets: ["Bylaw", "BylawModel"]),
    .library(name: "BylawStoreSQLite", targets: ["BylawStoreSQLite"]),
    .executable(name: "bylaw", targets: ["BylawCommand"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
  ],
  targets: [
    .systemLibrary(name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .target(name: "BylawModel", swiftSettings: strict),
    .target(name: "BylawSyntax", dependencies: ["CLibYAML", "BylawModel"], swiftSettings: cEdge),
    .target(name: "BylawEvaluator", dependencies: ["BylawModel"], swiftSettings: strict),
    .target(
      name: "BylawCompiler", dependencies: ["BylawModel", "BylawSyntax", "BylawEvaluator"],
      swiftSettings: strict),
    .target(
      name: "BylawStore",
      dependencies: ["BylawModel", "BylawEvaluator", .product(name: "Crypto", package: "swift-crypto")],
      swiftSettings: strict),
    .target(
      name: "BylawStoreSQLite",
      dependencies: [
        "BylawStore", "BylawModel", "BylawEvaluator",
        .product(name: "GRDB", package: "GRDB.swift"), .product(name: "GRDBSQLite", package: "GRDB.swift"),
      ],
      swiftSettings: cEdge),
    .target(
      name: "Bylaw",
      dependencies: [
        "BylawModel", "BylawSyntax", "BylawEvaluator", "BylawCompiler", "BylawStore",
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "BylawCommand",
      dependencies: [
        "Bylaw", "BylawModel", "BylawStore", "BylawStoreSQLite",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .target(
      name: "BylawTestSupport",
      dependencies: ["BylawModel", "BylawSyntax", "BylawEvaluator", "BylawCompiler", "BylawStore"],
      path: "Tests/BylawTestSupport", swiftSettings: strict),
    .target(
      name: "BylawStoreTestSupport", dependencies: ["Bylaw", "BylawStore", "BylawModel"],
      path: "Tests/BylawStoreTestSupport", swiftSettings: strict),
    .executableTarget(
      name: "StoreLoad",
      dependencies: ["Bylaw", "BylawModel", "BylawStore", "BylawStoreSQLite", "BylawStoreTestSupport"],
      path: "Tests/StoreLoad", swiftSettings: strict),
    .testTarget(
      name: "BylawStoreSQLiteTests",
      dependencies: [
        "Bylaw", "BylawCommand", "BylawEvaluator", "BylawStoreSQLite", "BylawStore", "BylawModel",
        "BylawStoreTestSupport", "BylawTestSupport", "StoreLoad",
        .product(name: "GRDB", package: "GRDB.swift"), .product(name: "GRDBSQLite", package: "GRDB.swift"),
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "BylawModelTests", dependencies: ["BylawModel", "BylawTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "BylawSyntaxTests", dependencies: ["BylawSyntax", "BylawModel", "BylawTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "BylawEvaluatorTests",
      dependencies: [
        "BylawEvaluator", "BylawCompiler", "BylawSyntax", "BylawModel", "BylawTestSupport",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "BylawCompilerTests",
      dependencies: [
        "BylawCompiler", "BylawSyntax", "BylawEvaluator", "BylawModel", "BylawTestSupport",
      ],
      exclude: ["Golden/cases", "Golden/preludes"], swiftSettings: strict),
    .testTarget(
      name: "BylawStoreTests",
      dependencies: [
        "Bylaw", "BylawStore", "BylawEvaluator", "BylawModel", "BylawTestSupport", "BylawStoreTestSupport",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "BylawTests", dependencies: ["Bylaw", "BylawModel", "BylawTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "BylawCommandTests", dependencies: ["BylawCommand", "BylawTestSupport"],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
