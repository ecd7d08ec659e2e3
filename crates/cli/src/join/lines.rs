//! Events as lines: words for people, JSON for scripts.

use std::io::{self, Write, stdout};
use std::time::{Duration, Instant};

use consonance::device::{DeviceEvent, DeviceState, Direction};
use consonance::transport::DatagramPath;
use consonance::{EncryptionEvent, EncryptionState, Event, EventKind, LinkTransport, TextTarget};
use consonance_wire::names::visible;
use serde_json::{Map, Value, json};

/// Prints one line per event.
pub(crate) struct EventLines<'a> {
    own_name: &'a str,
    json: bool,
    started: Instant,
}

impl<'a> EventLines<'a> {
    pub(crate) fn new(own_name: &'a str, json: bool) -> Self {
        Self { own_name, json, started: Instant::now() }
    }

    /// # Errors
    /// If the output is closed.
    pub(crate) fn print(&self, event: &Event) -> io::Result<()> {
        self.write(event.at, in_words(&event.kind, self.own_name), || as_json(&event.kind, self.own_name))
    }

    /// Prints that the session is encrypted, except in these rooms.
    ///
    /// # Errors
    /// If the output is closed.
    pub(crate) fn print_encrypted_except(&self, at: Instant, rooms: &[String]) -> io::Result<()> {
        let listed: Vec<String> = rooms.iter().map(|room| shown(room)).collect();
        let words = format!(
            "encrypted from end to end, EXCEPT in {}; type /members to see which players can hear",
            listed.join(", ")
        );
        self.write(at, Some(words.clone()), || {
            let line = [("event", "encryption"), ("state", "on"), ("text", &*words)];
            let mut line: Map<_, _> =
                line.into_iter().map(|(key, value)| (key.to_owned(), json!(value))).collect();
            line.insert("plain_rooms".into(), json!(rooms));
            line
        })
    }

    /// Prints lines that were asked for.
    ///
    /// # Errors
    /// If the output is closed.
    pub(crate) fn print_words(&self, words: &str) -> io::Result<()> {
        self.write(Instant::now(), Some(words.to_owned()), || {
            Map::from_iter([("event".into(), json!("answer")), ("text".into(), json!(words))])
        })
    }

    /// Prints that the push-to-talk key was pressed or released.
    ///
    /// # Errors
    /// If the output is closed.
    pub(crate) fn print_push_to_talk(&self, pressed: bool) -> io::Result<()> {
        let words = if pressed { "you are heard until you press Enter again" } else { "you are not heard" };
        self.write(Instant::now(), Some(words.to_owned()), || {
            Map::from_iter([("event".into(), json!("push_to_talk")), ("pressed".into(), json!(pressed))])
        })
    }

    /// Prints the path of voice to the server, once it is known.
    ///
    /// # Errors
    /// If the output is closed.
    pub(crate) fn print_voice_path(&self, path: DatagramPath) -> io::Result<()> {
        let (words, name, port) = match path {
            DatagramPath::Connection | DatagramPath::Trying => return Ok(()),
            DatagramPath::FastPath => ("voice over the fast path".to_owned(), "fast", None),
            DatagramPath::Blocked { port } => (
                format!("voice over QUIC: is UDP to port {port} blocked for the fast path?"),
                "quic",
                Some(port),
            ),
        };
        self.write(Instant::now(), Some(words), || {
            let line = [("event", json!("voice_path")), ("path", json!(name)), ("blocked_port", json!(port))];
            line.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
        })
    }

    fn write(
        &self,
        at: Instant,
        words: Option<String>,
        json_line: impl FnOnce() -> Map<String, Value>,
    ) -> io::Result<()> {
        let at = at.saturating_duration_since(self.started).as_secs_f64();
        let mut out = stdout();
        if self.json {
            let mut line = json_line();
            line.insert("at".into(), json!((at * 1000.0).round() / 1000.0));
            writeln!(out, "{}", Value::Object(line))?;
        } else if let Some(words) = words {
            writeln!(out, "{at:8.2}  {words}")?;
        }
        out.flush()
    }
}

