//! The verdict: whether all players heard the speech that was for them, and nothing else.

use super::hearing::Hearing;
use super::report::{Listener, Text};
use super::script::{NOTES, ROLES};

/// A speaker as it was heard by a listener, with the listener's name.
pub(crate) struct Pair<'a> {
    pub(crate) listener: &'a str,
    pub(crate) hearing: &'a Hearing,
}

/// The minimum correlation of a stretch at this packet loss: from 0.8 without loss down to 0.2.
pub(crate) fn wanted_correlation(loss_percent: f64) -> f64 {
    (0.8 - 0.025 * loss_percent).max(0.2)
}

/// Adds the problems of one pair of speaker and listener.
pub(crate) fn judge_pair(pair: &Pair<'_>, loss_percent: f64, problems: &mut Vec<String>) {
    let Pair { listener, hearing } = pair;
    let heard = &hearing.heard;
    if hearing.stray > 0 {
        problems.push(format!(
            "{listener} got {} frames of {} that were not for {listener}",
            hearing.stray, heard.speaker
        ));
    }
    if heard.sent == 0 {
        if !heard.spans.is_empty() {
            problems.push(format!("{listener} heard {}, which said nothing to {listener}", heard.speaker));
        }
        return;
    }
    let most = most_lost(heard.sent, loss_percent);
    if heard.lost > most {
        problems.push(format!(
            "{listener} missed {} of {} frames of {}; at {loss_percent} % loss no more than {most} should be lost",
            heard.lost, heard.sent, heard.speaker
        ));
    }
    if heard.spans.is_empty() || heard.delay_median_ms.is_none() {
        problems.push(format!("{listener} did not hear {} at all", heard.speaker));
    }
}

/// Adds the problems of a listener's file.
pub(crate) fn judge_file(listener: &Listener, noise: Option<f64>, problems: &mut Vec<String>) {
    for stretch in listener.stretches.iter().filter(|stretch| stretch.correlation < stretch.wanted) {
        problems.push(format!(
            "{} did not hear {} well from {:.1} s to {:.1} s: correlation {:.2}, wanted {:.2}",
            listener.name,
            stretch.speakers.join(" and "),
            stretch.start,
            stretch.stop,
            stretch.correlation,
            stretch.wanted
        ));
    }
    if let Some(level) = noise {
        problems.push(format!("{} heard something at {level:.0} dB without a speaker", listener.name));
    }
}

/// Adds the problems of the text messages.
pub(crate) fn judge_texts(texts: &[Text], problems: &mut Vec<String>) {
    for note in &NOTES {
        let readers = ROLES.iter().filter(|role| {
            role.name != note.from && note.to.reaches(role) && role.joins < note.at && role.leaves > note.at
        });
        let readers: Vec<_> = readers.map(|role| role.name).collect();
        let got = texts.iter().find(|text| text.text == note.text);
        let got = got.map_or(&[][..], |text| &text.received_by[..]);
        if got != readers {
            problems.push(format!(
                "the message {:?} reached {}, not {}",
                note.text,
                if got.is_empty() { "no player".to_owned() } else { got.join(", ") },
                readers.join(", ")
            ));
        }
    }
}

/// Five standard deviations above the mean of a binomial distribution, and a few frames for the edges.
fn most_lost(sent: u64, loss_percent: f64) -> u64 {
    let share = (loss_percent / 100.0).clamp(0.0, 1.0);
    let sent = sent as f64;
    let most = sent * share + 5.0 * (sent * share * (1.0 - share)).sqrt() + 3.0;
    most.ceil() as u64
}

#[cfg(test)]
mod tests {
    use super::super::report::Heard;
    use super::*;

    fn judged(sent: u64, lost: u64, stray: u64, spans: Vec<[f64; 2]>) -> Vec<String> {
        let heard = Heard {
            speaker: "Bob".into(),
            sent,
            received: sent - lost,
            lost,
            recovered: 0,
            concealed: 0,
            delay_median_ms: Some(60.0),
            delay_p95_ms: Some(80.0),
            spans,
            delays: Vec::new(),
        };
        let hearing = Hearing::counted(heard, stray);
        let mut problems = Vec::new();
        judge_pair(&Pair { listener: "Alice", hearing: &hearing }, 5.0, &mut problems);
        problems
    }

    #[test]
    fn losses_within_chance_are_no_problem() {
        assert_eq!(judged(300, 20, 0, vec![[1.0, 7.0]]), [""; 0]);
        assert_eq!(judged(300, 60, 0, vec![[1.0, 7.0]]).len(), 1);
    }

    #[test]
    fn hearing_what_is_not_for_one_is_a_problem() {
        assert_eq!(judged(0, 0, 3, Vec::new()).len(), 1);
        assert_eq!(judged(0, 0, 0, vec![[1.0, 2.0]]).len(), 1);
        assert_eq!(judged(0, 0, 0, Vec::new()), [""; 0]);
    }

    #[test]
    fn hearing_nothing_is_a_problem() {
        assert_eq!(judged(300, 10, 0, Vec::new()).len(), 1);
    }
}
