//! What is kept over restarts.

use super::exposition::Exposition;
use super::families::{
    BANS, KEPT_VOICES, REPORTS, STORE_DROPPED, STORE_ERRORS, STORE_WAITING, STORE_WRITES, VOICES_NOT_KEPT,
};
use super::observation::Observation;

pub(super) fn write(out: &mut Exposition, observation: &Observation) {
    out.single(&BANS, observation.bans);
    let store = &observation.store;
    out.single(&STORE_WRITES, store.transactions);
    out.single(&STORE_ERRORS, store.errors);
    out.single(&STORE_WAITING, store.waiting);
    out.single(&STORE_DROPPED, store.dropped);
    out.single(&KEPT_VOICES, observation.kept_voice_bytes);
    out.single(&VOICES_NOT_KEPT, observation.frames_not_kept);
    out.single(&REPORTS, observation.reports);
}
