//! Limits on the number of clients in a room, and on the rate of texts: by room patterns, and for the whole session.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use core::time::Duration;

use consonance_settings::settings;
use consonance_wire::{ChannelKind, ClientId, RoomId, VoiceChannel};

use super::active_speaker_limiter::ActiveSpeakerLimiter;
use super::room_pattern::RoomPattern;
use crate::client::SPEAKING_TIMEOUT;
use crate::time::Instant;

settings! {
    /// The limits of a room; the default is none.
    #[derive(Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct RoomLimits {
        /// Players that may listen at once.
        ///
        /// A further one cannot enter.
        pub listeners: Option<usize> as listeners_max = None, 1..=65_535;
        /// Players that may speak at once.
        ///
        /// A speaker's place is free again when it closes the channel or has sent nothing for a second and a half, as
        /// long as listeners wait for a frame.
        pub speakers: Option<usize> as speakers_max = None, 0..=65_535;
        /// The time a player must wait between two texts to the room.
        pub text_every: Duration as text_every_s = Duration::ZERO, 0..=86_400;
    }
}

impl RoomLimits {
    /// A room without limits.
    pub fn new() -> Self {
        Self::default()
    }
}

/// The rules, the speakers that have places, and the time of each client's last text.
#[derive(Debug, Default)]
pub(super) struct Quotas {
    rules: Vec<(RoomPattern, RoomLimits)>,
    /// Rooms in use that follow a rule.
    limited: BTreeMap<RoomId, Quota>,
    /// By client id.
    texts: Vec<Option<Box<LastTexts>>>,
    /// Full rooms that a client has tried to enter since it was last in them, and that were reported to the operator.
    told: BTreeMap<ClientId, BTreeSet<RoomId>>,
    /// The audible speakers while the server is overloaded.
    pub(super) active_speakers: ActiveSpeakerLimiter,
}

#[derive(Debug)]
struct Quota {
    rule: usize,
    speaking: Vec<(ClientId, Instant)>,
    /// Clients that were told that there is no place, and the time of the last attempt of each.
    refused: Vec<(ClientId, Instant)>,
}

/// The times of a client's last texts.
#[derive(Debug, Default)]
struct LastTexts {
    anywhere: Option<Instant>,
    /// Only rooms with a limit, and only while it applies.
    rooms: Vec<(RoomId, Instant)>,
    text: PassedText,
}

/// The last text of a client, and its recipients so far: a long text to many comes in several relays.
#[derive(Debug, Default)]
struct PassedText {
    packet: Box<[u8]>,
    /// A bit for each client id.
    reached: Vec<u64>,
}

/// The maximum number of full rooms that are reported to the operator for one client.
const TOLD_MAX: usize = 32;

/// The maximum number of rooms to which one client writes at the same time; for one more it has to wait as for any
/// other.
const TEXT_ROOMS_MAX: usize = 32;

impl Quotas {
    pub(super) fn new(rules: &[(RoomPattern, RoomLimits)]) -> Self {
        Self { rules: rules.to_vec(), ..Self::default() }
    }

    pub(super) fn has_rules(&self) -> bool {
        !self.rules.is_empty()
    }

    /// The index of the rule for a room of this name; none if there is no rule.
    pub(super) fn rule_of(&self, room: &str) -> Option<usize> {
        self.rules.iter().position(|(pattern, _)| pattern.matches(room))
    }

    /// Whether frames have to be inspected: the number of speakers is limited in a room in use.
    #[inline]
    pub(super) fn limits_speakers(&self) -> bool {
        !self.limited.is_empty() && self.rules.iter().any(|(_, limits)| limits.speakers.is_some())
    }

    /// Whether the number of speakers is limited in a room.
    pub(super) fn limits_speakers_of(&self, room: RoomId) -> bool {
        let quota = self.limited.get(&room);
        quota.is_some_and(|quota| self.rules[quota.rule].1.speakers.is_some())
    }

