//! Which machines the project is for, and which of its crates.

/// A machine to build for.
pub(crate) struct Target {
    /// As rustc calls it.
    pub(crate) name: &'static str,
    /// The packages that have to build for it.
    pub(crate) crates: &'static [&'static str],
    /// Whether nothing else may be in their graph, except what [`PURE_MAY_BRING`] names.
    pub(crate) pure: bool,
    /// The program that compiles C for it, where the compiler is looked for by default.
    pub(crate) c_compiler: &'static str,
}

/// What a game links to hear and to speak.
const CLIENT: &[&str] = &[
    "consonance-wire",
    "consonance-opus-packet",
    "consonance-name-key",
    "consonance-end-reason",
    "consonance-session",
    "consonance-recording",
    "consonance-audio",
    "consonance-device",
    "consonance-transport",
    "consonance-quic",
    "consonance",
];

/// What a page runs by itself where its voice does not come through otherwise.
const PAGE: &[&str] = &["consonance-browser"];

/// What builds where there is no operating system.
pub(crate) const PURE: &[&str] = &[
    "consonance-wire",
    "consonance-opus-packet",
    "consonance-name-key",
    "consonance-end-reason",
    "consonance-session",
];

/// What these may bring: the Unicode tables by which names are compared, without the standard library like themselves.
pub(crate) const PURE_MAY_BRING: &[&str] =
    &["tinyvec", "unicode-normalization", "unicode-script", "unicode-security"];

/// Every machine that is checked, besides the one at hand.
///
/// `thumbv7em-none-eabi` stands for all bare machines: it has an allocator if one brings it, and nothing else.
pub(crate) const TARGETS: &[Target] = &[
    Target {
        name: "x86_64-pc-windows-gnu",
        crates: CLIENT,
        pure: false,
        c_compiler: "x86_64-w64-mingw32-gcc",
    },
    Target { name: "x86_64-pc-windows-msvc", crates: CLIENT, pure: false, c_compiler: "cl.exe" },
    // `xcrun` finds the compiler of macOS and is on no other system.
    Target { name: "aarch64-apple-darwin", crates: CLIENT, pure: false, c_compiler: "xcrun" },
    Target {
        name: "aarch64-linux-android",
        crates: CLIENT,
        pure: false,
        c_compiler: "aarch64-linux-android-clang",
    },
    Target { name: "wasm32-unknown-unknown", crates: PURE, pure: true, c_compiler: "clang" },
    Target { name: "wasm32-unknown-unknown", crates: PAGE, pure: false, c_compiler: "clang" },
    Target { name: "thumbv7em-none-eabi", crates: PURE, pure: true, c_compiler: "arm-none-eabi-gcc" },
];
