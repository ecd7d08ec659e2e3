//! Packets described in words, for readers of a capture.

mod names;

use consonance_wire::{
    AbsurdPosition, ChannelKind, ClientState, Closing, DeltaChannelState, Extension, HandshakeResponse, List,
    ModeratorCommand, Notice, Packet, Position, PositionReport, ServerRelay, SessionId, TextData,
    TextRecipient, VoiceChannel, VoiceData, VoiceReport, WireStr,
};
pub(crate) use names::Names;

/// Longer words are cut, in bytes.
const BYTES_MAX: usize = 500;
/// Destinations, channels and rooms that are listed before the rest is only counted.
const LISTED_MAX: usize = 6;

/// Follows what packets tell, so that later ones can be described with names.
#[derive(Debug, Default)]
pub(crate) struct Words {
    names: Names,
}

impl Words {
    /// Names the clients that were here before the first packet.
    pub(crate) fn introduce<'a>(
        &mut self,
        id: consonance_wire::ClientId,
        name: &str,
        rooms: impl Iterator<Item = &'a str>,
    ) {
        self.names.introduce(id, name);
        rooms.for_each(|room| self.names.room(room));
    }

    /// One line about a packet, whatever is in it.
    pub(crate) fn describe(&mut self, packet: &[u8]) -> String {
        let words = match Packet::parse_with_trailing(packet) {
            Ok((parsed, trailing)) => self.packet(&parsed, trailing),
            Err(error) => format!("malformed, {} bytes: {error}", packet.len()),
        };
        match words.len() {
            0..=BYTES_MAX => words,
            _ => format!("{}…", &words[..words.floor_char_boundary(BYTES_MAX)]),
        }
    }

    fn packet(&mut self, packet: &Packet<'_>, trailing: &[u8]) -> String {
        match packet {
            Packet::ClientState(state) => self.client_state(state),
            Packet::VoiceData(voice) => self.voice(voice),
            Packet::TextData(text) => self.text(text),
            Packet::HandshakeRequest(request) => {
                format!("HandshakeRequest: {} wants to join{}", shown(request.name), block(trailing))
            }
            Packet::HandshakeResponse(response) => self.response(response, trailing),
            Packet::ErrorWrongSession(error) => wrong_session(error.session, trailing),
            Packet::ServerRelayReliable(relay) => self.relay("ServerRelayReliable", relay),
            Packet::ServerRelayUnreliable(relay) => self.relay("ServerRelayUnreliable", relay),
            Packet::DeltaChannelState(delta) => self.delta(delta),
            Packet::RemoveClient(removed) => {
                let words = format!("RemoveClient: {} has left", self.names.of(removed.session, removed.id));
                self.names.forget(removed.session, removed.id);
                words
            }
            Packet::HandshakeP2P(peer) => {
                format!("HandshakeP2P from {}", self.names.of(peer.session, peer.id))
            }
        }
    }

    fn client_state(&mut self, state: &ClientState<'_>) -> String {
        let client = &state.client;
        if let Some(name) = client.name {
            self.names.client(state.session, client.id, &name.to_str());
        }
        state.rooms.iter().flatten().take(256).for_each(|room| self.names.room(&room.to_str()));
        let name = self.names.of(state.session, client.id);
        let rooms = listed(state.rooms.len(), state.rooms.iter().map(shown));
        format!("ClientState: {name} listens to {}", if rooms.is_empty() { "no room" } else { &rooms })
    }

    fn voice(&self, voice: &VoiceData<'_>) -> String {
        let VoiceData { session, sender, sequence, channels, frame, .. } = *voice;
        let speaker = self.names.of(session, sender);
        format!(
            "VoiceData from {speaker}, frame {sequence}, {} ({}), {} bytes",
            counted(channels.len(), "channel"),
            self.channels(session, channels),
            frame.len()
        )
    }

    fn channels(&self, session: SessionId, channels: List<'_, VoiceChannel>) -> String {
        let words = channels.iter().map(|channel| {
            let to = match channel.bits.kind() {
                ChannelKind::Room => self.names.of_room(consonance_wire::RoomId(channel.recipient)),
                ChannelKind::Player => {
                    format!("player {}", self.names.of(session, consonance_wire::ClientId(channel.recipient)))
                }
            };
            format!("{to}{}", if channel.bits.is_closing() { ", closing" } else { "" })
        });
        listed(channels.len(), words)
    }

    fn text(&self, text: &TextData<'_>) -> String {
        let to = match text.recipient {
            TextRecipient::Room(room) => self.names.of_room(room),
            TextRecipient::Player(player) => format!("player {}", self.names.of(text.session, player)),
            TextRecipient::Unknown { .. } => "a recipient of unknown type".into(),
        };
        format!("TextData from {} to {to}: {}", self.names.of(text.session, text.sender), shown(text.text))
    }

    fn response(&mut self, response: &HandshakeResponse<'_>, trailing: &[u8]) -> String {
        for client in response.clients.iter().take(1024) {
            if let Some(name) = client.name {
                self.names.client(response.session, client.id, &name.to_str());
            }
        }
        response.room_names.iter().flatten().take(1024).for_each(|room| self.names.room(&room.to_str()));
        let HandshakeResponse { session, id, .. } = response;
        format!("HandshakeResponse: you are #{id} in session {session}{}", block(trailing))
    }

    fn relay(&mut self, kind: &str, relay: &ServerRelay<'_>) -> String {
        let to = relay.destinations.iter().map(|id| self.names.of(relay.session, id));
        let to = listed(relay.destinations.len(), to);
        // Nested relays are not followed: the nesting may be as deep as the packet is long.
        let inner = match Packet::parse_with_trailing(relay.packet) {
            Ok((Packet::ServerRelayReliable(_) | Packet::ServerRelayUnreliable(_), _)) => {
                "another relay".into()
            }
            Ok((packet, trailing)) => self.packet(&packet, trailing),
            Err(error) => format!("malformed: {error}"),
        };
        format!("{kind} to {}: {inner}", if to.is_empty() { "no client" } else { &to })
    }

    fn delta(&mut self, delta: &DeltaChannelState<'_>) -> String {
        if let Some(room) = delta.room {
            self.names.room(&room.to_str());
        }
        let does = if delta.joined { "enters" } else { "leaves" };
        format!("DeltaChannelState: {} {does} {}", self.names.of(delta.session, delta.id), shown(delta.room))
    }
}

