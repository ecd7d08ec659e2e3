//! Shared by the examples: a server in their own process, and simulated players.
//!
//! A real game has its server elsewhere (`consonance serve`), and its players are people.

use std::error::Error;
use std::path::Path;

use bevy::prelude::*;
use bevy_consonance::consonance::audio::{BLOCK_SAMPLES, Input, Read, WavInput};
use bevy_consonance::consonance::host::{
    DedicatedServer, ProximitySettings, RoomPattern, SessionLoop, SessionsSettings,
};
use bevy_consonance::consonance::quic::{Identity, QuicRuntime, QuicServer, QuicServerSettings};
use bevy_consonance::consonance::transport::memory::MemoryNetwork;
use bevy_consonance::prelude::*;

/// A server in this process, for as long as the app lives.
#[derive(Resource)]
pub struct LocalServer {
    /// The address for other players, on this machine.
    pub address: String,
    /// The in-memory network of this process.
    pub memory: MemoryNetwork,
    _server: DedicatedServer,
}

impl LocalServer {
    /// Serves the session `main`; in its room `world`, voices carry for 25 metres.
    ///
    /// # Errors
    /// If no socket can be opened, or no thread started.
    pub fn start() -> Result<Self, Box<dyn Error>> {
        let (identity, memory) = (Identity::self_signed(["127.0.0.1"])?, MemoryNetwork::new());
        let any_port = ([127, 0, 0, 1], 0).into();
        let quic =
            QuicServer::bind(&QuicRuntime::new(1)?, any_port, &identity, QuicServerSettings::default())?;
        let address = format!("quic://{}/main#sha256={}", quic.local_addr(), identity.fingerprint());
        let mut settings = SessionsSettings::new(["main"])?;
        settings.proximity = vec![(RoomPattern::from("world"), ProximitySettings::new(25.0))];
        let mut sessions = SessionLoop::new(&settings);
        sessions.add_network(Box::new(quic));
        sessions.add_network(Box::new(memory.listen()));
        Ok(Self { address, memory, _server: DedicatedServer::try_start(sessions)? })
    }
}

/// Speech from a file of this repository, looped with pauses.
pub struct Recording {
    file: &'static str,
    input: WavInput,
    pause_blocks: u32,
}

/// 1.5 s.
const PAUSE_BLOCKS: u32 = 150;

impl Recording {
    /// One of `assets/speech`, such as `austen-1.wav`.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn open(file: &'static str) -> Result<Self, Box<dyn Error>> {
        Ok(Self { file, input: open(file)?, pause_blocks: 0 })
    }
}

fn open(file: &str) -> Result<WavInput, Box<dyn Error>> {
    Ok(WavInput::open(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/speech").join(file))?)
}

impl Input for Recording {
    fn read(&mut self, block: &mut [f32; BLOCK_SAMPLES]) -> Read {
        if let Some(rest) = self.pause_blocks.checked_sub(1) {
            self.pause_blocks = rest;
            return Read::Silence;
        }
        match self.input.read(block) {
            Read::End => match open(self.file) {
                Ok(again) => {
                    (self.input, self.pause_blocks) = (again, PAUSE_BLOCKS);
                    Read::Silence
                }
                Err(_) => Read::End,
            },
            read => read,
        }
    }
}

/// Logs errors and changes of state for the player.
pub fn log_voice(
    mut events: MessageReader<VoiceEvent>,
    mut changes: MessageReader<VoiceStateChanged>,
    mut errors: MessageReader<VoiceError>,
) {
    for change in changes.read() {
        info!("voice: {:?} {}", change.to, change.reason.as_deref().unwrap_or_default());
    }
    for error in errors.read() {
        warn!("voice: {error}");
    }
    for event in events.read() {
        match &event.kind {
            EventKind::PlayerJoined { name } => info!("{name} is here"),
            EventKind::PlayerLeft { name } => info!("{name} is gone"),
            EventKind::StartedSpeaking { name } => info!("{name} speaks"),
            _ => {}
        }
    }
}

#[cfg(doctest)]
#[doc = include_str!("../../../docs/guide/bevy.md")]
struct Guide;
