//! The run: one wave after the other, each with a crowd, perhaps with trouble, and then with quiet in which
//! everything has to return to its level.

use std::env;
use std::error::Error;
use std::fs;
use std::time::{Duration, Instant, SystemTime};

use clap::ValueEnum as _;
use consonance_testing::sim::Dice;

use crate::soak::arguments::Arguments;
use crate::soak::cluster;
use crate::soak::crowd::{Counts, Mischief};
use crate::soak::findings::{BotsWorst, Worst};
use crate::soak::fixture::Fixture;
use crate::soak::installation::Installation;
use crate::soak::level::Level;
use crate::soak::moderator::Moderator;
use crate::soak::mumble_bots::{BOTS, BotCounts};
use crate::soak::process::Figures;
use crate::soak::recordings::Look;
use crate::soak::soak_loop::SoakLoop as _;
use crate::soak::trouble::Trouble;

/// Runs the soak; returns the number of findings.
///
/// # Errors
/// If the soak cannot be set up, or the server ends by itself, which is a finding, too.
pub(crate) fn run(arguments: &Arguments) -> Result<usize, Box<dyn Error>> {
    let seed = arguments.seed.unwrap_or_else(|| {
        SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .map_or(1, |since| u64::from(since.subsec_nanos()))
    });
    println!("soak of {} min with --seed {seed}", arguments.minutes());
    if arguments.cluster {
        return cluster::run(arguments, seed);
    }
    let folder = env::temp_dir().join(format!("consonance-soak-{}", std::process::id()));
    let installation = Installation::build(&folder)?;
    let mut fixture = Fixture::set(arguments.server.clone(), installation, Dice::new(seed))?;
    let players = fixture.honest_players.players();
    fixture.clock.tell(&format!("the server serves, and {players} honest players are in"));
    let end = Duration::from_secs_f64(60.0 * arguments.minutes());
    let ended = Waves::new(&arguments.troubles).run(&mut fixture, end).and_then(|()| finish(&mut fixture));
    report(&fixture);
    if arguments.keep {
        println!("the server's folder: {}", folder.display());
    } else {
        fs::remove_dir_all(&folder)?;
    }
    ended.map(|()| fixture.findings.all().len())
}

struct Waves {
    number: u32,
    /// The kinds of trouble, each of which is once in every pack.
    troubles: Vec<Trouble>,
    pack: Vec<Trouble>,
    /// The number of the server process, counted by starts, and its level after its first whole wave.
    level: Option<(u32, Level)>,
}

/// How long Mumble's bots may take to change their channels, or to come back.
const BOTS_PATIENCE: Duration = Duration::from_secs(20);
const CROWD_ALONE: Duration = Duration::from_secs(4);
/// The time after which vanished players are forgotten: idle time-outs, kept places, empty sessions.
const FORGETTING: Duration = Duration::from_secs(24);
/// How much longer the return to the level may take.
const RETURN_PATIENCE: Duration = Duration::from_secs(21);
/// Longer than the timeout of any request.
const MODERATOR_PATIENCE: Duration = Duration::from_secs(30);
/// The share of guests that must be able to join a healthy server, in percent.
const GUESTS_IN_MIN: u64 = 90;

impl Waves {
    /// A script with these kinds of trouble, or with all if there are none.
    fn new(troubles: &[Trouble]) -> Self {
        let troubles = if troubles.is_empty() { Trouble::value_variants() } else { troubles };
        Self { number: 0, troubles: troubles.to_vec(), pack: Vec::new(), level: None }
    }

    fn run(&mut self, fixture: &mut Fixture, end: Duration) -> Result<(), Box<dyn Error>> {
        while fixture.clock.elapsed() < end {
            self.wave(fixture)?;
        }
        Ok(())
    }

