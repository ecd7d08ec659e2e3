//! The report as data: lines, results, events and faults, scene by scene.

use consonance_testing::stage::Failure;
use serde::Serialize;

use crate::scenario::cast::{CastMember, Role};
use crate::scenario::judge::{Hearing, Verdict};

/// The whole report. Times are seconds since the server was started.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    pub(crate) seconds: f64,
    pub(crate) players: Vec<ReportedPlayer>,
    pub(crate) scenes: Vec<Played>,
    /// The server's metrics that grew during the flood, and by how much.
    pub(crate) flood: Vec<(String, f64)>,
    /// Further remarks, in sentences.
    pub(crate) notes: Vec<String>,
    /// Logs beside the report.
    pub(crate) logs: Vec<String>,
    /// Deviations from the programme, in sentences.
    pub(crate) wrong: Vec<String>,
}

/// A player that took part.
#[derive(Debug, Serialize)]
pub(crate) struct ReportedPlayer {
    pub(crate) name: String,
    pub(crate) way: &'static str,
}

/// A scene that is over.
#[derive(Debug, Serialize)]
pub(crate) struct Played {
    pub(crate) title: &'static str,
    pub(crate) what: &'static str,
    pub(crate) from: f64,
    pub(crate) to: f64,
    pub(crate) lines: Vec<Said>,
    pub(crate) checks: Vec<Check>,
}

/// A line that was said.
#[derive(Debug, Serialize)]
pub(crate) struct Said {
    pub(crate) member: String,
    pub(crate) to: String,
    pub(crate) why: &'static str,
    /// The time at which it was last said.
    pub(crate) from: f64,
    pub(crate) until: f64,
    /// The number of times it was said until all listeners understood it.
    pub(crate) takes: usize,
    pub(crate) heard: Vec<Heard>,
}

/// The result at one listener.
#[derive(Debug, Serialize)]
pub(crate) struct Heard {
    pub(crate) by: String,
    /// Whether the line was for this listener.
    pub(crate) is_for: bool,
    #[serde(flatten)]
    pub(crate) hearing: Hearing,
    /// The file of a wrong recording, beside the report.
    pub(crate) file: Option<String>,
}

/// The checks of an event, each of which has to pass.
pub(crate) type Checks = Result<Vec<Check>, Failure>;

/// A condition that must hold.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Check {
    pub(crate) words: String,
    pub(crate) is_so: bool,
}

impl Report {
    /// Adds a scene, and its faults.
    pub(crate) fn add(&mut self, scene: Played) {
        self.wrong.extend(scene.wrong());
        self.scenes.push(scene);
    }

    /// Whether everything was as the programme requires, and anything was tried at all.
    pub(crate) fn is_right(&self) -> bool {
        self.wrong.is_empty() && self.scenes.iter().any(|scene| !scene.lines.is_empty())
    }

    /// Pairs of a speaker and a present player.
    pub(crate) fn pairs(&self) -> usize {
        self.scenes.iter().flat_map(|scene| &scene.lines).map(|line| line.heard.len()).sum()
    }
}

impl ReportedPlayer {
    pub(crate) fn of(role: &Role) -> Self {
        Self { name: role.member.name(), way: role.way.in_words() }
    }
}

impl Played {
    fn wrong(&self) -> Vec<String> {
        let checks = self.checks.iter().filter(|check| !check.is_so);
        let mut wrong: Vec<_> = checks.map(|check| format!("{}: {}", self.title, check.words)).collect();
        for line in &self.lines {
            let not_right = line.heard.iter().filter(|heard| !heard.hearing.verdict.is_right());
            wrong.extend(not_right.map(|heard| format!("{}: {}", self.title, line.complaint(heard))));
        }
        wrong
    }
}

