//! Trouble for the server itself.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::soak::ban_writer::{self, BanWriter};
use crate::soak::fixture::Fixture;
use crate::soak::installation::SESSIONS;
use crate::soak::operator::Operator;
use crate::soak::process::{Limited, run_to_its_end};
use crate::soak::soak_loop::{Outcome, SoakLoop as _};

/// One kind of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Trouble {
    /// Others' misbehaviour only.
    None,
    /// As by a power cut, and started again.
    Kill,
    /// Ended in order, and started again.
    Restart,
    /// The machine sleeps for some seconds.
    Freeze,
    /// Every write to a file fails.
    FullDisk,
    /// The clock of the wall goes a day ahead, and a day back.
    Clock,
    /// No descriptor is left, for connections to the page among others.
    Descriptors,
    /// The configuration is read again, now right, now wrong.
    Reload,
    /// A second server is started beside it: with the same configuration, and with hardly any descriptors.
    Twin,
}

impl Trouble {
    /// Plays the trouble, and records findings.
    ///
    /// # Errors
    /// If the run cannot go on.
    pub(crate) fn strike(self, fixture: &mut Fixture) -> Result<(), Box<dyn std::error::Error>> {
        match self {
            Self::None => fixture.carry(Duration::from_secs(3)),
            Self::Kill => kill(fixture),
            Self::Restart => restart(fixture),
            Self::Freeze => freeze(fixture),
            Self::FullDisk => full_disk(fixture),
            Self::Clock => clock(fixture),
            Self::Descriptors => descriptors(fixture),
            Self::Reload => reload(fixture),
            Self::Twin => twin(fixture),
        }
    }

    /// Whether the server admits players and answers requests throughout.
    pub(crate) fn leaves_the_server_well(self) -> bool {
        matches!(self, Self::None | Self::FullDisk | Self::Reload | Self::Twin)
    }
}

/// How long an expected state is waited for.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest time that a server may take to shut down.
const END_MAX: Duration = Duration::from_secs(10);
/// The share of a core that a thread of the server may use at most while there are no descriptors: a busy loop takes
/// all of it.
const BUSY_MAX: f64 = 0.8;
const DAY: i64 = 86_400;
const RECORDED: &str = SESSIONS[0];
/// How long a recording may take to begin.
const RECORDING_MAX: Duration = Duration::from_secs(5);
/// The longest time until a recorder retries a failed write.
const RECORDING_PAUSE: Duration = Duration::from_secs(70);

fn kill(fixture: &mut Fixture) -> Outcome {
    judge_so_far(fixture, "before the kill");
    let operator = Operator::start(&fixture.installation, fixture.banned.len() + 1)?;
    let time = Duration::from_millis(500 + fixture.dice.below(1_500));
    fixture.carry(time)?;
    fixture.is_server_due = false;
    fixture.server.kill()?;
    let cut_off = fixture.recordings.new_ones()?;
    let banned = operator.end()?;
    fixture.clock.tell(&format!("  an operator was told of {} bans, and the server killed", banned.len()));
    fixture.banned.extend(banned);
    decide_bans(fixture)?;
    fixture.start_server()?;
    judge_recovery(fixture, "after a kill")?;
    fixture.look_at_recordings(cut_off)?;
    judge_recording(fixture, "after a kill")
}

/// Bans names in the server's database while the server is down, with a full disk and a kill; no ban may be lost.
fn decide_bans(fixture: &mut Fixture) -> Outcome {
    let folder = fixture.installation.database_folder();
    let ban_writer = BanWriter::start(&folder, fixture.banned.len() + 1)?;
    fixture.carry_until(PATIENCE, |_| ban_writer.told() > 0)?;
    ban_writer.fill_disk(true)?;
    fixture.carry(Duration::from_millis(300))?;
    ban_writer.fill_disk(false)?;
    let so_far = ban_writer.told();
    if fixture.carry_until(PATIENCE, |_| ban_writer.told() > so_far)?.is_none() {
        fixture.findings.add("bans are not stored any more after the disk was full".to_owned());
    }
    let more = Duration::from_millis(fixture.dice.below(1_000));
    fixture.carry(more)?;
    let banned = ban_writer.kill()?;
    fixture.clock.tell(&format!("  {} bans were stored, then their process was killed, too", banned.len()));
    fixture.banned.extend(banned);
    let lost = ban_writer::lost(&folder, &fixture.banned)?.join(", ");
    if !lost.is_empty() {
        fixture.findings.add(format!("bans, or what the audit log says of them, are lost: {lost}"));
    }
    fixture.crowd.learn_banned(&fixture.banned);
    Ok(())
}

