//! The packets of the session's own protocol.

use consonance_session::{ClientId, Delivery, RoomId, SessionId};
use consonance_wire::{
    ChannelBits, ChannelKind, CommandAction, DeltaChannelState, ErrorWrongSession, GroupPart, HandshakeP2P,
    HandshakeRequest, HandshakeResponse, List, MessageType, ModeratorCommand, Packet, Position,
    PositionReport, RemoveClient, ServerRelay, TextData, TextRecipient, VoiceChannel, VoiceData,
    VoiceOptions, WireStr, Writer,
};

use crate::alone;
use crate::stage::{CODEC, PLAYERS, SESSION, Stage, link_of, name_of, room_of, state, written};

/// The player whose packets are looked at; its link and its id are those of the order of joining.
const NUMBER: u16 = 500;

fn voice(id: u16, channels: u16) -> Vec<u8> {
    let to = ChannelBits::new(ChannelKind::Room);
    let channels: Vec<_> = (0..channels)
        .map(|number| VoiceChannel { bits: to, recipient: RoomId::of(&room_of(number)).0 })
        .collect();
    written(VoiceData {
        session: SESSION,
        sender: ClientId(id),
        options: VoiceOptions::new(0),
        sequence: 7,
        channels: List::from(&*channels),
        frame: &[7; 100],
    })
}

fn text(id: u16, bytes: usize) -> Vec<u8> {
    let text = "x".repeat(bytes);
    let recipient = TextRecipient::Room(RoomId::of(&room_of(3)));
    written(TextData { session: SESSION, recipient, sender: ClientId(id), text: Some(WireStr::from(&*text)) })
}

/// The worst packets of a kind from a player with this id.
fn worst(kind: MessageType, id: u16) -> Vec<Vec<u8>> {
    let long = "n".repeat(900);
    let all: Vec<_> = (0..255).map(ClientId).collect();
    match kind {
        MessageType::ClientState => {
            let rooms: Vec<String> = (0..128).map(|number| format!("{number}")).collect();
            let rooms: Vec<&str> = rooms.iter().map(String::as_str).collect();
            vec![state(id, &name_of(NUMBER), &rooms), state(id, &name_of(NUMBER), &[])]
        }
        MessageType::VoiceData => vec![voice(id, 100)],
        MessageType::TextData => vec![text(id, 998)],
        MessageType::HandshakeRequest => {
            vec![written(HandshakeRequest { codec: CODEC, name: Some(WireStr::from(&*name_of(NUMBER))) })]
        }
        MessageType::HandshakeResponse => vec![written(HandshakeResponse {
            session: SESSION,
            id: ClientId(id),
            clients: List::default(),
            room_names: List::default(),
            room_members: List::default(),
        })],
        MessageType::ErrorWrongSession => {
            vec![
                written(ErrorWrongSession { session: SESSION }),
                written(ErrorWrongSession { session: SessionId(1) }),
            ]
        }
        MessageType::ServerRelayReliable => {
            let (text, destinations) = (text(id, 450), List::from(&*all));
            let relay = ServerRelay { session: SESSION, destinations, packet: &text };
            vec![written(Packet::ServerRelayReliable(relay))]
        }
        MessageType::ServerRelayUnreliable => {
            let (voice, destinations) = (voice(id, 1), List::from(&*all));
            let relay = ServerRelay { session: SESSION, destinations, packet: &voice };
            vec![written(Packet::ServerRelayUnreliable(relay))]
        }
        MessageType::DeltaChannelState => [("room 7", true), ("room 7", false), (&*long, true)]
            .map(|(room, joined)| {
                let room = Some(WireStr::from(room));
                written(DeltaChannelState { session: SESSION, joined, id: ClientId(id), room })
            })
            .into(),
        MessageType::RemoveClient => vec![written(RemoveClient { session: SESSION, id: ClientId(id) })],
        MessageType::HandshakeP2P => vec![written(HandshakeP2P { session: SESSION, id: ClientId(id) })],
    }
}

/// Our own messages, which travel behind packets of the original protocol.
fn extensions() -> Vec<Vec<u8>> {
    let write = |write: &dyn Fn(&mut Writer<'_>)| {
        let mut bytes = vec![0; 70_000];
        let mut writer = Writer::new(&mut bytes);
        write(&mut writer);
        writer.written().to_vec()
    };
    let (player, reason) = (name_of(3), "r".repeat(200));
    let (from, to) = (room_of(3), room_of(4));
    let actions = [
        CommandAction::Kick,
        CommandAction::Mute { duration_s: 0 },
        CommandAction::Unmute,
        CommandAction::Move { from: WireStr::from(&*from), to: WireStr::from(&*to) },
        CommandAction::Ban { duration_s: 0 },
    ];
    let commands = actions.into_iter().map(|action| {
        let (player, reason) = (WireStr::from(&*player), WireStr::from(&*reason));
        let command = ModeratorCommand { number: 1, player, reason, action };
        write(&|writer| command.write(SESSION, writer).expect("it fits"))
    });
    let position = PositionReport { number: 1, position: Position::new([1.0, 2.0, 3.0]).ok() };
    let others = [
        write(&|writer| position.write(SESSION, writer).expect("it fits")),
        write(&|writer| {
            let part = GroupPart { is_first: true, is_last: true, bytes: &[7; 900] };
            part.write(SESSION, writer).expect("it fits");
        }),
    ];
    commands.chain(others).collect()
}

#[test]
fn no_packet_of_the_session_costs_more_than_a_millisecond_or_a_megabyte() {
    alone(|| {
        let mut stage = Stage::new();
        let row = stage.server.link_table().find(|row| row.link == link_of(NUMBER));
        let id = row.and_then(|row| row.client).unwrap().0;
        let kinds: Vec<_> = (0..=u8::MAX).filter_map(MessageType::from_byte).collect();
        assert_eq!(kinds.len(), 11);
        let packets = kinds
            .iter()
            .flat_map(|kind| worst(*kind, id).into_iter().map(move |packet| (format!("{kind:?}"), packet)));
        let ours = extensions().into_iter().enumerate();
        let ours = ours.map(|(number, packet)| (format!("extension {number}"), packet));
        for (what, packet) in packets.chain(ours).collect::<Vec<_>>() {
            assert!(packet.len() <= 1024, "{what}: {} bytes", packet.len());
            let cost = stage.cost(link_of(NUMBER), Delivery::Reliable, &packet);
            // One message to each player is what a change of one player takes.
            let Some(steps) = cost.steps.checked_sub(2 * usize::from(PLAYERS)) else {
                cost.assert_is_bounded(&what);
                continue;
            };
            crate::Cost { steps, ..cost }.assert_is_bounded(&what);
        }
    });
}
