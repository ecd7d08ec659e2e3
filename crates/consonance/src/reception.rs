//! Reception of the other players since the last report: a listener's report to the server.

use std::collections::HashMap;

use consonance_audio::{SAMPLE_RATE_HZ, SpeakerStatistics};
use consonance_session::{ClientId, LossRun, Reception};

/// Each speaker's counters at the last check.
#[derive(Debug, Default)]
pub(crate) struct Receptions {
    counted: HashMap<ClientId, Counted>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counted {
    /// Frames whose packet was present at playback time, wanted or not.
    there: u64,
    lost: u64,
}

impl Receptions {
    /// Reception of a speaker's frames that were due since the last check, and how many were lost in a row; `None` if
    /// none were due.
    ///
    /// A late frame counts as lost, and so does a recovered one: the speaker must learn that its copies are needed.
    pub(crate) fn look(
        &mut self,
        speaker: ClientId,
        statistics: &SpeakerStatistics,
    ) -> Option<(Reception, LossRun)> {
        let SpeakerStatistics { played, skipped, undecodable, arrivals, .. } = *statistics;
        let now = Counted { there: played + skipped + undecodable, lost: arrivals.lost };
        let before = self.counted.insert(speaker, now).unwrap_or_default();
        // Counters that went down belong to another player with the same id.
        let before =
            if now.there < before.there || now.lost < before.lost { Counted::default() } else { before };
        let lost = clamped(now.lost - before.lost);
        let expected = lost.saturating_add(clamped(now.there - before.there));
        let playout_delay_ms = clamped(statistics.delay_samples * 1000 / u64::from(SAMPLE_RATE_HZ));
        let run = LossRun::from_frames(statistics.lost_in_a_row);
        (expected > 0).then_some((Reception { speaker, expected, lost, playout_delay_ms }, run))
    }

    /// Forgets a player that has left.
    pub(crate) fn forget(&mut self, speaker: ClientId) {
        self.counted.remove(&speaker);
    }
}

fn clamped(number: u64) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use consonance_audio::jitter::JitterCounters;

    use super::*;

    const BOB: ClientId = ClientId(1);

    fn statistics(played: u64, lost: u64) -> SpeakerStatistics {
        SpeakerStatistics {
            arrivals: JitterCounters { lost, ..JitterCounters::default() },
            played,
            lost_in_a_row: 2.5,
            delay_samples: 2880,
            ..SpeakerStatistics::default()
        }
    }

    #[test]
    fn only_what_is_new_is_told() {
        let mut receptions = Receptions::default();
        let first = Reception { speaker: BOB, expected: 100, lost: 10, playout_delay_ms: 60 };
        assert_eq!(receptions.look(BOB, &statistics(90, 10)), Some((first, LossRun(25))));
        assert_eq!(receptions.look(BOB, &statistics(90, 10)), None);
        let next = Reception { speaker: BOB, expected: 51, lost: 1, playout_delay_ms: 60 };
        assert_eq!(receptions.look(BOB, &statistics(140, 11)).map(|(next, _)| next), Some(next));
    }

    #[test]
    fn a_player_muted_here_is_not_told_that_everything_gets_lost() {
        let mut receptions = Receptions::default();
        let muted = SpeakerStatistics { skipped: 98, undecodable: 1, ..statistics(0, 1) };
        let told = receptions.look(BOB, &muted).map(|(new, _)| (new.expected, new.lost));
        assert_eq!(told, Some((100, 1)));
    }

    #[test]
    fn another_player_with_the_id_starts_again() {
        let mut receptions = Receptions::default();
        receptions.look(BOB, &statistics(1000, 100));
        assert_eq!(receptions.look(BOB, &statistics(5, 0)).map(|(new, _)| new.expected), Some(5));
        receptions.forget(BOB);
        assert_eq!(receptions.look(BOB, &statistics(7, 1)).map(|(new, _)| new.expected), Some(8));
    }
}
