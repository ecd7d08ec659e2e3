//! One speaker's packets at given times → the listener's events.

use consonance_session::{ClientEvent, ClientId, ClientSettings, Delivery, Instant, SessionId};
use serde_json::{Value, json};

use super::{driver, heard};

/// The listener's name in the vectors.
const LISTENER: &str = "Me";
const SPEAKER: &str = "the speaker";

pub(crate) fn run(script: &Value) {
    let entries = driver::list(script, "entries");
    let init = &entries[0];
    assert_eq!(driver::text(init, "op"), "init");
    let session = SessionId(0x1234_5678);
    let rooms = driver::strings(init, "rooms");
    let mut settings = ClientSettings::new(LISTENER);
    settings.as_original = true;
    let mut client = driver::joined(settings, session, driver::id(init, "local_id"), &rooms);
    driver::player_joins(&mut client, session, ClientId(3), SPEAKER, &[]);
    driver::events(&mut client, |_| None::<()>);
    for (index, entry) in entries.iter().enumerate().skip(1) {
        let now = Instant::from_millis(driver::number(entry, "ms"));
        match driver::text(entry, "op") {
            "packet" => {
                let packet = driver::bytes(driver::text(entry, "hex"));
                client.handle_packet(now, driver::SERVER, Delivery::Unreliable, &packet);
            }
            "tick" => client.handle_timeout(now),
            other => panic!("unknown op {other:?}"),
        }
        let heard = driver::events(&mut client, |event| Some(as_json(event, &rooms)));
        let expected: Vec<_> = driver::list(entry, "events").iter().map(heard::with_f32).collect();
        assert_eq!(heard, expected, "step {index}: {entry}");
        if let Some(open) = entry["open"].as_bool() {
            let speaking = client.players().iter().any(|player| player.name == SPEAKER && player.is_speaking);
            assert_eq!(speaking, open, "step {index}: {entry}");
        }
    }
}

fn as_json(event: &ClientEvent<'_>, rooms: &[&str]) -> Value {
    match event {
        ClientEvent::StartedSpeaking { .. } => json!({"ev": "started_speaking"}),
        ClientEvent::StoppedSpeaking { .. } => json!({"ev": "stopped_speaking"}),
        ClientEvent::Voice(voice) => heard::frame(voice, rooms, LISTENER),
        other => panic!("unexpected {other:?}"),
    }
}
