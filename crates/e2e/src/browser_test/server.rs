//! `consonance serve` with a page: started, frozen, killed, started again on the same ports.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use consonance_testing::stage::{Child, Failure, free_port};
use rustix::process::Signal;

/// Dropping it kills it.
#[derive(Debug)]
pub(crate) struct Server {
    program: PathBuf,
    arguments: Vec<OsString>,
    log: PathBuf,
    page_port: u16,
    other_port: u16,
    child: Child,
}

impl Server {
    /// Starts it in this folder with this configuration, in which `PORT` stands for the port of the page and `OTHER`
    /// for another free one, and waits until it serves.
    ///
    /// # Errors
    /// If it does not.
    pub(crate) fn start(program: &Path, folder: &Path, settings: &str) -> Result<Self, Failure> {
        let free_port = || free_port().map_err(Failure::io("a free port"));
        let (page_port, other_port, voice_port) = (free_port()?, free_port()?, free_port()?);
        let settings =
            settings.replace("PORT", &page_port.to_string()).replace("OTHER", &other_port.to_string());
        let text = format!("listen = [\"127.0.0.1:{voice_port}\"]\n{settings}");
        let config = folder.join("voice.toml");
        fs::write(&config, text).map_err(Failure::io(format!("{}", config.display())))?;
        let log = folder.join("server.log");
        let arguments = ["serve", "--end-with-input", "--config"].map(OsString::from);
        let arguments: Vec<_> = arguments.into_iter().chain([config.into()]).collect();
        let child = serve(program, &arguments, &log)?;
        Ok(Self { program: program.to_owned(), arguments, log, page_port, other_port, child })
    }

    /// Starts the program without arguments, as a user does after unpacking it.
    ///
    /// # Errors
    /// If it does not serve, or names no page.
    pub(crate) fn start_without_arguments(program: &Path, folder: &Path) -> Result<Self, Failure> {
        let (log, arguments) = (folder.join("server.log"), Vec::new());
        let mut child = serve(program, &arguments, &log)?;
        let line = child.wait_for_line(PAGE)?;
        let page_port =
            page_port(&line).ok_or_else(|| Failure::NotSo(format!("no port of a page is in {line:?}")))?;
        Ok(Self { program: program.to_owned(), arguments, log, page_port, other_port: 0, child })
    }

    /// The URL of the page, with this host name of this machine; `rest` begins with a slash.
    pub(crate) fn page(&self, host: &str, rest: &str) -> String {
        format!("http://{host}:{}{rest}", self.page_port)
    }

    /// The address of the listener whose port is `OTHER` in the settings.
    pub(crate) fn other_address(&self) -> String {
        format!("127.0.0.1:{}", self.other_port)
    }

    /// The newest address in its log that begins like this, such as `quic://`, where native players join.
    ///
    /// # Errors
    /// If there is none in time.
    pub(crate) fn said_address(&mut self, beginning: &str) -> Result<String, Failure> {
        let line = self.child.wait_for_line(beginning)?;
        let address = line.split([' ', '"']).rfind(|word| word.starts_with(beginning));
        Ok(address.unwrap_or_default().to_owned())
    }

    /// Stops it as a machine that sleeps does, does something, and wakes it.
    ///
    /// # Errors
    /// If it is gone, and the errors of `meanwhile`.
    pub(crate) fn freeze<T>(&self, meanwhile: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
        self.child.signal(Signal::STOP)?;
        let outcome = meanwhile();
        self.child.signal(Signal::CONT)?;
        outcome
    }

    /// Kills it, does something, and starts another one on the same ports.
    ///
    /// # Errors
    /// If the new one does not serve, and the errors of `meanwhile`.
    pub(crate) fn replace<T>(
        &mut self,
        meanwhile: impl FnOnce() -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        self.child.kill()?;
        let outcome = meanwhile()?;
        self.child = serve(&self.program, &self.arguments, &self.log)?;
        Ok(outcome)
    }

    /// Shuts it down.
    ///
    /// # Errors
    /// If it does not end in time.
    pub(crate) fn end(&mut self) -> Result<(), Failure> {
        self.child.end().map(drop)
    }
}

/// The port of the page in a line for people or of the log.
fn page_port(line: &str) -> Option<u16> {
    let (_, rest) = line.split_once(PAGE)?;
    let digits = rest.split(|letter: char| !letter.is_ascii_digit()).next()?;
    digits.parse().ok()
}

const PAGE: &str = "http://127.0.0.1:";

fn serve(program: &Path, arguments: &[OsString], log: &Path) -> Result<Child, Failure> {
    let mut command = Command::new(program);
    command.args(arguments);
    let mut child = Child::start(&mut command, "the server", log)?;
    child.wait_for_line("quic://")?;
    Ok(child)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_of_the_page_is_found_in_every_line_that_names_it() {
        for line in
            ["  http://127.0.0.1:7780/", "listening page=\"http://127.0.0.1:7780/\" sessions=\"main\""]
        {
            assert_eq!(page_port(line), Some(7780), "{line}");
        }
        assert_eq!(page_port("listening quic=\"127.0.0.1:7777\""), None);
    }
}
