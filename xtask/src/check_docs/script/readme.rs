//! The README, in its order, and the page of the terminal that it leads to.

use super::{Need, Promise, Scene, ends, scene, stays};

/// A newcomer's first half hour.
pub(super) const SCENES: &[Scene] = &[
    scene(
        "README.md",
        &[
            stays("cargo run --release")
                .says(&["http://127.0.0.1:7780/", "quic://127.0.0.1:7777/main#sha256="])
                .promises(&[Promise::Page("another player:")]),
            stays("cargo run --release -- join 'quic://127.0.0.1:7777/main#sha256=…' --name Carol --listen lobby --speak lobby")
                .says(&["you joined as Carol", "Carol entered room lobby"]),
        ],
    ),
    scene(
        "docs/guide/terminal.md",
        &[ends("cargo run --release -- demo").promises(&[
            Promise::Speech("demo-out/alice.wav"),
            Promise::Speech("demo-out/bob.wav"),
            Promise::File("demo-out/report.html"),
        ])],
    ),
    scene("README.md", &[ends("cargo test --workspace").says(&["test result: ok"]).needs(&[Need::Tests])]),
    scene(
        "docs/guide/terminal.md",
        &[
            stays("cargo run --release -- serve --listen 127.0.0.1:7777").says(&["quic://127.0.0.1:7777/main#sha256="]),
            stays("cargo run --release -- join 'quic://127.0.0.1:7777/main#sha256=…' --name Bob --listen lobby --output heard.wav")
                .says(&["you joined as Bob", "Bob entered room lobby"])
                .afterwards(&[Promise::Speech("heard.wav")]),
            stays("cargo run --release -- join 'quic://127.0.0.1:7777/main#sha256=…' --name Alice --speak lobby --input assets/speech/austen-1.wav")
                .says(&["you joined as Alice"])
                .promises(&[
                    Promise::Elsewhere("--name Bob", "Alice started speaking"),
                    Promise::Speech("heard.wav"),
                    Promise::Typed("hello"),
                    Promise::Elsewhere("--name Bob", "Alice to lobby: hello"),
                ]),
        ],
    ),
    scene(
        "README.md",
        &[stays("cargo run --release -- proxy mirror --listen 0.0.0.0:7777 --upstream 127.0.0.1:7778").says(&["is open over"])],
    ),
    scene(
        "README.md",
        &[
            stays("nats-server --jetstream --addr 127.0.0.1").needs(NATS).says(&["Server is ready"]),
            stays("cargo run --release -- serve --listen 127.0.0.1:7777 --nats nats://127.0.0.1:4222 --node one")
                .needs(NATS)
                .says(&["quic://127.0.0.1:7777/main#sha256="]),
            stays("cargo run --release -- serve --listen 127.0.0.1:7778 --nats nats://127.0.0.1:4222 --node two")
                .needs(NATS)
                .says(&["quic://127.0.0.1:7778/main#sha256="]),
        ],
    ),
];

/// Servers that share their sessions.
const NATS: &[Need] = &[Need::Program("nats-server")];
