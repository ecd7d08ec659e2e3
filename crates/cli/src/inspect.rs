//! `consonance inspect`: how a running player or server is doing, live in a terminal.

mod format;
mod keys;
mod panels;
mod players;
mod screen;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::io::{IsTerminal, stdout};
use std::time::{Duration, Instant};

use clap::Args;
use consonance_inspector::page::{InspectorClient, InspectorSettings};
use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event};

use crate::interrupt::Interrupt;
use crate::logging;
use keys::Pressed;
use screen::Screen;

/// The interval between two snapshots.
const INTERVAL: Duration = Duration::from_millis(150);

/// What to look into.
#[derive(Debug, Args)]
pub(crate) struct Inspect {
    /// The address of an inspector, as `join --inspector` or `serve --inspector` prints it.
    url: String,
}

/// Shows the inspector's data until a key ends the program.
pub(crate) fn run(arguments: &Inspect) -> Result<(), Box<dyn Error>> {
    let client = InspectorClient::new(&arguments.url)?;
    // Errors at the start are reported without a screen.
    let first = client.snapshot()?;
    if !stdout().is_terminal() {
        return Err("this needs a terminal; for scripts there is `consonance why --json`, and the page's \
                    snapshot.json"
            .into());
    }
    let interrupt = Interrupt::listen()?;
    let mut screen = Screen::default();
    screen.show(first);
    let mut terminal = ratatui::try_init()?;
    let outcome = live(&mut terminal, &mut screen, &client, &interrupt);
    ratatui::try_restore()?;
    outcome
}

fn live(
    terminal: &mut DefaultTerminal,
    screen: &mut Screen,
    client: &InspectorClient,
    interrupt: &Interrupt,
) -> Result<(), Box<dyn Error>> {
    let mut next_at = Instant::now();
    while !interrupt.happened() {
        let now = Instant::now();
        if now >= next_at {
            next_at = now + INTERVAL;
            match client.snapshot() {
                Ok(snapshot) => screen.show(snapshot),
                Err(error) => screen.complain(error.to_string()),
            }
        }
        terminal.draw(|frame| screen.draw(frame))?;
        if !event::poll(next_at.saturating_duration_since(Instant::now()))? {
            continue;
        }
        let Event::Key(key) = event::read()? else { continue };
        match screen.press(&key) {
            Pressed::Nothing => {}
            Pressed::End => return Ok(()),
            Pressed::Do(action) => match client.act(&action) {
                Ok(()) => next_at = Instant::now(),
                Err(error) => screen.complain(error.to_string()),
            },
        }
    }
    Ok(())
}

/// Settings for an inspector's page on this port.
pub(crate) fn settings(port: u16) -> InspectorSettings {
    let mut settings = InspectorSettings::default();
    settings.port = port;
    let filter = std::env::var("RUST_LOG").unwrap_or_else(|_| "warn".into());
    settings.log_levels = format!("RUST_LOG={filter}");
    settings
}

/// Prints the page's address to the standard error, as the standard output is for events.
pub(crate) fn print_url(url: &str) {
    logging::show(&format!("inspector: {url}"));
}