/// An event in words; `None` if people need not know it.
fn in_words(event: &EventKind, own_name: &str) -> Option<String> {
    Some(match event {
        EventKind::Joined => format!("you joined as {}", shown(own_name)),
        EventKind::Resumed => "the connection is back".to_owned(),
        EventKind::PlayerJoined { name } => format!("{} joined", shown(name)),
        EventKind::PlayerLeft { name } => format!("{} left", shown(name)),
        EventKind::EnteredRoom { name, room } => {
            format!("{} entered room {}", shown(name), shown(room))
        }
        EventKind::ExitedRoom { name, room } => {
            format!("{} left room {}", shown(name), shown(room))
        }
        EventKind::RemovedFromRoom { room } => {
            format!("the server has removed you from room {}: you no longer hear it", shown(room))
        }
        EventKind::Operator(decision) => decision.to_string(),
        EventKind::StartedSpeaking { name } => format!("{} started speaking", shown(name)),
        EventKind::StoppedSpeaking { name } => format!("{} stopped speaking", shown(name)),
        EventKind::Text { from, to, text } => {
            format!("{} to {}: {}", shown(from), place(to), shown(text))
        }
        EventKind::Caption { caption, .. } if !caption.is_final => return None,
        EventKind::Caption { by, caption, .. } => {
            format!("{} (captioned by {}): {}", shown(&caption.player), shown(by), shown(&caption.text))
        }
        EventKind::Device(event) => device_in_words(event)?,
        EventKind::Draining { ends_in, redirect, follows_in } => {
            draining_in_words(*ends_in, redirect.as_deref(), *follows_in)
        }
        EventKind::DrainCancelled => "the server cancelled draining".to_owned(),
        EventKind::Redirecting => "moving to the other server".to_owned(),
        EventKind::TransportChanged { transport: LinkTransport::WebSocket, reason } => {
            format!("UDP is blocked, so voice uses the server's WebSocket: {reason}")
        }
        EventKind::TransportChanged { .. } => "UDP works again, and voice uses it".to_owned(),
        EventKind::ServerChanged { address } => format!("now at {address}"),
        EventKind::ConnectionLost { reason, retry_in } if retry_in.is_zero() => {
            format!("connection lost: {reason}; trying again now")
        }
        EventKind::ConnectionLost { reason, retry_in } => {
            format!("connection lost: {reason}; trying again in {:.1} s", retry_in.as_secs_f64())
        }
        EventKind::Encryption(EncryptionEvent::State(EncryptionState::On)) => {
            "encrypted from end to end; type /members to see which players can hear".to_owned()
        }
        EventKind::Encryption(event) => shown(&event.to_string()),
        EventKind::TextSent { players: 0, .. } => {
            "your text was not delivered: no player listens there".to_owned()
        }
        EventKind::TextNotSent { reason, .. } | EventKind::Problem { text: reason, .. } => {
            format!("problem: {reason}")
        }
        // The program reports why it ended when it exits.
        EventKind::PlayersSynced
        | EventKind::Moderated { .. }
        | EventKind::TextSent { .. }
        | EventKind::DirectLinkMade { .. }
        | EventKind::DirectLinkLost { .. }
        | EventKind::TokenAdded { .. }
        | EventKind::TokenRemoved { .. }
        | EventKind::Rejoining
        | EventKind::Ended(..) => return None,
    })
}

fn draining_in_words(ends_in: Duration, redirect: Option<&str>, follows_in: Option<Duration>) -> String {
    let stops = format!("the server stops in {:.0} s", ends_in.as_secs_f64());
    let Some(redirect) = redirect else { return stops };
    let then = follows_in.map(|wait| format!("; you follow in {:.0} s", wait.as_secs_f64()));
    format!("{stops} and redirects all players to {}{}", shown(redirect), then.unwrap_or_default())
}

fn encryption_as_json(event: &EncryptionEvent) -> Value {
    let text = event.to_string();
    match event {
        EncryptionEvent::State(state) => {
            let state = match state {
                EncryptionState::On => "on",
                EncryptionState::Waiting => "waiting",
                EncryptionState::Off => "off",
            };
            json!({"event": "encryption", "state": state, "text": text})
        }
        EncryptionEvent::RoomsChanged { rooms, .. } => {
            json!({"event": "encryption", "plain_rooms": rooms, "text": text})
        }
        EncryptionEvent::Withheld { reason } => {
            json!({"event": "encryption", "withheld": reason.code(), "text": text})
        }
        EncryptionEvent::KnownKeysFull
        | EncryptionEvent::KeyChanged { .. }
        | EncryptionEvent::Forked { .. }
        | EncryptionEvent::Weakened
        | EncryptionEvent::ReportTaken
        | EncryptionEvent::ReportRefused { .. } => json!({"event": "encryption", "text": text}),
    }
}

