//! Diagnostics of a running device: counters and gauges, as plain data.

use crate::clock_bridge::{Pulse, RingDiagnostics};

/// Counters and gauges of one direction since the devices were opened; counters continue when a device is changed.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct DeviceDiagnostics {
    /// Those of the ring between callback and beat; its gauges are those of no ring while no device is open.
    pub ring: RingDiagnostics,
    /// How often a device was opened again because it was lost, the default changed, or the selected one came back.
    pub reopened: u64,
    /// Callbacks of the open device.
    pub callbacks: u64,
    /// Most frames in one of them.
    pub period_frames: u32,
}

impl DeviceDiagnostics {
    /// From a ring whose devices were reopened `reopened` times, and from the open device, if any.
    pub(crate) fn of(ring: RingDiagnostics, reopened: u64, open: Option<&Pulse>) -> Self {
        match open {
            Some(pulse) => Self {
                ring,
                reopened,
                callbacks: pulse.callbacks(),
                period_frames: pulse.largest_frames() as u32,
            },
            // A ring keeps its last gauges when its device is closed.
            None => Self { ring: ring.counters(), reopened, ..Self::default() },
        }
    }
}
