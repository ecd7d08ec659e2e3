//! The network's own measurements of the uplink, for servers that do not report.

use std::time::Duration;

use consonance_link::{LinkQuality, Statistics};

use crate::bitrate_control::UplinkSample;

/// The transport's counters at the last check.
#[derive(Debug, Default)]
pub(super) struct LinkWatch {
    overflowed: u64,
    quality: LinkQuality,
    /// The shortest recent round trip.
    quickest: Option<Duration>,
}

/// Changes since the last check.
#[derive(Clone, Copy, Debug)]
pub(super) struct LinkNews {
    /// Whether voice was pushed out of a full queue on this side.
    pub(super) overflowed: bool,
    quality: Option<(f32, Duration)>,
}

/// With fewer datagrams, the loss rate is meaningless.
const LEAST_DATAGRAMS: u64 = 10;

/// The shortest round trip is forgotten at this pace, as the route may have changed: 60 ms per minute.
const FORGOTTEN_PER_LOOK: Duration = Duration::from_micros(500);

impl LinkWatch {
    /// Compares the counters with those of the last check, half a second ago.
    pub(super) fn look(&mut self, network: &Statistics) -> LinkNews {
        let overflowed = std::mem::replace(&mut self.overflowed, network.dropped.outgoing_full);
        LinkNews {
            overflowed: network.dropped.outgoing_full > overflowed,
            quality: network.quality.and_then(|quality| self.compare(quality)),
        }
    }

    /// The loss in percent, and by how much the round trip is longer than the shortest one: the downlink may be the
    /// cause of either, but nothing better is known.
    fn compare(&mut self, quality: LinkQuality) -> Option<(f32, Duration)> {
        let before = std::mem::replace(&mut self.quality, quality);
        // The counters of a new link start from zero.
        let sent = quality.datagrams_sent.saturating_sub(before.datagrams_sent);
        let lost = quality.datagrams_lost.saturating_sub(before.datagrams_lost).min(sent);
        let round_trip = quality.round_trip;
        let quickest =
            self.quickest.map_or(round_trip, |earlier| round_trip.min(earlier + FORGOTTEN_PER_LOOK));
        self.quickest = Some(quickest);
        (sent >= LEAST_DATAGRAMS)
            .then(|| (100.0 * lost as f32 / sent as f32, round_trip.saturating_sub(quickest)))
    }
}

impl LinkNews {
    /// The uplink over that interval; `None` if there was too little traffic to tell.
    pub(super) fn sample(self) -> Option<UplinkSample> {
        let overflowed = self.overflowed;
        match self.quality {
            Some((lost_percent, queueing)) => Some(UplinkSample { lost_percent, queueing, overflowed }),
            None => overflowed.then(|| UplinkSample { overflowed, ..UplinkSample::default() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statistics(sent: u64, lost: u64, round_trip_ms: u64) -> Statistics {
        let quality = LinkQuality {
            round_trip: Duration::from_millis(round_trip_ms),
            datagrams_sent: sent,
            datagrams_lost: lost,
            ..LinkQuality::default()
        };
        Statistics { quality: Some(quality), ..Statistics::default() }
    }

    #[test]
    fn loss_and_queueing_are_of_the_time_since_the_last_look() {
        let mut watch = LinkWatch::default();
        watch.look(&statistics(1000, 500, 40));
        let sample = watch.look(&statistics(1025, 505, 240)).sample().unwrap();
        assert_eq!((sample.lost_percent.round() as u8, sample.queueing.as_millis()), (20, 199));
    }

    #[test]
    fn a_new_link_that_counts_again_has_lost_nothing() {
        let mut watch = LinkWatch::default();
        watch.look(&statistics(1000, 500, 40));
        assert_eq!(watch.look(&statistics(20, 1, 40)).sample(), None);
        assert!(watch.look(&statistics(40, 1, 40)).sample().unwrap().lost_percent <= 0.0);
    }

    #[test]
    fn in_silence_nothing_is_known() {
        let mut watch = LinkWatch::default();
        watch.look(&statistics(1000, 0, 40));
        assert_eq!(watch.look(&statistics(1005, 3, 400)).sample(), None);
        assert_eq!(watch.look(&Statistics::default()).sample(), None);
    }

    #[test]
    fn a_full_queue_on_this_side_is_told_once_each_time() {
        let mut watch = LinkWatch::default();
        let mut full = Statistics::default();
        full.dropped.outgoing_full = 3;
        assert!(watch.look(&full).sample().unwrap().overflowed);
        assert_eq!(watch.look(&full).sample(), None);
    }

    #[test]
    fn a_longer_way_is_the_usual_one_after_a_while() {
        let mut watch = LinkWatch::default();
        watch.look(&statistics(0, 0, 40));
        let looks = (1..=200_u64).map(|look| watch.look(&statistics(25 * look, 0, 100)).sample().unwrap());
        let queueing: Vec<_> = looks.map(|sample| sample.queueing.as_millis()).collect();
        assert_eq!((queueing[0], queueing[100], queueing[199]), (59, 9, 0));
    }
}
