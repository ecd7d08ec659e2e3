//! The outcome of a speech at each player: heard, correctly not heard, or a mistake.

use crate::demo::report::{Listener, Player, Report, Speech};

/// The outcome of a speech at a player.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The player spoke it.
    Spoke,
    /// It was for the player, and was heard.
    Heard,
    /// It was for others, and the player did not hear it.
    NotMeant,
    /// The player was not there, or not for long enough.
    Away,
    /// It was for the player, and was not heard.
    Missed,
    /// It was for others, and the player heard it.
    Overheard,
}

impl Outcome {
    pub(super) fn of(report: &Report, speech: &Speech, player: &Player) -> Self {
        if speech.speaker == player.name {
            return Self::Spoke;
        }
        let present = overlap([speech.start, speech.stop], [player.joined, player.left]);
        let addressed =
            player.rooms.contains(&speech.to) || speech.to.strip_prefix('@') == Some(&player.name);
        let expected = speech.listeners.contains(&player.name);
        let listener = report.listeners.iter().find(|listener| listener.name == player.name);
        let heard = present > 0.0 && listener.is_some_and(|listener| heard(listener, speech, player));
        match (heard, expected) {
            (true, _) if expected || addressed => Self::Heard,
            (true, _) => Self::Overheard,
            (false, true) => Self::Missed,
            (false, false) if present < (speech.stop - speech.start) / 2.0 => Self::Away,
            (false, false) if addressed => Self::Missed,
            (false, false) => Self::NotMeant,
        }
    }

    pub(super) fn is_mistake(self) -> bool {
        matches!(self, Self::Missed | Self::Overheard)
    }
}

/// The overlap of two periods, in seconds.
pub(super) fn overlap(one: [f64; 2], other: [f64; 2]) -> f64 {
    (one[1].min(other[1]) - one[0].max(other[0])).max(0.0)
}

/// Whether the speaker was heard for at least half of the time for which the player was present. Less than that
/// belongs to another speech of the same speaker, before or after this one.
fn heard(listener: &Listener, speech: &Speech, player: &Player) -> bool {
    let from = speech.start.max(player.joined);
    let to = speech.stop.min(player.left);
    let spans =
        listener.heard.iter().filter(|heard| heard.speaker == speech.speaker).flat_map(|heard| &heard.spans);
    let time: f64 = spans.map(|span| overlap(*span, [from, to + DELAY])).sum();
    time >= (to - from) / 2.0
}

/// The delay with which the end of a speech is heard, in seconds.
const DELAY: f64 = 0.3;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::page::sample;

    fn outcomes(report: &Report, speech: usize) -> Vec<Outcome> {
        report.players.iter().map(|player| Outcome::of(report, &report.speeches[speech], player)).collect()
    }

    #[test]
    fn a_room_hears_and_the_others_do_not() {
        use Outcome::{Heard, NotMeant, Spoke};
        let report = sample::report();
        assert_eq!(report.speeches[1].to, "red");
        assert_eq!(outcomes(&report, 1), [Heard, Spoke, NotMeant, NotMeant]);
    }

    #[test]
    fn a_whisper_is_for_one() {
        use Outcome::{Heard, NotMeant, Spoke};
        let report = sample::report();
        assert_eq!(report.speeches[3].to, "@Ada");
        assert_eq!(outcomes(&report, 3), [Heard, NotMeant, NotMeant, Spoke]);
    }

    #[test]
    fn a_player_that_left_is_away() {
        let report = sample::report();
        assert_eq!(outcomes(&report, 5)[1], Outcome::Away);
    }

    #[test]
    fn silence_where_speech_was_expected_is_a_miss() {
        let mut report = sample::report();
        report.listeners[0].heard.clear();
        assert_eq!(outcomes(&report, 1)[0], Outcome::Missed);
        assert!(Outcome::Missed.is_mistake());
    }

    #[test]
    fn speech_for_others_that_is_heard_is_overheard() {
        let mut report = sample::report();
        let secret = report.speeches[1].clone();
        let heard = &mut report.listeners[2].heard[1];
        assert_eq!(heard.speaker, secret.speaker);
        heard.spans.push([secret.start, secret.stop]);
        assert_eq!(outcomes(&report, 1)[2], Outcome::Overheard);
    }

    #[test]
    fn the_tail_of_an_earlier_speech_is_not_overhearing() {
        let mut report = sample::report();
        let secret = report.speeches[1].clone();
        report.listeners[2].heard[1].spans.push([secret.start - 2.0, secret.start + 0.4]);
        assert_eq!(outcomes(&report, 1)[2], Outcome::NotMeant);
    }
}
