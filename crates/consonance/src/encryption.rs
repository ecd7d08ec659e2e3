//! End-to-end encryption of the chat: packets pass a cipher whose keys come from a thread of their own.

mod key_log;
mod key_thread;
mod reporting;
mod settings;
mod status;
mod withholding;

use std::sync::Arc;
use std::task::Waker;
use std::time::{Duration, Instant};

use consonance_e2ee::{
    CipherState, E2eeError, EpochKeys, MemberEvent, PacketCipher, Passage, PlainRooms, SpeechSigner, Withheld,
};
use consonance_session::{Capabilities, Client, ClientEvent, RoomId, Status, Target, loudness};

use crate::encryption_event::{EncryptionEvent, EncryptionState, WithheldReason};
use crate::event::EventKind;
use crate::problem::ProblemKind;
use key_thread::KeyThread;
use reporting::Reporting;
pub use reporting::SubmitReportError;
pub use settings::{EncryptionPolicy, EncryptionSettings};
pub(crate) use settings::{PrepareError, PreparedEncryption};
pub use status::EncryptionStatus;
pub(crate) use status::SharedEncryption;
use withholding::{Withholding, plain_room_names, withheld_reason};

/// The part of the encryption that runs on the voice thread.
pub(crate) struct Encryption {
    policy: EncryptionPolicy,
    keys: KeyThread,
    shared: Arc<SharedEncryption>,
    cipher: PacketCipher,
    /// `None` if the game has no key for reports.
    reporting: Option<Reporting>,
    /// `None` if the player does not sign its speech.
    signer: Option<SpeechSigner>,
    /// Whether packets without encryption are blocked: the game requires encryption, or the session once had it.
    is_strict: bool,
    /// Whether the player knows that further keys are not remembered.
    has_told_full: bool,
    /// What the player knows of what is not sent.
    withholding: Withholding,
    /// Reads the loudness from a frame, for the server's choice of active speakers; always `None` at a constant rate.
    loudness_of: fn(&[u8]) -> Option<u8>,
    /// The state that was last reported to the game.
    told: EncryptionState,
    begun: Instant,
}

impl Encryption {
    pub(crate) fn new(
        now: Instant,
        prepared: PreparedEncryption,
        waker: Waker,
        shared: Arc<SharedEncryption>,
    ) -> Self {
        let PreparedEncryption {
            policy,
            member,
            directory,
            known_keys,
            constant_rate,
            key_log,
            moderators_key,
            signer,
        } = prepared;
        shared.set_known_keys(known_keys);
        shared.set_can_report(moderators_key.is_some());
        let mut cipher = PacketCipher::new();
        if policy == EncryptionPolicy::Required {
            cipher.require_encryption();
        }
        Self {
            policy,
            keys: KeyThread::new(member, directory, key_log, now, waker, Arc::clone(&shared)),
            shared,
            cipher,
            reporting: moderators_key.map(Reporting::new),
            signer,
            is_strict: policy == EncryptionPolicy::Required,
            has_told_full: false,
            withholding: Withholding::default(),
            loudness_of: if constant_rate { |_| None } else { loudness },
            told: EncryptionState::Off,
            begun: now,
        }
    }

    /// The capabilities to announce to servers.
    pub(crate) fn announced(policy: EncryptionPolicy) -> Capabilities {
        match policy {
            EncryptionPolicy::Never => Capabilities::ALL,
            EncryptionPolicy::WhereOffered | EncryptionPolicy::Required => {
                Capabilities::ALL.with(Capabilities::GROUPS)
            }
        }
    }

    /// How many bytes encryption adds to packets of voice.
    pub(crate) fn overhead_bytes(&self) -> usize {
        if self.policy == EncryptionPolicy::Never { 0 } else { PacketCipher::VOICE_OVERHEAD_BYTES }
    }

