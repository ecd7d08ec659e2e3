//! What a page that requires encryption does not send, told to it once until the keys change.

use std::collections::BTreeSet;

use consonance_e2ee::Withheld;
use consonance_session::RoomId;

use super::PageMember;
use super::settings::PageTarget;
use crate::wasm_encryption::status::Event;

/// The events that the page knows.
#[derive(Debug, Default)]
pub(super) struct Withholding {
    told: BTreeSet<String>,
}

/// More are not told until the keys change.
const TOLD_MAX: usize = 64;

impl Withholding {
    /// The keys have changed, or the session: what still holds is told again.
    pub(super) fn forget(&mut self) {
        self.told.clear();
    }
}

impl PageMember {
    /// Notes why something is not sent, and the room or the player that it was for.
    pub(super) fn note_withheld(&mut self, why: &'static str, name: Option<&str>) {
        let event = Event::Withheld { why, name }.to_json();
        if self.withholding.told.len() < TOLD_MAX && self.withholding.told.insert(event.clone()) {
            self.events.push(event);
        }
    }

    pub(super) fn note_withheld_target(&mut self, target: &PageTarget) {
        match target {
            PageTarget::Room(room) => self.note_withheld("plain-room", Some(room)),
            PageTarget::Player(name) => self.note_withheld("not-a-member", Some(name)),
        }
    }

    /// The page's voice is not sent, since one of its targets is not encrypted.
    pub(super) fn note_withheld_targets(&mut self) {
        let targets = std::mem::take(&mut self.targets);
        if let Some(target) = targets.iter().find(|target| self.is_plain(target)) {
            self.note_withheld_target(target);
        }
        self.targets = targets;
    }

    /// The same of a packet.
    pub(super) fn note_withheld_packet(&mut self) {
        match self.cipher.take_withheld() {
            Some(Withheld::Room(id)) => {
                let named = self.rooms.iter().find(|room| RoomId::of(room).0 == id).cloned();
                self.note_withheld("plain-room", named.as_deref());
            }
            Some(Withheld::Player(id)) => {
                let named = self.names.get(&id).cloned();
                self.note_withheld("not-a-member", named.as_deref());
            }
            None => {}
        }
    }
}