/// It carries what is new in the protocol, too.
fn wrong_session(session: SessionId, trailing: &[u8]) -> String {
    if let Some(report) = PositionReport::find(trailing) {
        return position(report);
    }
    if let Some(notice) = Notice::find(trailing) {
        return format!("notice: {}", self::notice(&notice));
    }
    if let Some(closing) = Closing::find(trailing) {
        return closing_in_words(&closing);
    }
    if let Some(request) = ModeratorCommand::find(trailing) {
        return moderator_command(&request);
    }
    let Some(report) = VoiceReport::find(trailing) else {
        return format!("ErrorWrongSession: the session is {session}{}", block(trailing));
    };
    let mut parts = Vec::new();
    if let Some(uplink) = report.uplink {
        parts.push(format!("{} frames have reached the server", uplink.frames));
    }
    if let Some(listeners) = report.listeners {
        parts.push(format!("{} listeners lose {} %", listeners.listeners, listeners.lost_percent));
    }
    if let Some(reception) = report.reception {
        parts.push(format!("reception of {}", counted(reception.speakers.len(), "speaker")));
    }
    format!("voice report: {}", parts.join("; "))
}

fn notice(notice: &Notice<'_>) -> String {
    let shown = |text| shown(Some(text));
    match *notice {
        Notice::Imposed { restriction, ends_in_s, reason } => {
            let end = if ends_in_s > 0 { format!("for {ends_in_s} s") } else { "permanently".into() };
            format!("{restriction:?} {end}, {}", shown(reason))
        }
        Notice::Lifted { restriction } => format!("{restriction:?} no longer"),
        Notice::RoomRights { room, listen, speak } => {
            format!("in room {} it may listen: {listen:?}, speak: {speak:?}", shown(room))
        }
        Notice::Kicked { reason } => format!("kicked, {}", shown(reason)),
        Notice::Moved { from, to } => format!("moved from room {} to {}", shown(from), shown(to)),
        Notice::TextRateLimited { wait_ms } => format!("a text came {wait_ms} ms too early"),
        Notice::RoomFull { room, .. } => format!("room {} is full", shown(room)),
        Notice::Recorded { is_whole, last_s } => {
            format!(
                "recorded: {}",
                if is_whole { "everything".into() } else { format!("the last {last_s} s") }
            )
        }
        Notice::Answered { number, answer } => format!("request {number} of a moderator: {answer:?}"),
    }
}

