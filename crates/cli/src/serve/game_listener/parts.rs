//! What networks of several kinds are made of.

use std::io;
use std::net::SocketAddr;

use consonance_gateway::streams::StreamSettings;
use consonance_server_config::ListenerConfig;
use consonance_transport::ServerTransport;
use ring::rand::{SecureRandom as _, SystemRandom};

/// A network whose clients all mean one session, and where it listens.
pub(super) type Opened = (Box<dyn ServerTransport>, SocketAddr);

/// As many connections as the listener may have.
pub(super) fn streams(config: &ListenerConfig) -> StreamSettings {
    let mut settings = StreamSettings::default();
    settings.tcp.connections_max = config.game.connections_max;
    settings
}

/// For what strangers must not guess.
pub(super) fn random<const BYTES: usize>() -> io::Result<[u8; BYTES]> {
    let mut bytes = [0; BYTES];
    let drawn = SystemRandom::new().fill(&mut bytes);
    drawn.map(|()| bytes).map_err(|_| io::Error::other("the system has no random numbers"))
}
