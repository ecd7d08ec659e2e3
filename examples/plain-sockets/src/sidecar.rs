//! A game's server that keeps its clients, and whose players talk in a session of `consonance serve`.

use std::error::Error;
use std::fs;
use std::io::{Write as _, stdout};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use consonance_game_networks::sidecar::{LinkSecret, SidecarBridge, SidecarLink, SidecarLinkSettings};
use plain_sockets::PlainServer;

/// How often packets are carried: a game does it once per frame.
const FRAME: Duration = Duration::from_millis(2);

/// A link to the voice server, which is made as soon as it is carried.
///
/// # Errors
/// If the file with the secret cannot be read.
pub(crate) fn link(voice_server: SocketAddr, secret: Option<&Path>) -> Result<SidecarLink, Box<dyn Error>> {
    let mut settings = SidecarLinkSettings::default();
    "plain-sockets".clone_into(&mut settings.name);
    if let Some(file) = secret {
        let text = fs::read_to_string(file)
            .map_err(|error| format!("cannot read the secret in {}: {error}", file.display()))?;
        settings.secret = LinkSecret::new(text.lines().next().unwrap_or_default().trim());
    }
    Ok(SidecarLink::new(voice_server, settings))
}

/// Carries packets both ways until Ctrl-C. The link comes back by itself where it is lost,
/// and the clients stay meanwhile.
///
/// # Errors
/// If it cannot say what happens.
pub(crate) fn carry(
    network: PlainServer,
    link: SidecarLink,
    interrupt: &AtomicBool,
) -> Result<(), Box<dyn Error>> {
    let mut bridge = SidecarBridge::new(Instant::now(), network, link);
    while !interrupt.load(Ordering::Acquire) {
        if let Some(reason) = bridge.run_once(Instant::now()) {
            writeln!(stdout(), "the voice server is gone, and is asked for again: {reason}")?;
            stdout().flush()?;
        }
        thread::sleep(FRAME);
    }
    Ok(())
}
