//! A naive count of the voice that arrives at the server.

use std::collections::BTreeSet;

use consonance_session::LinkId;

/// The frames that arrived over a player's latest link since its client was admitted. No client sends so much in
/// a run that its numbers wrap.
#[derive(Debug)]
pub(super) struct Arrived {
    link: LinkId,
    /// Those that are not further behind the newest than may be counted.
    recent: BTreeSet<u16>,
    frames: u32,
}

/// Frames that are further behind the newest one are not counted.
const TOO_LATE: u16 = 64;

impl Arrived {
    pub(super) fn none_over(link: LinkId) -> Self {
        Self { link, recent: BTreeSet::new(), frames: 0 }
    }

    pub(super) fn link(&self) -> LinkId {
        self.link
    }

    /// Counts a frame, unless it is too late or was there before.
    pub(super) fn count(&mut self, sequence: u16) {
        let newest = self.recent.last().map_or(sequence, |newest| sequence.max(*newest));
        if newest - sequence < TOO_LATE && self.recent.insert(sequence) {
            self.frames += 1;
        }
        self.recent.retain(|sequence| newest - sequence < TOO_LATE);
    }

    /// The sequence number of the newest frame, and how many there were; `None` if there was none.
    pub(super) fn newest_and_frames(&self) -> Option<(u16, u32)> {
        Some((*self.recent.last()?, self.frames))
    }
}
