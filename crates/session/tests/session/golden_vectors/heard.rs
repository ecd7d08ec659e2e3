//! A voice frame as the vectors write it.

use consonance_session::{HeardChannel, HeardTarget, RoomId, VoiceFrame};
use serde_json::{Value, json};

use super::driver;

/// A frame as JSON; `rooms` and `name` are the listener's.
pub(crate) fn frame(voice: &VoiceFrame<'_>, rooms: &[&str], name: &str) -> Value {
    let channels = voice.channels.iter().map(|channel| channel_json(channel, rooms, name));
    json!({
        "ev": "voice",
        "seq": voice.sequence,
        "priority": format!("{:?}", voice.priority),
        "amplitude": voice.amplitude,
        "positional": voice.positional,
        "channels": channels.collect::<Vec<_>>(),
        "payload": driver::hex(voice.frame),
    })
}

fn channel_json(channel: &HeardChannel, rooms: &[&str], name: &str) -> Value {
    let (kind, target) = match channel.target {
        HeardTarget::Me => ("Player", name),
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

/// The vectors print amplitudes with the digits that an f32 needs; compare them as f32.
pub(crate) fn with_f32(event: &Value) -> Value {
    let mut event = event.clone();
    round_amplitude(&mut event);
    if let Some(channels) = event.get_mut("channels").and_then(Value::as_array_mut) {
        channels.iter_mut().for_each(round_amplitude);
    }
    event
}

fn round_amplitude(value: &mut Value) {
    if let Some(amplitude) = value.get("amplitude").and_then(Value::as_f64) {
        value["amplitude"] = json!(amplitude as f32);
    }
}
