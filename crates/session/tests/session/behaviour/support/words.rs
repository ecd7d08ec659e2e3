//! Packets and events in words, so that a test reads as input → expected output.

use consonance_session::{
    ClientEvent, ModerationDecision, PlayerIdentity, RoomId, RoomUse, ServerEvent, TextTarget, Transmit,
};
use consonance_session::{Delivery, Priority};
use consonance_wire::{
    ChannelKind, ClientId, HandshakeResponse, Notice, Packet, PositionReport, ServerRelay, TextRecipient,
    VoiceChannel, VoiceData, VoiceReport, WireStr,
};

/// Rooms whose ids are shown as names.
const ROOMS: [&str; 4] = ["lobby", "team", "red", "blue"];

/// `1 2: RemoveClient 0`: the destinations, then the packet.
pub(crate) fn transmit(transmit: &Transmit<'_>) -> String {
    let to = joined_with(" ", transmit.to.iter().map(|link| link.0));
    let how = match transmit.delivery {
        Delivery::Reliable => "",
        Delivery::Unreliable => " unreliably",
    };
    format!("{to}{how}: {}", packet(transmit.payload))
}

/// A packet in words. The engine sends only whole packets.
pub(crate) fn packet(bytes: &[u8]) -> String {
    let (packet, trailing) =
        Packet::parse_with_trailing(bytes).expect("the engine sends packets that can be read");
    if let Some(Ok(report)) = PositionReport::find(trailing) {
        let place = report.position.map(|position| format!("{:?}", position.metres()));
        return format!("PositionReport #{} {}", report.number, place.as_deref().unwrap_or("nowhere"));
    }
    if let Some(notice) = Notice::find(trailing) {
        return format!("{notice:?}");
    }
    if let Some(report) = VoiceReport::find(trailing) {
        return voice_report(&report);
    }
    match packet {
        Packet::HandshakeRequest(request) => format!("HandshakeRequest {}", text(request.name)),
        Packet::HandshakeResponse(HandshakeResponse { id, .. }) => format!("HandshakeResponse {id}"),
        Packet::ErrorWrongSession(error) => format!("ErrorWrongSession {}", error.session),
        Packet::ClientState(state) => {
            let rooms = joined_with(" ", state.rooms.iter().map(text));
            format!("ClientState {} {} [{rooms}]", state.client.id, text(state.client.name))
        }
        Packet::DeltaChannelState(delta) => {
            let verb = if delta.joined { "enters" } else { "exits" };
            format!("DeltaChannelState {} {verb} {}", delta.id, text(delta.room))
        }
        Packet::RemoveClient(remove) => format!("RemoveClient {}", remove.id),
        Packet::VoiceData(voice) => voice_data(&voice),
        Packet::TextData(message) => {
            let to = match message.recipient {
                TextRecipient::Room(id) => room(id),
                TextRecipient::Player(id) => format!("@{id}"),
                TextRecipient::Unknown { kind, id } => format!("type {kind} {id}"),
            };
            format!("TextData {} to {to}: {}", message.sender, text(message.text))
        }
        Packet::ServerRelayReliable(inner) => format!("ServerRelayReliable {}", relay(&inner)),
        Packet::ServerRelayUnreliable(inner) => format!("ServerRelayUnreliable {}", relay(&inner)),
        Packet::HandshakeP2P(handshake) => format!("HandshakeP2P {}", handshake.id),
    }
}