    /// Replaces the rules for the rooms in use. Present speakers continue, and count.
    pub(super) fn replace_rules<'a>(
        &mut self,
        rules: &[(RoomPattern, RoomLimits)],
        rooms: impl Iterator<Item = &'a str>,
    ) {
        self.rules = rules.to_vec();
        let mut before = core::mem::take(&mut self.limited);
        rooms.for_each(|room| self.enter(room));
        for (room, quota) in &mut self.limited {
            if let Some(Quota { speaking, refused, .. }) = before.remove(room) {
                (quota.speaking, quota.refused) = (speaking, refused);
            }
        }
    }

    /// Notes that a room has its first listener.
    pub(super) fn enter(&mut self, room: &str) {
        if let Some(rule) = self.rule_of(room) {
            let fresh = || Quota { rule, speaking: Vec::new(), refused: Vec::new() };
            self.limited.entry(RoomId::of(room)).or_insert_with(fresh);
        }
    }

    /// Notes that a room has lost its last listener.
    pub(super) fn close(&mut self, room: &str) {
        self.limited.remove(&RoomId::of(room));
        self.active_speakers.close(RoomId::of(room));
    }

    /// Removes a client.
    pub(super) fn forget(&mut self, id: ClientId) {
        self.active_speakers.forget(id);
        self.told.remove(&id);
        for quota in self.limited.values_mut() {
            quota.speaking.retain(|(speaker, _)| *speaker != id);
            quota.refused.retain(|(speaker, _)| *speaker != id);
        }
        if let Some(texts) = self.texts.get_mut(usize::from(id.0)) {
            *texts = None;
        }
    }

    /// Notes that a client has entered a room.
    pub(super) fn found_space(&mut self, id: ClientId, room: &str) {
        if let Some(told) = self.told.get_mut(&id) {
            told.remove(&RoomId::of(room));
        }
    }

    /// Whether the operator must be told that a client wants to enter a full room.
    pub(super) fn is_first_attempt(&mut self, id: ClientId, room: &str) -> bool {
        let told = self.told.entry(id).or_default();
        told.len() < TOLD_MAX && told.insert(RoomId::of(room))
    }

    /// The maximum number of listeners of a room; none if it is unlimited.
    pub(super) fn listeners_of(&self, room: &str) -> Option<usize> {
        self.rules[self.rule_of(room)?].1.listeners
    }

    /// Whether a client may speak to a room now, and if not, whether it has not been told yet.
    pub(super) fn has_place(&mut self, now: Instant, id: ClientId, room: RoomId) -> Result<(), bool> {
        let Some(quota) = self.limited.get_mut(&room) else { return Ok(()) };
        let Some(most) = self.rules[quota.rule].1.speakers else { return Ok(()) };
        let lasts = |(_, at): &(ClientId, Instant)| now.since(*at) < SPEAKING_TIMEOUT;
        quota.speaking.retain(lasts);
        if quota.speaking.len() < most || quota.speaking.iter().any(|(speaker, _)| *speaker == id) {
            return Ok(());
        }
        quota.refused.retain(lasts);
        let told = quota.refused.iter_mut().find(|(speaker, _)| *speaker == id);
        if let Some((_, at)) = told {
            *at = now;
            return Err(false);
        }
        quota.refused.push((id, now));
        Err(true)
    }

    /// Takes places for a client's frame to these channels.
    pub(super) fn take_places(
        &mut self,
        now: Instant,
        id: ClientId,
        channels: impl Iterator<Item = VoiceChannel>,
    ) {
        for VoiceChannel { bits, recipient } in
            channels.filter(|channel| channel.bits.kind() == ChannelKind::Room)
        {
            let Some(quota) = self.limited.get_mut(&RoomId(recipient)) else { continue };
            quota.speaking.retain(|(speaker, _)| *speaker != id);
            if !bits.is_closing() && self.rules[quota.rule].1.speakers.is_some() {
                quota.speaking.push((id, now));
            }
        }
    }

    /// The time that a client has to wait until it may write to a room, or with `None` to a player. If there is none,
    /// this counts as its last text.
    pub(super) fn take_text(
        &mut self,
        now: Instant,
        id: ClientId,
        anywhere: Duration,
        room: Option<RoomId>,
    ) -> Duration {
        let (limited, rules) = (&self.limited, &self.rules);
        let every_in =
            |room| limited.get(&room).map_or(Duration::ZERO, |quota| rules[quota.rule].1.text_every);
        let room = room.filter(|room| !every_in(*room).is_zero());
        if anywhere.is_zero() && room.is_none() {
            return Duration::ZERO;
        }
        let index = usize::from(id.0);
        if index >= self.texts.len() {
            self.texts.resize_with(index + 1, || None);
        }
        let last = self.texts[index].get_or_insert_default();
        let left = |at: Instant, every: Duration| every.saturating_sub(now.since(at));
        let mut wait = last.anywhere.map_or(Duration::ZERO, |at| left(at, anywhere));
        if let Some(room) = room {
            last.rooms.retain(|(of, at)| !left(*at, every_in(*of)).is_zero());
            let here = last
                .rooms
                .iter()
                .find(|(of, _)| *of == room)
                .or_else(|| last.rooms.first().filter(|_| last.rooms.len() >= TEXT_ROOMS_MAX));
            wait = wait.max(here.map_or(Duration::ZERO, |(of, at)| left(*at, every_in(*of))));
        }
        if wait.is_zero() {
            last.anywhere = Some(now);
            last.rooms.extend(room.map(|room| (room, now)));
        }
        wait
    }

    /// Whether a client's text may be passed on to these recipients: it may write again, or this still belongs to its
    /// last text.
    pub(super) fn pass_text(
        &mut self,
        id: ClientId,
        may_write: bool,
        packet: &[u8],
        to: impl Iterator<Item = ClientId> + Clone,
    ) -> bool {
        let Some(Some(last)) = self.texts.get_mut(usize::from(id.0)) else { return may_write };
        if may_write {
            last.text = PassedText { packet: packet.into(), reached: Vec::new() };
        }
        last.text.takes(packet, to)
    }
}

impl PassedText {
    /// Whether this is the same text for other recipients, which are then marked as reached.
    fn takes(&mut self, packet: &[u8], to: impl Iterator<Item = ClientId> + Clone) -> bool {
        let bit = |id: ClientId| (usize::from(id.0 / 64), 1 << (id.0 % 64));
        let has_it = |id: ClientId| self.reached.get(bit(id).0).is_some_and(|bits| bits & bit(id).1 != 0);
        if *self.packet != *packet || to.clone().any(has_it) {
            return false;
        }
        for (word, bit) in to.map(bit) {
            if word >= self.reached.len() {
                self.reached.resize(word + 1, 0);
            }
            self.reached[word] |= bit;
        }
        true
    }
}
