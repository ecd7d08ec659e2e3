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
    listed("CipherState", "crates/e2ee/src/packet_cipher/state.rs"),
    listed("CloseReason", "crates/session/src/link.rs"),
    listed("CommandAction", "crates/wire/src/moderator_command.rs"),
    listed("DeviceState", "crates/device/src/state.rs"),
    listed("DisconnectReason", "crates/transport/src/reason.rs"),
    listed("Disconnection", "crates/session/src/client/event.rs"),
    listed("EncryptionEvent", "crates/consonance/src/encryption/status.rs"),
    listed("EncryptionState", "crates/consonance/src/encryption/status.rs"),
    listed("End", "crates/consonance/src/event.rs"),
    listed("EndCode", "crates/end-reason/src/code.rs"),
    listed("EndKind", "crates/end-reason/src/code.rs"),
    listed("EventKind", "crates/consonance/src/event.rs"),
    listed("LinkTransport", "crates/consonance/src/route.rs"),
    listed("MemberEvent", "crates/e2ee/src/member.rs"),
    listed("ModerationDecision", "crates/session/src/server/admin.rs"),
    listed("ModeratorAction", "crates/session/src/moderator.rs"),
    listed("ModeratorAnswer", "crates/wire/src/moderator_command.rs"),
    listed("Notice", "crates/wire/src/notice.rs"),
    listed("OperatorDecision", "crates/consonance/src/restrictions.rs"),
    listed("ProblemKind", "crates/consonance/src/problem.rs"),
    listed("Recognition", "crates/e2ee/src/known_keys.rs"),
    listed("Restriction", "crates/wire/src/notice.rs"),
    listed("RoomUse", "crates/session/src/server/access.rs"),
    listed("ToPage", "crates/browser/src/control/to_page.rs"),
    listed("WithheldReason", "crates/consonance/src/encryption/withholding.rs"),
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
        file: "crates/consonance/src/voice_chat/joining.rs",
        name: "EventKind",
        reason: "it waits for three events of many",
    },
    Exception {
        file: "crates/end-reason/src/text.rs",
        name: "EndCode",
        reason: "the text of one kind of codes, which are a few of many",
    },
    Exception {
        file: "crates/networks/mumble/src/stream.rs",
        name: "EndCode",
        reason: "Mumble has a type for some reasons, and shows the text of every one",
    },
];
