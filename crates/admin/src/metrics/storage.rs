//! Data that survives restarts.

use super::families::{
    BANS, REPORT_BUFFER, REPORT_BUFFER_DROPPED, REPORTS, STORE_DROPPED, STORE_ERRORS, STORE_WAITING,
    STORE_WRITES,
};
use super::observation::Observation;
use super::samples::Samples;

pub(super) fn write(out: &mut Samples, observation: &Observation) {
    out.single(&BANS, observation.bans);
    let store = &observation.store;
    out.single(&STORE_WRITES, store.transactions);
    out.single(&STORE_ERRORS, store.errors);
    out.single(&STORE_WAITING, store.waiting);
    out.single(&STORE_DROPPED, store.dropped);
    out.single(&REPORT_BUFFER, observation.totals.report_buffer_bytes);
    out.single(&REPORT_BUFFER_DROPPED, observation.totals.report_buffer_frames_dropped);
    out.single(&REPORTS, observation.reports);
}
