//! Output for the page's scripts, in JSON.

use consonance_e2ee::{
    AccountProof, EncryptedMember, MemberEvent, MlsMember, PacketCounts, Recognition, ReportAnswer,
    SafetyNumber,
};
use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

/// The present state of the encryption; `web/src/voice/api.ts` has the same.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Status {
    state: &'static str,
    epoch: Option<u64>,
    safety_number: Option<Number>,
    members: Vec<MemberRecord>,
    plain_rooms: Vec<Box<str>>,
    counts: Counts,
}

/// An [`EncryptedMember`] as scripts get it: with keys and numbers as the texts that a page shows, and words for what
/// Rust has enumerations with fields for.
struct MemberRecord(EncryptedMember);

#[derive(Serialize)]
struct Number {
    words: [String; SafetyNumber::WORDS],
    digits: [String; 6],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Counts {
    opened: u64,
    refused: u64,
}

/// An event; the page asks for the status after each.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub(crate) enum Event<'a> {
    RoomsChanged {
        by: Option<&'a str>,
    },
    #[serde(rename_all = "camelCase")]
    KeyChanged {
        name: &'a str,
        was_verified: bool,
    },
    Forked {
        name: &'a str,
    },
    Weakened,
    Withheld {
        why: &'static str,
        name: Option<&'a str>,
    },
    KnownKeysFull,
    Failed {
        message: String,
    },
    ReportTaken,
    ReportRefused {
        why: &'static str,
    },
}

impl Status {
    pub(crate) fn of(
        state: &'static str,
        member: &MlsMember,
        members: Vec<EncryptedMember>,
        packets: PacketCounts,
    ) -> Self {
        let opened = packets.opened;
        let refused = opened.malformed
            + opened.unknown_epoch
            + opened.unknown_sender
            + opened.replayed
            + opened.forged
            + packets.other_senders
            + packets.refused_plain;
        Self {
            state,
            epoch: member.epoch().map(|(_, epoch)| epoch),
            safety_number: member.group_safety_number().map(Number::of),
            members: members.into_iter().map(MemberRecord).collect(),
            plain_rooms: Vec::new(),
            counts: Counts { opened: opened.opened, refused },
        }
    }

    /// Adds the rooms of the page that are not encrypted.
    pub(crate) fn with_plain_rooms<'r>(mut self, rooms: impl Iterator<Item = &'r str>) -> Self {
        if self.state == "on" {
            self.plain_rooms = rooms.map(Into::into).collect();
        }
        self
    }

    pub(crate) fn to_json(&self) -> String {
        json(self)
    }
}

impl Serialize for MemberRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(member) = self;
        let account_proof = match member.account_proof {
            AccountProof::Attested => "attested",
            AccountProof::Rejected => "rejected",
            AccountProof::Claimed => "claimed",
        };
        let recognition = member.recognition.map(|recognition| match recognition {
            Recognition::Known => "known",
            Recognition::Verified => "verified",
            Recognition::Changed { .. } => "changed",
            Recognition::New => "new",
        });
        let mut record = serializer.serialize_struct("MemberRecord", 9)?;
        record.serialize_field("name", &member.name)?;
        record.serialize_field("account", &member.account)?;
        record.serialize_field("accountProof", account_proof)?;
        record.serialize_field("purpose", &member.purpose)?;
        record.serialize_field("key", &member.key.to_string())?;
        record.serialize_field("safetyNumber", &member.safety_number.map(Number::of))?;
        record.serialize_field("isConfirmed", &member.is_confirmed)?;
        record.serialize_field("recognition", &recognition)?;
        record.serialize_field("isSelf", &member.is_local)?;
        record.end()
    }
}

impl Number {
    fn of(number: SafetyNumber) -> Self {
        Self { words: number.words(), digits: number.digits() }
    }
}

impl Event<'_> {
    pub(crate) fn to_json(&self) -> String {
        json(self)
    }
}

/// The message for an event; `None` if the status contains everything.
pub(crate) fn event(event: &MemberEvent) -> Option<String> {
    Some(json(&match event {
        MemberEvent::NewEpoch { committed_by, plain_rooms_changed: true, .. } => {
            Event::RoomsChanged { by: committed_by.as_deref() }
        }
        MemberEvent::Forked { name } => Event::Forked { name },
        MemberEvent::PolicyWeakened => Event::Weakened,
        MemberEvent::ReportAnswered { answer: ReportAnswer::Taken } => Event::ReportTaken,
        MemberEvent::ReportAnswered { answer } => Event::ReportRefused {
            why: match answer {
                ReportAnswer::NotTaken => "not-taken",
                ReportAnswer::TooMany => "too-many",
                ReportAnswer::TooLong => "too-long",
                ReportAnswer::Failed | ReportAnswer::Send | ReportAnswer::Taken => "not-kept",
            },
        },
        MemberEvent::Failed { error } => Event::Failed { message: error.to_string() },
        MemberEvent::NewEpoch { .. } | MemberEvent::Removed | MemberEvent::SpeechSigned { .. } => {
            return None;
        }
    }))
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("numbers and texts can be written")
}
