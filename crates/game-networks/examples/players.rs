//! Two players that reach each other with matchbox, without any server, and hear each other.
//!
//! ```sh
//! cargo run -p consonance-game-networks --features matchbox-socket --example players
//! ```
//!
//! Bob is first and therefore host; Alice meets him and plays an audio file. The example prints what happens and
//! needs no sound card. Both players are in this process, and so is the signalling by which they find each other;
//! a game uses a matchbox server instead.

/// A game uses a matchbox server instead, and any executor.
#[path = "../tests/networks/matchbox/real_peers/signalling.rs"]
mod signalling;

use std::error::Error;
use std::io::{Write as _, stdout};
use std::thread;
use std::time::{Duration, Instant};

use consonance::audio::WavInput;
use consonance::{EventKind, VoiceChat};
use consonance_game_networks::matchbox::{MatchboxSettings, MatchboxVoice, SocketChannels};
use consonance_link::hosted::HostedClient;
use consonance_server::{DedicatedServer, SessionLoop, SessionsSettings};
use matchbox_socket::WebRtcSocket;

use signalling::SignallingRoom;

/// A frame of the game.
const FRAME: Duration = Duration::from_millis(16);

/// The time limit for the example, which needs about eight seconds.
const PATIENCE: Duration = Duration::from_mins(1);

const SPEECH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/speech/austen-2.wav");

fn main() -> Result<(), Box<dyn Error>> {
    let room = SignallingRoom::default();
    let started = Instant::now();
    let mut bob = Player::enter(&room, "Bob")?;
    while !bob.frame()? {
        thread::sleep(FRAME);
    }
    writeln!(stdout(), "Bob is host")?;
    bob.join(|chat| chat.listen_to_room("lobby"))?;
    let mut alice = Player::enter(&room, "Alice")?;
    while started.elapsed() < PATIENCE {
        bob.frame()?;
        let is_alice_in_a_session_of_others = alice.frame()? && !alice.voice.is_host();
        if is_alice_in_a_session_of_others && alice.chat.is_none() {
            let speech = WavInput::open(SPEECH)?;
            alice.join(|chat| chat.speak_in_room("lobby").input(Box::new(speech)))?;
        }
        for player in [&bob, &alice] {
            while let Some(event) = player.chat.as_ref().and_then(VoiceChat::poll_event) {
                match event.kind {
                    EventKind::Joined => writeln!(stdout(), "{} is in", player.name)?,
                    EventKind::StartedSpeaking { name } => {
                        writeln!(stdout(), "{} hears {name}", player.name)?;
                    }
                    EventKind::StoppedSpeaking { name } => {
                        writeln!(stdout(), "{} hears {name} no more", player.name)?;
                        return Ok(());
                    }
                    _ => {}
                }
            }
        }
        thread::sleep(FRAME);
    }
    Err("Bob has not heard Alice".into())
}

struct Player {
    name: &'static str,
    socket: WebRtcSocket,
    voice: MatchboxVoice,
    /// The transport for the voice chat, until that starts.
    transport: Option<HostedClient>,
    chat: Option<VoiceChat>,
    /// Serves the session while this player is host; idle otherwise.
    _server: DedicatedServer,
}

impl Player {
    fn enter(room: &SignallingRoom, name: &'static str) -> Result<Self, Box<dyn Error>> {
        let (voice, listener, transport) = MatchboxVoice::new(&MatchboxSettings::default());
        let mut sessions = SessionLoop::new(&SessionsSettings::new(["main"])?);
        sessions.add_network(Box::new(listener));
        let server = DedicatedServer::start(sessions);
        let (transport, chat) = (Some(transport), None);
        Ok(Self { name, socket: room.socket(), voice, transport, chat, _server: server })
    }

    /// Starts the voice chat, possibly before another player is there.
    fn join(
        &mut self,
        set_up: impl FnOnce(consonance::VoiceChatBuilder) -> consonance::VoiceChatBuilder,
    ) -> Result<(), Box<dyn Error>> {
        if let Some(transport) = self.transport.take() {
            let chat = VoiceChat::over(Box::new(transport)).name(self.name);
            self.chat = Some(set_up(chat).start()?);
        }
        Ok(())
    }

    /// Runs one frame. True once this player knows a host.
    fn frame(&mut self) -> Result<bool, Box<dyn Error>> {
        self.socket.update_peers();
        let mut channels = SocketChannels::new(&mut self.socket, 0, 1)?;
        self.voice.pump(Instant::now(), &mut channels);
        Ok(self.voice.host().is_some())
    }
}
