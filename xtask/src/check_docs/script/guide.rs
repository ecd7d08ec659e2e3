//! The guide, and the pages for operators.

use super::{Folder, Need, Promise, Scene, Value, ends, scene, stays, untried};

pub(super) const SCENES: &[Scene] = &[
    scene(
        "docs/guide/c.md",
        &[
            ends("cargo build --release --package consonance-ffi").needs(&[Need::Minutes(15)]),
            ends("mkdir -p target/hello").needs(&[Need::Minutes(15)]),
            ends("cp target/release/libconsonance_ffi.so target/hello/libconsonance.so.1").needs(&[Need::Minutes(15)]),
            ends("ln -sf libconsonance.so.1 target/hello/libconsonance.so").needs(&[Need::Minutes(15)]),
            ends("gcc crates/ffi/examples/hello.c -o target/hello/hello -Icrates/ffi/include -Ltarget/hello -lconsonance -lm '-Wl,-rpath,$ORIGIN'")
                .needs(&[Need::Program("gcc"), Need::Minutes(15)]),
            ends("target/hello/hello offline: Alice").needs(&[Need::Program("gcc"), Need::Minutes(15)]),
            untried("export PKG_CONFIG_PATH=\"$PWD/lib/pkgconfig\"", UNPACKED),
            untried("gcc example/hello.c -o hello $(pkg-config --cflags --libs consonance) -lm", UNPACKED),
        ],
    ),
    scene(
        "docs/guide/diagnostics.md",
        &[
            stays("consonance serve --listen 127.0.0.1:7777").granted().says(&["quic://"]),
            stays("consonance join 'quic://…' --name Bob --listen lobby --diagnostics trouble")
                .says(&["you joined as Bob"])
                .afterwards(&[
                    Promise::File("trouble/01-mix.wav"),
                    Promise::File("trouble/packets.pcapng"),
                    Promise::File("trouble/events.txt"),
                ]),
        ],
    )
    .in_folder(Folder::Empty),
    scene(
        "docs/guide/diagnostics.md",
        &[stays("consonance serve --capture-packets session.pcapng")
            .says(&["quic://"])
            .afterwards(&[Promise::File("session.pcapng")])],
    )
    .in_folder(Folder::Empty),
    scene(
        "docs/guide/encryption.md",
        &[
            ends("consonance token keygen accounts.jwk accounts-public.jwk")
                .promises(&[Promise::File("accounts.jwk"), Promise::File("accounts-public.jwk")]),
            ends("consonance token attest --signing-key accounts.jwk --account 42 --player-key d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a > alice.attestation")
                .promises(&[Promise::File("alice.attestation")]),
            stays("consonance serve --listen 127.0.0.1:7777 --encryption required").says(&["quic://"]),
            stays("consonance join 'quic://127.0.0.1:7777/main#sha256=…' --name Alice --listen lobby")
                .says(&["you joined as Alice", "encrypted from end to end"]),
        ],
    )
    .in_folder(Folder::Empty),
    scene(
        "docs/guide/inspector.md",
        &[
            stays("consonance serve --listen 127.0.0.1:7777 --inspector").says(&["inspector: http://127.0.0.1:"]),
            stays("consonance join 'quic://127.0.0.1:7777/main#sha256=…' --name Bob --listen lobby --inspector")
                .says(&["inspector: http://127.0.0.1:", "you joined as Bob"]),
            stays("consonance join 'quic://127.0.0.1:7777/main#sha256=…' --name Alice --speak lobby --tone 440")
                .granted()
                .says(&["you joined as Alice"])
                .promises(&[Promise::Elsewhere("--name Bob", "Alice started speaking")]),
            // On a machine without a loudspeaker, the last link of the chain fails.
            ends("consonance why URL Alice Bob")
                .with_one_of(&[0, 1])
                .stands_for(&[("URL", Value::Said("inspector: "))])
                .says(&["Why does Bob not hear Alice?", "ok      speaker joined"]),
        ],
    )
    .in_folder(Folder::Empty),
    scene(
        "docs/guide/joining.md",
        &[
            ends("consonance token keygen secret.jwk public.jwk")
                .promises(&[Promise::File("secret.jwk"), Promise::File("public.jwk")]),
            stays("consonance serve --token-key public.jwk").says(&["quic://"]),
            ends("consonance token new --signing-key secret.jwk --name Alice --session main --listen lobby --listen 'team red*' > alice.token")
                .promises(&[Promise::File("alice.token")]),
            ends("consonance token show alice.token --token-key public.jwk").says(&["Alice"]),
            stays("consonance join quic://… --name Alice --token-file alice.token").says(&["you joined as Alice"]),
        ],
    )
    .in_folder(Folder::Empty),
    scene(
        "docs/guide/offline.md",
        &[stays("consonance join offline: --name Me --speak anywhere").says(&["you joined as Me", "Loopback joined"])],
    )
    .in_folder(Folder::Empty),
    scene(
        "docs/guide/proximity.md",
        &[stays("consonance serve --proximity world=25 --proximity 'dungeon *=12'").says(&["quic://"])],
    )
    .in_folder(Folder::Empty),
    scene(
        "docs/guide/python.md",
        &[
            untried("pip install ./consonance_voice-0.2.0-cp310-abi3-manylinux_2_34_x86_64.whl", UNPACKED),
            untried("pip install maturin", VIRTUAL),
            untried("maturin build --release --manifest-path python/Cargo.toml --out wheels", VIRTUAL),
            untried("pip install wheels/consonance_voice-*.whl", VIRTUAL),
            untried(
                "python python/examples/music.py 'quic://127.0.0.1:7777/main#sha256=…' assets/speech",
                VIRTUAL,
            ),
            untried(
                "python python/examples/recorder.py 'quic://127.0.0.1:7777/main#sha256=…' recorded",
                VIRTUAL,
            ),
            untried("pip install --requirement python/requirements-captions.txt", VIRTUAL),
            untried("python python/examples/captions.py 'quic://127.0.0.1:7777/main#sha256=…'", VIRTUAL),
        ],
    ),
    scene(
        "docs/guide/running-a-server.md",
        &[
            ends("mkdir -p /usr/local/bin /etc/systemd/system")
                .granted()
                .stands_for(&[("/usr/local/bin", Value::Folder("bin")), ("/etc", Value::Folder("etc"))]),
            ends("install -m 755 target/release/consonance /usr/local/bin/").stands_for(&[("/usr/local/bin", Value::Folder("bin"))]),
            ends("mkdir -p /etc/consonance").stands_for(&[("/etc", Value::Folder("etc"))]),
            ends("consonance serve --print-config > /etc/consonance/voice.toml").stands_for(&[("/etc", Value::Folder("etc"))]),
            ends("cp packaging/consonance.service /etc/systemd/system/").stands_for(&[("/etc", Value::Folder("etc"))]),
            untried("systemctl enable --now consonance", "it starts a service on this machine"),
            ends("consonance serve --print-schema > /etc/consonance/consonance.schema.json")
                .stands_for(&[("/etc", Value::Folder("etc"))]),
            ends("consonance serve --check --config /etc/consonance/voice.toml")
                .granted()
                .stands_for(&[("/etc", Value::Folder("etc"))]),
        ],
    ),
    scene(
        "docs/operations.md",
        &[
            stays("consonance serve --listen 127.0.0.1:7777 --admin").granted().says(&["quic://"]),
            stays("consonance join 'quic://…' --name Alice --speak lobby --tone 440").granted().says(&["you joined as Alice"]),
            ends("consonance admin drain --within 1800 --redirect 'quic://voice2.example.org:7777/{session}' --reason \"update\"")
                .stands_for(&[("voice2.example.org:7777", Value::Is("127.0.0.1:7779"))])
                .promises(&[Promise::Elsewhere("--name Alice", "the server stops in 1800 s")]),
            // The address that she is redirected to does not answer, so she comes back.
            ends("consonance admin undrain").promises(&[Promise::Elsewhere("--name Alice", "the connection is back")]),
        ],
    )
    .in_folder(Folder::Empty),
    scene(
        "docs/cluster.md",
        &[
            stays("nats-server --jetstream --addr 127.0.0.1").needs(NATS).says(&["Server is ready"]),
            stays("consonance serve --listen 127.0.0.1:7777 --nats nats://127.0.0.1:4222 --node one --admin")
                .needs(NATS)
                .says(&["quic://"]),
            stays("consonance serve --listen 127.0.0.1:7778 --nats nats://127.0.0.1:4222 --node two")
                .needs(NATS)
                .says(&["quic://"]),
            stays("consonance join 'quic://127.0.0.1:7777/main#sha256=…' --name Bob --listen lobby")
                .granted()
                .needs(NATS)
                .says(&["you joined as Bob"]),
            stays("consonance join 'quic://127.0.0.1:7778/main#sha256=…' --name Alice --speak lobby --tone 440")
                .granted()
                .needs(NATS)
                .says(&["you joined as Alice"])
                .promises(&[Promise::Elsewhere("--name Bob", "Alice started speaking")]),
            ends("consonance admin nodes").needs(NATS).says(&["one", "two", "alive"]),
            ends("consonance admin drain --node two --within 1800")
                .needs(NATS)
                .promises(&[Promise::Elsewhere("--name Alice", "the server stops in 1800 s")]),
            ends("consonance admin undrain --node two")
                .needs(NATS)
                .promises(&[Promise::Elsewhere("--name Alice", "the server cancelled draining")]),
        ],
    )
    .in_folder(Folder::Empty),
    scene(
        "docs/recording.md",
        &[
            stays("consonance serve --listen 127.0.0.1:7777").granted().says(&["quic://"]),
            stays("consonance join 'quic://127.0.0.1:7777/main#sha256=…' --name Alice --speak lobby --tone 440")
                .granted()
                .says(&["you joined as Alice"]),
            stays("consonance join 'quic://127.0.0.1:7777/main#sha256=…' --name Bob --listen lobby --record evening --record-format opus")
                .says(&["you joined as Bob", "Alice started speaking"])
                .afterwards(&[Promise::File("evening/01-mix.opus")]),
        ],
    )
    .in_folder(Folder::Empty),
    scene(
        "docs/recording.md",
        &[
            stays("consonance serve --listen 127.0.0.1:7777 --encryption required").granted().says(&["quic://"]),
            stays("consonance join 'quic://127.0.0.1:7777/main#sha256=…' --name Archive --listen lobby --key-log main.keys")
                .says(&["you joined as Archive", "encrypted from end to end"])
                .afterwards(&[Promise::File("main.keys")]),
            untried(
                "consonance decrypt recordings/main/2033-05-18T03-33-20Z --keys main.keys --to opened",
                "a recording is named by its time: `crates/cli/tests/command/server_recording.rs` opens one",
            ),
        ],
    )
    .in_folder(Folder::Empty),
    scene(
        "docs/recording.md",
        &[
            stays("consonance serve --listen 127.0.0.1:7777 --encryption required").granted().says(&["quic://"]),
            ends("consonance decrypt --new-key moderators").afterwards(&[Promise::File("moderators.pub")]),
            stays("consonance join 'quic://127.0.0.1:7777/main#sha256=…' --name Bob --listen lobby --moderators-key moderators.pub")
                .says(&["you joined as Bob", "encrypted from end to end"]),
            untried(
                "consonance decrypt 17/report.sealed --moderators-key moderators --to opened",
                "the report is typed in a terminal: `crates/consonance/tests/voice_chat/player_reports.rs` opens one",
            ),
        ],
    )
    .in_folder(Folder::Empty),
    scene(
        "packaging/compose.yaml",
        &[
            ends("podman build -f packaging/Containerfile -t consonance .").needs(IMAGES),
            stays("podman compose -f packaging/compose.yaml up").says(&["quic://"]).needs(IMAGES),
        ],
    ),
    scene(
        "packaging/Containerfile",
        &[
            ends("podman build -f packaging/Containerfile -t consonance .").needs(IMAGES),
            ends("touch voice.toml").granted().needs(IMAGES),
            stays("podman run --rm -p 7777:7777/udp -v ./voice.toml:/etc/consonance/voice.toml:ro,Z -v voice:/var/lib/consonance consonance")
                .says(&["quic://"])
                .needs(IMAGES),
        ],
    ),
    scene(
        "packaging/consonance.service",
        &[
            untried("install -m 755 target/release/consonance /usr/local/bin/", SAME),
            untried("mkdir -p /etc/consonance && consonance serve --print-config > /etc/consonance/voice.toml", SAME),
            untried("cp packaging/consonance.service /etc/systemd/system/ && systemctl enable --now consonance", SAME),
        ],
    ),
    scene(
        "packaging/consonance@.service",
        &[
            untried("install -m 755 target/release/consonance /usr/local/bin/", SAME),
            untried("mkdir -p /etc/consonance && consonance serve --print-config > /etc/consonance/one.toml", SAME),
            untried("cp packaging/consonance@.service /etc/systemd/system/ && systemctl enable --now consonance@one", SAME),
        ],
    ),
    scene("packaging/helm/consonance/values.yaml", &[
        untried("helm install voice packaging/helm/consonance --values own.yaml", KUBERNETES),
        untried("kubectl create secret generic consonance --from-file=the-folder-with-them", KUBERNETES),
    ]),
    scene("packaging/kubernetes/kustomization.yaml", &[
        untried("kubectl apply --kustomize packaging/kubernetes", KUBERNETES),
    ]),
    scene("packaging/kubernetes/secret.yaml", &[
        untried("kubectl create secret generic consonance --from-file=the-folder-with-them", KUBERNETES),
    ]),
    scene(
        "docs/guide/phones.md",
        &[
            ends("rustup target add aarch64-linux-android").needs(ANDROID),
            ends("cargo install cargo-ndk").needs(ANDROID),
            ends("cargo ndk --target arm64-v8a build --release --package your-game").needs(ANDROID),
            ends("rustup target add aarch64-apple-ios").needs(IOS),
            ends("cargo build --release --target aarch64-apple-ios --package your-game").needs(IOS),
        ],
    ),
];

const UNPACKED: &str = "`cargo xtask dist` does the same in the archive that it has made";
const VIRTUAL: &str = "`cargo xtask check python` does the same in a virtual environment";
const SAME: &str = "docs/guide/running-a-server.md has the same";
const KUBERNETES: &str = "`cargo xtask check manifests` checks what it would be given";
const IMAGES: &[Need] = &[
    Need::Program("podman"),
    Need::Success(
        "podman pull --quiet docker.io/library/debian:trixie-slim",
        "registry of container images within reach",
    ),
];

const ANDROID: &[Need] = &[Need::Success("test -d \"$ANDROID_NDK_HOME\"", "NDK of Android")];
const IOS: &[Need] = &[Need::Success("xcrun --sdk iphoneos --show-sdk-path", "SDK of iOS")];

/// Servers that share their sessions.
const NATS: &[Need] = &[Need::Program("nats-server")];
