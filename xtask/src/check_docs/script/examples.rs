//! The examples, as their own documents say.

use super::{Need, Promise, Scene, ends, scene, stays, untried};

pub(super) const SCENES: &[Scene] = &[
    scene(
        "crates/audio/examples/dred_packets.rs",
        &[ends("cargo run -p consonance-audio --features libopus --example dred_packets")
            .needs(&[Need::Program("cmake"), Need::Minutes(3)])],
    ),
    scene(
        "crates/browser/examples/listener_cost.rs",
        &[ends("cargo run --release -p consonance-browser --example listener_cost")],
    ),
    scene(
        "crates/audio/examples/denoise.rs",
        &[
            ends("head --bytes 192000 /dev/zero > noisy.f32").granted(),
            ends("cargo run --release -p consonance-audio --features neural-noise --example denoise < noisy.f32 > speech.f32")
                .says(&["a block takes"]),
        ],
    ),
    scene(
        "crates/consonance/examples/bot.rs",
        &[
            ends("cargo run --release --package consonance --example bot")
                .says(&["the music box plays to lobby"]),
            stays(SERVER).granted().says(&["quic://"]),
            stays(BOT_THERE).says(&["the music box plays to lobby"]),
        ],
    ),
    scene(
        "crates/consonance/examples/custom_microphone.rs",
        &[ends("cargo run --package consonance --example custom_microphone")],
    ),
    scene(
        "crates/consonance/examples/custom_playback.rs",
        &[ends("cargo run --package consonance --example custom_playback")],
    ),
    scene(
        "crates/consonance/examples/engine_sound.rs",
        &[ends("cargo run --package consonance --example engine_sound")],
    ),
    scene(
        "crates/consonance/examples/global.rs",
        &[
            ends("cargo run --package consonance --example global"),
            stays(SERVER).granted().says(&["quic://"]),
            ends("cargo run --package consonance --example global -- 'quic://127.0.0.1:7777/main#sha256=…'"),
        ],
    ),
    scene(
        "crates/consonance/examples/offline.rs",
        &[
            ends("cargo run --package consonance --example offline").says(&["Loopback repeats what I say"]),
            ends("cargo run --package consonance --example offline -- microphone"),
        ],
    ),
    scene(
        "crates/consonance/examples/positional.rs",
        &[ends("cargo run --package consonance --example positional").says(&["01-mix.wav has it"])],
    ),
    scene(
        "crates/consonance/examples/proximity.rs",
        &[ends("cargo run --package consonance --example proximity")],
    ),
    scene(
        "crates/consonance/examples/push_to_talk.rs",
        &[ends("cargo run --package consonance --example push_to_talk")
            .says(&["Bob hears that Alice begins to speak", "Bob hears that Alice ceases to speak"])],
    ),
    scene(
        "crates/consonance/examples/record.rs",
        &[ends("cargo run --package consonance --example record").says(&[".opus: "])],
    ),
    scene("crates/consonance/examples/teams.rs", &[ends("cargo run --package consonance --example teams")]),
    scene(
        "crates/consonance/examples/whisper.rs",
        &[ends("cargo run --package consonance --example whisper").says(&["Bob hears Alice whisper"])],
    ),
    scene(
        "crates/device/examples/round_trip.rs",
        &[
            ends("cargo run -p consonance-device --example round_trip").needs(SOUND_SERVER),
            ends("pactl load-module module-null-sink sink_name=room norewinds=1").needs(SOUND_SERVER),
        ],
    ),
    scene(
        "crates/game-networks/examples/made_up_room/main.rs",
        &[ends("cargo run -p consonance-game-networks --example made_up_room")],
    ),
    scene(
        "crates/game-networks/examples/players.rs",
        &[untried(
            "cargo run -p consonance-game-networks --features matchbox-socket --example players",
            "docs/networks/matchbox.md has the same",
        )],
    ),
    scene(
        "crates/game-networks/examples/renet_game/main.rs",
        &[untried(
            "cargo run -p consonance-game-networks --example renet_game",
            "docs/networks/renet.md has the same",
        )],
    ),
    scene(
        "crates/game-networks/examples/calls_in_order.rs",
        &[ends("cargo run -p consonance-game-networks --example calls_in_order").says(&["both connect"])],
    ),
    scene(
        "crates/testing/examples/corpus.rs",
        &[
            ends("cargo run -p consonance-testing --example corpus -- unpack fuzz/corpus"),
            ends("cargo run -p consonance-testing --example corpus -- pack fuzz/corpus")
                .promises(&[Promise::File("fuzz/corpus/wire_parse.pack")]),
        ],
    ),
    scene(
        "examples/plain-sockets/src/main.rs",
        &[
            untried("cargo run -p plain-sockets -- server --listen 127.0.0.1:7000", CUSTOM),
            untried(BOB, CUSTOM),
            untried(ALICE, CUSTOM),
        ],
    ),
];

const SERVER: &str = "consonance serve --listen 127.0.0.1:7777";
const BOT_THERE: &str =
    "cargo run --release --package consonance --example bot -- 'quic://127.0.0.1:7777/main#sha256=…' lobby";
const BOB: &str = "cargo run -p plain-sockets -- client --connect 127.0.0.1:7000 --name Bob --listen lobby --output heard.wav";
const ALICE: &str = "cargo run -p plain-sockets -- client --connect 127.0.0.1:7000 --name Alice --speak lobby \
                     --input assets/speech/austen-1.wav";
const CUSTOM: &str = "docs/custom-network.md has the same";
const SOUND_SERVER: &[Need] = &[Need::Success("pactl info", "sound server of PulseAudio or PipeWire")];
