//! The server of the game.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use consonance_game_networks::renet::{RenetSettings, RenetVoiceServer};
use consonance_server::{DedicatedServer, SessionLoop, SessionsSettings};
use renet::RenetServer;
use renet_netcode::{NetcodeServerTransport, ServerAuthentication, ServerConfig};

use crate::connection_config;

pub(crate) struct Host {
    pub(crate) address: SocketAddr,
    server: RenetServer,
    netcode: NetcodeServerTransport,
    voice: RenetVoiceServer,
    last_frame: Instant,
    /// Serves the voice sessions on its own thread until it is dropped.
    _voice_server: DedicatedServer,
}

impl Host {
    pub(crate) fn start() -> Result<Self, Box<dyn Error>> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = socket.local_addr()?;
        let netcode = ServerConfig {
            current_time: Duration::ZERO,
            max_clients: 16,
            protocol_id: PROTOCOL_ID,
            public_addresses: vec![address],
            authentication: ServerAuthentication::Unsecure,
        };
        let (voice, listener) = RenetVoiceServer::new(&RenetSettings::default());
        let mut sessions = SessionLoop::new(&SessionsSettings::new(["main"])?);
        sessions.add_network(Box::new(listener));
        Ok(Self {
            address,
            server: RenetServer::new(connection_config()?),
            netcode: NetcodeServerTransport::new(netcode, socket)?,
            voice,
            last_frame: Instant::now(),
            _voice_server: DedicatedServer::start(sessions),
        })
    }

    pub(crate) fn frame(&mut self) -> Result<(), Box<dyn Error>> {
        // The measured time, because a frame may take longer than planned.
        let now = Instant::now();
        let passed = now - std::mem::replace(&mut self.last_frame, now);
        self.server.update(passed);
        self.netcode.update(passed, &mut self.server)?;
        // Here the game reads its own channels and updates its world.
        self.voice.pump(&mut self.server);
        self.netcode.send_packets(&mut self.server);
        Ok(())
    }
}

/// netcode only admits clients with the same id.
pub(crate) const PROTOCOL_ID: u64 = 0x636f_6e73;
