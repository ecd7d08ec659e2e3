//! The packets of a session: voice and text are sealed on their way out, and opened on their way in.

mod counts;
mod packets;
mod senders;

use std::time::Duration;

use consonance_sframe::{BASE_KEY_BYTES, BASE_KEY_LABEL, EpochSecret, Opener, Sealer};
use consonance_wire::{PlainRooms, SealedVoice};

use crate::{E2eeError, Member, MemberEvent};
pub use counts::PacketCounts;
pub use packets::Passage;
use senders::Senders;

/// A member with its keys, between a session's client and its network.
///
/// Messages of the group go in by [`handle_message`](Self::handle_message) and out by
/// [`poll_message`](Self::poll_message); every packet that the client sends passes
/// [`seal_packet`](Self::seal_packet), and each that it receives [`open_packet`](Self::open_packet).
pub struct EncryptedSession {
    member: Member,
    sealer: Option<Sealer>,
    opener: Opener,
    /// The group and the epoch that the keys are of.
    keys_of: Option<(u32, u64)>,
    /// Of the group before, whose frames may be on their way still.
    former: Option<(Opener, Duration)>,
    senders: Senders,
    counts: PacketCounts,
    sealed: Vec<u8>,
    packet: Vec<u8>,
}

impl EncryptedSession {
    /// By how much a sealed frame is longer than the frame in a group of up to 4096 members, in bytes.
    pub const VOICE_OVERHEAD_BYTES: usize = SealedVoice::HEAD_BYTES + 16;

    /// A player that has no keys yet: what it sends is dropped.
    pub fn new(member: Member) -> Self {
        Self {
            member,
            sealer: None,
            opener: Opener::new(),
            keys_of: None,
            former: None,
            senders: Senders::default(),
            counts: PacketCounts::default(),
            sealed: Vec::new(),
            packet: Vec::new(),
        }
    }

    /// The member.
    pub fn member(&self) -> &Member {
        &self.member
    }

    /// Whether there are keys.
    pub fn has_keys(&self) -> bool {
        self.sealer.is_some()
    }

    /// What was counted so far.
    pub fn counts(&self) -> PacketCounts {
        PacketCounts { opened: counts::sum(self.counts.opened, self.opener.counts()), ..self.counts }
    }

    /// Takes a message of the delivery service in.
    pub fn handle_message(&mut self, now: Duration, message: &[u8]) {
        self.member.handle(now, message);
    }

    /// The next message for the delivery service.
    pub fn poll_message(&mut self) -> Option<Vec<u8>> {
        self.member.poll_message()
    }

    /// What happened in the group next. The keys are as new as the events that were polled, so poll all of them after
    /// each message, and after each timeout.
    pub fn poll_event(&mut self, now: Duration) -> Option<MemberEvent> {
        let event = self.member.poll_event()?;
        match &event {
            MemberEvent::NewEpoch { .. } => {
                if let Err(error) = self.take_keys(now) {
                    return Some(MemberEvent::Failed { error });
                }
            }
            MemberEvent::Removed | MemberEvent::Failed { .. } if self.member.epoch().is_none() => {
                self.sealer = None;
            }
            _ => {}
        }
        Some(event)
    }

    /// When [`handle_timeout`](Self::handle_timeout) wants to be called.
    pub fn poll_timeout(&self) -> Option<Duration> {
        let former = self.former.as_ref().map(|(_, until)| *until);
        [self.member.poll_timeout(), self.opener.poll_timeout(), former].into_iter().flatten().min()
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Duration) {
        self.member.handle_timeout(now);
        self.opener.handle_timeout(now);
        self.former.take_if(|(_, until)| *until <= now);
    }

    /// Appends a frame of Opus, sealed.
    ///
    /// # Errors
    /// [`E2eeError::NoGroup`] as long as there are no keys.
    pub fn seal_frame(
        &mut self,
        loudness: Option<u8>,
        frame: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), E2eeError> {
        let sealer = self.sealer.as_mut().ok_or(E2eeError::NoGroup)?;
        let (start, head) = (out.len(), SealedVoice::head_of(loudness));
        out.extend(head);
        sealer.seal(&head, frame, out).map_err(|error| {
            out.truncate(start);
            E2eeError::Refused { what: "frame", why: error.to_string() }
        })
    }

    /// Appends the frame of Opus that was sealed by the member with this name.
    ///
    /// # Errors
    /// [`E2eeError::Refused`] if it was not, or was opened before; what for is counted.
    pub fn open_frame(
        &mut self,
        now: Duration,
        name: &str,
        sealed: &SealedVoice<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), E2eeError> {
        self.open(now, name, &sealed.head, sealed.sframe, out)
    }

    fn open(
        &mut self,
        now: Duration,
        name: &str,
        metadata: &[u8],
        sealed: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), E2eeError> {
        let start = out.len();
        let opened = self.opener.open(now, metadata, sealed, out).or_else(|error| match &mut self.former {
            Some((former, until)) if *until > now => {
                former.open(now, metadata, sealed, out).map_err(|_| error)
            }
            _ => Err(error),
        });
        let opened =
            opened.map_err(|error| E2eeError::Refused { what: "sealed frame", why: error.to_string() })?;
        if self.senders.is_leaf_of(opened.leaf, name) {
            return Ok(());
        }
        out.truncate(start);
        self.counts.other_senders += 1;
        Err(E2eeError::Refused { what: "sealed frame", why: format!("{name} has not sealed it") })
    }

    fn take_keys(&mut self, now: Duration) -> Result<(), E2eeError> {
        let (Some((group, epoch)), Some(leaf)) = (self.member.epoch(), self.member.own_leaf()) else {
            self.sealer = None;
            return Ok(());
        };
        let refused = |why: String| E2eeError::Refused { what: "keys of the epoch", why };
        let base_key = self.member.export_secret(BASE_KEY_LABEL.as_bytes(), BASE_KEY_BYTES)?;
        let base_key = base_key.try_into().map_err(|_| refused("they have another length".into()))?;
        let secret = EpochSecret::new(epoch, base_key);
        // Another sealer of the same epoch would count its frames from 0 again.
        if self.keys_of == Some((group, epoch)) && self.sealer.is_some() {
            return Ok(());
        }
        if self.keys_of.is_some_and(|(former, _)| former != group) {
            let former = core::mem::take(&mut self.opener);
            self.counts.opened = counts::sum(self.counts.opened, former.counts());
            self.former = Some((former, now + consonance_sframe::FORMER_EPOCH_KEPT));
        }
        self.keys_of = Some((group, epoch));
        self.sealer = Some(Sealer::new(&secret, leaf).map_err(|error| refused(error.to_string()))?);
        let members = self.member.members();
        let leaves = members.iter().map(|member| member.leaf + 1).max().unwrap_or(0);
        self.opener.add_epoch(now, secret, leaves).map_err(|error| refused(error.to_string()))?;
        self.senders.follow(members);
        Ok(())
    }

    fn plain_rooms(&self) -> Option<&PlainRooms> {
        self.member.plain_rooms()
    }
}

impl core::fmt::Debug for EncryptedSession {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("EncryptedSession").field("member", &self.member).finish_non_exhaustive()
    }
}
