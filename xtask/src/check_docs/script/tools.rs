//! Commands for contributors and for measurements.

use super::{Folder, Need, Promise, Scene, ends, scene, stays, untried};

pub(super) const SCENES: &[Scene] = &[
    scene(
        "CONTRIBUTING.md",
        &[
            untried("cargo test --workspace", "the README has the same"),
            ends("cargo xtask ci").needs(&[Need::Minutes(25)]),
            ends("cargo xtask tidy").granted().says(&["found 0 to put right"]),
        ],
    ),
    scene(
        "docs/browser/testing.md",
        &[
            ends("cargo xtask check browser").needs(CHROMIUM),
            ends("cargo xtask check browser --browser firefox")
                .needs(&[Need::Success(FIREFOX, "Firefox"), Need::Program("pulseaudio")]),
            ends("cargo xtask check browser --list").needs(CHROMIUM).says(&["conversation"]),
            ends("cargo xtask check browser --only instrument").needs(CHROMIUM).says(&["instrument"]),
            stays("cargo run --release").granted().says(&["http://127.0.0.1:7780/"]),
            ends("cargo xtask check browser --look http://127.0.0.1:7780/").needs(CHROMIUM),
        ],
    ),
    scene(
        "docs/downloads.md",
        &[
            untried("sha256sum --check --ignore-missing SHA256SUMS", DOWNLOADS),
            untried("podman load --input consonance-0.2.0-oci.tar", DOWNLOADS),
            untried("apt install ./consonance_0.2.0_amd64.deb", DOWNLOADS),
            untried("npm install ./consonance-0.2.0-npm.tgz", DOWNLOADS),
            untried("pip install ./consonance_voice-0.2.0-cp310-abi3-manylinux_2_34_x86_64.whl", DOWNLOADS),
            untried("tar -xzf consonance-0.2.0-crates.tar.gz", DOWNLOADS),
            untried("tar -xzf bevy_consonance-0.2.0.crate", DOWNLOADS),
            untried("cargo xtask dist", "it compiles the command for three machines"),
            untried("cargo xtask dist --only oci --verify", "the same for one of them"),
            ends("cargo xtask publish --dry-run").says(&["crate consonance-wire", "CARGO_REGISTRY_TOKEN"]),
        ],
    ),
    scene(
        "docs/end-to-end.md",
        &[
            ends("cargo xtask check scenario")
                .needs(&[Need::Minutes(8)])
                .says(&["all players heard what was for them"]),
            untried(
                "cargo xtask check scenario --browser none --output scenario-out",
                "the same again, with one player less",
            ),
        ],
    ),
    scene(
        "docs/fuzzing.md",
        &[
            untried(
                "cargo xtask fuzz",
                "it takes ten minutes for each target; the next one is the same for one of them",
            ),
            ends("cargo xtask fuzz --list"),
            ends("cargo xtask fuzz --target wire_parse --seconds 60").needs(&[
                Need::Program("cargo-fuzz"),
                Need::Success("rustc +nightly --version", "nightly toolchain"),
            ]),
        ],
    ),
    scene(
        "docs/licences.md",
        &[
            ends("cargo xtask write licences --texts third-party-licences.txt")
                .promises(&[Promise::File("third-party-licences.txt")]),
            ends("rm third-party-licences.txt").granted(),
        ],
    ),
    scene(
        "docs/platforms.md",
        &[
            ends("rustup target add x86_64-pc-windows-gnu aarch64-apple-darwin aarch64-linux-android").needs(
                &[Need::Success("rustup target list --installed | grep -q aarch64-linux-android", TARGETS)],
            ),
            ends("rustup target add wasm32-unknown-unknown thumbv7em-none-eabi").needs(&[Need::Success(
                "rustup target list --installed | grep -q thumbv7em-none-eabi",
                TARGETS,
            )]),
            ends("cargo xtask check platforms"),
        ],
    ),
    scene("docs/benchmarks.md", &[ends("cargo xtask benchmarks").needs(&[Need::Minutes(30)])]),
    scene(
        "docs/server-cost.md",
        &[
            ends("cargo build --release -p consonance-bench")
                .promises(&[Promise::File("target/release/consonance-bench")]),
            ends("chrt -f 1 taskset -c 1 target/release/consonance-bench floor")
                .says(&["sendto"])
                .needs(&[Need::Success("chrt -f 1 taskset -c 1 true", "right to real-time priority")]),
            ends("target/release/consonance-bench load --ramp --floor --quic").needs(&[Need::Minutes(3)]),
            ends("target/release/consonance-bench load --ramp --floor --quic --speakers 8 --json")
                .needs(&[Need::Minutes(3)]),
            ends("consonance-bench load --idle 10000 --sessions 1000").needs(&[Need::Minutes(2)]),
            ends("consonance-bench load --rate 500 --joins-per-second 300").needs(&[Need::Minutes(1)]),
            ends("consonance-bench load --flood").needs(&[Need::Minutes(1)]),
            ends("consonance-bench load --garbage 20000").needs(&[Need::Minutes(1)]),
        ],
    ),
    scene(
        "web/README.md",
        &[
            ends("npm ci").needs(NPM),
            ends("npm run check").needs(NPM),
            ends("npm test").needs(NPM),
            ends("npm run build").needs(NPM).promises(&[Promise::File("dist/consonance.js")]),
            ends("npm pack").needs(NPM).promises(&[Promise::File("consonance-0.2.0.tgz")]),
            ends("rm consonance-0.2.0.tgz").granted().needs(NPM),
        ],
    )
    .in_folder(Folder::Checkout("web")),
];

const NPM: &[Need] = &[Need::Program("npm")];
const CHROMIUM: &[Need] = &[Need::Success(
    "\"${CHROME:-chromium}\" --version || chromium-browser --version || google-chrome --version",
    "Chromium",
)];
const FIREFOX: &str = "\"${FIREFOX:-firefox}\" --version || firefox-esr --version";
const DOWNLOADS: &str = "`cargo xtask dist` tries what it makes";
const TARGETS: &str = "standard library for those, and adding one would change this machine's toolchain";
