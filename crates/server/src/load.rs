//! How much a worker has to do, and how much of that is relaying voice.

use std::time::Duration;

/// What a worker and its process had to do recently. Shares are from 0 to 1.
///
/// Shares of voice are apart, since only relaying voice becomes less when voices are given up: a flood of handshakes,
/// slow requests or junk is not a reason to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Load {
    /// Of its time, the share in which the worker was busy with anything, other than being kept waiting.
    pub busy_share: f64,
    /// Of one core, the share that the worker's thread used to relay voice.
    pub voice_share: f64,
    /// Of the processor time that the process may use, the share that it used.
    pub process_share: f64,
    /// The same for relaying voice, on the worker's thread and on threads of networks; an estimate from above.
    pub process_voice_share: f64,
    /// The longest iteration of the worker's loop.
    pub longest_iteration: Duration,
}

/// What a worker did to relay voice, as totals since it began.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct VoiceWork {
    /// From taking in packets of voice to giving them to the networks, without what the worker did between them.
    pub(crate) time: Duration,
    /// Packets that threads of networks carried, which take their part of the work off the worker.
    pub(crate) packets_on_threads: u64,
}