fn restart(fixture: &mut Fixture) -> Outcome {
    judge_so_far(fixture, "before the restart");
    fixture.is_server_due = false;
    fixture.server.signal(Signal::TERM)?;
    let took = fixture.carry_until(PATIENCE, |fixture| fixture.server.ended().is_some())?;
    match (took, fixture.server.ended()) {
        (Some(took), Some(status)) if status.success() && took <= END_MAX => {}
        (took, status) => {
            fixture.findings.add(format!("asked to end, it ended with {status:?} after {took:?}"));
        }
    }
    let (recorded, crashed) = (fixture.recordings.new_ones()?, fixture.recordings.total.crashed);
    let before = fixture.honest_players.resumes();
    fixture.start_server()?;
    judge_recovery(fixture, "after a restart")?;
    fixture.look_at_recordings(recorded)?;
    if fixture.recordings.total.crashed > crashed {
        fixture.findings.add("asked to end, it has not ended its recordings".to_owned());
    }
    judge_recording(fixture, "after a restart")?;
    let (resumed, players) = (fixture.honest_players.resumes() - before, fixture.honest_players.players());
    if (resumed as usize) < players {
        fixture
            .findings
            .add(format!("after a restart {resumed} of {players} players had their places again"));
    }
    Ok(())
}

fn freeze(fixture: &mut Fixture) -> Outcome {
    judge_so_far(fixture, "before the freeze");
    fixture.server.signal(Signal::STOP)?;
    // Less than the idle time-out, so that no player is lost.
    let time = Duration::from_millis(1_000 + fixture.dice.below(4_000));
    fixture.carry(time)?;
    fixture.server.signal(Signal::CONT)?;
    judge_recovery(fixture, "after a freeze")
}

fn full_disk(fixture: &mut Fixture) -> Outcome {
    fixture.server.limit(Limited::FileBytes, Some(0))?;
    fixture.carry(Duration::from_secs(6))?;
    fixture.server.limit(Limited::FileBytes, None)?;
    fixture.carry(Duration::from_secs(2))?;
    // A recording that cannot be written ends, and the server tries again a minute later.
    fixture
        .carry_until(RECORDING_PAUSE, |fixture| fixture.recordings.is_recorded(RECORDED).unwrap_or(false))?;
    judge_recording(fixture, "after a full disk")
}

fn clock(fixture: &mut Fixture) -> Outcome {
    for days in [1, -1, 0] {
        let Some(preload) = &fixture.preload else { return Ok(()) };
        preload.wall_clock.set(days * DAY)?;
        fixture.carry(Duration::from_secs(3))?;
    }
    Ok(())
}

fn descriptors(fixture: &mut Fixture) -> Outcome {
    let (usual, _) = cores_busy(fixture, Duration::from_secs(3))?;
    let before = fixture.figures()?;
    // The system hands out the lowest free descriptor, so all below this limit are in use or soon will be.
    fixture.server.limit(Limited::Descriptors, Some(before.descriptors as u64))?;
    let (all, thread) = cores_busy(fixture, Duration::from_secs(6))?;
    fixture.clock.tell(&format!(
        "  without descriptors {all:.2} of a core, {thread:.2} by one thread; {usual:.2} before"
    ));
    if thread > BUSY_MAX {
        fixture.findings.add(format!("without descriptors a thread keeps {thread:.2} of a core busy"));
    }
    fixture.server.limit(Limited::Descriptors, None)?;
    fixture.carry(Duration::from_secs(2))
}

/// Lets time pass; returns the share of a core that the server uses meanwhile, and the share of its busiest thread.
fn cores_busy(fixture: &mut Fixture, span: Duration) -> Outcome<(f64, f64)> {
    let (before, began) = (fixture.server.thread_times()?, Instant::now());
    fixture.carry(span)?;
    let elapsed = began.elapsed().as_secs_f64();
    let (all, most) = fixture.server.thread_times()?.since(&before);
    Ok((all.as_secs_f64() / elapsed, most.as_secs_f64() / elapsed))
}

