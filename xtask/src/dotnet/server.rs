//! A server for the tests, on this machine.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::child::Child;
use crate::command;
use crate::failure::Failure;
use crate::patience;

/// A server that runs until it is dropped.
#[derive(Debug)]
pub(super) struct Server {
    /// Of the session `main` over QUIC.
    pub(super) address: String,
    /// Of the same session over a WebSocket.
    pub(super) websocket: String,
    _child: Child,
}

impl Server {
    /// Starts this program with its settings and its log in a folder, which is made for them.
    ///
    /// # Errors
    /// [`Failure`] if it does not start, or does not say its addresses in time.
    pub(super) fn start(program: &Path, folder: &Path) -> Result<Self, Failure> {
        let settings = folder.join("server.toml");
        let written = fs::create_dir_all(folder).and_then(|()| fs::write(&settings, SETTINGS));
        written.map_err(|cause| Failure::File { path: settings.clone(), cause })?;
        let mut server = Command::new(program);
        server.args(["serve", "--config"]).arg(settings);
        let line = command::line(&server);
        let child = Child::start(server, &line, &folder.join("server.log"));
        let child = child.map_err(|cause| Failure::NotStarted { command: line.clone(), cause })?;
        let addresses = patience::until(PATIENCE, || addresses(&child.printed()));
        let [address, websocket] = addresses.map_err(|why| Failure::Answer {
            command: line,
            why: format!("no addresses: {why}\n{}", child.printed().trim_end()),
        })?;
        Ok(Self { address, websocket, _child: child })
    }
}

const SETTINGS: &str = "[[listen]]\nnetwork = 'quic'\naddress = '127.0.0.1:0'\n\n\
                        [[listen]]\nnetwork = 'websocket'\naddress = '127.0.0.1:0'\n";

const PATIENCE: Duration = Duration::from_secs(30);

/// Over QUIC and over a WebSocket, once both are in what the server has printed.
fn addresses(printed: &str) -> Option<[String; 2]> {
    let last_word = |mark: &str| {
        let line = printed.lines().find(|line| line.contains(mark))?;
        line.split(' ').next_back().map(str::to_owned)
    };
    let websocket = last_word(" over websocket at ")?;
    Some([last_word(" at quic://")?, format!("ws://{websocket}/main")])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_once_both_are_printed() {
        let websocket = "session \"main\" is open over websocket at 127.0.0.1:41503\n";
        assert_eq!(addresses(websocket), None);
        let both = format!("{websocket}session \"main\" is open at quic://127.0.0.1:48584/main#sha256=64\n");
        let expected = ["quic://127.0.0.1:48584/main#sha256=64", "ws://127.0.0.1:41503/main"];
        assert_eq!(addresses(&both), Some(expected.map(str::to_owned)));
    }
}
