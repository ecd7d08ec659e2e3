//! Reception of voices, ours by the others and theirs here, measured twice a second while there is sound.

use std::time::{Duration, Instant};

use consonance_audio::{EncoderSettings, SpeakerStatistics};
use consonance_link::Statistics;
use consonance_session::{ClientEvent, ClientId, LossRun, Reception};

use crate::reception::Receptions;
use crate::statistics::UplinkRow;
use crate::talking::Talking;
use crate::uplink_quality::{EncoderTarget, UplinkQuality};

/// How often the encoder is adapted to the loss, and the server is told of losses here.
const INTERVAL: Duration = Duration::from_millis(500);

/// Quality in both directions.
pub(super) struct VoiceQuality {
    uplink: UplinkQuality,
    receptions: Receptions,
    next_look_at: Instant,
}

impl VoiceQuality {
    pub(super) fn new(now: Instant, encoder: &EncoderSettings) -> Self {
        let (uplink, receptions) = (UplinkQuality::new(encoder), Receptions::default());
        Self { uplink, receptions, next_look_at: now }
    }

    /// Applies the session's reports about our own voice, and forgets players that left.
    pub(super) fn follow(&mut self, now: Instant, event: &ClientEvent<'_>) {
        self.uplink.follow(now, event);
        if let ClientEvent::PlayerLeft { id, .. } = event {
            self.receptions.forget(*id);
        }
    }

    /// Whether a check is due at this beat; the next one is half a second later.
    pub(super) fn is_due(&mut self, beat: Instant) -> bool {
        let is_due = beat >= self.next_look_at;
        if is_due {
            self.next_look_at = beat + INTERVAL;
        }
        is_due
    }

    /// Reception of players since the last check, for those from which anything was expected.
    pub(super) fn receptions(
        &mut self,
        received: impl Iterator<Item = (ClientId, SpeakerStatistics)>,
    ) -> impl Iterator<Item = (Reception, LossRun)> {
        received.filter_map(|(speaker, statistics)| self.receptions.look(speaker, &statistics))
    }

    /// Returns new target settings for the encoder; `incoming_lost_percent` is the loss of the others' voices.
    pub(super) fn encoder_target(
        &mut self,
        now: Instant,
        talking: &Talking,
        incoming_lost_percent: Option<u8>,
        network: &Statistics,
    ) -> EncoderTarget {
        self.uplink.update(now, talking.settings(), talking.sent_to(), incoming_lost_percent, network)
    }

    /// Our own voice's transmission, as statistics.
    pub(super) fn uplink(&self) -> UplinkRow {
        self.uplink.row()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOB: ClientId = ClientId(1);

    #[test]
    fn it_is_looked_at_twice_a_second_of_beats() {
        let now = Instant::now();
        let mut quality = VoiceQuality::new(now, &EncoderSettings::default());
        let due: Vec<u64> = (0..120)
            .map(|beat| beat * 10)
            .filter(|ms| quality.is_due(now + Duration::from_millis(*ms)))
            .collect();
        assert_eq!(due, [0, 500, 1000]);
    }

    #[test]
    fn a_player_that_has_the_id_of_one_that_left_is_counted_again() {
        let now = Instant::now();
        let mut quality = VoiceQuality::new(now, &EncoderSettings::default());
        let statistics = |played| SpeakerStatistics { played, ..SpeakerStatistics::default() };
        let expected = |quality: &mut VoiceQuality, played| -> Vec<u16> {
            let received = [(BOB, statistics(played))].into_iter();
            quality.receptions(received).map(|(reception, _)| reception.expected).collect()
        };
        assert_eq!(expected(&mut quality, 10), [10]);
        assert_eq!(expected(&mut quality, 12), [2]);
        quality.follow(now, &ClientEvent::PlayerLeft { id: BOB, name: "Bob".into() });
        assert_eq!(expected(&mut quality, 12), [12]);
    }
}
