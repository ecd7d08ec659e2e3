//! Trouble for the server itself.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::soak::ban_writer::{self, BanWriter};
use crate::soak::installation::SESSIONS;
use crate::soak::operator::Operator;
use crate::soak::process::{Limited, run_to_its_end};
use crate::soak::soak_loop::{Outcome, SoakLoop as _};
use crate::soak::stage::Stage;

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
    pub(crate) fn strike(self, stage: &mut Stage) -> Result<(), Box<dyn std::error::Error>> {
        match self {
            Self::None => stage.carry(Duration::from_secs(3)),
            Self::Kill => kill(stage),
            Self::Restart => restart(stage),
            Self::Freeze => freeze(stage),
            Self::FullDisk => full_disk(stage),
            Self::Clock => clock(stage),
            Self::Descriptors => descriptors(stage),
            Self::Reload => reload(stage),
            Self::Twin => twin(stage),
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

fn kill(stage: &mut Stage) -> Outcome {
    judge_so_far(stage, "before the kill");
    let operator = Operator::start(&stage.installation, stage.banned.len() + 1)?;
    let time = Duration::from_millis(500 + stage.dice.below(1_500));
    stage.carry(time)?;
    stage.is_server_due = false;
    stage.server.kill()?;
    let cut_off = stage.recordings.new_ones()?;
    let banned = operator.end()?;
    stage.clock.tell(&format!("  an operator was told of {} bans, and the server killed", banned.len()));
    stage.banned.extend(banned);
    decide_bans(stage)?;
    stage.start_server()?;
    judge_recovery(stage, "after a kill")?;
    stage.look_at_recordings(cut_off)?;
    judge_recording(stage, "after a kill")
}

/// Bans names in the server's database while the server is down, with a full disk and a kill; no ban may be lost.
fn decide_bans(stage: &mut Stage) -> Outcome {
    let folder = stage.installation.database_folder();
    let ban_writer = BanWriter::start(&folder, stage.banned.len() + 1)?;
    stage.carry_until(PATIENCE, |_| ban_writer.told() > 0)?;
    ban_writer.fill_disk(true)?;
    stage.carry(Duration::from_millis(300))?;
    ban_writer.fill_disk(false)?;
    let so_far = ban_writer.told();
    if stage.carry_until(PATIENCE, |_| ban_writer.told() > so_far)?.is_none() {
        stage.findings.add("bans are not stored any more after the disk was full".to_owned());
    }
    let more = Duration::from_millis(stage.dice.below(1_000));
    stage.carry(more)?;
    let banned = ban_writer.kill()?;
    stage.clock.tell(&format!("  {} bans were stored, then their process was killed, too", banned.len()));
    stage.banned.extend(banned);
    let lost = ban_writer::lost(&folder, &stage.banned)?.join(", ");
    if !lost.is_empty() {
        stage.findings.add(format!("bans, or what the audit log says of them, are lost: {lost}"));
    }
    stage.crowd.learn_banned(&stage.banned);
    Ok(())
}

fn restart(stage: &mut Stage) -> Outcome {
    judge_so_far(stage, "before the restart");
    stage.is_server_due = false;
    stage.server.signal(Signal::TERM)?;
    let took = stage.carry_until(PATIENCE, |stage| stage.server.ended().is_some())?;
    match (took, stage.server.ended()) {
        (Some(took), Some(status)) if status.success() && took <= END_MAX => {}
        (took, status) => {
            stage.findings.add(format!("asked to end, it ended with {status:?} after {took:?}"));
        }
    }
    let (recorded, crashed) = (stage.recordings.new_ones()?, stage.recordings.total.crashed);
    let before = stage.honest_players.resumes();
    stage.start_server()?;
    judge_recovery(stage, "after a restart")?;
    stage.look_at_recordings(recorded)?;
    if stage.recordings.total.crashed > crashed {
        stage.findings.add("asked to end, it has not ended its recordings".to_owned());
    }
    judge_recording(stage, "after a restart")?;
    let (resumed, players) = (stage.honest_players.resumes() - before, stage.honest_players.players());
    if (resumed as usize) < players {
        stage.findings.add(format!("after a restart {resumed} of {players} players had their places again"));
    }
    Ok(())
}

fn freeze(stage: &mut Stage) -> Outcome {
    judge_so_far(stage, "before the freeze");
    stage.server.signal(Signal::STOP)?;
    // Less than the idle time-out, so that no player is lost.
    let time = Duration::from_millis(1_000 + stage.dice.below(4_000));
    stage.carry(time)?;
    stage.server.signal(Signal::CONT)?;
    judge_recovery(stage, "after a freeze")
}

fn full_disk(stage: &mut Stage) -> Outcome {
    stage.server.limit(Limited::FileBytes, Some(0))?;
    stage.carry(Duration::from_secs(6))?;
    stage.server.limit(Limited::FileBytes, None)?;
    stage.carry(Duration::from_secs(2))?;
    // A recording that cannot be written ends, and the server tries again a minute later.
    stage.carry_until(RECORDING_PAUSE, |stage| stage.recordings.is_recorded(RECORDED).unwrap_or(false))?;
    judge_recording(stage, "after a full disk")
}

fn clock(stage: &mut Stage) -> Outcome {
    for days in [1, -1, 0] {
        let Some(preload) = &stage.preload else { return Ok(()) };
        preload.wall_clock.set(days * DAY)?;
        stage.carry(Duration::from_secs(3))?;
    }
    Ok(())
}

fn descriptors(stage: &mut Stage) -> Outcome {
    let (usual, _) = cores_busy(stage, Duration::from_secs(3))?;
    let before = stage.figures()?;
    // The system hands out the lowest free descriptor, so all below this limit are in use or soon will be.
    stage.server.limit(Limited::Descriptors, Some(before.descriptors as u64))?;
    let (all, thread) = cores_busy(stage, Duration::from_secs(6))?;
    stage.clock.tell(&format!(
        "  without descriptors {all:.2} of a core, {thread:.2} by one thread; {usual:.2} before"
    ));
    if thread > BUSY_MAX {
        stage.findings.add(format!("without descriptors a thread keeps {thread:.2} of a core busy"));
    }
    stage.server.limit(Limited::Descriptors, None)?;
    stage.carry(Duration::from_secs(2))
}

/// Lets time pass; returns the share of a core that the server uses meanwhile, and the share of its busiest thread.
fn cores_busy(stage: &mut Stage, span: Duration) -> Outcome<(f64, f64)> {
    let (before, began) = (stage.server.thread_times()?, Instant::now());
    stage.carry(span)?;
    let elapsed = began.elapsed().as_secs_f64();
    let (all, most) = stage.server.thread_times()?.since(&before);
    Ok((all.as_secs_f64() / elapsed, most.as_secs_f64() / elapsed))
}

fn reload(stage: &mut Stage) -> Outcome {
    let right = stage.installation.config();
    let wrong = [format!("{right}\nsesions = []\n"), "listen = [".to_owned(), String::from("\u{fffd}\0")];
    let chosen = &wrong[stage.dice.below(wrong.len() as u64) as usize];
    stage.installation.write_config(chosen)?;
    stage.server.signal(Signal::HUP)?;
    stage.carry(Duration::from_secs(1))?;
    stage.installation.write_config(&right)?;
    stage.server.signal(Signal::HUP)?;
    stage.carry(Duration::from_secs(1))
}

fn twin(stage: &mut Stage) -> Outcome {
    let config = stage.installation.write_twin_config()?;
    let same = ["serve", "--config", &config.to_string_lossy()].map(str::to_owned);
    let alone = ["serve", "--listen", "127.0.0.1:0"].map(str::to_owned);
    for (arguments, descriptors) in [(same, None), (alone, Some(8))] {
        let program = stage.program.clone();
        let run = move || {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            run_to_its_end(&program, &arguments, descriptors, PATIENCE)
        };
        let running = std::thread::spawn(run);
        stage.carry_until(2 * PATIENCE, |_| running.is_finished())?;
        let ended = running.join().map_err(|_| "the thread that starts a twin is gone")?;
        match ended {
            Ok((status, said)) if status.code() == Some(1) && !said.contains("panicked at") => {}
            Ok((status, said)) => {
                stage.findings.add(format!("a server that cannot start ended with {status}: {said}"));
            }
            Err(error) => stage.findings.add(format!("a server that cannot start: {error}")),
        }
    }
    Ok(())
}

/// Judges the window so far, as the next trouble interrupts all voice.
fn judge_so_far(stage: &mut Stage, what: &str) {
    let window = stage.honest_players.take_window(stage.clock.now());
    stage.findings.judge(what, &window);
    let window = stage.mumble_bots.take_window();
    stage.findings.judge_bots(what, &window, true);
}

/// Checks that the session that is always recorded is being recorded shortly after all players are back.
fn judge_recording(stage: &mut Stage, what: &str) -> Outcome {
    let is_recorded = |stage: &mut Stage| stage.recordings.is_recorded(RECORDED).unwrap_or(false);
    if stage.carry_until(RECORDING_MAX, is_recorded)?.is_none() {
        stage.findings.add(format!("{what} {RECORDED} is not recorded"));
    }
    Ok(())
}

fn judge_recovery(stage: &mut Stage, what: &str) -> Outcome {
    let (said, began) = (stage.honest_players.said(), Instant::now());
    let took = stage.carry_until(PATIENCE, |stage| stage.honest_players.has_heard_beyond(said))?;
    stage.findings.judge_recovery(what, took);
    let words = took.map_or_else(|| "never".to_owned(), |took| format!("{:.2} s", took.as_secs_f64()));
    stage.clock.tell(&format!("  {what}: all players hear again after {words}"));
    let window = stage.mumble_bots.take_window();
    // While bots keep leaving, they are never all present.
    stage.mumble_bots.churn(false);
    let heard = stage.carry_until(PATIENCE, |stage| stage.mumble_bots.all_heard_after(began))?;
    let present = stage.mumble_bots.present();
    stage.findings.judge_bots_recovery(what, heard.map(|_| began.elapsed()), present);
    let words =
        heard.map_or_else(|| "never".to_owned(), |_| format!("{:.2} s", began.elapsed().as_secs_f64()));
    let faults = window.faults.first().map(|fault| format!(" (first: {fault})")).unwrap_or_default();
    stage.clock.tell(&format!("  {what}: all bots of Mumble hear again after {words}{faults}"));
    stage.honest_players.forgive(stage.clock.now());
    stage.mumble_bots.forgive();
    stage.mumble_bots.churn(true);
    Ok(())
}
