//! A game on renet whose players hear each other: a server and two players in one process,
//! over sockets on this machine.
//!
//! ```sh
//! cargo run -p consonance-game-networks --example renet_game
//! ```
//!
//! Alice plays an audio file, Bob listens, and the example prints what happens; no sound card is needed.
//!
//! Start reading at [`host`] and [`player`]: what a game on renet has anyway, and a few lines for voice in each. The
//! game keeps its loop and its connections; the voice server and the voice chats have threads of their own and meet the
//! game only in `pump`, once per frame. `docs/networks/renet.md` goes through it in steps.

mod host;
mod player;

use std::error::Error;
use std::io::{Write as _, stdout};
use std::thread;
use std::time::{Duration, Instant};

use consonance::EventKind;
use consonance::audio::WavInput;
use consonance_game_networks::renet::RenetSettings;
use renet::ConnectionConfig;

use host::Host;
use player::Player;

/// A frame of the game.
const FRAME: Duration = Duration::from_millis(16);

/// The time limit for the example, which needs about eight seconds.
const PATIENCE: Duration = Duration::from_mins(1);

const SPEECH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/speech/austen-2.wav");

fn main() -> Result<(), Box<dyn Error>> {
    let mut host = Host::start()?;
    let mut players = vec![Player::join(host.address, 1, "Bob", None)?];
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        host.frame()?;
        let mut is_bob_alone = false;
        for player in &mut players {
            player.frame()?;
            while let Some(event) = player.voice_chat.poll_event() {
                match event.kind {
                    EventKind::Joined => {
                        writeln!(stdout(), "{} is in", player.name)?;
                        is_bob_alone = player.name == "Bob";
                    }
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
        if is_bob_alone {
            let speech = WavInput::open(SPEECH)?;
            players.push(Player::join(host.address, 2, "Alice", Some(speech))?);
        }
        thread::sleep(FRAME);
    }
    Err("Bob has not heard Alice".into())
}

/// The channels that server and clients of the game agree on: the game's own and those for voice.
fn connection_config() -> Result<ConnectionConfig, Box<dyn Error>> {
    let mut config = ConnectionConfig::default();
    RenetSettings::default().add_channels(&mut config)?;
    Ok(config)
}
