//! The players of the session as the server describes them.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use consonance_wire::{ClientId, CodecParameters};

use super::event::ClientEvent;
use super::output::Output;
use super::speaker::Speaker;
use super::timers::Timer;
use crate::link::LinkId;
use crate::roster::{Member, Roster};
use crate::time::Instant;

/// Data that a client keeps for each player besides its entry in the tables.
#[derive(Debug)]
pub(super) struct PlayerRecord {
    /// Counts the players; when all leave, they leave in the order in which they were met.
    pub(super) met: u64,
    pub(super) speaker: Speaker,
    /// The last list of destinations that this player was put on.
    pub(super) round: u64,
    /// The direct link that introduced this player.
    pub(super) link: Option<LinkId>,
}

/// The players of the session: with their rooms by id, and by name. They are added and removed only here.
#[derive(Debug)]
pub struct Players {
    pub(super) roster: Roster<PlayerRecord>,
    /// No two have the same.
    names: BTreeMap<Box<str>, ClientId>,
    /// The number of players met so far.
    met: u64,
}

impl Players {
    pub(super) fn new() -> Self {
        Self { roster: Roster::new(), names: BTreeMap::new(), met: 0 }
    }

    pub(super) fn add(&mut self, id: ClientId, name: &str, codec: CodecParameters, speaker: Speaker) {
        self.met += 1;
        let record = PlayerRecord { met: self.met, speaker, round: 0, link: None };
        self.roster.insert(id, name.into(), codec, record);
        self.names.insert(name.into(), id);
    }

    pub(super) fn remove(&mut self, id: ClientId) -> Option<Member<PlayerRecord>> {
        let member = self.roster.remove(id)?;
        self.names.remove(&member.name);
        Some(member)
    }

    pub(super) fn in_order_met(&self) -> Vec<ClientId> {
        let mut order: Vec<_> = self.roster.iter().map(|member| (member.data.met, member.id)).collect();
        order.sort_unstable();
        order.into_iter().map(|(_, id)| id).collect()
    }

    /// The number of players met so far.
    pub(super) fn met(&self) -> u64 {
        self.met
    }

    pub(super) fn ids(&self) -> Vec<ClientId> {
        self.roster.iter().map(|member| member.id).collect()
    }

    /// All players in the session, myself included, by ascending id.
    pub fn iter(&self) -> impl Iterator<Item = SessionPlayer<'_>> {
        self.roster.iter().map(|member| SessionPlayer {
            id: member.id,
            name: &member.name,
            codec: member.codec,
            rooms: member.rooms.names().collect(),
            is_speaking: member.data.speaker.is_speaking(),
        })
    }

    /// The id of the player of this name, if it is here.
    pub fn id_of(&self, name: &str) -> Option<ClientId> {
        self.names.get(name).copied()
    }

    /// The name of the player with this id, if it is here.
    pub fn name_of(&self, id: ClientId) -> Option<&str> {
        self.roster.get(id).map(|member| &*member.name)
    }

    /// The players that can be sent voice and text directly, by ascending id, each with its link.
    pub fn direct(&self) -> impl Iterator<Item = (ClientId, LinkId)> {
        self.roster.iter().filter_map(|member| Some((member.id, member.data.link?)))
    }

    pub(super) fn link_of(&self, id: ClientId) -> Option<LinkId> {
        self.roster.get(id)?.data.link
    }

    /// The speaker is silent at once, for example because it leaves.
    pub(super) fn stop_speaker(&mut self, id: ClientId, out: &mut Output) {
        let Some(member) = self.roster.get_mut(id) else { return };
        if member.data.speaker.stop() {
            let name = member.name.clone();
            out.event(ClientEvent::StoppedSpeaking { id, name });
        }
    }

    /// The speaker's timer fired: it may have stopped, may be forgotten, or was heard in the meantime.
    pub(super) fn check_speaker(&mut self, now: Instant, id: ClientId, out: &mut Output) {
        let Some(member) = self.roster.get_mut(id) else { return };
        if member.data.speaker.handle_timeout(now) {
            out.event(ClientEvent::StoppedSpeaking { id, name: member.name.clone() });
        }
        self.watch_speaker(id, out);
    }

    pub(super) fn watch_speaker(&self, id: ClientId, out: &mut Output) {
        let deadline = self.roster.get(id).and_then(|member| member.data.speaker.poll_timeout());
        if let Some(deadline) = deadline {
            out.timers.set_no_later(Timer::Speaker(id), deadline);
        }
    }
}

/// A player of the session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionPlayer<'a> {
    /// Its id until it leaves.
    pub id: ClientId,
    /// Its name, unique in the session.
    pub name: &'a str,
    /// The codec of its voice.
    pub codec: CodecParameters,
    /// The rooms that it listens to, sorted.
    pub rooms: Vec<&'a str>,
    /// Whether it is speaking to me.
    pub is_speaking: bool,
}
