//! What the sessions count, each counter under its family and label.

use consonance_session::ServerStatistics;

use super::exposition::Exposition;
use super::families::{
    BYTES_RECEIVED, DROPPED, Family, INTERNAL_LOST, JOINS_POSTPONED, JOINS_REFUSED, LINKS_CLOSED,
    PACKETS_RECEIVED, PLACES_GIVEN_UP, PLACES_RESUMED, POSITIONS_RECEIVED, REPORTS_RECEIVED, REPORTS_SENT,
    ROOM_COLLISIONS, ROOMS_REFUSED, VOICE_HELD_BACK, VOICE_RECEIVED, VOICE_SENT,
};
use super::observation::Observation;

pub(super) fn write(out: &mut Exposition, observation: &Observation) {
    let sum = |of: fn(&ServerStatistics) -> u64| {
        observation.sessions.iter().map(|session| of(&session.counters)).fold(0, u64::wrapping_add)
    };
    for rows in COUNTERS.chunk_by(|a, b| std::ptr::eq(a.family, b.family)) {
        let mut samples = out.family(rows[0].family);
        for row in rows {
            samples.sample(row.label.as_slice(), sum(row.of));
        }
    }
}

/// Where a counter goes.
struct Counter {
    family: &'static Family,
    label: Option<&'static str>,
    /// Its name in [`ServerStatistics`].
    #[cfg(test)]
    field: &'static str,
    of: fn(&ServerStatistics) -> u64,
}

macro_rules! counters {
    ($($family:ident { $($field:ident $(=> $label:literal)?),+ $(,)? })+) => {
        &[$($(Counter {
            family: &$family,
            label: counters!(@label $($label)?),
            #[cfg(test)]
            field: stringify!($field),
            of: |statistics| statistics.$field,
        }),+),+]
    };
    (@label) => { None };
    (@label $label:literal) => { Some($label) };
}

/// Every one of them; those of a family stand together.
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
    }
    VOICE_HELD_BACK { streams_crowded }
    JOINS_REFUSED {
        names_refused => "name",
        names_protected => "name_protected",
        codecs_refused => "codec",
        joins_refused => "not_admitted",
        links_refused => "session_full",
        tickets_refused => "stale_ticket",
    }
    JOINS_POSTPONED { joins_postponed }
    ROOMS_REFUSED {
        rooms_refused => "limit",
        rooms_reserved => "number_reserved",
        rooms_exhausted => "session_limit",
        rooms_forbidden => "forbidden",
    }
    ROOM_COLLISIONS { room_collisions }
    LINKS_CLOSED { abusers_closed => "abuse", handshakes_missed => "never_joined", visits_ended => "visit_over" }
    PLACES_RESUMED { places_resumed }
    PLACES_GIVEN_UP { places_given_up }
    REPORTS_SENT { reports_sent }
    REPORTS_RECEIVED { reports_received }
    POSITIONS_RECEIVED { positions_received }
    INTERNAL_LOST { events_dropped => "event", commands_dropped => "command" }
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_counter_of_a_session_is_exported_once() {
        let fields = format!("{:?}", ServerStatistics::default());
        let fields = fields.trim_start_matches("ServerStatistics {").trim_end_matches('}');
        let mut expected: Vec<_> =
            fields.split(',').filter_map(|field| Some(field.split_once(':')?.0.trim())).collect();
        let mut exported: Vec<_> = COUNTERS.iter().map(|counter| counter.field).collect();
        expected.sort_unstable();
        exported.sort_unstable();
        assert_eq!(exported, expected, "each counter has one line in COUNTERS, above");
    }
}
