//! Our server, for native players, pages and Mumble's clients.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;

use consonance_testing::stage::{Child, Failure, free_port};

/// Dropping it ends it.
pub(super) struct Server {
    _child: Child,
    pub(super) address: String,
    pub(super) page: String,
    pub(super) mumble: SocketAddr,
}

impl Server {
    /// Starts it in this folder, and waits until it serves.
    ///
    /// # Errors
    /// If it does not.
    pub(super) fn start(program: &Path, folder: &Path) -> Result<Self, Failure> {
        let place = || Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?)));
        let place = || place().map_err(Failure::io("a free port"));
        let (quic, mumble, web) = (place()?, place()?, place()?);
        let config = folder.join("voice.toml");
        let text = format!(
            "sessions = [\"main\"]\n\
             [[listen]]\nnetwork = \"quic\"\naddress = \"{quic}\"\n\
             [[listen]]\nnetwork = \"mumble\"\naddress = \"{mumble}\"\nrooms = [\"{ROOM}\"]\n\
             [web]\nlisten = \"{web}\"\n"
        );
        fs::write(&config, text).map_err(Failure::io(config.display().to_string()))?;
        let mut command = Command::new(program);
        command.args(["serve", "--end-with-input", "--config"]).arg(&config);
        let mut child = Child::start(&mut command, "the server", &folder.join("server.log"))?;
        let line = child.wait_for_line("quic://")?;
        let address = line.split(' ').next_back().unwrap_or_default().to_owned();
        Ok(Self { _child: child, address, page: format!("http://{web}/"), mumble })
    }
}

/// The room of all players.
pub(super) const ROOM: &str = "lobby";
