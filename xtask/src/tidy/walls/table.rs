//! The walls of every crate.

use super::MayUse::{Anything, Only};
use super::Walls;

pub(super) const WALLS: &[Walls] = &[
    Walls { package: "consonance-wire", may_use: Only(&[]), tests_may_also_use: &[] },
    Walls { package: "consonance-dsp", may_use: Only(&[]), tests_may_also_use: &[] },
    Walls { package: "consonance-settings", may_use: Only(&[]), tests_may_also_use: &[] },
    Walls {
        package: "consonance-e2ee",
        // Of the session, the check that its server has messages of members pass.
        may_use: Only(&["consonance-wire", "consonance-session"]),
        tests_may_also_use: &["consonance-testing"],
    },
    Walls {
        package: "consonance-session",
        may_use: Only(&["consonance-wire", "consonance-settings"]),
        tests_may_also_use: &[],
    },
    Walls {
        package: "consonance-audio",
        // native is for the feature `libopus`.
        may_use: Only(&["consonance-dsp", "consonance-wire", "consonance-recording", "consonance-native"]),
        tests_may_also_use: &["consonance-testing"],
    },
    Walls {
        package: "consonance-recording",
        may_use: Only(&["consonance-wire"]),
        tests_may_also_use: &["consonance-testing"],
    },
    Walls {
        package: "consonance-browser",
        may_use: Only(&[
            "consonance-audio",
            "consonance-wire",
            "consonance-session",
            "consonance-e2ee",
            "consonance-settings",
        ]),
        tests_may_also_use: &["consonance-server", "consonance-testing", "consonance-link"],
    },
    Walls { package: "consonance-native", may_use: Only(&[]), tests_may_also_use: &[] },
    Walls {
        package: "consonance-device",
        may_use: Only(&["consonance-audio", "consonance-native"]),
        tests_may_also_use: &["consonance-testing"],
    },
    Walls {
        package: "consonance-inspector",
        may_use: Only(&["consonance-settings", "consonance-wire"]),
        tests_may_also_use: &[],
    },
    Walls {
        package: "consonance-link",
        // Of the protocol, only the delivery mode and the end reasons of packets and links, and on the board of places
        // the ids and positions of players; secrets for the files that keys of listeners name.
        may_use: Only(&["consonance-wire", "consonance-settings"]),
        // For the certificate that a server shows over both.
        tests_may_also_use: &["consonance-quic"],
    },
    Walls {
        package: "consonance-web",
        // Of `voice_websocket`, only the format of messages, which both share.
        may_use: Only(&[
            "consonance-browser",
            "consonance-link",
            "consonance-session",
            "consonance-settings",
            "consonance-wire",
        ]),
        // For browsers in a real worker, beside a player of another network, and for messages of a session's server.
        tests_may_also_use: &["consonance-server", "consonance-testing"],
    },
    Walls {
        package: "consonance-game-networks",
        may_use: Only(&["consonance-wire", "consonance-link", "consonance-settings"]),
        // Examples are games.
        tests_may_also_use: &["consonance", "consonance-server", "consonance-session", "consonance-testing"],
    },
    Walls {
        package: "consonance-quic",
        may_use: Only(&["consonance-wire", "consonance-link", "consonance-settings"]),
        tests_may_also_use: &["consonance-e2ee", "consonance-testing"],
    },
    Walls {
        package: "consonance-mumble",
        may_use: Only(&["consonance-wire", "consonance-link", "consonance-settings", "consonance-session"]),
        tests_may_also_use: &["consonance-testing"],
    },
    Walls {
        package: "consonance-cluster",
        may_use: Only(&["consonance-link", "consonance-settings"]),
        tests_may_also_use: &["consonance-session", "consonance-testing", "consonance-wire"],
    },
    Walls {
        package: "consonance-server",
        may_use: Only(&[
            "consonance-cluster",
            // The check of what members of encrypted sessions send; the keys stay with them.
            "consonance-e2ee",
            "consonance-wire",
            "consonance-session",
            "consonance-inspector",
            "consonance-link",
            "consonance-native",
            "consonance-recording",
            "consonance-settings",
        ]),
        tests_may_also_use: &["consonance-testing"],
    },
    Walls {
        package: "consonance-server-config",
        may_use: Only(&[
            "consonance-admin",
            "consonance-cluster",
            // The networks of its list.
            "consonance-game-networks",
            "consonance-mumble",
            "consonance-inspector",
            "consonance-quic",
            "consonance-server",
            "consonance-session",
            "consonance-settings",
            "consonance-link",
            "consonance-web",
        ]),
        tests_may_also_use: &[],
    },
    Walls {
        package: "consonance",
        may_use: Only(&[
            "consonance-wire",
            "consonance-session",
            "consonance-audio",
            "consonance-device",
            "consonance-e2ee",
            "consonance-native",
            "consonance-inspector",
            "consonance-link",
            "consonance-quic",
            // For hosts: a server in the player's own process.
            "consonance-server",
        ]),
        // For a server's recording of an encrypted session.
        tests_may_also_use: &["consonance-recording", "consonance-testing"],
    },
    Walls {
        package: "consonance-ffi",
        may_use: Only(&["consonance"]),
        tests_may_also_use: &["consonance-testing"],
    },
    Walls {
        package: "consonance-testing",
        // Servers as operators run them, and players as tests have them.
        may_use: Anything,
        // One test runs the stored inputs of all fuzz targets.
        tests_may_also_use: &[
            "consonance-browser",
            "consonance-game-networks",
            "consonance-mumble",
            "consonance-quic",
            "consonance-web",
            "consonance-recording",
        ],
    },
    Walls {
        package: "consonance-admin",
        // Session and transport are only for their counters.
        may_use: Only(&[
            "consonance-server",
            "consonance-cluster",
            "consonance-link",
            "consonance-inspector",
            "consonance-session",
            "consonance-settings",
        ]),
        // For the metrics of single networks, which it exports and documents.
        tests_may_also_use: &["consonance-mumble", "consonance-server-config", "consonance-testing"],
    },
    Walls {
        package: "consonance-e2e",
        // What players and tests are made of; of the server, its tokens and files, of the simulator, its dice.
        may_use: Only(&[
            "consonance",
            "consonance-inspector",
            "consonance-mumble",
            "consonance-quic",
            "consonance-server",
            "consonance-server-config",
            "consonance-session",
            "consonance-testing",
            "consonance-link",
            "plain-sockets",
        ]),
        tests_may_also_use: &[],
    },
    Walls { package: "consonance-bench", may_use: Anything, tests_may_also_use: &[] },
    Walls { package: "consonance-cli", may_use: Anything, tests_may_also_use: &[] },
    Walls {
        package: "plain-sockets",
        may_use: Only(&["consonance", "consonance-server", "consonance-game-networks", "consonance-link"]),
        tests_may_also_use: &["consonance-testing"],
    },
    Walls { package: "xtask", may_use: Only(&[]), tests_may_also_use: &[] },
];
