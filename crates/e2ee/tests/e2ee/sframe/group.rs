//! A group, and the opener of a member that listens.

use std::collections::BTreeMap;
use std::time::Duration;

use consonance_e2ee::sframe::{BASE_KEY_BYTES, EpochSecret, OpenError, OpenedFrame, Opener, Sealer};

/// Some time after the start.
pub(crate) const NOW: Duration = Duration::from_secs(100);

/// The maximum number of leaves.
const LEAVES: u32 = consonance_e2ee::sframe::LEAVES_MAX;

pub(crate) struct Group {
    pub(crate) opener: Opener,
    sealers: BTreeMap<u32, Sealer>,
}

/// The secret of an epoch; each epoch has a different one.
pub(crate) fn secret(epoch: u64) -> EpochSecret {
    let mut base_key = [0x42; BASE_KEY_BYTES];
    base_key[..8].copy_from_slice(&epoch.to_be_bytes());
    EpochSecret::new(epoch, base_key)
}

impl Group {
    /// A group in an epoch, with these leaves as speakers.
    pub(crate) fn new(epoch: u64, speakers: &[u32]) -> Self {
        let mut opener = Opener::new();
        opener.add_epoch(NOW, secret(epoch), LEAVES).unwrap();
        let sealer = |leaf: &u32| (*leaf, Sealer::new(&secret(epoch), *leaf).unwrap());
        Self { opener, sealers: speakers.iter().map(sealer).collect() }
    }

    pub(crate) fn sealer(&mut self, leaf: u32) -> &mut Sealer {
        self.sealers.get_mut(&leaf).expect("it is one of the speakers")
    }

    pub(crate) fn seal(&mut self, leaf: u32, metadata: &[u8], frame: &[u8]) -> Vec<u8> {
        seal(self.sealer(leaf), metadata, frame)
    }

    /// Returns the opened frame and its origin.
    pub(crate) fn open(
        &mut self,
        metadata: &[u8],
        sealed: &[u8],
    ) -> Result<(OpenedFrame, Vec<u8>), OpenError> {
        open_at(NOW, &mut self.opener, metadata, sealed)
    }
}

pub(crate) fn seal(sealer: &mut Sealer, metadata: &[u8], frame: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    sealer.seal(metadata, frame, &mut out).unwrap();
    out
}

/// Opens a frame; also checks that a refused frame yields no output.
pub(crate) fn open_at(
    now: Duration,
    opener: &mut Opener,
    metadata: &[u8],
    sealed: &[u8],
) -> Result<(OpenedFrame, Vec<u8>), OpenError> {
    let mut out = Vec::new();
    let result = opener.open(now, metadata, sealed, &mut out);
    assert!(result.is_ok() || out.is_empty(), "{out:x?}");
    Ok((result?, out))
}
