//! The server as a whole, and sessions one by one as far as that is wanted.

use std::cmp::Reverse;

use consonance_server::SessionNumbers;

use super::families::{
    BUILD_INFO, CLIENTS, LINK_LOSS, SESSION_CLIENTS, SESSION_PACKETS, SESSIONS, SESSIONS_ENDED,
    SESSIONS_REFUSED, SESSIONS_STARTED, UPTIME,
};
use super::observation::Observation;
use super::samples::Samples;

pub(super) fn write(out: &mut Samples, observation: &Observation, sessions_max: usize) {
    out.family(&BUILD_INFO).sample(&[env!("CARGO_PKG_VERSION")], 1_u64);
    out.single(&UPTIME, observation.uptime.as_secs_f64());
    out.single(&SESSIONS, observation.totals.sessions.len());
    let counts = &observation.session_counts;
    out.single(&SESSIONS_STARTED, counts.begun_on_demand);
    out.single(&SESSIONS_ENDED, counts.ended);
    let mut refused = out.family(&SESSIONS_REFUSED);
    refused.sample(&["unknown"], counts.refused_unknown).sample(&["full"], counts.refused_full);
    out.single(&CLIENTS, observation.totals.clients());
    loss(out, &observation.totals.lost_percent);
    let largest = largest(&observation.totals.sessions, sessions_max);
    let mut clients = out.family(&SESSION_CLIENTS);
    for session in &largest {
        clients.sample(&[&session.name], session.clients);
    }
    let mut packets = out.family(&SESSION_PACKETS);
    for session in &largest {
        packets.sample(&[&session.name], session.counters.packets_in);
    }
}

/// Shares of frames that did not arrive: up to 1 % is inaudible, above 10 % words are missing.
const LOSS_BOUNDS: [f32; 5] = [0.01, 0.02, 0.05, 0.1, 0.2];

/// A histogram whose observations come and go, so that each is written as a gauge.
fn loss(out: &mut Samples, lost_percent: &[f32]) {
    let mut samples = out.family(&LINK_LOSS);
    for bound in LOSS_BOUNDS {
        let number = lost_percent.iter().filter(|percent| **percent <= bound * 100.0).count();
        samples.sample(&[&bound.to_string()], number);
    }
    samples.sample(&["1"], lost_percent.len());
}

/// The sessions with the most clients; ties are ordered by name.
fn largest(sessions: &[SessionNumbers], most: usize) -> Vec<&SessionNumbers> {
    let mut sessions: Vec<_> = sessions.iter().collect();
    sessions.sort_by(|a, b| Reverse(a.clients).cmp(&Reverse(b.clients)).then_with(|| a.name.cmp(&b.name)));
    sessions.truncate(most);
    sessions
}
