//! A page's member of the group and its cipher, behind the functions that JavaScript calls.

mod sealing;
mod settings;
mod slots;
mod withholding;

use std::collections::BTreeMap;
use std::time::Duration;

use consonance_e2ee::{
    CipherState, E2eeError, EncryptedMember, KnownKeys, MemberDirectory, MemberEvent, MemberReport,
    MlsMember, ModeratorsKey, PacketCipher, PlainRooms, RecentFrames,
};
use consonance_session::{ClientId, RoomId, loudness};
use consonance_wire::SealedVoice;

use crate::wasm_encryption::status::{Event, Status};
use settings::{PageTarget, PlayerRecord, ReportRecord, Settings, SlotRecord, TextRecord, read_texts};
use slots::Slot;
use withholding::Withholding;

/// The state of a page in an encrypted session. All times are durations since any fixed start.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "they are independent facts, not one state")]
pub struct PageMember {
    member: MlsMember,
    directory: MemberDirectory,
    known_keys: KnownKeys,
    /// Whether the page knows that further keys are not remembered.
    has_told_full: bool,
    key: Vec<u8>,
    cipher: PacketCipher,
    /// Whether the session has a group that the page can join.
    is_encrypting: bool,
    /// Whether unencrypted data is blocked from now on: the page requires that, or the session was encrypted before.
    is_strict: bool,
    /// The loudness that frames carry for the server's choice of active speakers.
    loudness_of: fn(&[u8]) -> Option<u8>,
    /// The targets of voice, and whether one of them is a room or a player that is not encrypted.
    targets: Vec<PageTarget>,
    speaks_plainly: bool,
    /// What the page knows of what is not sent.
    withholding: Withholding,
    /// The rooms that the page listens or speaks to.
    rooms: Vec<Box<str>>,
    slots: Vec<Slot>,
    names: BTreeMap<ClientId, Box<str>>,
    /// The key that reports are sealed to, and recently heard frames; `None` if the page has no such key.
    reporting: Option<(ModeratorsKey, RecentFrames)>,
    events: Vec<String>,
}

/// The result of opening a frame for a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenOutcome {
    /// Play it, unchanged or decrypted.
    Played,
    /// Do not play it; the reason is counted.
    Dropped,
    /// It claims to be from another player than the slot is known to play: it may be tried again after the next change
    /// of the slot.
    Early,
}

/// Slots of one page.
const SLOTS_MAX: usize = 16;
/// The largest number of players' names that are kept.
const NAMES_MAX: usize = 1 << 16;
/// Events waiting to be polled.
const EVENTS_MAX: usize = 256;

impl PageMember {
    /// Starts from settings in JSON: `name`; `account`, `purpose` and `attestation` if there are any; `key`, a key
    /// that was kept, in hexadecimal; `attestationKeys`, a JSON Web Key or a set of them, as text; `knownKeys`, as
    /// returned by [`known_keys`](Self::known_keys); `strict`, if nothing may pass without encryption;
    /// `moderatorsKey`, in hexadecimal, if recently heard frames are kept for reports; `constantRate`, if frames
    /// carry no loudness.
    ///
    /// # Errors
    /// If a setting is malformed or invalid.
    pub fn start(settings: &[u8]) -> Result<Self, E2eeError> {
        let settings = Settings::read(settings)?;
        let credential = settings.credential()?;
        let attestation_keys = settings.attestation_keys()?;
        let known_keys = settings.known_keys()?;
        let key = settings.key()?;
        let moderators_key = settings.moderators_key()?;
        let mut cipher = PacketCipher::new();
        if settings.strict {
            cipher.require_encryption();
        }
        Ok(Self {
            key: key.to_bytes(),
            member: MlsMember::new(key, credential),
            directory: MemberDirectory::new(attestation_keys),
            known_keys,
            has_told_full: false,
            cipher,
            is_encrypting: false,
            is_strict: settings.strict,
            loudness_of: if settings.constant_rate { |_| None } else { loudness },
            targets: Vec::new(),
            speaks_plainly: false,
            withholding: Withholding::default(),
            rooms: Vec::new(),
            slots: std::iter::repeat_with(Slot::default).take(SLOTS_MAX).collect(),
            names: BTreeMap::new(),
            reporting: moderators_key.map(|key| (key, RecentFrames::default())),
            events: Vec::new(),
        })
    }

