//! The packets of the session's own protocol.

use consonance_session::{ClientId, Delivery, RoomId, SessionId};
use consonance_wire::limits::RECEPTIONS_MAX;
use consonance_wire::{
    ChannelBits, ChannelKind, CommandAction, DeltaChannelState, ErrorWrongSession, HandshakeP2P,
    HandshakeRequest, HandshakeResponse, List, LossRun, MessageType, ModeratorCommand, Packet, Position,
    PositionReport, Reception, ReceptionReport, RedundancySupport, RemoveClient, ServerRelay, TextData,
    TextRecipient, VoiceChannel, VoiceData, VoiceOptions, VoiceReport, WireStr, Writer,
};

use crate::alone;
use crate::fixture::{
    CODEC, EVERYONE, Fixture, NEAR, NUMBER, PLAYERS, SESSION, link_of, name_of, room_of, state, written,
};

/// Voice to the rooms of all and to so many of the others.
fn voice(id: u16, channels: u16) -> Vec<u8> {
    let to = ChannelBits::new(ChannelKind::Room);
    let rooms = (0..channels).map(room_of).chain([EVERYONE, NEAR].map(String::from));
    let channels: Vec<_> =
        rooms.map(|room| VoiceChannel { bits: to, recipient: RoomId::of(&room).0 }).collect();
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
        MessageType::VoiceData => vec![voice(id, 200), voice(id, 0)],
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
#[derive(Clone, Copy, Debug)]
enum Ours {
    Moderation,
    Position,
    Reception,
}

impl Ours {
    const ALL: [Self; 3] = [Self::Moderation, Self::Position, Self::Reception];
}

/// The worst packets with a message of ours; those with parts of group messages are in `group`.
fn worst_of_ours(kind: Ours, speakers: &[ClientId]) -> Vec<Vec<u8>> {
    let write = |write: &dyn Fn(&mut Writer<'_>)| {
        let mut bytes = vec![0; 70_000];
        let mut writer = Writer::new(&mut bytes);
        write(&mut writer);
        writer.written().to_vec()
    };
    match kind {
        Ours::Moderation => {
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
            commands.collect()
        }
        Ours::Position => {
            let positions = [Position::new([1.0, 2.0, 3.0]), Position::new([-900.0, 0.0, 900.0])];
            let reports = (1..).zip(positions).map(|(number, position)| {
                let report = PositionReport { number, position: position.ok() };
                write(&|writer| report.write(SESSION, writer).expect("it fits"))
            });
            reports.collect()
        }
        Ours::Reception => {
            let of = |speaker: &ClientId| Reception {
                speaker: *speaker,
                expected: 100,
                lost: 10,
                playout_delay_ms: 60,
            };
            let receptions: Vec<Reception> = speakers.iter().map(of).collect();
            let runs = vec![LossRun(20); receptions.len()];
            let report = VoiceReport {
                reception: Some(ReceptionReport {
                    redundancy: RedundancySupport::REPEAT,
                    speakers: List::from(&*receptions),
                    lost_in_a_row: List::from(&*runs),
                }),
                ..VoiceReport::default()
            };
            vec![write(&|writer| report.write(SESSION, writer).expect("it fits"))]
        }
    }
}

/// As many others as a report names speak to the rooms of all.
fn speakers(fixture: &mut Fixture) -> Vec<ClientId> {
    let rows: Vec<_> =
        fixture.server.tables().links().filter_map(|row| Some((row.link, row.client?))).collect();
    let others = rows.into_iter().filter(|(link, _)| *link != link_of(NUMBER)).take(RECEPTIONS_MAX);
    let speak = |(link, id): (_, ClientId)| {
        fixture.handle(link, Delivery::Unreliable, &voice(id.0, 0));
        id
    };
    others.map(speak).collect()
}

/// One message to each player is what a change of one player takes, and a newcomer is told of each player: that is
/// within the bound with the rest, so that nothing is left out of the count.
#[track_caller]
fn assert_is_bounded(fixture: &mut Fixture, what: &str, packet: &[u8]) {
    assert!(packet.len() <= 1024, "{what}: {} bytes", packet.len());
    fixture.cost(link_of(NUMBER), Delivery::Reliable, packet).assert_is_bounded(what);
    // What it leads to a moment later.
    let cost = crate::fixture::measured(|| fixture.wait(std::time::Duration::from_millis(50)));
    cost.assert_is_bounded(&format!("after {what}"));
}

#[test]
fn no_packet_of_the_session_costs_more_than_a_millisecond_or_a_megabyte() {
    alone(|| {
        let kinds: Vec<_> = (0..=u8::MAX).filter_map(MessageType::from_byte).collect();
        assert_eq!(kinds.len(), 11);
        let fixtures: [(_, fn() -> Fixture); 2] =
            [("originals", Fixture::new), ("players of ours", Fixture::of_ours)];
        for (players, fixture) in fixtures {
            let mut fixture = fixture();
            assert_eq!(fixture.server.clients(), usize::from(PLAYERS));
            for kind in &kinds {
                for nth in 0..worst(*kind, 0).len() {
                    let id = fixture.prepare();
                    let packet = worst(*kind, id).swap_remove(nth);
                    assert_is_bounded(&mut fixture, &format!("{kind:?} {nth} among {players}"), &packet);
                }
            }
        }
    });
}

#[test]
fn no_message_behind_a_packet_costs_more_than_a_millisecond_or_a_megabyte() {
    alone(|| {
        let mut fixture = Fixture::of_ours();
        for kind in Ours::ALL {
            for nth in 0..worst_of_ours(kind, &[]).len() {
                fixture.prepare();
                let speakers = speakers(&mut fixture);
                let packet = worst_of_ours(kind, &speakers).swap_remove(nth);
                let before = fixture.server.statistics();
                assert_is_bounded(&mut fixture, &format!("{kind:?} {nth}"), &packet);
                let after = fixture.server.statistics();
                match kind {
                    Ours::Moderation => assert_eq!(after.moderator_requests, before.moderator_requests + 1),
                    Ours::Position => assert_eq!(after.positions_received, before.positions_received + 1),
                    Ours::Reception => {
                        assert_eq!(after.reports_received, before.reports_received + 1);
                        assert_eq!(after.receptions_refused, before.receptions_refused, "they are heard");
                    }
                }
            }
        }
    });
}
