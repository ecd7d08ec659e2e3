//! The body of a fuzz target, which the tests run, too: any bytes as everything that can happen to a group's frames.

use std::collections::BTreeSet;
use std::time::Duration;

use consonance_wire::fuzz_tape::Tape;

use crate::sframe::{
    BASE_KEY_BYTES, EPOCHS_MAX, EpochSecret, FORMER_EPOCH_KEPT, OpenError, OpenedFrame, Opener, Sealer,
};

/// Reads operations from the bytes and carries them out: members seal frames, which come again, late and altered;
/// epochs begin; bytes come that no member sealed.
///
/// # Panics
/// If a frame is opened that no member sealed, or twice, or after its epoch was forgotten; if one is refused for
/// another reason than it should be; if refused frames leave something behind.
pub fn sealed_frames(bytes: &[u8]) {
    let mut tape = Tape::new(bytes);
    let mut fixture = Fixture::new(u64::from(tape.byte()));
    while !tape.is_empty() {
        match tape.byte() % 8 {
            0 => fixture.now += Duration::from_millis(u64::from(tape.byte()) * 10),
            1 | 2 => fixture.seal(tape.byte(), tape.counted(), tape.counted()),
            3 => fixture.deliver(tape.byte()),
            4 => fixture.deliver_altered(tape.byte(), tape.byte(), tape.byte()),
            5 => fixture.deliver_cut_off(tape.byte(), tape.byte()),
            6 => fixture.deliver_made_up(tape.counted(), tape.counted()),
            _ => fixture.add_epoch(tape.byte()),
        }
        fixture.check_counts();
    }
}

/// Members that speak, at leaves of which some have long key ids, and one that is in no epoch.
const LEAVES: [u32; 4] = [0, 7, 5000, LEAVES_OF_EPOCH];
const LEAVES_OF_EPOCH: u32 = 6000;
/// So many frames may come again, fewer than the window has.
const FRAMES_KEPT: usize = 64;

struct Fixture {
    now: Duration,
    opener: Opener,
    epoch: u64,
    sealers: [Sealer; LEAVES.len()],
    /// Until when epochs are held that were superseded, in their order.
    former: Vec<(u64, Duration)>,
    frames: Vec<SealedFrame>,
    opened: BTreeSet<(u64, u32, u64)>,
    /// How many frames came.
    came: u64,
}

#[derive(Clone)]
struct SealedFrame {
    from: OpenedFrame,
    metadata: Vec<u8>,
    frame: Vec<u8>,
    sealed: Vec<u8>,
}

fn secret(epoch: u64) -> EpochSecret {
    let mut base_key = [7; BASE_KEY_BYTES];
    base_key[..8].copy_from_slice(&epoch.to_be_bytes());
    EpochSecret::new(epoch, base_key)
}

fn sealers(epoch: u64) -> [Sealer; LEAVES.len()] {
    LEAVES.map(|leaf| Sealer::new(&secret(epoch), leaf).expect("key ids have room for it"))
}

impl Fixture {
    fn new(epoch: u64) -> Self {
        let mut opener = Opener::new();
        let added = opener.add_epoch(Duration::ZERO, secret(epoch), LEAVES_OF_EPOCH);
        added.expect("it is the first");
        Self {
            now: Duration::ZERO,
            opener,
            epoch,
            sealers: sealers(epoch),
            former: Vec::new(),
            frames: Vec::new(),
            opened: BTreeSet::new(),
            came: 0,
        }
    }

    fn seal(&mut self, sender: u8, metadata: &[u8], frame: &[u8]) {
        let sealer = &mut self.sealers[usize::from(sender) % LEAVES.len()];
        let (leaf, epoch) = (sealer.leaf(), sealer.epoch());
        let mut out = Vec::new();
        sealer.seal(metadata, frame, &mut out).expect("it is short, and one of few");
        let before = self.frames.iter().rfind(|frame| (frame.from.leaf, frame.from.epoch) == (leaf, epoch));
        let counter = before.map_or(0, |frame| frame.from.counter + 1);
        let from = OpenedFrame { leaf, epoch, counter };
        if self.frames.len() < FRAMES_KEPT {
            self.frames.push(SealedFrame {
                from,
                metadata: metadata.into(),
                frame: frame.into(),
                sealed: out,
            });
        }
    }

    fn picked(&self, frame: u8) -> Option<SealedFrame> {
        self.frames.get(usize::from(frame) % self.frames.len().max(1)).cloned()
    }

