//! One speaker's packets, at given times → what is heard of it.

use consonance_session::{
    ClientEvent, ClientId, ClientSettings, Delivery, HeardChannel, HeardTarget, Instant, RoomId, SessionId,
};
use serde_json::{Value, json};

use crate::driver;

const SPEAKER: &str = "the speaker";

pub(crate) fn run(script: &Value) {
    let entries = driver::list(script, "entries");
    let init = &entries[0];
    assert_eq!(driver::text(init, "op"), "init");
    let session = SessionId(0x1234_5678);
    let rooms = driver::strings(init, "rooms");
    let settings = ClientSettings::new("the listener");
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
        let expected: Vec<_> = driver::list(entry, "events").iter().map(with_f32).collect();
        assert_eq!(heard, expected, "step {index}: {entry}");
        if let Some(open) = entry["open"].as_bool() {
            let speaking = client.players().any(|player| player.name == SPEAKER && player.is_speaking);
            assert_eq!(speaking, open, "step {index}: {entry}");
        }
    }
}

fn as_json(event: &ClientEvent<'_>, rooms: &[&str]) -> Value {
    match event {
        ClientEvent::StartedSpeaking { .. } => json!({"ev": "started_speaking"}),
        ClientEvent::StoppedSpeaking { .. } => json!({"ev": "stopped_speaking"}),
        ClientEvent::Voice(voice) => json!({
            "ev": "voice",
            "seq": voice.sequence,
            "priority": format!("{:?}", voice.priority),
            "amplitude": voice.amplitude,
            "positional": voice.positional,
            "channels": voice.channels.iter().map(|channel| channel_json(channel, rooms)).collect::<Vec<_>>(),
            "payload": driver::hex(voice.frame),
        }),
        other => panic!("unexpected {other:?}"),
    }
}

fn channel_json(channel: &HeardChannel, rooms: &[&str]) -> Value {
    let (kind, target) = match channel.target {
        HeardTarget::Me => ("Player", "the listener"),
        HeardTarget::Room(id) => {
            ("Room", *rooms.iter().find(|room| RoomId::of(room) == id).expect("a room that is listened to"))
        }
    };
    json!({
        "type": kind,
        "target": target,
        "positional": channel.positional,
        "amplitude": channel.amplitude,
        "priority": format!("{:?}", channel.priority),
    })
}

/// The vectors print amplitudes with the digits that an f32 needs; compare them as f32. The listener's own name is
/// the vectors' matter, not ours.
fn with_f32(event: &Value) -> Value {
    let mut event = event.clone();
    round_amplitude(&mut event);
    if let Some(channels) = event.get_mut("channels").and_then(Value::as_array_mut) {
        for channel in channels {
            round_amplitude(channel);
            if channel["type"] == "Player" {
                channel["target"] = json!("the listener");
            }
        }
    }
    event
}

fn round_amplitude(value: &mut Value) {
    if let Some(amplitude) = value.get("amplitude").and_then(Value::as_f64) {
        value["amplitude"] = json!(amplitude as f32);
    }
}