    /// The member's own key, to be stored like a password: see [`IdentityKey::to_bytes`](consonance_e2ee::IdentityKey).
    pub fn key(&self) -> &[u8] {
        &self.key
    }

    /// The page's player is in its session, which has a group or not. Messages may have been lost if it was there
    /// before.
    pub fn handle_joined(&mut self, now: Duration, is_encrypting: bool, was_here: bool) {
        self.is_encrypting = is_encrypting;
        self.names.clear();
        self.slots.fill_with(Slot::default);
        self.targets.clear();
        self.speaks_plainly = false;
        self.rooms.clear();
        self.withholding.forget();
        if self.is_strict && !is_encrypting {
            self.note_withheld("not-offered", None);
        }
        if is_encrypting && was_here {
            self.member.resume(now);
        }
        self.follow(now);
    }

    /// Handles a message of the delivery service.
    pub fn handle_message(&mut self, now: Duration, message: &[u8]) {
        self.member.handle(now, message);
        self.follow(now);
    }

    /// Handles the passing of time.
    pub fn handle_timeout(&mut self, now: Duration) {
        self.member.handle_timeout(now);
        self.cipher.handle_timeout(now);
        self.follow(now);
    }

    /// When [`handle_timeout`](Self::handle_timeout) must be called next.
    pub fn poll_timeout(&self) -> Option<Duration> {
        [self.member.poll_timeout(), self.cipher.poll_timeout()].into_iter().flatten().min()
    }

    /// The next message for the delivery service.
    pub fn poll_message(&mut self) -> Option<Vec<u8>> {
        self.member.poll_message()
    }

    /// The next event, in JSON.
    pub fn poll_event(&mut self) -> Option<String> {
        (!self.events.is_empty()).then(|| self.events.remove(0))
    }

    /// The state, in JSON.
    pub fn status(&mut self) -> String {
        self.note_withheld_packet();
        let members = self.members();
        if self.known_keys.is_full() && !std::mem::replace(&mut self.has_told_full, true) {
            self.events.push(Event::KnownKeysFull.to_json());
        }
        let changed = self.directory.newly_changed(&members);
        let changed = changed
            .iter()
            .map(|(name, was_verified)| Event::KeyChanged { name, was_verified: *was_verified });
        self.events.extend(changed.map(|event| event.to_json()));
        let status = Status::of(self.state(), &self.member, members, self.cipher.counts());
        let rooms = self.rooms.iter().map(|room| &**room);
        status.with_plain_rooms(rooms.filter(|room| self.cipher.is_plain_room(RoomId::of(room).0))).to_json()
    }

    /// Marks the safety number of the member with this name as compared; false without such a member, or if there is
    /// no room to remember it.
    pub fn verify(&mut self, name: &str) -> bool {
        let members = self.members();
        let Some(member) = members.iter().find(|member| member.name == name && !member.is_local) else {
            return false;
        };
        self.known_keys.verify(member.account.as_deref(), name, &member.key).is_ok()
    }

