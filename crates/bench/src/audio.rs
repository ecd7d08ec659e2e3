//! `consonance-bench audio`: what each stage of the audio engine takes of a core, then the whole client.
//!
//! Sound cards and the network are left out: what they take is the system's.

mod capturing;
mod coding;
mod effects;
mod line;
mod memory_session;
mod player;
mod playing;
mod stopwatch;
mod whole_client;

use std::error::Error;

use line::Printer;

use super::recordings::recordings;

pub(crate) fn run(json: bool) -> Result<(), Box<dyn Error>> {
    let recordings = recordings()?;
    let mut printer = Printer::start(json)?;
    for line in capturing::stages(&recordings) {
        printer.print(&line)?;
    }
    for line in coding::stages(&recordings[0])? {
        printer.print(&line)?;
    }
    for line in playing::stages(&recordings[0]) {
        printer.print(&line)?;
    }
    for line in effects::stages(&recordings[0]) {
        printer.print(&line)?;
    }
    for condition in whole_client::CONDITIONS {
        printer.print(&condition.measure(&recordings)?)?;
    }
    Ok(())
}
