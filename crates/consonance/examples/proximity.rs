//! Proximity: two players walk towards each other and away again, and are heard while they are near.
//!
//! Server and players live in this process, so that there is nothing to set up. It ends by itself, and fails if a
//! player is heard from too far away, or is not heard from near.
//!
//! ```sh
//! cargo run --package consonance --example proximity
//! ```

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use std::error::Error;
use std::thread;
use std::time::{Duration, Instant};

use consonance::VoiceChat;
use consonance::audio::{Pose, SpeakerPlace, Tone};
use consonance::transport::memory::MemoryNetwork;
use consonance::trigger::{
    FrameInput, Grid, ProximityBroadcastTrigger, ProximityReceiptTrigger, TriggerActivation,
};
use consonance_server::{DedicatedServer, SessionLoop, SessionsSettings};

/// One frame of the game.
const FRAME: Duration = Duration::from_millis(16);
/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Where Alice stops on her way past Bob, who stands at the origin, in metres.
const WAY: [f32; 7] = [-60.0, -45.0, -15.0, -2.0, 15.0, 45.0, 60.0];

/// A player with a mouth and ears.
struct Walker {
    voice: VoiceChat,
    mouth: ProximityBroadcastTrigger,
    ears: ProximityReceiptTrigger,
}

impl Walker {
    fn join(network: &MemoryNetwork, name: &str, pitch_hz: f32) -> Result<Self, Box<dyn Error>> {
        let chat = VoiceChat::over(Box::new(network.client("main")));
        let voice = chat.name(name).input(Box::new(Tone::new(pitch_hz, 0.2))).start()?;
        // Always heard within 20 m along every axis, and never beyond 40 m.
        let grid = Grid::new("near", 10)?;
        let mut mouth = ProximityBroadcastTrigger::new(grid.clone());
        mouth.activation = TriggerActivation::Open;
        Ok(Self { voice, mouth, ears: ProximityReceiptTrigger::new(grid) })
    }

    /// The game's work for each player in each frame.
    fn update(&mut self, position_m: [f32; 3]) {
        let tick =
            FrameInput { seconds: FRAME.as_secs_f32(), position_m: Some(position_m), push_to_talk: false };
        self.mouth.update(&self.voice, &tick);
        self.ears.update(&self.voice, &tick);
        self.voice.playback().set_listener(Some(Pose { position_m, ..Pose::default() }));
    }

    fn hears(&self, name: &str) -> bool {
        self.voice.player_state(name).is_some_and(|player| player.is_speaking())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let network = MemoryNetwork::new();
    let mut sessions = SessionLoop::new(&SessionsSettings::new(["main"])?);
    sessions.add_network(Box::new(network.listen()));
    let server = DedicatedServer::start(sessions);
    let mut alice = Walker::join(&network, "Alice", 440.0)?;
    let mut bob = Walker::join(&network, "Bob", 330.0)?;

    for x in WAY {
        let here = [x, 0.0, 0.0];
        let is_near = x.abs() < 20.0;
        let deadline = Instant::now() + PATIENCE;
        // Both walk at their own pace: a player nearby is heard soon, but rooms have to be joined first.
        while alice.hears("Bob") != is_near || bob.hears("Alice") != is_near {
            alice.update(here);
            bob.update([0.0; 3]);
            let place = SpeakerPlace { position_m: here, occlusion: 0.0 };
            bob.voice.player("Alice").set_place(Some(place));
            if Instant::now() > deadline {
                return Err(format!("{x} m: heard {}", if is_near { "never" } else { "always" }).into());
            }
            thread::sleep(FRAME);
        }
        println!("{x:>4} m: {}", if is_near { "Alice and Bob hear each other" } else { "silence" });
    }
    alice.voice.leave()?;
    bob.voice.leave()?;
    server.stop();
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_shows_what_it_says() {
        super::main().unwrap();
    }
}