fn moderator_command(request: &ModeratorCommand<'_>) -> String {
    let ModeratorCommand { number, player, reason, action } = request;
    let (player, reason) = (shown(Some(*player)), shown(Some(*reason)));
    format!("request {number} of a moderator: {action:?} for {player}, {reason}")
}

fn position(report: Result<PositionReport, AbsurdPosition>) -> String {
    match report.map(|report| (report.number, report.position.map(Position::metres))) {
        Ok((number, Some([x, y, z]))) => format!("position report {number}: at {x:.1}, {y:.1}, {z:.1} m"),
        Ok((number, None)) => format!("position report {number}: in no place"),
        Err(absurd) => format!("position report of no place: {absurd}"),
    }
}

fn closing_in_words(closing: &Closing<'_>) -> String {
    match *closing {
        Closing::Ends { in_ms } => format!("the server ends in {in_ms} ms"),
        Closing::Moves { in_ms, leave_in_ms, address } => {
            format!("the server ends in {in_ms} ms: go to {address:?} in {leave_in_ms} ms")
        }
        Closing::Restarts { come_back_in_ms } => {
            format!("the server restarts: come back in {come_back_in_ms} ms")
        }
        Closing::Stays => "the server stays after all".to_owned(),
        _ => "the server closes".to_owned(),
    }
}

/// The items of the block behind the body, if there is one.
fn block(trailing: &[u8]) -> String {
    match Extension::find(trailing) {
        None => String::new(),
        Some(block) => {
            let tags = block.items().take(LISTED_MAX).map(|(tag, _)| tag.to_string());
            format!("; with items {}", tags.collect::<Vec<_>>().join(", "))
        }
    }
}

/// A name or a text in quotes, with every invisible character escaped.
fn shown(text: Option<WireStr<'_>>) -> String {
    text.map_or_else(|| "nothing".into(), |text| format!("{:?}", text.to_str()))
}

fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

