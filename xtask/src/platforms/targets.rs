//! The machines that the project is for, and the crates that each of them needs.

/// A machine to build for.
pub(crate) struct Target {
    /// The target's name in rustc.
    pub(crate) name: &'static str,
    /// The packages that have to build for it.
    pub(crate) crates: &'static [&'static str],
    /// Whether nothing else may be in their graph, except what [`PURE_MAY_BRING`] names.
    pub(crate) pure: bool,
    /// The program that compiles C for it, where the compiler is looked for by default.
    pub(crate) c_compiler: &'static str,
    /// The crates of the standard library to compile for it, where that is not installed.
    pub(crate) library: &'static str,
    /// Whether the packages have their default features.
    pub(crate) default_features: bool,
    /// The name of the packages as a group.
    pub(crate) part: &'static str,
}

impl Target {
    /// The option of cargo for the packages' features.
    pub(crate) fn features(&self) -> Option<&'static str> {
        (!self.default_features).then_some("--no-default-features")
    }
}

const STD: &str = "std,panic_abort";
/// Without an operating system.
const BARE: &str = "core,alloc";

/// The crates that a game links for voice: to hear and to speak.
const CLIENT: &[&str] = &[
    "consonance-wire",
    "consonance-settings",
    "consonance-session",
    "consonance-recording",
    "consonance-audio",
    "consonance-device",
    "consonance-link",
    "consonance-quic",
    "consonance",
];

/// The crate that a game links whose engine provides the devices and the network.
const FACADE: &[&str] = &["consonance"];

/// The crate that a page runs itself where its voice does not come through otherwise.
const PAGE: &[&str] = &["consonance-browser"];

/// The crates that build without an operating system.
pub(crate) const PURE: &[&str] = &["consonance-wire", "consonance-settings", "consonance-session"];

/// Features of the pure crates that are off by default and need no operating system either.
pub(crate) const PURE_FEATURES: &[&str] = &["consonance-wire/serde", "consonance-session/serde"];

/// Crates that the pure ones may depend on: Unicode tables for the comparison of names and `thiserror`, which do
/// without the standard library, too, and what writes the code of `thiserror`, which runs in the compiler.
pub(crate) const PURE_MAY_BRING: &[&str] = &[
    "tinyvec",
    "unicode-normalization",
    "unicode-script",
    "unicode-security",
    "thiserror",
    "thiserror-impl",
    "proc-macro2",
    "quote",
    "syn",
    "unicode-ident",
];

/// Every machine that is checked, besides the one at hand.
///
/// `thumbv7em-none-eabi` stands for all bare machines: it has an allocator if one brings it, and nothing else.
pub(crate) const TARGETS: &[Target] = &[
    native("x86_64-pc-windows-gnu", "x86_64-w64-mingw32-gcc"),
    native("x86_64-pc-windows-msvc", "cl.exe"),
    native("aarch64-unknown-linux-gnu", "aarch64-linux-gnu-gcc"),
    // `xcrun` finds the compiler of macOS, and exists on no other system.
    native("aarch64-apple-darwin", "xcrun"),
    native("aarch64-apple-ios", "xcrun"),
    engine_only("aarch64-apple-ios"),
    native("aarch64-linux-android", "aarch64-linux-android-clang"),
    engine_only("aarch64-linux-android"),
    Target {
        name: "wasm32-unknown-unknown",
        crates: PURE,
        pure: true,
        c_compiler: "clang",
        library: STD,
        default_features: true,
        part: "the cores",
    },
    Target {
        name: "wasm32-unknown-unknown",
        crates: PAGE,
        pure: false,
        c_compiler: "clang",
        library: STD,
        default_features: true,
        part: "the page's part",
    },
    Target {
        name: "thumbv7em-none-eabi",
        crates: PURE,
        pure: true,
        c_compiler: "arm-none-eabi-gcc",
        library: BARE,
        default_features: true,
        part: "the cores",
    },
];

/// A machine on which games run.
const fn native(name: &'static str, c_compiler: &'static str) -> Target {
    Target {
        name,
        crates: CLIENT,
        pure: false,
        c_compiler,
        library: STD,
        default_features: true,
        part: "all",
    }
}

/// A machine on which a game's engine has the devices and the network: nothing of the façade is C.
const fn engine_only(name: &'static str) -> Target {
    Target {
        name,
        crates: FACADE,
        pure: false,
        c_compiler: "",
        library: STD,
        default_features: false,
        part: "the façade without C",
    }
}