    fn wave(&mut self, fixture: &mut Fixture) -> Result<(), Box<dyn Error>> {
        self.number += 1;
        let trouble = self.next_trouble(&mut fixture.dice);
        let mischief = Mischief::throw(&mut fixture.dice);
        let is_moderated = fixture.dice.below(2) == 0;
        let Mischief { conducts, junk, calls, hoard } = &mischief;
        let more = [("junk", *junk), ("calls", *calls), ("hoard", *hoard), ("moderated", is_moderated)];
        let more = more.map(|(word, is_on)| if is_on { word } else { "" });
        let words = format!("wave {}: {trouble:?}; {conducts:?} {}", self.number, more.join(" "));
        fixture.clock.tell(&words);
        let starts = fixture.starts;
        let now = fixture.clock.now();
        fixture.honest_players.rotate(now);
        fixture.honest_players.forgive(now);
        self.gather_bots(fixture)?;
        fixture.crowd.invite(fixture.clock.now(), &mischief, &fixture.installation);
        let moderator = is_moderated.then(|| fixture.moderate()).transpose()?;
        fixture.carry(CROWD_ALONE)?;
        trouble.strike(fixture)?;
        fixture.carry(CROWD_ALONE)?;
        if let Some(moderator) = moderator {
            judge_moderation(fixture, trouble, moderator)?;
        }
        let what = format!("wave {}, {trouble:?}", self.number);
        let window = fixture.honest_players.take_window(fixture.clock.now());
        fixture.findings.judge(&what, &window);
        fixture.mumble_bots.churn(false);
        let bots = fixture.mumble_bots.take_window();
        fixture.findings.judge_bots(&what, &bots, trouble.leaves_the_server_well());
        let peak = fixture.figures()?;
        fixture.crowd.send_home();
        let counts = fixture.crowd.take_counts();
        judge_crowd(fixture, trouble, *hoard, &counts);
        let settled = self.settle(fixture, starts)?;
        if !fixture.pages_answer() {
            fixture
                .findings
                .add(format!("wave {}: the page or the operators' listener does not answer", self.number));
        }
        let what = format!("the quiet after wave {}", self.number);
        let window_after = fixture.honest_players.take_window(fixture.clock.now());
        fixture.findings.judge(&what, &window_after);
        let bots_after = fixture.mumble_bots.take_window();
        fixture.findings.judge_bots(&what, &bots_after, trouble.leaves_the_server_well());
        fixture.clock.tell(&format!(
            "  longest silence {:.2} s (own stall {:.2} s), loss {:.2} %; {} visitors, {} of {} guests in, {} of {} \
             impostors, {} of {} flooders sent away, {} junk, {} calls, {} hoarders sent away; {peak}, then {settled}",
            window.silence.as_secs_f64(),
            window.own_stall.as_secs_f64(),
            window.loss_percent(),
            counts.visitors,
            counts.guests_in,
            counts.guests,
            counts.impostors_in,
            counts.impostors,
            counts.flooders_out,
            counts.flooders,
            counts.junk,
            counts.calls,
            counts.hoarders_out,
        ));
        fixture.clock.tell(&bots_in_words(
            &bots.counts,
            &bots_after.counts,
            fixture.findings.worst.bots.quiet_cores,
        ));
        Ok(())
    }

    /// Mumble's bots are all in one channel in every second wave, and spread over all in the others.
    fn gather_bots(&self, fixture: &mut Fixture) -> Result<(), Box<dyn Error>> {
        fixture.mumble_bots.gather(self.number.is_multiple_of(2));
        let is_done = |fixture: &mut Fixture| fixture.mumble_bots.present() == BOTS;
        if fixture.carry_until(BOTS_PATIENCE, is_done)?.is_none() {
            let present = fixture.mumble_bots.present();
            fixture
                .findings
                .add(format!("wave {}: only {present} of {BOTS} bots are in their channels", self.number));
        }
        fixture.mumble_bots.forgive();
        fixture.mumble_bots.churn(true);
        fixture.honest_players.forgive(fixture.clock.now());
        Ok(())
    }

    fn next_trouble(&mut self, dice: &mut Dice) -> Trouble {
        if self.pack.is_empty() {
            self.pack.clone_from(&self.troubles);
            dice.shuffle(&mut self.pack);
        }
        self.pack.pop().unwrap_or(Trouble::None)
    }

    /// Waits until the server has forgotten the wave.
    fn settle(&mut self, fixture: &mut Fixture, starts_before: u32) -> Result<Figures, Box<dyn Error>> {
        let (before, began) = (fixture.figures()?, Instant::now());
        fixture.carry(FORGETTING)?;
        let cpu = fixture.figures()?.cpu.saturating_sub(before.cpu);
        let cores = &mut fixture.findings.worst.bots.quiet_cores;
        *cores = cores.max(cpu.as_secs_f64() / began.elapsed().as_secs_f64());
        // The bots' connections count as descriptors, so all bots must be back.
        fixture.carry_until(BOTS_PATIENCE, |fixture| fixture.mumble_bots.present() == BOTS)?;
        let Some((_, level)) = self.level.filter(|(start, _)| *start == fixture.starts) else {
            let figures = fixture.figures()?;
            // A process that started during the wave has not seen all of it, and is no baseline.
            let is_whole = starts_before == fixture.starts;
            self.level = is_whole.then(|| (fixture.starts, Level::new(figures)));
            return Ok(figures);
        };
        let holds = |fixture: &mut Fixture| fixture.figures().is_ok_and(|figures| level.holds(&figures));
        let returned = fixture.carry_until(RETURN_PATIENCE, holds)?;
        let figures = fixture.figures()?;
        if returned.is_none() {
            fixture.findings.add(format!("wave {}: {figures} do not return to {level}", self.number));
        }
        let worst = &mut fixture.findings.worst.memory_megabytes;
        *worst = worst.max(level.megabytes_over(&figures));
        Ok(figures)
    }
}