fn listed(number: usize, words: impl Iterator<Item = String>) -> String {
    let mut words: Vec<String> = words.take(LISTED_MAX).collect();
    if number > LISTED_MAX {
        words.push(format!("{} more", number - LISTED_MAX));
    }
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use consonance_wire::{ClientId, RoomId};

    use super::*;

    fn words() -> Words {
        let mut words = Words::default();
        words.introduce(ClientId(3), "Alice", ["lobby"].into_iter());
        words.introduce(ClientId(4), "Bob", [].into_iter());
        words
    }

    fn voice(channels: &[u8]) -> Vec<u8> {
        let mut packet = vec![0x8b, 0xc7, 2, 0, 0, 0, 1, 0, 3, 0x80, 0, 9];
        packet.extend((channels.len() as u16 / 4).to_be_bytes());
        packet.extend(channels);
        packet.extend([0, 2, 0xaa, 0xbb]);
        packet
    }

    #[test]
    fn voice_names_its_speaker_and_recipients() {
        let lobby = RoomId::of("lobby").0.to_be_bytes();
        let packet = voice(&[0, 1, lobby[0], lobby[1], 0, 4, 0, 4]);
        let expected = r#"VoiceData from "Alice" #3, frame 9, 2 channels (room "lobby", player "Bob" #4, closing), 2 bytes"#;
        assert_eq!(words().describe(&packet), expected);
    }

    #[test]
    fn a_relay_names_its_recipients_and_content() {
        let inner = voice(&[]);
        let mut relay = vec![0x8b, 0xc7, 8, 0, 0, 0, 1, 2, 0, 4, 0, 77];
        relay.extend((inner.len() as u16).to_be_bytes());
        relay.extend(&inner);
        let expected = r#"ServerRelayUnreliable to "Bob" #4, #77: VoiceData from "Alice" #3, frame 9, 0 channels (), 2 bytes"#;
        assert_eq!(words().describe(&relay), expected);
    }

    #[test]
    fn relays_in_relays_are_not_followed() {
        let mut packet = vec![0x8b, 0xc7, 8, 0, 0, 0, 1, 0, 0, 0];
        for _ in 0..1000 {
            let mut outer = vec![0x8b, 0xc7, 8, 0, 0, 0, 1, 0];
            outer.extend((packet.len() as u16).to_be_bytes());
            outer.extend(&packet);
            packet = outer;
        }
        assert_eq!(words().describe(&packet), "ServerRelayUnreliable to no client: another relay");
    }

    #[test]
    fn a_position_report_says_where() {
        let report = [0x8b, 0xc7, 6, 0, 0, 0, 1, 0xc0, 0x5a, 8, 0, 14, 0, 7];
        let place = |metres: [f32; 3]| [&report[..], &metres.map(f32::to_be_bytes).concat()].concat();
        let at = words().describe(&place([1.0, -2.04, 0.5]));
        assert_eq!(at, "position report 7: at 1.0, -2.0, 0.5 m");
        let absurd = words().describe(&place([0.0, f32::NAN, 0.0]));
        assert!(absurd.starts_with("position report of no place: each coordinate"), "{absurd}");
        let mut nowhere = report;
        nowhere[11] = 2;
        assert_eq!(words().describe(&nowhere), "position report 7: in no place");
    }

    #[test]
    fn a_client_that_leaves_is_forgotten() {
        let mut words = words();
        let left = words.describe(&[0x8b, 0xc7, 10, 0, 0, 0, 1, 0, 3]);
        assert_eq!(left, r#"RemoveClient: "Alice" #3 has left"#);
        assert!(words.describe(&voice(&[])).starts_with("VoiceData from #3,"));
    }

    #[test]
    fn a_hostile_name_cannot_steer_a_terminal_and_a_long_one_is_cut() {
        let mut words = Words::default();
        words.introduce(ClientId(3), "a\u{1b}[2J\n\u{202e}b", [].into_iter());
        let line = words.describe(&voice(&[]));
        assert!(line.starts_with(r#"VoiceData from "a\u{1b}[2J\n\u{202e}b" #3"#), "{line}");
        let mut text = vec![0x8b, 0xc7, 3, 0, 0, 0, 1, 0, 0, 3, 0, 0];
        text.extend(3001_u16.to_be_bytes());
        text.extend("é".repeat(1500).bytes());
        assert!(words.describe(&text).len() < 510);
    }

    #[test]
    fn what_is_no_packet_is_malformed_and_nothing_panics() {
        assert!(words().describe(b"").starts_with("malformed, 0 bytes: "));
        let packet = voice(&[0, 1, 0, 4]);
        for length in 0..packet.len() {
            assert!(words().describe(&packet[..length]).starts_with("malformed"), "{length}");
        }
    }
}
