//! One line for each event: words for people, or JSON for scripts.

use consonance::{EventKind, TextTarget};
use serde_json::{Value, json};

/// The line for an event `seconds` after the start, as `own_name` saw it; `None` for an event without one.
pub(crate) fn of(event: &EventKind, own_name: &str, seconds: f64, as_json: bool) -> Option<String> {
    let mut value = describe(event, own_name)?;
    if as_json {
        value["at"] = json!((seconds * 1000.0).round() / 1000.0);
        return Some(value.to_string());
    }
    value["event"] = value["event"].as_str()?.replace('_', " ").into();
    let parts = ["name", "event", "room", "player", "text", "reason"];
    let words: Vec<&str> = parts.iter().filter_map(|part| value[part].as_str()).collect();
    let line = format!("{seconds:8.2}  {}", words.join("  "));
    // Text from peers must not inject terminal escape sequences.
    Some(line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect())
}

fn describe(event: &EventKind, own_name: &str) -> Option<Value> {
    Some(match event {
        EventKind::Joined => json!({"event": "joined", "name": own_name}),
        EventKind::PlayersSynced => json!({"event": "players_synced"}),
        EventKind::PlayerJoined { name } => json!({"event": "player_joined", "name": name}),
        EventKind::PlayerLeft { name } => json!({"event": "player_left", "name": name}),
        EventKind::EnteredRoom { name, room } => json!({"event": "entered_room", "name": name, "room": room}),
        EventKind::ExitedRoom { name, room } => json!({"event": "exited_room", "name": name, "room": room}),
        EventKind::RemovedFromRoom { room } => json!({"event": "removed_from_room", "room": room}),
        EventKind::StartedSpeaking { name } => json!({"event": "started_speaking", "name": name}),
        EventKind::StoppedSpeaking { name } => json!({"event": "stopped_speaking", "name": name}),
        EventKind::Text { from, to: TextTarget::Room(room), text } => {
            json!({"event": "text", "name": from, "room": room, "text": text})
        }
        EventKind::Text { from, to: TextTarget::Player(player), text } => {
            json!({"event": "text", "name": from, "player": player, "text": text})
        }
        EventKind::ConnectionLost { reason, .. } => json!({"event": "connection_lost", "reason": reason}),
        EventKind::Problem { text: reason, .. } | EventKind::TextNotSent { reason, .. } => {
            json!({"event": "problem", "reason": reason})
        }
        EventKind::Ended(end) => json!({"event": "ended", "reason": end.to_string()}),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_a_line_of_words_or_of_json() {
        let event = EventKind::EnteredRoom { name: "Bob_1\u{1b}[2J".into(), room: "lobby".into() };
        assert_eq!(of(&event, "Al", 1.5, false).unwrap(), "    1.50  Bob_1 [2J  entered room  lobby");
        let line: Value = serde_json::from_str(&of(&event, "Al", 1.5, true).unwrap()).unwrap();
        let expected = json!({"event": "entered_room", "name": "Bob_1\u{1b}[2J", "room": "lobby", "at": 1.5});
        assert_eq!(line, expected);
    }
}