/// Checks that a healthy server has answered all requests, and none of them with a response that must not occur.
fn judge_moderation(
    fixture: &mut Fixture,
    trouble: Trouble,
    moderator: Moderator,
) -> Result<(), Box<dyn Error>> {
    moderator.stop();
    fixture.carry_until(MODERATOR_PATIENCE, |_| moderator.is_done())?;
    let work = moderator.end()?;
    fixture.findings.worst.moderated += work.done;
    for fault in work.faults {
        fixture.findings.add(format!("an operator's request: {fault}"));
    }
    if trouble.leaves_the_server_well() && work.unanswered > 0 {
        fixture.findings.add(format!("{} requests of operators were not answered", work.unanswered));
    }
    Ok(())
}

fn judge_crowd(fixture: &mut Fixture, trouble: Trouble, hoard: bool, counts: &Counts) {
    if hoard && trouble.leaves_the_server_well() && counts.hoarders_out == 0 {
        fixture.findings.add("one address kept all of its connections although others came".to_owned());
    }
    if counts.impostors_in > 0 {
        fixture.findings.add(format!("{} of {} impostors got in", counts.impostors_in, counts.impostors));
    }
    if trouble.leaves_the_server_well() && counts.guests_in * 100 < counts.guests * GUESTS_IN_MIN {
        fixture.findings.add(format!("only {} of {} guests got in", counts.guests_in, counts.guests));
    }
}

fn bots_in_words(wave: &BotCounts, quiet: &BotCounts, cores: f64) -> String {
    format!(
        "  Mumble's bots: {} of {} frames ({} tunnelled), {} of {} texts, {} came back; in the quiet {} of {} frames, \
         and the server takes {cores:.2} of a core at most",
        wave.frames_heard,
        wave.frames_due,
        wave.frames_tunnelled,
        wave.texts_read,
        wave.texts_due,
        wave.returns,
        quiet.frames_heard,
        quiet.frames_due,
    )
}

/// Shuts the last server down.
fn finish(fixture: &mut Fixture) -> Result<(), Box<dyn Error>> {
    fixture.is_server_due = false;
    fixture.server.signal(rustix::process::Signal::TERM)?;
    fixture.carry_until(Duration::from_secs(30), |fixture| fixture.server.ended().is_some())?;
    match fixture.server.ended() {
        Some(status) if status.success() => {}
        status => fixture.findings.add(format!("asked to end, it ended with {status:?}")),
    }
    let recorded = fixture.recordings.new_ones()?;
    fixture.look_at_recordings(recorded)
}

fn report(fixture: &Fixture) {
    let Worst {
        frames_due,
        frames_heard,
        silence,
        loss_percent,
        recovery,
        memory_megabytes,
        memory_peak_megabytes,
        own_stall,
        scrapes,
        moderated,
        bots,
    } = fixture.findings.worst;
    println!(
        "\n{} server processes in {:.1} min",
        fixture.starts,
        fixture.clock.elapsed().as_secs_f64() / 60.0
    );
    println!("frames of honest players: {frames_heard} heard of {frames_due}");
    println!(
        "longest silence: {:.2} s besides our own stalls ({:.2} s at most)",
        silence.as_secs_f64(),
        own_stall.as_secs_f64()
    );
    println!("most loss in a window: {loss_percent:.2} %");
    println!("slowest recovery: {:.2} s", recovery.as_secs_f64());
    println!(
        "memory after a wave: at most {memory_megabytes:+.1} MB from its level; peak {memory_peak_megabytes:.1} MB"
    );
    println!("{moderated} requests of moderators were done, metrics read {scrapes} times");
    report_bots(&bots);
    let Look { recordings, reports, tracks, samples, crashed, frames_dropped, .. } =
        &fixture.recordings.total;
    println!(
        "{recordings} recordings, {crashed} of them cut off by kills, and {reports} reports: {tracks} tracks, {:.1} min of sound decoded, \
         {frames_dropped} frames left out",
        *samples as f64 / (48_000.0 * 60.0)
    );
    match fixture.findings.all() {
        [] => println!("nothing was found"),
        found => {
            println!("{} findings:", found.len());
            for what in found {
                println!("* {what}");
            }
        }
    }
}

fn report_bots(worst: &BotsWorst) {
    let BotCounts { frames_due, frames_heard, frames_tunnelled, texts_due, texts_read, returns } =
        worst.counts;
    println!(
        "{BOTS} bots of Mumble: {frames_heard} of {frames_due} frames heard, {frames_tunnelled} of them tunnelled; \
         {texts_read} of {texts_due} texts read; {returns} times one left and came back"
    );
    println!(
        "  longest silence {:.2} s, most loss in a window {:.2} %, slowest recovery {:.2} s; the server takes \
         {:.2} of a core in a quiet at most",
        worst.silence.as_secs_f64(),
        worst.loss_percent,
        worst.recovery.as_secs_f64(),
        worst.quiet_cores
    );
}
