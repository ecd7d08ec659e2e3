//! The amount of one link's data that is queued for the host.

use super::HostedSettings;

/// The most reliable packets of one link that may be queued, and their bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct WaitingLimits {
    packets: usize,
    bytes: usize,
}

impl WaitingLimits {
    pub(super) fn of(settings: &HostedSettings) -> Self {
        Self { packets: settings.outgoing_reliable_packets, bytes: settings.outgoing_reliable_bytes }
    }
}

/// The queued reliable packets of one link.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Waiting {
    packets: usize,
    bytes: usize,
}

impl Waiting {
    /// Counts one more packet if it fits; returns whether it does.
    #[must_use]
    pub(super) fn add(&mut self, limits: WaitingLimits, bytes: usize) -> bool {
        let more = Self { packets: self.packets + 1, bytes: self.bytes + bytes };
        let fits = more.packets <= limits.packets && more.bytes <= limits.bytes;
        if fits {
            *self = more;
        }
        fits
    }

    /// Counts one packet less.
    pub(super) fn remove(&mut self, bytes: usize) {
        self.packets -= 1;
        self.bytes -= bytes;
    }
}
