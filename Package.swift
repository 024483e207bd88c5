// swift-tools-version: 6.3
import PackageDescription

// `make` builds the archive first: the core in Embedded Swift, which is no target of this package.
// FFTW is linked statically, as in the plug-in: its planner and its bits are the same everywhere.
let core: [LinkerSetting] = [
  .unsafeFlags(
    ["\(Context.packageDirectory)/build/libisolde.a"]
      + ["-Bstatic", "-lfftw3f", "-Bdynamic"].flatMap { ["-Xlinker", $0] }),
  .linkedLibrary("m"),
]

// What isolde.h includes.
let headers: SwiftSetting = .unsafeFlags([
  "-Xcc", "-I\(Context.packageDirectory)/Sources/Modules/CInterface",
])

// The plug-ins' window, without its LV2 face, for `isolde view`; what its headers include.
let window: [LinkerSetting] = [
  .unsafeFlags(["\(Context.packageDirectory)/build/libwindow.a"]), .linkedLibrary("xcb"),
  .linkedLibrary("fontconfig"),
]
let windowHeaders: SwiftSetting = .unsafeFlags(
  ["Plugin", "IsoldeLibrary"].flatMap { ["-Xcc", "-I\(Context.packageDirectory)/Sources/\($0)"] })

let package = Package(
  name: "isolde",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
  ],
  targets: [
    .systemLibrary(name: "CIsolde", path: "Sources/Modules/CIsolde"),  // isolde.h alone
    .systemLibrary(name: "CFFTW", path: "Sources/Modules/CFFTW"),
    .systemLibrary(name: "CLinux", path: "Sources/Modules/CLinux"),
    .systemLibrary(name: "CPresets", path: "Sources/Modules/CPresets"),  // the factory presets
    .systemLibrary(
      name: "CSndfile", path: "Sources/Modules/CSndfile", pkgConfig: "sndfile",
      providers: [.apt(["libsndfile1-dev"])]),
    .systemLibrary(name: "CWindow", path: "Sources/Modules/CWindow"),
    .systemLibrary(
      name: "CCairo", path: "Sources/Modules/CCairo", pkgConfig: "cairo",
      providers: [.apt(["libcairo2-dev"])]),
    .executableTarget(
      name: "isolde",
      dependencies: [
        "CIsolde", "CFFTW", "CSndfile", "CCairo", "CLinux", "CPresets", "CWindow",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: [headers, windowHeaders],
      linkerSettings: window + core),
    .testTarget(
      name: "IsoldeTests",
      dependencies: ["CIsolde", "CSndfile"],
      exclude: ["run.sh"],
      swiftSettings: [headers, .unsafeFlags(["-O"])],  // they go through minutes of sound
      linkerSettings: core),
  ]
)
