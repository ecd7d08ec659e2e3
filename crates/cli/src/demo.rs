//! `consonance demo`: a server and four players in one process speak recordings over a bad network, and a report shows
//! what each one heard, and how well.

mod cue;
mod demo_session;
mod findings;
mod hearing;
mod page;
mod report;
mod script;
mod signal;
mod stretches;
mod summary;
mod verdict;

use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use consonance::audio::WavInput;
use consonance_link::impair::Impairment;

use crate::interrupt::Interrupt;
use crate::progress::ProgressLine;
use findings::{Conditions, findings};

/// How bad the network is, and where the results go.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// The folder for the report and for what each player heard.
    #[arg(long, value_name = "DIR", default_value = "demo-out")]
    out: PathBuf,
    /// Packet loss on the way to each listener, in percent.
    #[arg(long, value_name = "PERCENT", default_value_t = 5.0, allow_negative_numbers = true)]
    loss: f64,
    /// Extra delay of each packet to each listener, uniform between 0 and MS, so that packets arrive out of order.
    #[arg(long, value_name = "MS", default_value_t = 20.0, allow_negative_numbers = true)]
    jitter: f64,
    /// The seed of the random losses and delays.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

/// Plays the demonstration and writes the report.
pub(crate) fn run(arguments: &Demo) -> Result<(), Box<dyn Error>> {
    let impairment = impairment(arguments)?;
    let interrupt = Interrupt::listen()?;
    fs::create_dir_all(&arguments.out)
        .map_err(|error| format!("could not create the folder {}: {error}", arguments.out.display()))?;
    let recordings = script::RECORDINGS.iter().map(|recording| {
        WavInput::from_bytes(recording.wav, recording.file).map(|wav| wav.samples().to_vec())
    });
    let recordings = recordings.collect::<Result<Vec<_>, _>>()?;
    let progress = ProgressLine::new();
    let performance = demo_session::play(&arguments.out, &recordings, &impairment, &interrupt, |seconds| {
        let share = (seconds / script::LENGTH).clamp(0.0, 1.0);
        progress.show_share("four players talk", share, &format!("{:.0} %", 100.0 * share));
    });
    progress.clear();
    let conditions =
        Conditions { loss_percent: arguments.loss, jitter_ms: arguments.jitter, seed: arguments.seed };
    let report = findings(&performance?, &recordings, &conditions)?;
    let write = |name: &str, text: String| {
        let path = arguments.out.join(name);
        fs::write(&path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))
    };
    write("report.json", serde_json::to_string_pretty(&report)? + "\n")?;
    write("report.html", page::render(&report))?;
    summary::print(&report, &arguments.out)?;
    if report.passed { Ok(()) } else { Err("a player did not hear what it should, see above".into()) }
}

fn impairment(arguments: &Demo) -> Result<Impairment, String> {
    if !(0.0..=100.0).contains(&arguments.loss) {
        return Err(format!("--loss {}: give a number of percent from 0 to 100", arguments.loss));
    }
    let jitter = Duration::try_from_secs_f64(arguments.jitter / 1000.0).ok();
    let jitter = jitter.filter(|jitter| *jitter <= Duration::from_secs(1));
    let jitter = jitter.ok_or(format!("--jitter {}: give milliseconds from 0 to 1000", arguments.jitter))?;
    Ok(Impairment { loss_percent: arguments.loss, jitter, seed: arguments.seed, ..Impairment::default() })
}
