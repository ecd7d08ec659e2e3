//! Operation of a command that serves: check the settings, run, reload, shut down.

use std::error::Error;
use std::io::{self, stdin};
use std::path::{Path, PathBuf};
use std::thread;

use clap::Args;
use consonance_quic::QuicAddress;

use super::browsers::Browsers;
use super::opened_listener::OpenedListener;
use super::running::Running;
use super::{Prepared, checking, example_line, line, print, supervision};
use crate::interrupt::{Hangup, Interrupt};
use crate::logging;

/// Arguments of every command that serves.
#[derive(Debug, Args)]
pub(crate) struct Operation {
    /// Read the settings from this TOML file; `serve --print-config` lists them all. Environment variables take
    /// precedence over it, and arguments over both. With a file, SIGHUP reloads the settings; without one, it stops the
    /// server.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Check the configuration, print what would run, and exit.
    #[arg(long)]
    check: bool,
    /// Exit when the standard input ends, so a program that starts a server never leaves it running.
    #[arg(long, hide = true)]
    end_with_input: bool,
}

impl Operation {
    /// The file with the settings.
    pub(crate) fn config(&self) -> Option<&Path> {
        self.config.as_deref()
    }

    /// Serves until interrupted. `prepare` reads everything again: the file, the environment, the arguments,
    /// and the files that they name.
    pub(crate) fn run(
        &self,
        prepare: &dyn Fn() -> Result<Prepared, Box<dyn Error>>,
    ) -> Result<(), Box<dyn Error>> {
        let prepared = prepare()?;
        if self.check {
            let notes = checking::check(&prepared.loaded)?;
            prepared.loaded.notes.iter().chain(&notes).for_each(logging::complain);
            return Ok(print(&prepared.in_words())?);
        }
        let log_level = logging::start_for_server(&prepared.loaded.config.log);
        prepared.loaded.notes.iter().for_each(logging::complain);
        let (interrupt, hangup) = self.listen()?;
        if self.end_with_input {
            end_with_input(interrupt.clone())?;
        }
        let listeners = &prepared.game_listeners;
        let opened: Vec<OpenedListener> =
            listeners.iter().map(|it| it.open(&prepared.places)).collect::<Result<_, _>>()?;
        let lines: String = opened.iter().flat_map(|listener| [&*listener.line, "\n"]).collect();
        let running = Running::start(prepared, opened)?;
        let page = running.browsers().map(Browsers::line).unwrap_or_default();
        print(&(lines + &lines_of(&running) + &page))?;
        if running.config().host.is_none() && running.is_on_every_address() {
            logging::show(
                "these addresses work on this machine only; use --host to print ones that others can reach",
            );
        }
        supervision::supervise(running, &interrupt, &hangup, &log_level, prepare)
    }

    /// Without a file, a terminal that is closed ends the server as it ends any other program.
    #[cfg(unix)]
    fn listen(&self) -> Result<(Interrupt, Hangup), Box<dyn Error>> {
        if self.config.is_none() {
            return Ok((Interrupt::listen()?, Hangup::default()));
        }
        Ok(Interrupt::listen_besides_hangup()?)
    }

    /// There is no such signal.
    #[cfg(not(unix))]
    #[expect(clippy::unused_self, reason = "where there is such a signal, it depends")]
    fn listen(&self) -> Result<(Interrupt, Hangup), Box<dyn Error>> {
        Ok((Interrupt::listen()?, Hangup::default()))
    }
}

fn lines_of(running: &Running) -> String {
    let is_settled =
        |address: &QuicAddress| running.config().sessions.iter().any(|it| it == address.session());
    let line = |address| if is_settled(address) { line(address) } else { example_line(address) };
    running.addresses().iter().map(line).collect()
}

fn end_with_input(interrupt: Interrupt) -> io::Result<()> {
    let wait = move || {
        // An input that fails has ended, too.
        let _ = io::copy(&mut stdin(), &mut io::sink());
        interrupt.happen();
    };
    thread::Builder::new().name("input".to_owned()).spawn(wait).map(drop)
}
