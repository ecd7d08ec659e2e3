//! An epoch whose frames are opened, and its senders.

use core::time::Duration;
use std::collections::BTreeMap;

use consonance_wire::replay_window::ReplayWindow;

use crate::sframe::EpochSecret;
use crate::sframe::frame_key::FrameKey;

/// An epoch whose frames are opened.
pub(super) struct Epoch {
    /// The time at which it is dropped; `None` while there is no newer one.
    pub(super) ends: Option<Duration>,
    secret: EpochSecret,
    leaves: u32,
    /// By leaf, since their first frames. Most leaves of a group never speak.
    senders: BTreeMap<u32, Box<Sender>>,
}

/// A member whose frames are opened.
pub(super) struct Sender {
    pub(super) key: FrameKey,
    pub(super) window: ReplayWindow,
}

impl Epoch {
    pub(super) fn new(secret: EpochSecret, leaves: u32) -> Self {
        Self { ends: None, secret, leaves, senders: BTreeMap::new() }
    }

    pub(super) fn number(&self) -> u64 {
        self.secret.epoch()
    }

    /// The member at a leaf, if there may be one.
    pub(super) fn sender(&mut self, leaf: u32) -> Option<(u32, &mut Sender)> {
        if leaf >= self.leaves {
            return None;
        }
        let new = || Box::new(Sender { key: self.secret.frame_key(leaf), window: ReplayWindow::default() });
        Some((leaf, self.senders.entry(leaf).or_insert_with(new)))
    }
}