    /// Has what was heard of players in the last thirty seconds sealed and sent to the moderators, out of JSON:
    /// `players`, a list of names, or of none for all; `reason`; `madeUnixS`, the time in seconds since 1970. What
    /// becomes of it is an event.
    ///
    /// # Errors
    /// A word: `no-key`, `malformed`, `reason-too-long`, `not-heard`, or the code of an [`E2eeError`].
    pub fn report(&mut self, now: Duration, report: &[u8]) -> Result<(), &'static str> {
        let (key, recent) = self.reporting.as_mut().ok_or("no-key")?;
        let ReportRecord { players, reason, made_unix_s } = ReportRecord::read(report).ok_or("malformed")?;
        if reason.len() > MemberReport::REASON_BYTES_MAX {
            return Err("reason-too-long");
        }
        let heard = recent.of_players(now, players);
        if heard.is_empty() {
            return Err("not-heard");
        }
        self.member.report(key, made_unix_s, &reason, heard).map_err(|error| error.code())
    }

    /// The known players, to be stored for the next visit.
    pub fn known_keys(&self) -> String {
        self.known_keys.to_text()
    }

    fn members(&mut self) -> Vec<EncryptedMember> {
        self.directory.list(&self.member, &mut self.known_keys)
    }

    /// A player is here under this id, in JSON: `id`, and `name` unless it has left.
    pub fn note_player(&mut self, player: &[u8]) {
        let Some(PlayerRecord { id, name }) = PlayerRecord::read(player) else { return };
        match name {
            Some(name) if self.names.len() < NAMES_MAX => drop(self.names.insert(ClientId(id), name)),
            _ => drop(self.names.remove(&ClientId(id))),
        }
    }

    /// Notes the player that a slot plays from now on, in JSON: `slot`; `name` of the player, if there is one;
    /// `rooms` by which it reaches the page.
    pub fn note_slot(&mut self, slot: &[u8]) {
        let Some(SlotRecord { slot, name, rooms }) = SlotRecord::read(slot) else { return };
        if let Some(slot) = self.slots.get_mut(slot) {
            *slot = Slot { name, rooms: rooms.iter().map(|room| RoomId::of(room).0).collect() };
        }
    }

    /// Notes the targets of voice from now on, in JSON: a list of objects with a `room` or a `player`.
    pub fn note_targets(&mut self, targets: &[u8]) {
        let Some(targets) = PageTarget::read_all(targets) else { return };
        self.targets = targets;
        self.judge_targets();
    }

    /// The rooms that the page listens or speaks to from now on, in JSON: a list of names.
    pub fn note_rooms(&mut self, rooms: &[u8]) {
        if let Some(rooms) = read_texts(rooms) {
            self.rooms = rooms;
        }
    }

    /// Opens a frame for a slot in its place.
    pub fn open_frame(&mut self, now: Duration, slot: usize, frame: &mut Vec<u8>) -> OpenOutcome {
        let outcome = self.open_unheard(now, slot, frame);
        let name = self.slots.get(slot).and_then(|slot| slot.name.as_deref());
        if let (OpenOutcome::Played, Some((_, recent)), Some(name)) = (outcome, &mut self.reporting, name) {
            recent.hear_frame(now, name, frame);
        }
        outcome
    }

    fn open_unheard(&mut self, now: Duration, slot: usize, frame: &mut Vec<u8>) -> OpenOutcome {
        let Some(sealed) = SealedVoice::of(frame) else {
            let is_allowed = self.may_be_plain(slot);
            return if is_allowed { OpenOutcome::Played } else { OpenOutcome::Dropped };
        };
        let Some(name) = self.slots.get(slot).and_then(|slot| slot.name.as_deref()) else {
            return OpenOutcome::Early;
        };
        if !self.cipher.is_claimed_by(&sealed, name) {
            return OpenOutcome::Early;
        }
        let mut opened = Vec::with_capacity(frame.len());
        let is_opened = self.cipher.open_frame(now, name, &sealed, &mut opened).is_ok();
        *frame = opened;
        if is_opened { OpenOutcome::Played } else { OpenOutcome::Dropped }
    }

    /// The text that a player has sent, out of JSON: `name`, `text`, and the `room` that it is for, if it is for one.
    /// `None` if it is not to be shown.
    pub fn open_text(&mut self, now: Duration, text: &[u8]) -> Option<String> {
        let TextRecord { text, to, name } = TextRecord::read(text)?;
        let name = name.unwrap_or_default();
        if PacketCipher::is_sealed_text(&text) {
            let opened = self.cipher.open_text(now, &name, &text).ok()?;
            return Some(String::from_utf8_lossy(&opened).into_owned());
        }
        let room = match &to {
            Some(PageTarget::Room(room)) => Some(RoomId::of(room).0),
            _ => None,
        };
        let is_allowed = !self.is_in_force() || self.cipher.accepts_plain(Some(&name), room.into_iter());
        is_allowed.then_some(text)
    }

    /// Returns the packet for the engine to receive instead of a packet; `None` if it must be dropped.
    pub fn open_packet<'a>(&'a mut self, now: Duration, packet: &'a [u8]) -> Option<&'a [u8]> {
        if !self.is_in_force() {
            return Some(packet);
        }
        let Self { cipher, names, reporting, .. } = self;
        let name_of = |id| names.get(&id).map(|name| &**name);
        let opened = cipher.open_packet(now, packet, name_of).packet(packet)?;
        if let Some((_, recent)) = reporting {
            recent.hear(now, opened, name_of);
        }
        Some(opened)
    }

    fn is_in_force(&self) -> bool {
        self.is_strict || self.is_encrypting
    }

    fn state(&self) -> &'static str {
        match self.cipher.state(self.is_in_force(), self.is_encrypting) {
            CipherState::Off => "off",
            CipherState::Waiting => "waiting",
            CipherState::On => "on",
        }
    }

    fn is_plain(&mut self, target: &PageTarget) -> bool {
        match target {
            PageTarget::Room(room) => self.cipher.is_plain_room(RoomId::of(room).0),
            PageTarget::Player(name) => self.cipher.is_plain_player(name),
        }
    }

    fn may_be_plain(&mut self, slot: usize) -> bool {
        if !self.is_in_force() {
            return true;
        }
        let Some(Slot { name: Some(name), rooms }) = self.slots.get(slot) else { return false };
        self.cipher.accepts_plain(Some(name), rooms.iter().copied())
    }

    /// Applies the member's updates.
    fn follow(&mut self, now: Duration) {
        while let Some(event) = self.member.poll_event() {
            let failed = match &event {
                MemberEvent::NewEpoch { .. } => self.enter(now).err(),
                MemberEvent::Removed => {
                    self.cipher.leave();
                    None
                }
                MemberEvent::SpeechSigned { name, sealed } => {
                    self.note_statement(now, name, sealed);
                    None
                }
                MemberEvent::Failed { .. }
                | MemberEvent::Forked { .. }
                | MemberEvent::PolicyWeakened
                | MemberEvent::ReportAnswered { .. } => None,
            };
            let events = [Some(event), failed.map(|error| MemberEvent::Failed { error })];
            let events = events
                .into_iter()
                .flatten()
                .filter_map(|event| crate::wasm_encryption::status::event(&event));
            self.events.extend(events);
        }
        let excess = self.events.len().saturating_sub(EVENTS_MAX);
        self.events.drain(..excess);
    }

    fn note_statement(&mut self, now: Duration, name: &str, sealed: &[u8]) {
        let Some((_, recent)) = &mut self.reporting else { return };
        if let Ok(statement) = self.cipher.open_statement(now, name, sealed) {
            recent.note_statement(now, name, statement);
        }
    }

    fn enter(&mut self, now: Duration) -> Result<(), E2eeError> {
        let keys = self.member.epoch_keys()?;
        self.is_strict |= keys.plain == PlainRooms::Never;
        self.cipher.enter(now, &keys)?;
        self.withholding.forget();
        self.judge_targets();
        Ok(())
    }

    fn judge_targets(&mut self) {
        let targets = std::mem::take(&mut self.targets);
        self.speaks_plainly = targets.iter().any(|target| self.is_plain(target));
        self.targets = targets;
    }
}
