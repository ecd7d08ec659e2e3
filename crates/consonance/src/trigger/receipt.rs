//! Listening to a room, by rule.

use std::collections::BTreeSet;
use std::time::Instant;

use super::blocked::{be_inside, pass};
use super::held::{HeldRoom, own_voice};
use super::{Blocked, FrameInput, Zone};
use crate::voice_chat::VoiceChat;

/// Listens to a room while its conditions are met.
#[derive(Debug)]
pub struct ReceiptTrigger {
    /// The room.
    pub room: String,
    /// Tokens of which the player must [hold](VoiceChat::tokens) at least one; if empty, none is required (default).
    pub tokens: BTreeSet<String>,
    /// The zone in which it works; everywhere if `None` (default).
    pub zone: Option<Zone>,
    held: Option<HeldRoom>,
    blocked: Option<Blocked>,
}

impl ReceiptTrigger {
    /// A trigger with every setting at its default.
    pub fn new(room: impl Into<String>) -> Self {
        let blocked = Some(Blocked::NoChat);
        Self { room: room.into(), tokens: BTreeSet::new(), zone: None, held: None, blocked }
    }

    /// Applies the settings for this frame of the game.
    pub fn update(&mut self, voice: &VoiceChat, tick: &FrameInput) {
        self.held.take_if(|held| held.room() != self.room || !held.is_of(voice));
        let target = if self.room.is_empty() { Err(Blocked::NoTarget) } else { Ok(()) };
        let passes = pass(voice, false, &self.tokens).and(target);
        self.blocked = passes.and_then(|()| be_inside(self.zone.as_ref(), tick)).err();
        if self.blocked == Some(Blocked::NoToken) {
            // Used to diagnose why nothing of the room is heard.
            let room = consonance_inspector::ChannelTarget::Room(self.room.clone());
            own_voice(voice).missing_tokens().note(Instant::now(), false, &room, &self.tokens);
        }
        if self.blocked.is_some() {
            self.held = None;
        } else if self.held.is_none() {
            self.held = HeldRoom::join(voice, &self.room);
        } else if self.held.as_ref().is_some_and(HeldRoom::is_taken_out) {
            // The hold is kept: joining again in every frame would only be refused each time.
            self.blocked = Some(Blocked::TakenOut);
        } else if self.held.as_ref().is_some_and(HeldRoom::is_without_place) {
            self.blocked = Some(Blocked::NoPlace);
        }
    }

    /// Whether it listens, as of the last update.
    pub fn is_listening(&self) -> bool {
        self.held.is_some() && self.blocked.is_none()
    }

    /// Why it does not listen, as of the last update; `None` if it does.
    pub fn blocked(&self) -> Option<Blocked> {
        self.blocked
    }
}