/// A client's event in words.
pub(crate) fn event(event: &ClientEvent<'_>) -> String {
    match event {
        ClientEvent::Joined { id, .. } => format!("joined as {id}"),
        ClientEvent::Resumed { id, .. } => format!("resumed as {id}"),
        ClientEvent::PlayersSynced => "roster received".to_owned(),
        ClientEvent::PlayerJoined { id, name, .. } => format!("{name} joined as {id}"),
        ClientEvent::PlayerLeft { name, .. } => format!("{name} left"),
        ClientEvent::EnteredRoom { name, room, .. } => format!("{name} entered {room}"),
        ClientEvent::ExitedRoom { name, room, .. } => format!("{name} exited {room}"),
        ClientEvent::Draining { ends_in, redirect } => {
            let redirect = redirect.as_ref().map_or_else(String::new, |redirect| {
                format!(", go to {} in {} ms", redirect.address, redirect.leave_in.as_millis())
            });
            format!("the server closes in {} ms{redirect}", ends_in.as_millis())
        }
        ClientEvent::ServersListed { addresses } => format!("servers: {}", addresses.join(", ")),
        ClientEvent::DrainCancelled => "the server stays".to_owned(),
        ClientEvent::RemovedFromRoom { room } => format!("removed from {room}"),
        ClientEvent::Restricted { restriction, terms: Some(terms) } => {
            let end = terms.ends.map_or("forever".to_owned(), |end| format!("until {end}"));
            format!("{restriction:?} {end}: {}", terms.reason)
        }
        ClientEvent::Restricted { restriction, terms: None } => format!("{restriction:?} no longer"),
        ClientEvent::RoomRights { room, rights } => {
            format!("in {room} may listen {:?}, speak {:?}", rights.listen, rights.speak)
        }
        ClientEvent::Moved { from, to } => format!("moved from {from} to {to}"),
        ClientEvent::TextRateLimited { wait } => format!("text held for {} ms", wait.as_millis()),
        ClientEvent::RoomFull { room, to } => format!("{room} is full: {to:?}"),
        ClientEvent::Recorded(recorded) => format!("recorded: {} s", recorded.last.as_secs()),
        ClientEvent::Kicked { reason } => format!("kicked: {reason}"),
        ClientEvent::PeerIntroduced { id, link } => format!("{id} introduced over {link}"),
        ClientEvent::StartedSpeaking { name, .. } => format!("{name} started speaking"),
        ClientEvent::Voice(voice) => {
            format!("frame {} of {}: {}", voice.sequence, voice.id, String::from_utf8_lossy(voice.frame))
        }
        ClientEvent::StoppedSpeaking { name, .. } => format!("{name} stopped speaking"),
        ClientEvent::Text { name, to: TextTarget::Room(room), text, .. } => {
            format!("{name} to {room}: {text}")
        }
        ClientEvent::Text { name, to: TextTarget::Player(player), text, .. } => {
            format!("{name} to @{player}: {text}")
        }
        ClientEvent::Disconnected { cause, retry_in } => match retry_in {
            Some(wait) => format!("disconnected: {cause:?}, again in {} ms", wait.as_millis()),
            None => format!("disconnected: {cause:?}"),
        },
        ClientEvent::UplinkReport(report) => {
            format!("{} of {} lost, {} ms queued", report.lost, report.sent, report.queueing.as_millis())
        }
        ClientEvent::ListenerReport(report) => format!(
            "{} listeners lose {} %, {} tenths in a row, wait {} ms, know {}",
            report.listeners,
            report.lost_percent,
            report.lost_in_a_row.0,
            report.playout_delay.as_millis(),
            report.redundancy.0
        ),
        other => panic!("no words for {other:?}"),
    }
}

/// A server's event in words.
pub(crate) fn server_event(event: &ServerEvent) -> String {
    match event {
        ServerEvent::ClientJoined { id, name, link, .. } => format!("{name} joined as {id} over {link}"),
        ServerEvent::Restarted { session } => format!("restarted as {session}"),
        ServerEvent::ClientResumed { id, name, link, .. } => format!("{name} resumed as {id} over {link}"),
        ServerEvent::ClientLeft { name, link, .. } => format!("{name} left {link}"),
        ServerEvent::EnteredRoom { name, room, .. } => format!("{name} entered {room}"),
        ServerEvent::ExitedRoom { name, room, .. } => format!("{name} exited {room}"),
        ServerEvent::NameInUse { link, name, .. } => format!("{name} is in use, {link} waits"),
        ServerEvent::NameClaimWithdrawn { link, name } => format!("{link} no longer waits for {name}"),
        ServerEvent::JoinRequested { link, name, join_token } => {
            format!("{name} asks over {link}: {:?}", String::from_utf8_lossy(join_token.as_bytes()))
        }
        ServerEvent::AccessDenied { name, room, to: RoomUse::Listen, .. } => {
            format!("{name} may not listen to {room}")
        }
        ServerEvent::Spoofed { name, claimed, .. } => format!("{name} spoke as {claimed}"),
        ServerEvent::AccessDenied { name, room, .. } => format!("{name} may not speak to {room}"),
        ServerEvent::RoomFull { name, room, to, .. } => format!("{room} is full for {name}: {to:?}"),
        ServerEvent::Moderated { id, player, decision } => {
            let here = if id.is_some() { "" } else { " (absent)" };
            let player = match player {
                PlayerIdentity::Name(name) => name.to_string(),
                PlayerIdentity::Subject(subject) => format!("#{subject}"),
            };
            format!("{player}{here} {}", self::decision(decision))
        }
        ServerEvent::RoomIdTaken { name, room, .. } => format!("{name} is not in {room}: its id is taken"),
        ServerEvent::PriorityDenied { name, .. } => format!("{name} speaks with too much priority"),
        other => panic!("no words for {other:?}"),
    }
}

