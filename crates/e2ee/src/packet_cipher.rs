//! Encryption of a session's packets: voice and text are sealed on their way out, and opened on their way in.

mod counts;
mod packets;
mod plain;
mod senders;
mod state;
mod texts;
mod withheld;

use std::time::Duration;

use consonance_wire::{PlainRooms, SealedVoice};

use crate::sframe::{Opener, Sealer};
use crate::{E2eeError, EpochKeys};
use senders::Senders;

pub use counts::PacketCounts;
pub use packets::Passage;
pub use state::CipherState;
pub use withheld::Withheld;

/// Seals and opens packets between a session's client and its network, with the keys of an
/// [`MlsMember`](crate::MlsMember).
///
/// Every packet that the client sends passes [`seal_packet`](Self::seal_packet), and each that it receives
/// [`open_packet`](Self::open_packet). Where frames travel without packets, [`seal_frame`](Self::seal_frame) and
/// [`open_frame`](Self::open_frame) do the same.
#[derive(Default)]
pub struct PacketCipher {
    sealer: Option<Sealer>,
    opener: Opener,
    /// The group and the epoch of the keys.
    keys_of: Option<(u32, u64)>,
    /// The opener of the previous group, whose frames may still be in transit.
    former: Option<(Opener, Duration)>,
    senders: Senders,
    /// No unencrypted packet passes until a group allows it.
    plain: PlainRooms,
    /// Whether none passes whatever the group allows.
    is_strict: bool,
    /// The last recipient to which nothing was sent for that reason.
    withheld: Option<Withheld>,
    counts: PacketCounts,
    sealed: Vec<u8>,
    packet: Vec<u8>,
}

impl PacketCipher {
    /// The bytes that sealing adds to a frame in a group of up to 4096 members.
    pub const VOICE_OVERHEAD_BYTES: usize = SealedVoice::OVERHEAD_BYTES;

    /// A cipher without keys: outgoing packets are dropped.
    pub fn new() -> Self {
        Self::default()
    }

    /// Blocks unencrypted packets in both directions from now on, whatever a group's policy says. There is no way back:
    /// a group without unencrypted rooms has the same effect.
    pub fn require_encryption(&mut self) {
        self.is_strict = true;
    }

    /// Whether there are keys.
    pub fn has_keys(&self) -> bool {
        self.sealer.is_some()
    }

    /// The counts so far.
    pub fn counts(&self) -> PacketCounts {
        let former = self.former.as_ref().map(|(former, _)| former.counts()).unwrap_or_default();
        let opened = counts::sum(counts::sum(self.counts.opened, former), self.opener.counts());
        PacketCounts { opened, ..self.counts }
    }

    /// Takes the keys of the next epoch. `now` is the time since any fixed start; frames that were sealed in the
    /// previous epoch are opened for three more seconds.
    ///
    /// # Errors
    /// [`E2eeError::Refused`] if the group is larger than key ids allow: 65 536 members.
    pub fn enter(&mut self, now: Duration, keys: &EpochKeys) -> Result<(), E2eeError> {
        let of = (keys.group, keys.secret.epoch());
        self.plain.clone_from(&keys.plain);
        self.is_strict |= keys.plain == PlainRooms::Never;
        self.senders.follow(&keys.leaves);
        // A second sealer for the same epoch would restart its frame counter at 0.
        if self.keys_of == Some(of) {
            return Ok(());
        }
        if self.keys_of.is_some_and(|(former, _)| former != keys.group) {
            self.forget_former();
            let former = core::mem::take(&mut self.opener);
            self.former = Some((former, now + crate::sframe::FORMER_EPOCH_KEPT));
        }
        self.keys_of = Some(of);
        let refused = |why: String| E2eeError::Refused { what: "keys of the epoch", why };
        self.sealer = None;
        let sealer = Sealer::new(&keys.secret, keys.own_leaf).map_err(|error| refused(error.to_string()))?;
        let leaves = keys.leaves.values().max().map_or(0, |leaf| leaf + 1);
        let added = self.opener.add_epoch(now, keys.secret.clone(), leaves);
        added.map_err(|error| refused(error.to_string()))?;
        self.sealer = Some(sealer);
        Ok(())
    }

    /// The member has left its group: nothing is sent until there are new keys.
    pub fn leave(&mut self) {
        self.sealer = None;
    }

    /// The time at which [`handle_timeout`](Self::handle_timeout) must be called.
    pub fn poll_timeout(&self) -> Option<Duration> {
        let former = self.former.as_ref().map(|(_, until)| *until);
        [self.opener.poll_timeout(), former].into_iter().flatten().min()
    }

    /// Drops expired keys.
    pub fn handle_timeout(&mut self, now: Duration) {
        self.opener.handle_timeout(now);
        if self.former.as_ref().is_some_and(|(_, until)| *until <= now) {
            self.forget_former();
        }
    }

    fn forget_former(&mut self) {
        if let Some((former, _)) = self.former.take() {
            self.counts.opened = counts::sum(self.counts.opened, former.counts());
        }
    }

    /// Appends a sealed Opus frame.
    ///
    /// # Errors
    /// [`E2eeError::NoGroup`] while there are no keys.
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

    /// Appends the Opus frame that was sealed by the member with this name.
    ///
    /// # Errors
    /// [`E2eeError::Refused`] if it was not, or was opened before; the reason is counted.
    pub fn open_frame(
        &mut self,
        now: Duration,
        name: &str,
        sealed: &SealedVoice<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), E2eeError> {
        self.open(now, name, &sealed.head, sealed.sframe, out)
    }

    /// Whether a frame claims to be sealed by the member with this name: a frame that claims another sender need not
    /// be opened.
    pub fn is_claimed_by(&mut self, sealed: &SealedVoice<'_>, name: &str) -> bool {
        let leaf = Opener::claimed_leaf(sealed.sframe);
        leaf.is_some_and(|leaf| self.senders.is_leaf_of(leaf, name))
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
}

impl core::fmt::Debug for PacketCipher {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("PacketCipher").field("keys_of", &self.keys_of).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::sframe::{BASE_KEY_BYTES, EpochSecret};
    use consonance_session::{CodecId, is_silence};

    use super::*;

    #[test]
    fn a_server_still_tells_a_pause_from_speech_when_both_are_sealed() {
        for own_leaf in [0, 4095] {
            let secret = EpochSecret::new(1, [7; BASE_KEY_BYTES]);
            let (leaves, plain) = (BTreeMap::new(), PlainRooms::default());
            let keys = EpochKeys { group: 1, secret, own_leaf, leaves, plain };
            let mut cipher = PacketCipher::new();
            cipher.enter(Duration::ZERO, &keys).unwrap();
            for nth in 0..300 {
                for (frame, is_pause) in [(&[0x78][..], true), (&[0x78, 0], true), (&[0x78; 30], false)] {
                    let mut sealed = Vec::new();
                    cipher.seal_frame(None, frame, &mut sealed).unwrap();
                    assert_eq!(is_silence(Some(CodecId::OPUS), &sealed), is_pause, "{nth}: {frame:02x?}");
                }
            }
        }
    }
}
