//! How much a worker has to do, and how much of that is relaying voice.

use std::time::Duration;

/// The recent load of a worker and its process. Shares are from 0 to 1.
///
/// Voice has shares of its own, since shedding voices reduces only the work of relaying them: it would not help
/// against a flood of handshakes, slow requests or junk.
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

/// A worker's total work of relaying voice since it began.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct VoiceWork {
    /// The time from receiving voice packets to passing them to the networks, without other work in between.
    pub(crate) time: Duration,
    /// Packets that threads of networks carried, which take their part of the work off the worker.
    pub(crate) packets_on_threads: u64,
}
