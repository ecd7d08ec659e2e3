//! What the page's scripts are told, in JSON.

use consonance_e2ee::{MemberEvent, MlsMember, PacketCipher, SafetyNumber};
use serde::Serialize;

/// The encryption as it is now; `web/src/voice/api.ts` has the same.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Status {
    state: &'static str,
    epoch: Option<u64>,
    safety_number: Option<Number>,
    members: Vec<MemberRecord>,
    counts: Counts,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MemberRecord {
    name: String,
    account: Option<String>,
    purpose: Option<String>,
    key: String,
    safety_number: Option<Number>,
    is_confirmed: bool,
    is_self: bool,
}

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
enum Event<'a> {
    RoomsChanged { by: Option<&'a str> },
    Forked { name: &'a str },
    Weakened,
    Failed { message: String },
}

impl Status {
    pub(crate) fn of(state: &'static str, member: &MlsMember, cipher: &PacketCipher) -> Self {
        let epoch = member.epoch().map(|(_, epoch)| epoch);
        let own_leaf = member.own_leaf();
        let members = member.members().iter().map(|other| {
            let name = other.credential.name();
            let is_self = Some(other.leaf) == own_leaf;
            let confirmed = member.confirmed_epoch_of(name);
            MemberRecord {
                name: name.to_owned(),
                account: other.credential.account().map(str::to_owned),
                purpose: other.credential.purpose().map(str::to_owned),
                key: other.key.to_string(),
                safety_number: (!is_self).then(|| member.safety_number_with(name)).flatten().map(Number::of),
                is_confirmed: is_self || confirmed.is_some() && confirmed == epoch,
                is_self,
            }
        });
        let packets = cipher.counts();
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
            epoch,
            safety_number: member.group_safety_number().map(Number::of),
            members: members.collect(),
            counts: Counts { opened: opened.opened, refused },
        }
    }

    pub(crate) fn to_json(&self) -> String {
        json(self)
    }
}

impl Number {
    fn of(number: SafetyNumber) -> Self {
        Self { words: number.words(), digits: number.digits() }
    }
}

/// What is told of an event; `None` if the status says it all.
pub(crate) fn event(event: &MemberEvent) -> Option<String> {
    Some(json(&match event {
        MemberEvent::NewEpoch { committed_by, plain_rooms_changed: true, .. } => {
            Event::RoomsChanged { by: committed_by.as_deref() }
        }
        MemberEvent::Forked { name } => Event::Forked { name },
        MemberEvent::PolicyWeakened => Event::Weakened,
        MemberEvent::Failed { error } => Event::Failed { message: error.to_string() },
        _ => return None,
    }))
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("numbers and texts can be written")
}
