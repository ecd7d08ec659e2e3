//! The enums whose variants every `match` names, and the places that may not.

/// An enum, and the file that defines it.
pub(super) struct Listed {
    /// The name of the enum.
    pub(super) name: &'static str,
    /// The path of its file from the root of the repository.
    pub(super) file: &'static str,
}

const fn listed(name: &'static str, file: &'static str) -> Listed {
    Listed { name, file }
}

/// In the order of the names; the list only grows.
pub(super) const ENUMS: &[Listed] = &[
    listed("AccountProof", "crates/e2ee/src/attestation.rs"),
    listed("BusEvent", "crates/cluster/src/bus.rs"),
    listed("CEncryptionEvent", "crates/ffi/src/structs/encryption.rs"),
    listed("CError", "crates/ffi/src/error.rs"),
    listed("CipherState", "crates/e2ee/src/packet_cipher/state.rs"),
    listed("ClientEvent", "crates/session/src/client/event.rs"),
    listed("ClientLinkEvent", "crates/link/src/client.rs"),
    listed("CloseReason", "crates/session/src/link.rs"),
    listed("CommandAction", "crates/wire/src/moderator_command.rs"),
    listed("DeviceState", "crates/device/src/devices/state.rs"),
    listed("DisconnectReason", "crates/link/src/reason.rs"),
    listed("Disconnection", "crates/session/src/client/event.rs"),
    listed("EncryptionEvent", "crates/consonance/src/encryption_event.rs"),
    listed("EncryptionState", "crates/consonance/src/encryption_event.rs"),
    listed("End", "crates/consonance/src/event.rs"),
    listed("EndCode", "crates/wire/src/end_reason/code.rs"),
    listed("EndKind", "crates/wire/src/end_reason/code.rs"),
    listed("EventKind", "crates/consonance/src/event.rs"),
    listed("FromPage", "crates/browser/src/control/from_page.rs"),
    listed("LinkChange", "crates/session/src/client/server_link.rs"),
    listed("LinkTransport", "crates/consonance/src/route/link_transport.rs"),
    listed("MemberEvent", "crates/e2ee/src/member.rs"),
    listed("MemberMessage", "crates/wire/src/group_message/from_member.rs"),
    listed("ModerationDecision", "crates/session/src/server/moderation/decision.rs"),
    listed("ModeratorAction", "crates/session/src/moderator.rs"),
    listed("ModeratorAnswer", "crates/wire/src/moderator_command.rs"),
    listed("NodeEvent", "crates/cluster/src/node/event.rs"),
    listed("Notice", "crates/wire/src/notice.rs"),
    listed("OperatorDecision", "crates/consonance/src/restrictions.rs"),
    listed("PlacementEvent", "crates/cluster/src/placement/event.rs"),
    listed("ProblemKind", "crates/consonance/src/problem.rs"),
    listed("Recognition", "crates/e2ee/src/known_keys.rs"),
    listed("ReportAnswer", "crates/wire/src/group_message/from_server.rs"),
    listed("Restriction", "crates/wire/src/notice.rs"),
    listed("RoomUse", "crates/session/src/server/access.rs"),
    listed("SendTextError", "crates/consonance/src/text.rs"),
    listed("ServerEvent", "crates/session/src/server/event.rs"),
    listed("ServerLinkEvent", "crates/link/src/server.rs"),
    listed("SettingsError", "crates/consonance/src/settings.rs"),
    listed("StartError", "crates/consonance/src/start_error.rs"),
    listed("SubmitReportError", "crates/consonance/src/encryption/reporting.rs"),
    listed("TcpEvent", "crates/link/src/gateway/tcp/event.rs"),
    listed("ToPage", "crates/browser/src/control/to_page.rs"),
    listed("WebhookEvent", "crates/server/src/webhooks/event.rs"),
    listed("Withheld", "crates/e2ee/src/packet_cipher/withheld.rs"),
    listed("WithheldReason", "crates/consonance/src/encryption_event.rs"),
];

/// A file that may match an enum with a wildcard, and the reason.
pub(super) struct Exception {
    /// The path of the file.
    pub(super) file: &'static str,
    /// The name of the enum.
    pub(super) name: &'static str,
    /// Why a new variant needs no attention there.
    pub(super) reason: &'static str,
}

/// In the order of files and names.
pub(super) const EXCEPTIONS: &[Exception] = &[
    Exception {
        file: "crates/bench/src/audio/player.rs",
        name: "ClientEvent",
        reason: "it plays voice and follows nothing else",
    },
    Exception {
        file: "crates/bench/src/load/client.rs",
        name: "ClientEvent",
        reason: "it counts voice and waits until it has joined",
    },
    Exception {
        file: "crates/browser/src/player/events.rs",
        name: "ClientEvent",
        reason: "the rest goes to a function that names every variant",
    },
    Exception {
        file: "crates/consonance/src/direct_players.rs",
        name: "ClientEvent",
        reason: "it follows the players with direct links",
    },
    Exception {
        file: "crates/consonance/src/offline.rs",
        name: "ServerEvent",
        reason: "it follows the one player of an offline session",
    },
    Exception {
        file: "crates/consonance/src/offline/echo.rs",
        name: "ClientEvent",
        reason: "it repeats voice and texts",
    },
    Exception {
        file: "crates/consonance/src/player_state.rs",
        name: "ClientEvent",
        reason: "it follows names, rooms and speech",
    },
    Exception {
        file: "crates/consonance/src/uplink_quality.rs",
        name: "ClientEvent",
        reason: "it follows the two reports about our voice",
    },
    Exception {
        file: "crates/consonance/src/voice_chat/joining.rs",
        name: "EventKind",
        reason: "it waits for three events of many",
    },
    Exception {
        file: "crates/consonance/src/voice_thread/session_events.rs",
        name: "ClientEvent",
        reason: "it changes what the thread keeps; `EventKind::of`, called for each event, names every variant",
    },
    Exception {
        file: "crates/wire/src/end_reason/text.rs",
        name: "EndCode",
        reason: "the text of one kind of codes, which are a few of many",
    },
    Exception {
        file: "crates/networks/mumble/src/stream.rs",
        name: "EndCode",
        reason: "Mumble has a type for some reasons, and shows the text of every one",
    },
    Exception {
        file: "crates/server/src/inspection.rs",
        name: "ServerEvent",
        reason: "it shows the comings and goings of players",
    },
    Exception {
        file: "crates/server/src/recording/session.rs",
        name: "ServerEvent",
        reason: "it follows what changes who is recorded",
    },
    Exception {
        file: "crates/server/src/report_buffer.rs",
        name: "ServerEvent",
        reason: "it follows who has which id",
    },
    Exception {
        file: "crates/server/src/session_loop/carrying/events.rs",
        name: "ServerEvent",
        reason: "the rest goes to all observers",
    },
    Exception {
        file: "crates/server/src/session_loop/event_log.rs",
        name: "ServerEvent",
        reason: "one of its two finds the link of four; the other names every variant",
    },
    Exception {
        file: "crates/server/src/session_loop/join_spans.rs",
        name: "ServerEvent",
        reason: "it follows the steps of a join",
    },
];
