//! A server for the tests, on this machine.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use toml::de::DeTable;

use crate::child::Child;
use crate::command;
use crate::failure::Failure;
use crate::patience;

/// A server that runs until it is dropped.
#[derive(Debug)]
pub(super) struct Server {
    /// Tell programs its addresses: `CONSONANCE_TEST_ADDRESS` is that of the session `main` over QUIC,
    /// `CONSONANCE_TEST_WEBSOCKET` that of its other listener, and so for each network, by its name; those with
    /// TLS end with `_TLS`. Other sessions stand in the middle: `CONSONANCE_TEST_ARENA_ADDRESS`.
    pub(super) variables: Vec<(String, String)>,
    _child: Child,
}

impl Server {
    /// Starts this program with these settings; they and its log are in a folder, which is made for them.
    ///
    /// # Errors
    /// [`Failure`] if it does not start, or does not say its addresses in time.
    pub(super) fn start(program: &Path, settings: &str, folder: &Path) -> Result<Self, Failure> {
        let file = folder.join("server.toml");
        let written = fs::create_dir_all(folder).and_then(|()| fs::write(&file, settings));
        written.map_err(|cause| Failure::File { path: file.clone(), cause })?;
        let mut server = Command::new(program);
        server.args(["serve", "--config"]).arg(file);
        let line = command::line(&server);
        let child = Child::start(server, &line, &folder.join("server.log"));
        let child = child.map_err(|cause| Failure::NotStarted { command: line.clone(), cause })?;
        let sessions = sessions(settings);
        let variables = patience::until(PATIENCE, || variables(&child.printed(), sessions));
        let variables = variables.map_err(|why| Failure::Answer {
            command: line,
            why: format!("no addresses: {why}\n{}", child.printed().trim_end()),
        })?;
        Ok(Self { variables, _child: child })
    }
}

const PATIENCE: Duration = Duration::from_secs(30);

/// How many sessions the settings have.
fn sessions(settings: &str) -> usize {
    let listed = DeTable::parse(settings).ok().and_then(|settings| {
        let sessions = settings.get_ref().get("sessions")?;
        Some(sessions.get_ref().as_array()?.len())
    });
    listed.unwrap_or(1)
}

/// The addresses, once the server has printed those over QUIC of all sessions, which are its last.
fn variables(printed: &str, sessions: usize) -> Option<Vec<(String, String)>> {
    let found: Vec<_> = printed.lines().filter_map(variable).collect();
    let over_quic = found.iter().filter(|(name, _)| name.ends_with("_ADDRESS")).count();
    (over_quic == sessions).then_some(found)
}

/// The variable for one line of the server's output, and its value.
fn variable(line: &str) -> Option<(String, String)> {
    let (session, rest) = line.strip_prefix("session \"")?.split_once("\" is open ")?;
    let (network, address) = match rest.strip_prefix("over ") {
        Some(rest) => rest.split_once(" at ")?,
        None => ("address", rest.strip_prefix("at ")?),
    };
    let (address, tls) = match address.strip_suffix(" with TLS") {
        Some(address) => (address, "_tls"),
        None => (address, ""),
    };
    let address = match (network, tls) {
        ("websocket", "") => format!("ws://{address}/{session}"),
        ("websocket", _) => format!("wss://{address}/{session}"),
        _ => address.to_owned(),
    };
    let session = if session == "main" { String::new() } else { format!("{session}_") };
    let name = format!("CONSONANCE_TEST_{session}{network}{tls}").to_uppercase().replace('-', "_");
    Some((name, address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_there_once_those_of_all_sessions_are_printed() {
        let printed = "session \"main\" is open over websocket at 127.0.0.1:1\n\
                       session \"main\" is open over websocket at 127.0.0.1:2 with TLS\n\
                       session \"old-arena\" is open over darkrift2 at 127.0.0.1:3\n\
                       session \"main\" is open at quic://127.0.0.1:4/main#sha256=64\n";
        assert_eq!(variables(printed, 2), None);
        let printed =
            format!("{printed}session \"old-arena\" is open at quic://127.0.0.1:4/old-arena#sha256=64\n");
        let expected = [
            ("CONSONANCE_TEST_WEBSOCKET", "ws://127.0.0.1:1/main"),
            ("CONSONANCE_TEST_WEBSOCKET_TLS", "wss://127.0.0.1:2/main"),
            ("CONSONANCE_TEST_OLD_ARENA_DARKRIFT2", "127.0.0.1:3"),
            ("CONSONANCE_TEST_ADDRESS", "quic://127.0.0.1:4/main#sha256=64"),
            ("CONSONANCE_TEST_OLD_ARENA_ADDRESS", "quic://127.0.0.1:4/old-arena#sha256=64"),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(variables(&printed, 2), Some(expected.into()));
    }

    #[test]
    fn a_server_without_a_list_of_sessions_has_one() {
        assert_eq!(sessions("[[listen]]\nnetwork = 'quic'\n"), 1);
        assert_eq!(sessions("sessions = ['main', 'arena']\n"), 2);
    }
}