fn reload(fixture: &mut Fixture) -> Outcome {
    let right = fixture.installation.config();
    let wrong = [format!("{right}\nsesions = []\n"), "listen = [".to_owned(), String::from("\u{fffd}\0")];
    let chosen = &wrong[fixture.dice.below(wrong.len() as u64) as usize];
    fixture.installation.write_config(chosen)?;
    fixture.server.signal(Signal::HUP)?;
    fixture.carry(Duration::from_secs(1))?;
    fixture.installation.write_config(&right)?;
    fixture.server.signal(Signal::HUP)?;
    fixture.carry(Duration::from_secs(1))
}

fn twin(fixture: &mut Fixture) -> Outcome {
    let config = fixture.installation.write_twin_config()?;
    let same = ["serve", "--config", &config.to_string_lossy()].map(str::to_owned);
    let alone = ["serve", "--listen", "127.0.0.1:0"].map(str::to_owned);
    for (arguments, descriptors) in [(same, None), (alone, Some(8))] {
        let program = fixture.program.clone();
        let run = move || {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            run_to_its_end(&program, &arguments, descriptors, PATIENCE)
        };
        let running = std::thread::spawn(run);
        fixture.carry_until(2 * PATIENCE, |_| running.is_finished())?;
        let ended = running.join().map_err(|_| "the thread that starts a twin is gone")?;
        match ended {
            Ok((status, said)) if status.code() == Some(1) && !said.contains("panicked at") => {}
            Ok((status, said)) => {
                fixture.findings.add(format!("a server that cannot start ended with {status}: {said}"));
            }
            Err(error) => fixture.findings.add(format!("a server that cannot start: {error}")),
        }
    }
    Ok(())
}

/// Judges the window so far, as the next trouble interrupts all voice.
fn judge_so_far(fixture: &mut Fixture, what: &str) {
    let window = fixture.honest_players.take_window(fixture.clock.now());
    fixture.findings.judge(what, &window);
    let window = fixture.mumble_bots.take_window();
    fixture.findings.judge_bots(what, &window, true);
}

/// Checks that the session that is always recorded is being recorded shortly after all players are back.
fn judge_recording(fixture: &mut Fixture, what: &str) -> Outcome {
    let is_recorded = |fixture: &mut Fixture| fixture.recordings.is_recorded(RECORDED).unwrap_or(false);
    if fixture.carry_until(RECORDING_MAX, is_recorded)?.is_none() {
        fixture.findings.add(format!("{what} {RECORDED} is not recorded"));
    }
    Ok(())
}

fn judge_recovery(fixture: &mut Fixture, what: &str) -> Outcome {
    let (said, began) = (fixture.honest_players.said(), Instant::now());
    let took = fixture.carry_until(PATIENCE, |fixture| fixture.honest_players.has_heard_beyond(said))?;
    fixture.findings.judge_recovery(what, took);
    let words = took.map_or_else(|| "never".to_owned(), |took| format!("{:.2} s", took.as_secs_f64()));
    fixture.clock.tell(&format!("  {what}: all players hear again after {words}"));
    let window = fixture.mumble_bots.take_window();
    // While bots keep leaving, they are never all present.
    fixture.mumble_bots.churn(false);
    let heard = fixture.carry_until(PATIENCE, |fixture| fixture.mumble_bots.all_heard_after(began))?;
    let present = fixture.mumble_bots.present();
    fixture.findings.judge_bots_recovery(what, heard.map(|_| began.elapsed()), present);
    let words =
        heard.map_or_else(|| "never".to_owned(), |_| format!("{:.2} s", began.elapsed().as_secs_f64()));
    let faults = window.faults.first().map(|fault| format!(" (first: {fault})")).unwrap_or_default();
    fixture.clock.tell(&format!("  {what}: all bots of Mumble hear again after {words}{faults}"));
    fixture.honest_players.forgive(fixture.clock.now());
    fixture.mumble_bots.forgive();
    fixture.mumble_bots.churn(true);
    Ok(())
}
