//! Plays scenes: types each command as it is shown, and checks that it does what its page says.

use std::process::ExitStatus;
use std::time::{Duration, Instant};

use super::first_word::FirstWord;
use super::needs::Wishes;
use super::promise::{self, Place};
use super::report::{Outcome, Report, Row};
use super::sandbox::Sandbox;
use super::script::{Scene, Step, Way};
use super::shown::Shown;
use super::typed;
use crate::child::Child;
use crate::interrupt;
use crate::patience::{self, Impatience};

/// A running check.
pub(super) struct Performance<'a> {
    sandbox: &'a Sandbox,
    shown: &'a [Shown],
    wishes: &'a Wishes,
    report: Report,
    first_word: FirstWord,
}

/// A command of the scene that has not ended.
pub(super) struct Running {
    pub(super) step: &'static Step,
    pub(super) child: Child,
    row: usize,
}

impl<'a> Performance<'a> {
    pub(super) fn new(sandbox: &'a Sandbox, shown: &'a [Shown], wishes: &'a Wishes) -> Self {
        Self { sandbox, shown, wishes, report: Report::default(), first_word: FirstWord::listen(sandbox) }
    }

    /// Types the commands of a scene, one after the other, and Ctrl-C where something still runs at its end.
    pub(super) fn play(&mut self, scene: &Scene) {
        let mut running: Vec<Running> = Vec::new();
        let mut has_failed = false;
        for step in scene.steps {
            let began = Instant::now();
            let outcome = match self.wishes.reason_to_skip(step, self.sandbox) {
                Some(why) => Outcome::Skipped(why),
                None if has_failed => Outcome::Skipped("the one before it failed".to_owned()),
                None if interrupt::is_interrupted() => Outcome::Skipped(Impatience::Interrupted.to_string()),
                None => {
                    self.perform(scene, step, &mut running).map_or_else(Outcome::Failed, |()| Outcome::Passed)
                }
            };
            has_failed |= matches!(outcome, Outcome::Failed(_));
            let row = Row {
                place: self.place(scene, step),
                command: step.command.to_owned(),
                outcome,
                took: began.elapsed(),
            };
            println!("{row}");
            self.report.rows.push(row);
        }
        while let Some(last) = running.pop() {
            self.end(scene, last, &mut running);
        }
    }

    /// The results of all scenes.
    pub(super) fn report(mut self) -> Report {
        self.report.figures.extend(self.first_word.figure());
        self.report
    }

    fn perform(
        &mut self,
        scene: &Scene,
        step: &'static Step,
        running: &mut Vec<Running>,
    ) -> Result<(), String> {
        let folder = self.sandbox.folder(scene.page, scene.folder).map_err(|failure| failure.to_string())?;
        let scratch = self.sandbox.scene(scene.page).map_err(|failure| failure.to_string())?;
        let printed: Vec<String> = running.iter().rev().map(|running| running.child.printed()).collect();
        let line = typed::line(step, &scratch, &printed)?;
        let child = Child::typed(self.sandbox.shell(&folder), &line, &self.sandbox.log(scene.page));
        let child = child.map_err(|error| format!("it cannot be typed: {error}"))?;
        let mut this = Running { step, child, row: self.report.rows.len() };
        self.wait(&mut this)?;
        self.report.note_build(&this.child.printed());
        for promise in step.promises {
            let mut place = Place { folder: &folder, this: &mut this, others: running };
            let kept = patience::until(PROMISE, || {
                self.first_word.look();
                promise::is_kept(promise, &mut place).ok()
            });
            if kept.is_err() {
                // Checked once more to get the reason.
                promise::is_kept(promise, &mut place).map_err(|why| this.explained(&why))?;
            }
        }
        if matches!(step.way, Way::Stays) {
            running.push(this);
        }
        Ok(())
    }

    /// Waits until the command has printed all that it must, and has ended if it ends by itself.
    fn wait(&mut self, this: &mut Running) -> Result<(), String> {
        let stays = matches!(this.step.way, Way::Stays);
        let patience = this.step.patience();
        let waited = patience::until(patience, || {
            self.first_word.look();
            let status = this.child.ended();
            (status.is_some() || stays && this.is_missing().is_none()).then_some(status)
        });
        match waited.map_err(|why| this.explained(&format!("it did not end or say what it has to: {why}")))? {
            Some(_) if stays => return Err(this.explained("it ended, and should not have")),
            Some(status) => this.judge(status)?,
            None => {}
        }
        this.is_missing().map_or(Ok(()), |words| Err(this.explained(&format!("it does not say {words:?}"))))
    }

    /// Stops one of them with Ctrl-C, and checks its promises for afterwards.
    fn end(&mut self, scene: &Scene, mut this: Running, others: &mut [Running]) {
        let ended = match this.child.interrupt() {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(this.explained(&format!("after Ctrl-C it ended with {status}"))),
            Err(why) => Err(this.explained(&format!("it did not end after Ctrl-C: {why}"))),
        };
        let folder = self.sandbox.folder(scene.page, scene.folder).map_err(|failure| failure.to_string());
        let row = this.row;
        let seen = ended.and(folder).and_then(|folder| {
            let mut place = Place { folder: &folder, this: &mut this, others };
            place.this.step.afterwards.iter().try_for_each(|promise| promise::is_kept(promise, &mut place))
        });
        if let (Err(why), Some(row)) = (seen, self.report.rows.get_mut(row)) {
            row.outcome = Outcome::Failed(why);
            println!("{row}");
        }
    }

    fn place(&self, scene: &Scene, step: &Step) -> String {
        let is_it =
            |shown: &&Shown| shown.page == scene.page && shown.command == step.command && step.is_shown;
        let line = self.shown.iter().find(is_it).map(|shown| format!(":{}", shown.line));
        format!("{}{}", scene.page, line.unwrap_or_default())
    }
}

impl Running {
    /// The first expected words that it has not printed.
    fn is_missing(&self) -> Option<&'static str> {
        let printed = self.child.printed();
        let mut rest = &*printed;
        for words in self.step.says {
            match rest.split_once(words) {
                Some((_, after)) => rest = after,
                None => return Some(words),
            }
        }
        None
    }

    fn judge(&self, status: ExitStatus) -> Result<(), String> {
        let codes = if let Way::EndsWith(codes) = self.step.way { codes } else { &[0] };
        let is_expected = status.code().is_some_and(|code| codes.contains(&code));
        if is_expected { Ok(()) } else { Err(self.explained(&format!("it ended with {status}"))) }
    }

    /// The reason for a failure, with the last lines that the command printed.
    fn explained(&self, why: &str) -> String {
        let printed = self.child.printed();
        let lines: Vec<&str> = printed.lines().collect();
        let last = lines[lines.len().saturating_sub(LINES_SHOWN)..].join("\n");
        if last.is_empty() { format!("{why}; it printed nothing") } else { format!("{why}:\n{last}") }
    }
}

impl Step {
    /// How long to wait: longer for a command that may have to build something first.
    fn patience(&self) -> Duration {
        let builds = ["cargo ", "npm ", "podman "].iter().any(|program| self.command.contains(program));
        if builds { BUILD } else { COMMAND }
    }
}

const BUILD: Duration = Duration::from_mins(45);
const COMMAND: Duration = Duration::from_mins(10);
/// How long a promise may take to be kept.
const PROMISE: Duration = Duration::from_secs(20);
const LINES_SHOWN: usize = 12;