    /// Decrypts a received packet, if encryption is in force; `None` if the packet is dropped.
    pub(crate) fn open<'a>(
        &'a mut self,
        now: Instant,
        client: &Client,
        packet: &'a [u8],
    ) -> Option<&'a [u8]> {
        if !self.is_in_force(client) {
            return Some(packet);
        }
        let since = now.saturating_duration_since(self.begun);
        let opened =
            self.cipher.open_packet(since, packet, |id| client.players().name_of(id)).packet(packet)?;
        if let Some(reporting) = &mut self.reporting {
            reporting.hear(since, client, opened);
        }
        Some(opened)
    }

    /// Seals recently heard frames of these players, or of all if the list is empty, and sends them to the moderators.
    /// The result is reported later, or is the returned event.
    pub(crate) fn report(&mut self, now: Instant, players: Vec<String>, reason: String) -> Option<EventKind> {
        let since = now.saturating_duration_since(self.begun);
        let draft = self.reporting.as_mut().and_then(|reporting| reporting.draft(since, players, reason));
        let reason = match draft.map(|draft| self.keys.report(draft)) {
            Some(true) => return None,
            Some(false) => "the session is not encrypted, or the previous report is still in progress",
            None => "nothing was heard from them in the last thirty seconds",
        };
        Some(EventKind::Encryption(EncryptionEvent::ReportRefused { reason: reason.into() }))
    }

    /// Encrypts a packet to be sent, if encryption is in force; `None` if the packet is dropped.
    pub(crate) fn seal<'a>(&'a mut self, client: &Client, packet: &'a [u8]) -> Option<&'a [u8]> {
        if !self.is_in_force(client) {
            return Some(packet);
        }
        let passage = self.cipher.seal_packet(packet, |id| client.players().name_of(id), self.loudness_of);
        if let (Passage::Instead(_), Some(signer)) = (passage, &mut self.signer) {
            signer.speak(packet);
        }
        passage.packet(packet)
    }

    /// Why a text cannot be sent to this target.
    pub(crate) fn refuses_text(&mut self, client: &Client, target: &Target, text: &str) -> Option<String> {
        if !self.is_in_force(client) {
            return None;
        }
        if !self.cipher.has_keys() {
            return Some(if self.is_not_offered(client) {
                WithheldReason::NotOffered.to_string()
            } else {
                "there are no keys yet for this encrypted session: try again in a second".into()
            });
        }
        if let Some(reason) = self.withholds(client, target) {
            return Some(reason.to_string());
        }
        let (bytes, most) = (text.len(), PacketCipher::longest_text(consonance_session::TEXT_BYTES_MAX));
        (bytes > most)
            .then(|| format!("the message has {bytes} bytes, at most {most} fit encrypted: send it in parts"))
    }

    /// Why nothing is sent to this target.
    fn withholds(&mut self, client: &Client, target: &Target) -> Option<WithheldReason> {
        let withheld = match target {
            Target::Room(room) => {
                let id = RoomId::of(room).0;
                self.cipher.is_plain_room(id).then_some(Withheld::Room(id))
            }
            Target::Player(name) => {
                let id = client.players().id_of(name).filter(|_| self.cipher.is_plain_player(name));
                id.map(Withheld::Player)
            }
        };
        withheld_reason(withheld.filter(|_| !self.cipher.sends_plain())?, client)
    }

    /// Passes messages of the group to the key thread.
    pub(crate) fn follow(&mut self, event: &ClientEvent<'_>) {
        if let ClientEvent::GroupMessage { message } = event {
            self.keys.push(message.clone());
        }
    }

    /// Applies the updates of the key thread, and sends its messages.
    pub(crate) fn poll(&mut self, now: Instant, client: &mut Client) -> Vec<EventKind> {
        let mut events = Vec::new();
        let since = now.saturating_duration_since(self.begun);
        while let Some(update) = self.keys.poll() {
            for message in &update.messages {
                client.send_group_message(message);
            }
            if let Some(keys) = &update.keys {
                events.extend(self.enter(since, keys));
            }
            for event in update.events {
                events.extend(self.tell(since, client, event));
            }
            let changed = update.changed.into_iter();
            events.extend(changed.map(|(name, was_verified)| {
                EventKind::Encryption(EncryptionEvent::KeyChanged { name, was_verified })
            }));
        }
        if !self.has_told_full && self.shared.is_full() {
            self.has_told_full = true;
            events.push(EventKind::Encryption(EncryptionEvent::KnownKeysFull));
        }
        if self.cipher.poll_timeout().is_some_and(|at| at <= since) {
            self.cipher.handle_timeout(since);
        }
        events.extend(self.sign(since, client).err().as_ref().map(problem));
        events.extend(self.note_state(client));
        events.extend(
            self.note_withheld(client)
                .map(|reason| EventKind::Encryption(EncryptionEvent::Withheld { reason })),
        );
        events
    }

    /// Whether packets pass the cipher.
    pub(crate) fn is_in_force(&self, client: &Client) -> bool {
        self.is_strict || client.server().can(Capabilities::GROUPS)
    }

    /// Sends a signed statement of the player's speech, if one is due.
    fn sign(&mut self, now: Duration, client: &mut Client) -> Result<(), E2eeError> {
        let Some(signer) = self.signer.as_mut().filter(|_| self.cipher.has_keys()) else { return Ok(()) };
        if let Some(message) = signer.poll(now, reporting::unix_s(), &mut self.cipher)? {
            client.send_group_message(&message);
        }
        Ok(())
    }

    fn enter(&mut self, now: Duration, keys: &EpochKeys) -> Option<EventKind> {
        self.is_strict |= keys.plain == PlainRooms::Never;
        self.withholding.forget();
        let error = self.cipher.enter(now, keys).err()?;
        Some(problem(&error))
    }

    fn tell(&mut self, now: Duration, client: &Client, event: MemberEvent) -> Option<EventKind> {
        Some(EventKind::Encryption(match event {
            MemberEvent::NewEpoch { committed_by, plain_rooms_changed: true, .. } => {
                let rooms = plain_room_names(&self.cipher, client);
                self.shared.set_plain_room_names(rooms.clone());
                EncryptionEvent::RoomsChanged { by: committed_by, rooms }
            }
            MemberEvent::Removed => {
                self.cipher.leave();
                return None;
            }
            MemberEvent::Forked { name } => EncryptionEvent::Forked { name },
            MemberEvent::PolicyWeakened => EncryptionEvent::Weakened,
            MemberEvent::ReportAnswered { answer } => reporting::outcome(answer),
            MemberEvent::Failed { error } => {
                return Some(problem(&error));
            }
            MemberEvent::SpeechSigned { name, sealed } => {
                let reporting = self.reporting.as_mut()?;
                // Statements that cannot be opened are counted.
                let statement = self.cipher.open_statement(now, &name, &sealed).ok()?;
                reporting.note_statement(now, &name, statement);
                return None;
            }
            MemberEvent::NewEpoch { .. } => return None,
        }))
    }

    /// The state, and the event that reports it if it has changed.
    fn note_state(&mut self, client: &Client) -> Option<EventKind> {
        let is_joined = client.status() == Status::Connected;
        let state = self.state(client);
        if state == EncryptionState::Off && self.told == state {
            return None;
        }
        self.shared.set_state(state, self.cipher.counts());
        let has_changed = self.told != state && (is_joined || state == EncryptionState::Off);
        has_changed.then(|| {
            self.told = state;
            EventKind::Encryption(EncryptionEvent::State(state))
        })
    }

    fn state(&self, client: &Client) -> EncryptionState {
        match self.cipher.state(self.is_in_force(client), client.server().can(Capabilities::GROUPS)) {
            CipherState::Off => EncryptionState::Off,
            CipherState::Waiting => EncryptionState::Waiting,
            CipherState::On => EncryptionState::On,
        }
    }

    /// Why something is not sent, if the player does not know that yet.
    fn note_withheld(&mut self, client: &Client) -> Option<WithheldReason> {
        if client.status() != Status::Connected {
            self.withholding.forget();
            return None;
        }
        let reason = match self.cipher.take_withheld() {
            Some(withheld) => withheld_reason(withheld, client),
            None => self.is_not_offered(client).then_some(WithheldReason::NotOffered),
        };
        self.withholding.news(reason?)
    }

    /// Whether the player requires encryption where there is none.
    fn is_not_offered(&self, client: &Client) -> bool {
        self.is_strict && !client.server().can(Capabilities::GROUPS)
    }
}

fn problem(error: &E2eeError) -> EventKind {
    EventKind::Problem { about: ProblemKind::Encryption, text: error.to_string() }
}
