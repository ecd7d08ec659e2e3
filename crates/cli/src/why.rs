//! `consonance why`: why one player does not hear another one, from what their inspectors show.

use std::error::Error;
use std::io::{Write, stdout};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use clap::Args;
use consonance_inspector::page::InspectorClient;
use consonance_inspector::{Diagnosis, Snapshot, why};

use crate::is_broken_pipe;
use crate::logging::fail;

/// The speaker, the listener, and the inspectors to ask.
#[derive(Debug, Args)]
pub(crate) struct Why {
    /// The address of an inspector, as `join --inspector` or `serve --inspector` prints it.
    url: String,
    /// The name of the speaker.
    speaker: String,
    /// The name of the player that does not hear it.
    listener: String,
    /// The address of another inspector, ideally the speaker's, the listener's and the server's; can be given several
    /// times.
    #[arg(long = "url", value_name = "URL")]
    more: Vec<String>,
    /// Print the whole path as JSON.
    #[arg(long)]
    json: bool,
}

/// 0 if nothing is broken, 1 if something is, 2 if no inspector could be reached.
pub(crate) fn run(arguments: &Why) -> ExitCode {
    match diagnose(arguments).and_then(|diagnosis| tell(&diagnosis, arguments.json)) {
        Ok(code) => code,
        Err(error) if is_broken_pipe(&*error) => ExitCode::SUCCESS,
        Err(error) => {
            fail(&error);
            ExitCode::from(CANNOT_ASK)
        }
    }
}

const SOMETHING_IS_BROKEN: u8 = 1;
const CANNOT_ASK: u8 = 2;
/// Without an observer, snapshots are up to a second old and leave out the targets of originals; this long after the
/// first look they are current and complete.
const SECOND_LOOK: Duration = Duration::from_millis(500);

fn diagnose(arguments: &Why) -> Result<Diagnosis, Box<dyn Error>> {
    let urls = std::iter::once(&arguments.url).chain(&arguments.more);
    let clients: Vec<InspectorClient> =
        urls.map(|url| InspectorClient::new(url)).collect::<Result<_, _>>()?;
    let look = || clients.iter().map(InspectorClient::snapshot).collect::<Result<Vec<Snapshot>, _>>();
    look()?;
    thread::sleep(SECOND_LOOK);
    let snapshots = look()?;
    Ok(why(&snapshots, &arguments.speaker, &arguments.listener))
}

fn tell(diagnosis: &Diagnosis, as_json: bool) -> Result<ExitCode, Box<dyn Error>> {
    if as_json {
        let mut json = serde_json::to_value(diagnosis)?;
        json["verdict"] = diagnosis.verdict().into();
        writeln!(stdout(), "{json}")?;
    } else {
        writeln!(stdout(), "{diagnosis}")?;
    }
    let code = if diagnosis.first_broken().is_some() { SOMETHING_IS_BROKEN } else { 0 };
    Ok(ExitCode::from(code))
}