fn as_json(event: &EventKind, own_name: &str) -> Map<String, Value> {
    let line = match event {
        EventKind::Joined => json!({"event": "joined", "name": own_name}),
        EventKind::Resumed => json!({"event": "resumed"}),
        EventKind::PlayersSynced => json!({"event": "players_synced"}),
        EventKind::PlayerJoined { name } => json!({"event": "player_joined", "name": name}),
        EventKind::PlayerLeft { name } => json!({"event": "player_left", "name": name}),
        EventKind::EnteredRoom { name, room } => {
            json!({"event": "entered_room", "name": name, "room": room})
        }
        EventKind::ExitedRoom { name, room } => {
            json!({"event": "exited_room", "name": name, "room": room})
        }
        EventKind::RemovedFromRoom { room } => json!({"event": "removed_from_room", "room": room}),
        EventKind::Operator(decision) => json!({"event": "operator", "text": decision.to_string()}),
        EventKind::StartedSpeaking { name } => json!({"event": "started_speaking", "name": name}),
        EventKind::StoppedSpeaking { name } => json!({"event": "stopped_speaking", "name": name}),
        EventKind::Text { from, to, text } => {
            let (kind, target) = match to {
                TextTarget::Room(room) => ("room", room),
                TextTarget::Player(player) => ("player", player),
            };
            json!({"event": "text", "name": from, kind: target, "text": text})
        }
        EventKind::Caption { by, caption, .. } => json!({
            "event": "caption",
            "name": caption.player,
            "by": by,
            "text": caption.text,
            "final": caption.is_final,
        }),
        EventKind::ConnectionLost { reason, retry_in } => {
            json!({"event": "connection_lost", "reason": reason, "retry_in": retry_in.as_secs_f64()})
        }
        EventKind::Draining { ends_in, redirect, follows_in } => json!({
            "event": "draining",
            "ends_in": ends_in.as_secs_f64(),
            "redirect": redirect,
            "follows_in": follows_in.map(|wait| wait.as_secs_f64()),
        }),
        EventKind::TransportChanged { transport, reason } => {
            let transport = if *transport == LinkTransport::WebSocket { "websocket" } else { "quic" };
            json!({"event": "transport_changed", "transport": transport, "reason": reason})
        }
        EventKind::ServerChanged { address } => json!({"event": "server_changed", "address": address}),
        EventKind::DrainCancelled => json!({"event": "drain_cancelled"}),
        EventKind::Redirecting => json!({"event": "redirecting"}),
        EventKind::Device(event) => device_as_json(event),
        EventKind::Encryption(event) => encryption_as_json(event),
        EventKind::TextSent { players, .. } => json!({"event": "text_sent", "players": players}),
        EventKind::TextNotSent { reason, .. } => {
            json!({"event": "text_not_sent", "reason": reason})
        }
        EventKind::Problem { text, .. } => json!({"event": "problem", "text": text}),
        EventKind::Ended(end) => json!({"event": "ended", "reason": end.to_string()}),
        EventKind::Moderated { .. }
        | EventKind::DirectLinkMade { .. }
        | EventKind::DirectLinkLost { .. }
        | EventKind::TokenAdded { .. }
        | EventKind::TokenRemoved { .. }
        | EventKind::Rejoining => json!({"event": "other"}),
    };
    match line {
        Value::Object(line) => line,
        _ => Map::new(),
    }
}

/// A device event in words; `None` if it is what was requested.
fn device_in_words(event: &DeviceEvent) -> Option<String> {
    let (what, without) = match event.direction {
        Direction::Input => ("microphone", "you can listen"),
        Direction::Output => ("loudspeaker", "you can talk"),
    };
    Some(match &event.state {
        DeviceState::Running { name, .. } => format!("your {what} is {}", shown(name)),
        DeviceState::Lost => format!("your {what} is gone; looking for another one"),
        DeviceState::Missing => format!("no {what} found: {without}; one plugged in later will be used"),
        DeviceState::Denied => format!(
            "this program may not use the {what}: {without}; allow it in the system's privacy settings"
        ),
        DeviceState::Busy => {
            format!("the {what} cannot be opened: {without}; close the program that has it")
        }
        DeviceState::Off => return None,
    })
}

fn device_as_json(event: &DeviceEvent) -> Value {
    let direction = match event.direction {
        Direction::Input => "input",
        Direction::Output => "output",
    };
    let (state, name) = match &event.state {
        DeviceState::Running { name, .. } => ("running", Some(name)),
        DeviceState::Lost => ("lost", None),
        DeviceState::Missing => ("missing", None),
        DeviceState::Denied => ("denied", None),
        DeviceState::Busy => ("busy", None),
        DeviceState::Off => ("off", None),
    };
    json!({"event": "device", "direction": direction, "state": state, "name": name})
}