impl Said {
    fn complaint(&self, heard: &Heard) -> String {
        let Self { member, to, why, .. } = self;
        let Hearing { verdict, likeness, missing, loudest } = &heard.hearing;
        let by = &heard.by;
        let missing = 100.0 * missing.unwrap_or_default();
        match verdict {
            Verdict::Missed => format!(
                "{by} must hear what {member} says to {to} ({why}), and has not understood it: \
                 likeness {likeness:.2}, {missing:.0} % missing"
            ),
            Verdict::Leaked => format!(
                "{by} must not hear what {member} says to {to} ({why}), and has heard something: \
                 likeness {likeness:.2}, loudest sample {loudest:.3}"
            ),
            Verdict::WithoutMusic => format!("{by} must hear the music while {member} speaks, and does not"),
            Verdict::Heard | Verdict::Silent => format!("{by} heard {member} as it should be"),
        }
    }
}

impl Heard {
    pub(crate) fn new(by: CastMember, is_for: bool, hearing: Hearing) -> Self {
        Self { by: by.name(), is_for, hearing, file: None }
    }

    /// The result after another attempt: a player that must hear the line needs one good attempt, one that must not
    /// hear it needs all of them to be good.
    pub(crate) fn after(self, earlier: Option<Self>) -> Self {
        match earlier {
            Some(earlier) if self.is_for == earlier.hearing.verdict.is_right() => earlier,
            _ => self,
        }
    }
}

impl Check {
    pub(crate) fn new(words: impl Into<String>, is_so: bool) -> Self {
        Self { words: words.into(), is_so }
    }

    /// A condition that was just seen to hold.
    pub(crate) fn seen(words: impl Into<String>) -> Self {
        Self::new(words, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hearing(verdict: Verdict) -> Hearing {
        Hearing { verdict, likeness: 0.5, missing: Some(0.25), loudest: 0.3 }
    }

    fn played(by: CastMember, is_for: bool, verdict: Verdict) -> Played {
        let heard = vec![Heard::new(by, is_for, hearing(verdict))];
        let line = Said {
            member: "Kim".to_owned(),
            to: "red team".to_owned(),
            why: "the red team's",
            from: 1.0,
            until: 3.0,
            takes: 1,
            heard,
        };
        Played { title: "Teams", what: "", from: 0.0, to: 4.0, lines: vec![line], checks: Vec::new() }
    }

    #[test]
    fn a_violated_row_is_told_in_words() {
        for (by, is_for, verdict, words) in [
            (CastMember::Alice, true, Verdict::Missed, "Teams: Alice must hear what Kim says to red team"),
            (CastMember::Bob, false, Verdict::Leaked, "Teams: Bob must not hear what Kim says to red team"),
            (CastMember::Rita, false, Verdict::WithoutMusic, "Teams: Rita must hear the music"),
        ] {
            let mut report = Report::default();
            report.add(played(by, is_for, verdict));
            assert!(!report.is_right() && report.wrong[0].starts_with(words), "{:?}", report.wrong);
        }
        let mut report = Report::default();
        report.add(played(CastMember::Alice, true, Verdict::Heard));
        assert!(report.is_right(), "{:?}", report.wrong);
    }

    #[test]
    fn a_check_that_fails_is_told_in_words() {
        let mut scene = played(CastMember::Alice, true, Verdict::Heard);
        scene.checks = vec![Check::seen("Trevor is told"), Check::new("Trevor is gone", false)];
        let mut report = Report::default();
        report.add(scene);
        assert_eq!(report.wrong, ["Teams: Trevor is gone"]);
    }

    #[test]
    fn a_scenario_without_speech_fails() {
        assert!(!Report::default().is_right());
    }

    #[test]
    fn a_player_that_must_hear_needs_one_attempt_and_one_that_must_not_needs_all() {
        let heard = |is_for, verdict| Heard::new(CastMember::Finn, is_for, hearing(verdict));
        let after =
            |is_for, first, then| heard(is_for, then).after(Some(heard(is_for, first))).hearing.verdict;
        assert_eq!(after(true, Verdict::Missed, Verdict::Heard), Verdict::Heard);
        assert_eq!(after(true, Verdict::Heard, Verdict::Missed), Verdict::Heard);
        assert_eq!(after(false, Verdict::Leaked, Verdict::Silent), Verdict::Leaked);
        assert_eq!(after(false, Verdict::Silent, Verdict::Leaked), Verdict::Leaked);
    }
}
