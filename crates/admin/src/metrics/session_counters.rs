//! Counters of the sessions, each under its family and label.

use consonance_link::MetricFamily;

use super::families::{
    BYTES_RECEIVED, CLIENTS_RESUMED, DROPPED, INTERNAL_LOST, JOINS_POSTPONED, JOINS_REFUSED, LINKS_CLOSED,
    NAMES_AWAITED, NAMES_TAKEN_OVER, OTHER, PACKETS_RECEIVED, POSITIONS_RECEIVED, REPORTS_RECEIVED,
    REPORTS_SENT, RESERVATIONS_RELEASED, ROOM_COLLISIONS, ROOMS_REFUSED, VOICE_HELD_BACK, VOICE_RECEIVED,
    VOICE_SENT,
};
use super::observation::Observation;
use super::samples::Samples;

pub(super) fn write(out: &mut Samples, observation: &Observation) {
    let sum = observation.totals.session_counters();
    let all: Vec<_> = sum.counters().collect();
    for rows in COUNTERS.chunk_by(|a, b| std::ptr::eq(a.family, b.family)) {
        let mut samples = out.family(rows[0].family);
        for row in rows {
            let counted = all.iter().find(|(name, _)| *name == row.name);
            samples.sample(row.label.as_slice(), counted.map_or(0, |(_, number)| *number));
        }
    }
    let mut samples = out.family(&OTHER);
    for (name, number) in all.iter().filter(|(name, _)| !COUNTERS.iter().any(|row| row.name == *name)) {
        samples.sample(&[name], *number);
    }
}

/// The family and label of a counter.
struct Counter {
    family: &'static MetricFamily,
    label: Option<&'static str>,
    /// Its name in [`ServerStatistics`](consonance_session::ServerStatistics).
    name: &'static str,
}

macro_rules! counters {
    ($($family:ident { $($field:ident $(=> $label:literal)?),+ $(,)? })+) => {
        &[$($(Counter {
            family: &$family,
            label: counters!(@label $($label)?),
            name: stringify!($field),
        }),+),+]
    };
    (@label) => { None };
    (@label $label:literal) => { Some($label) };
}

/// Counters with a family; those without one are exported under [`OTHER`]. Rows of the same family are adjacent.
const COUNTERS: &[Counter] = counters! {
    PACKETS_RECEIVED { packets_in }
    BYTES_RECEIVED { bytes_in }
    VOICE_RECEIVED { frames_relayed => "listed", frames_routed => "by_room" }
    VOICE_SENT { frames_out }
    DROPPED {
        ignored => "ignored",
        malformed => "malformed",
        oversized => "oversized",
        wrong_session => "wrong_session",
        unknown_link => "unknown_link",
        not_joined => "not_joined",
        spoofed => "spoofed",
        inner_refused => "inner_refused",
        texts_refused => "text_too_long",
        voice_limited => "voice_rate",
        control_limited => "control_rate",
        fan_out_limited => "fan_out_rate",
        handshakes_limited => "handshake_rate",
        reports_limited => "report_rate",
        positions_limited => "position_rate",
        positions_refused => "position_invalid",
        speech_forbidden => "speech_forbidden",
        priority_forbidden => "priority_forbidden",
        receptions_refused => "report_invalid",
        undrained => "overload",
        voice_shed => "shed",
    }
    VOICE_HELD_BACK { streams_crowded }
    JOINS_REFUSED {
        names_refused => "name",
        names_protected => "name_protected",
        names_in_use => "name_in_use",
        codecs_refused => "codec",
        joins_refused => "not_admitted",
        links_refused => "session_full",
        tickets_refused => "stale_ticket",
        newcomers_rejected => "overload_or_draining",
    }
    JOINS_POSTPONED { joins_postponed }
    NAMES_AWAITED { names_awaited }
    NAMES_TAKEN_OVER { names_taken_over }
    ROOMS_REFUSED {
        rooms_refused => "limit",
        rooms_reserved => "number_reserved",
        rooms_exhausted => "session_limit",
        rooms_forbidden => "forbidden",
    }
    ROOM_COLLISIONS { room_collisions }
    LINKS_CLOSED { abusers_closed => "abuse", handshakes_missed => "never_joined", visits_ended => "visit_over" }
    CLIENTS_RESUMED { places_resumed }
    RESERVATIONS_RELEASED { places_given_up }
    REPORTS_SENT { reports_sent }
    REPORTS_RECEIVED { reports_received }
    POSITIONS_RECEIVED { positions_received }
    INTERNAL_LOST { events_dropped => "event", commands_dropped => "command" }
};

#[cfg(test)]
mod tests {
    use consonance_session::ServerStatistics;

    use super::*;

    #[test]
    fn every_counter_that_has_a_place_exists() {
        let known: Vec<_> = ServerStatistics::default().counters().map(|(name, _)| name).collect();
        for row in COUNTERS {
            assert!(known.contains(&row.name), "{} is not a counter of a session", row.name);
        }
    }
}