    fn deliver(&mut self, frame: u8) {
        let Some(SealedFrame { from, metadata, frame, sealed }) = self.picked(frame) else { return };
        let OpenedFrame { leaf, epoch, counter } = from;
        let id = (epoch, leaf, counter);
        match self.open(&metadata, &sealed) {
            Ok((opened, out)) => {
                assert_eq!((opened, out), (from, frame));
                assert!(self.is_held(epoch) && leaf < LEAVES_OF_EPOCH, "{from:?}");
                assert!(self.opened.insert(id), "{from:?} is opened twice");
            }
            Err(OpenError::Replayed { .. }) if self.is_held(epoch) => {
                assert!(self.opened.contains(&id), "{from:?}");
            }
            Err(OpenError::UnknownSender { .. }) => assert_eq!(leaf, LEAVES_OF_EPOCH),
            // The epoch's slot may hold another epoch.
            Err(refused) => assert!(!self.is_held(epoch), "{from:?}: {refused}"),
        }
    }

    fn deliver_altered(&mut self, frame: u8, place: u8, change: u8) {
        let Some(SealedFrame { mut metadata, mut sealed, .. }) = self.picked(frame) else { return };
        let (place, change) = (usize::from(place) % (metadata.len() + sealed.len()), change.max(1));
        match metadata.len().checked_sub(place + 1) {
            Some(_) => metadata[place] ^= change,
            None => sealed[place - metadata.len()] ^= change,
        }
        self.refuse(&metadata, &sealed);
    }

    fn deliver_cut_off(&mut self, frame: u8, length: u8) {
        let Some(SealedFrame { metadata, sealed, .. }) = self.picked(frame) else { return };
        self.refuse(&metadata, &sealed[..usize::from(length) % sealed.len()]);
    }

    fn deliver_made_up(&mut self, metadata: &[u8], sealed: &[u8]) {
        self.refuse(metadata, sealed);
    }

    /// By so much newer; with 0 it is none, and is not added.
    fn add_epoch(&mut self, by: u8) {
        let epoch = self.epoch + u64::from(by) % (EPOCHS_MAX as u64 + 2);
        let added = self.opener.add_epoch(self.now, secret(epoch), LEAVES_OF_EPOCH);
        assert_eq!(added.is_ok(), epoch > self.epoch);
        if added.is_ok() {
            self.former.push((self.epoch, self.now + FORMER_EPOCH_KEPT));
            self.former.retain(|(former, _)| former % EPOCHS_MAX as u64 != epoch % EPOCHS_MAX as u64);
            self.epoch = epoch;
            self.sealers = sealers(epoch);
        }
    }

    fn is_held(&self, epoch: u64) -> bool {
        epoch == self.epoch || self.former.iter().any(|(former, ends)| *former == epoch && self.now < *ends)
    }

    fn refuse(&mut self, metadata: &[u8], sealed: &[u8]) {
        let opened = self.open(metadata, sealed);
        assert!(opened.is_err(), "{sealed:x?} is opened, which no member sealed: {opened:x?}");
    }

    fn open(&mut self, metadata: &[u8], sealed: &[u8]) -> Result<(OpenedFrame, Vec<u8>), OpenError> {
        self.came += 1;
        let mut out = b"before".to_vec();
        let opened = self.opener.open(self.now, metadata, sealed, &mut out);
        assert!(out.starts_with(b"before") && (opened.is_ok() || out.len() == 6), "{out:x?}");
        opened.map(|opened| (opened, out.split_off(6)))
    }

    fn check_counts(&self) {
        let counts = self.opener.counts();
        let refused = counts.malformed + counts.unknown_epoch + counts.unknown_sender;
        assert_eq!(counts.opened + refused + counts.replayed + counts.forged, self.came);
        assert_eq!(counts.opened, self.opened.len() as u64);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_bytes_open_nothing_that_no_member_sealed(bytes in proptest::collection::vec(any::<u8>(), 0..800)) {
            sealed_frames(&bytes);
        }
    }

    #[test]
    fn a_frame_of_a_former_epoch_comes_late() {
        // A frame of leaf 7; a new epoch; 2.5 s pass; the frame twice; 2 s pass; the frame again.
        sealed_frames(&[6, 1, 1, 1, b'm', 2, b'f', b'r', 7, 1, 0, 250, 3, 0, 3, 0, 0, 200, 3, 0]);
    }
}