fn decision(decision: &ModerationDecision) -> String {
    match decision {
        ModerationDecision::Kicked { reason } => format!("kicked: {reason}"),
        ModerationDecision::Restriction { restriction, terms: Some(terms) } => {
            format!("{restriction:?}: {}", terms.reason)
        }
        ModerationDecision::Restriction { restriction, terms: None } => format!("{restriction:?} no longer"),
        ModerationDecision::RoomRights { room, rights } => {
            format!("in {room} may listen {:?}, speak {:?}", rights.listen, rights.speak)
        }
        ModerationDecision::RemovedFromRoom { room } => format!("removed from {room}"),
        ModerationDecision::Moved { from, to } => format!("moved from {from} to {to}"),
        ModerationDecision::Reset => "reset".to_owned(),
    }
}

/// `VoiceReport #24, 20 frames`, or a report of one or several listeners.
fn voice_report(report: &VoiceReport<'_>) -> String {
    let mut words = vec!["VoiceReport".to_owned()];
    words
        .extend(report.uplink.map(|uplink| format!("#{}, {} frames", uplink.newest_sequence, uplink.frames)));
    words.extend(
        report.listeners.map(|all| format!("{} listeners lose {} %", all.listeners, all.lost_percent)),
    );
    for one in report.reception.iter().flat_map(|reception| reception.speakers) {
        words.push(format!("{}: {} of {} lost", one.speaker, one.lost, one.expected));
    }
    words.join(" ")
}

fn voice_data(voice: &VoiceData<'_>) -> String {
    let channels = joined_with(", ", voice.channels.iter().map(channel));
    format!(
        "VoiceData {} #{} session {} [{channels}] {}",
        voice.sender,
        voice.sequence,
        voice.options.channel_session(),
        String::from_utf8_lossy(voice.frame),
    )
}

/// `lobby closing`, `@3 positional high`: the target, then all non-default properties.
fn channel(channel: VoiceChannel) -> String {
    let bits = channel.bits;
    let mut words = match bits.kind() {
        ChannelKind::Room => room(RoomId(channel.recipient)),
        ChannelKind::Player => format!("@{}", ClientId(channel.recipient)),
    };
    if bits.is_closing() {
        words += " closing";
    }
    if bits.is_positional() {
        words += " positional";
    }
    if bits.priority() != Priority::Default {
        words += &format!(" {:?}", bits.priority()).to_lowercase();
    }
    words
}

fn relay(relay: &ServerRelay<'_>) -> String {
    let to = joined_with(" ", relay.destinations.iter());
    format!("to {to}: {}", packet(relay.packet))
}

fn room(id: RoomId) -> String {
    let name = ROOMS.iter().find(|name| RoomId::of(name) == id);
    name.map_or_else(|| format!("room {id}"), |name| (*name).to_owned())
}

fn text(text: Option<WireStr<'_>>) -> String {
    text.map_or_else(|| "null".to_owned(), |text| text.to_str().into_owned())
}

fn joined_with(between: &str, words: impl Iterator<Item = impl ToString>) -> String {
    words.map(|word| word.to_string()).collect::<Vec<_>>().join(between)
}
