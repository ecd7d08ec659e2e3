//! A game that carries voice over a room of its own: three players in one process, and a master that leaves.
//!
//! ```sh
//! cargo run -p consonance-game-networks --example made_up_room
//! ```
//!
//! Carol's game plays a tone into the room, and Bob hears her. Alice's game runs the voice server because it came
//! first; when she leaves, Bob's game starts a new one, and he hears Carol again. No sound card is needed.
//!
//! [`room`] stands for the network that a game has anyway; [`player`] is a game with voice.
//! `docs/networks/hosted.md` goes through it in steps.

mod player;
mod room;

use std::error::Error;
use std::io::{Write as _, stdout};
use std::thread;
use std::time::{Duration, Instant};

use consonance::EventKind;
use consonance::audio::Tone;

use player::Player;
use room::Room;

/// A frame of the game.
const FRAME: Duration = Duration::from_millis(16);

/// The time limit for the example, which needs less than ten seconds.
const PATIENCE: Duration = Duration::from_mins(1);

fn main() -> Result<(), Box<dyn Error>> {
    let mut room = Room::default();
    let mut players = vec![
        Player::enter(&mut room, "Alice", None)?,
        Player::enter(&mut room, "Bob", None)?,
        Player::enter(&mut room, "Carol", Some(Tone::new(440.0, 0.2)))?,
    ];
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        let mut bob_hears = false;
        for player in &mut players {
            if player.frame(&mut room)? {
                writeln!(stdout(), "{} has the voice server", player.name)?;
            }
            for event in player.voice_chat.events() {
                if let ("Bob", EventKind::StartedSpeaking { name }) = (player.name, event.kind) {
                    writeln!(stdout(), "Bob hears {name}")?;
                    bob_hears = true;
                }
            }
        }
        if bob_hears && players.len() == 3 {
            say_goodbye(1, &mut players, &mut room)?;
            let alice = players.remove(0);
            room.leave(alice.number);
            writeln!(stdout(), "Alice leaves")?;
        } else if bob_hears {
            return say_goodbye(players.len(), &mut players, &mut room);
        }
        thread::sleep(FRAME);
    }
    Err("Bob has not heard Carol twice".into())
}

/// Has the first `leaving` players leave their voice chats. This loop also carries their goodbyes: dropping a chat
/// that has not ended yet would wait for them forever.
fn say_goodbye(leaving: usize, players: &mut [Player], room: &mut Room) -> Result<(), Box<dyn Error>> {
    players[..leaving].iter().for_each(|player| player.voice_chat.stop());
    while players[..leaving].iter().any(|player| player.voice_chat.is_running()) {
        for player in &mut *players {
            player.frame(room)?;
        }
        thread::sleep(FRAME);
    }
    Ok(())
}