fn place(target: &TextTarget) -> String {
    match target {
        TextTarget::Room(room) => shown(room),
        TextTarget::Player(player) => format!("@{}", shown(player)),
    }
}

/// Words of other players must not inject terminal sequences, nor hide characters from the reader.
fn shown(words: &str) -> String {
    visible(words).into_owned()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use consonance::Caption;

    use super::*;

    #[test]
    fn a_players_words_cannot_inject_terminal_sequences() {
        let name = "Eve\u{1b}[2J".to_owned();
        let words = in_words(&EventKind::PlayerJoined { name }, "me");
        assert_eq!(words.as_deref(), Some("Eve\\u{1b}[2J joined"));
    }

    #[test]
    fn a_lost_connection_says_when_it_is_tried_again() {
        let lost = |millis| {
            let retry_in = Duration::from_millis(millis);
            in_words(&EventKind::ConnectionLost { reason: "gone".into(), retry_in }, "me")
        };
        assert_eq!(lost(0).as_deref(), Some("connection lost: gone; trying again now"));
        assert_eq!(lost(1500).as_deref(), Some("connection lost: gone; trying again in 1.5 s"));
    }

    #[test]
    fn another_transport_is_told_in_words_and_for_scripts() {
        let change = |transport| EventKind::TransportChanged { transport, reason: "no answer".into() };
        let blocked = change(LinkTransport::WebSocket);
        let words = "UDP is blocked, so voice uses the server's WebSocket: no answer";
        assert_eq!(in_words(&blocked, "me").as_deref(), Some(words));
        let json = json!({"event": "transport_changed", "transport": "websocket", "reason": "no answer"});
        assert_eq!(Value::Object(as_json(&blocked, "me")), json);
        let back = in_words(&change(LinkTransport::Primary), "me");
        assert_eq!(back.as_deref(), Some("UDP works again, and voice uses it"));
    }

    #[test]
    fn another_server_is_told_in_words_and_for_scripts() {
        let event = EventKind::ServerChanged { address: "quic://two.example:7777/main".into() };
        assert_eq!(in_words(&event, "me").as_deref(), Some("now at quic://two.example:7777/main"));
        let json = json!({"event": "server_changed", "address": "quic://two.example:7777/main"});
        assert_eq!(Value::Object(as_json(&event, "me")), json);
    }

    #[test]
    fn without_a_device_the_line_says_what_still_works() {
        let event = |direction, state| EventKind::Device(DeviceEvent { direction, state });
        let missing = in_words(&event(Direction::Input, DeviceState::Missing), "me").unwrap();
        assert_eq!(missing, "no microphone found: you can listen; one plugged in later will be used");
        let busy = in_words(&event(Direction::Output, DeviceState::Busy), "me").unwrap();
        assert_eq!(busy, "the loudspeaker cannot be opened: you can talk; close the program that has it");
        let json = as_json(&event(Direction::Output, DeviceState::Missing), "me");
        assert_eq!((&json["direction"], &json["state"]), (&json!("output"), &json!("missing")));
        assert_eq!(in_words(&event(Direction::Output, DeviceState::Off), "me"), None);
    }

    #[test]
    fn a_caption_is_shown_with_its_writer_once_it_is_final() {
        let caption = |is_final| EventKind::Caption {
            by: "Bot".into(),
            to: TextTarget::Room("lobby".into()),
            caption: Caption { player: "Al".into(), text: "hi".into(), is_final },
        };
        assert_eq!(in_words(&caption(true), "me").as_deref(), Some("Al (captioned by Bot): hi"));
        assert_eq!(in_words(&caption(false), "me"), None);
        let json = json!({"event": "caption", "name": "Al", "by": "Bot", "text": "hi", "final": false});
        assert_eq!(Value::Object(as_json(&caption(false), "me")), json);
    }

    #[test]
    fn a_text_names_its_sender_and_target() {
        let text = |to| EventKind::Text { from: "Al".into(), to, text: "hi".into() };
        let to_room = text(TextTarget::Room("lobby".into()));
        assert_eq!(in_words(&to_room, "me").as_deref(), Some("Al to lobby: hi"));
        let to_me = text(TextTarget::Player("me".into()));
        assert_eq!(in_words(&to_me, "me").as_deref(), Some("Al to @me: hi"));
        assert_eq!(Value::Object(as_json(&to_me, "me"))["player"], "me");
    }
}
