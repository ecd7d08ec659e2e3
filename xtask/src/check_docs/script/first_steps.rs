//! The first ten minutes of each kind of reader, beside one server.

use super::{Need, Scene, Value, ends, scene, stays, untried};

pub(super) const SCENES: &[Scene] = &[scene(
    "docs/first-steps.md",
    &[
        stays("consonance").says(&["http://127.0.0.1:7780/", "quic://127.0.0.1:7777/main#sha256="]),
        stays("cargo run --release --package consonance --example bot -- 'quic://127.0.0.1:7777/main#sha256=…' lobby")
            .says(&["the music box plays to lobby"]),
        untried("export PKG_CONFIG_PATH=\"$PWD/lib/pkgconfig\"", UNPACKED),
        untried("gcc example/hello.c -o hello $(pkg-config --cflags --libs consonance) -lm", UNPACKED),
        untried("LD_LIBRARY_PATH=lib ./hello 'quic://127.0.0.1:7777/main#sha256=…' Carol", UNPACKED),
        stays("node web/examples/serve.mjs")
            .needs(&[Need::Program("node")])
            .says(&["http://localhost:8000, with the server at http://127.0.0.1:7780/"]),
        untried("pip install ./consonance_voice-0.2.0-cp310-abi3-manylinux_2_34_x86_64.whl", UNPACKED),
        untried("apt install ./consonance_0.2.0_amd64.deb", UNPACKED),
        ends("mkdir -p /etc/consonance").granted().stands_for(&[ETC]),
        ends("consonance serve --print-config > /etc/consonance/voice.toml").granted().stands_for(&[ETC]),
        ends("consonance serve --check --config /etc/consonance/voice.toml").stands_for(&[ETC]),
        untried("systemctl enable --now consonance", "it starts a service on this machine"),
    ],
)];

const UNPACKED: &str = "`cargo xtask dist` does the same with what it has made";
/// A folder in place of this machine's own.
const ETC: (&str, Value) = ("/etc", Value::Folder("etc"));
