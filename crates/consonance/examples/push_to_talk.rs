//! Push to talk: a game's loop with a key, a trigger that follows it, and a listener.
//!
//! Server and players live in this process, so that there is nothing to set up. It ends by itself, and fails if a step
//! does not happen.
//!
//! ```sh
//! cargo run --package consonance --example push_to_talk
//! ```

#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use std::error::Error;
use std::thread;
use std::time::{Duration, Instant};

use consonance::audio::Tone;
use consonance::transport::memory::MemoryNetwork;
use consonance::trigger::{BroadcastTrigger, FrameInput, TriggerActivation};
use consonance::{EventKind, VoiceChat};
use consonance_server::{DedicatedServer, SessionLoop, SessionsSettings};

/// One frame of the game.
const FRAME: Duration = Duration::from_millis(16);
/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(20);

fn main() -> Result<(), Box<dyn Error>> {
    let network = MemoryNetwork::new();
    let mut sessions = SessionLoop::new(&SessionsSettings::new(["main"])?);
    sessions.add_network(Box::new(network.listen()));
    let server = DedicatedServer::start(sessions);
    let alice = VoiceChat::over(Box::new(network.client("main")))
        .name("Alice")
        .input(Box::new(Tone::new(440.0, 0.2)))
        .start()?;
    let bob =
        VoiceChat::over(Box::new(network.client("main"))).name("Bob").listen_to_room("red team").start()?;
    wait_for(
        &alice,
        "Bob listens to the red team",
        |event| matches!(event, EventKind::EnteredRoom { name, room } if name == "Bob" && room == "red team"),
    )?;

    // This is all that the game has to do: create a trigger, and call `update` once per frame.
    let mut radio = BroadcastTrigger::to_room("red team");
    radio.activation = TriggerActivation::PushToTalk;
    for (push_to_talk, what) in [(true, "begins to speak"), (false, "ceases to speak")] {
        println!("the key is {}", if push_to_talk { "pressed" } else { "let go" });
        let deadline = Instant::now() + PATIENCE;
        let mut is_known = false;
        while !is_known || radio.is_transmitting() != push_to_talk {
            let tick = FrameInput { seconds: FRAME.as_secs_f32(), position_m: None, push_to_talk };
            radio.update(&alice, &tick);
            for event in bob.events() {
                is_known |= match event.kind {
                    EventKind::StartedSpeaking { .. } => push_to_talk,
                    EventKind::StoppedSpeaking { .. } => !push_to_talk,
                    _ => false,
                };
            }
            if Instant::now() > deadline {
                return Err(format!("Bob never hears that Alice {what}").into());
            }
            thread::sleep(FRAME);
        }
        println!("Bob hears that Alice {what}");
        match radio.blocked() {
            Some(reason) => println!("the radio is silent, because {reason}"),
            None => println!("the radio is on the air with a volume of {}", radio.current_volume()),
        }
    }
    alice.leave()?;
    bob.leave()?;
    server.stop();
    Ok(())
}

fn wait_for(voice: &VoiceChat, what: &str, is_it: impl Fn(&EventKind) -> bool) -> Result<(), Box<dyn Error>> {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if let Some(event) = voice.wait_event(FRAME)
            && is_it(&event.kind)
        {
            println!("{what}");
            return Ok(());
        }
    }
    Err(format!("never: {what}").into())
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_shows_what_it_says() {
        super::main().unwrap();
    }
}
