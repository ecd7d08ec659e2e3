//! Live and finished recordings, and their results.

use consonance_server::recording::RecorderStatistics;

use super::families::{RECORDING_BYTES, RECORDING_DROPPED, RECORDINGS, RECORDINGS_ENDED};
use super::observation::Observation;
use super::samples::Samples;

pub(super) fn write(out: &mut Samples, observation: &Observation) {
    let status = observation.recorder.clone().unwrap_or_default();
    out.family(&RECORDINGS).sample(&["live"], status.live.len()).sample(&["finished"], status.finished);
    let live_bytes: u64 = status.live.iter().map(|recording| recording.index.bytes).sum();
    out.family(&RECORDING_BYTES).sample(&["live"], live_bytes).sample(&["finished"], status.finished_bytes);
    let RecorderStatistics { begun, refused, failed, removed, frames_dropped, .. } = status.statistics;
    let mut ended = out.family(&RECORDINGS_ENDED);
    for (what, number) in [("begun", begun), ("refused", refused), ("failed", failed), ("removed", removed)] {
        ended.sample(&[what], number);
    }
    out.single(&RECORDING_DROPPED, frames_dropped);
}
