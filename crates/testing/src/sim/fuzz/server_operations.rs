//! Bytes as all possible inputs of a server, in any order.

mod operator;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use consonance_session::{
    AccessRule, ClientId, Delivery, Instant, LinkCommand, LinkId, PacketLimits, ProximitySettings, Server,
    ServerEvent, ServerSettings, Transmit,
};
use consonance_wire::fuzz_tape::Tape;
use consonance_wire::{HandshakeExtension, MessageType, Packet, ResumeTicket};

use super::packets::{ROOMS, SESSION, any_packet, carried, fits};

/// Runs the operations that the bytes encode on a server.
///
/// # Panics
/// If the server sends what no peer could read or may hear, contradicts itself in its events, wants to be woken in
/// the past, or never comes to an end.
pub fn server_operations(bytes: &[u8]) {
    let mut tape = Tape::new(bytes);
    let mut run = Run::new(carried(bytes));
    while !tape.is_empty() {
        run.operate(&mut tape);
    }
    run.drain();
    assert_eq!(run.server.clients(), run.table.len(), "the events tell everything");
}

struct Run {
    server: Server,
    carries: PacketLimits,
    now: Instant,
    /// The newest link of each place, and every link that was ever opened.
    newest: [LinkId; PLACES],
    links: BTreeSet<LinkId>,
    /// The clients, as the server reported them: name, link and rooms by id.
    table: BTreeMap<ClientId, (String, LinkId, BTreeSet<String>)>,
    /// The newest tickets, with which clients may reclaim their places.
    tickets: VecDeque<ResumeTicket>,
}

/// The number of slots in which links come and go; the last one exceeds the limit at times.
const PLACES: usize = 5;
/// The number of tickets kept.
const TICKETS: usize = 16;
/// Draining ends long before this number.
const MANY: usize = 1_000_000;

impl Run {
    fn new(carries: PacketLimits) -> Self {
        Self {
            server: Server::new(settings(carries)),
            carries,
            now: Instant::START,
            newest: [LinkId(0); PLACES],
            links: BTreeSet::new(),
            table: BTreeMap::new(),
            tickets: VecDeque::new(),
        }
    }

    fn operate(&mut self, tape: &mut Tape<'_>) {
        let operation = tape.byte();
        let place = usize::from(tape.byte()) % PLACES;
        match operation % 16 {
            0 => self.connect(place),
            1 => self.server.handle_disconnected(self.now, self.newest[place]),
            2 => self.wait(Duration::from_millis(tape.number().into())),
            3 => self.administer(operation, tape),
            _ => self.receive(operation, self.newest[place], tape),
        }
        // Draining at once is optional: it may happen later.
        if operation % 32 < 28 {
            self.drain();
        }
    }

    fn connect(&mut self, place: usize) {
        let link = LinkId(1 + self.links.len() as u64);
        self.newest[place] = link;
        self.links.insert(link);
        self.server.handle_connected(self.now, link);
    }

    fn administer(&mut self, operation: u8, tape: &mut Tape<'_>) {
        let id = ClientId(u16::from(tape.byte() % 8));
        match operation / 16 {
            0..=7 => operator::decide(&mut self.server, self.now, operation / 16, id, tape),
            8 => self.server.restart(self.now, SESSION),
            9 | 10 => self.take_over(),
            11..=14 => operator::change_rules(&mut self.server, self.now, operation / 16, id, tape),
            _ => self.server.stop(),
        }
    }

    /// Another process continues the session.
    fn take_over(&mut self) {
        self.drain();
        self.server.announcements().announce_restart(
            self.now,
            Duration::from_secs(1),
            Duration::from_secs(1),
        );
        let snapshot = self.server.snapshot(self.now);
        self.drain();
        self.server = Server::restore(settings(self.carries), &snapshot, self.now);
        let rows = self.server.tables().clients().map(|row| {
            assert!(
                snapshot.places.iter().any(|place| place.id == row.id && *place.name == *row.name),
                "{} was here before",
                row.name
            );
            (row.id, (row.name.to_owned(), row.link, row.rooms.into_iter().map(str::to_owned).collect()))
        });
        self.table = rows.collect();
    }

    fn receive(&mut self, operation: u8, link: LinkId, tape: &mut Tape<'_>) {
        let delivery = if operation < 128 { Delivery::Reliable } else { Delivery::Unreliable };
        let packet = any_packet(tape, self.tickets.make_contiguous());
        if let Some(relayed) = self.server.handle_packet(self.now, link, delivery, &packet) {
            is_whole(&relayed, &self.links, self.carries);
        }
    }

    fn wait(&mut self, span: Duration) {
        self.now = self.now + span;
        self.server.handle_timeout(self.now);
        assert!(self.server.poll_timeout().is_none_or(|(at, _)| at > self.now), "the alarm is in the past");
    }

    fn drain(&mut self) {
        for count in 0.. {
            let Some(transmit) = self.server.poll_transmit() else { break };
            is_whole(&transmit, &self.links, self.carries);
            self.tickets.extend(ticket(transmit.payload));
            assert!(count < MANY, "draining ends");
        }
        self.tickets.drain(..self.tickets.len().saturating_sub(TICKETS));
        for count in 0.. {
            let Some(command) = self.server.poll_command() else { break };
            assert!(matches!(command, LinkCommand::Close { .. }), "a server opens no links");
            assert!(count < MANY, "draining ends");
        }
        while let Some(event) = self.server.poll_event() {
            self.note(event);
        }
    }

    /// Each event must follow from those before it.
    fn note(&mut self, event: ServerEvent) {
        match event {
            ServerEvent::ClientJoined { id, name, link, .. } => {
                let is_new = self.table.values().all(|(other, over, _)| **other != *name && *over != link);
                assert!(is_new, "{name} over {link} is new");
                assert!(
                    self.table.insert(id, (name.into(), link, BTreeSet::new())).is_none(),
                    "{id} was free"
                );
            }
            ServerEvent::ClientResumed { id, name, link } => {
                let (known, over, _) = self.table.get_mut(&id).expect("a client that resumes never left");
                assert!(
                    *known == *name && *over != link,
                    "{name} comes back under its name over another link"
                );
                *over = link;
            }
            ServerEvent::Restarted { .. } => self.table.clear(),
            ServerEvent::ClientLeft { id, name, link, .. } => {
                let (known, over, rooms) = self.table.remove(&id).expect("a client that leaves was here");
                assert!(known == *name && over == link && rooms.is_empty(), "{name} leaves as it came");
            }
            ServerEvent::EnteredRoom { id, room, .. } => {
                let (_, _, rooms) = self.table.get_mut(&id).expect("a client that enters is here");
                assert!(rooms.insert(room.into()), "a room is entered twice");
            }
            ServerEvent::ExitedRoom { id, room, .. } => {
                let (_, _, rooms) = self.table.get_mut(&id).expect("a client that exits is here");
                assert!(rooms.remove(&*room), "a room is exited without having been entered");
            }
            ServerEvent::Spoofed { id, claimed, .. } => {
                assert!(self.table.contains_key(&id) && claimed != id, "a client in another's name");
            }
            _ => {}
        }
    }
}

fn settings(carries: PacketLimits) -> ServerSettings {
    let mut settings = ServerSettings::from_seed(0);
    settings.packets = carries;
    settings.session = SESSION;
    settings.limits.links = PLACES - 1;
    let mut proximity = ProximitySettings::new(10.0);
    proximity.max_streams = 1;
    settings.proximity = vec![(ROOMS[2].into(), proximity)];
    settings.access = vec![(ROOMS[1].into(), AccessRule::for_both(["gold"]))];
    settings
}

/// The ticket in an answer to a handshake.
fn ticket(packet: &[u8]) -> Option<ResumeTicket> {
    match Packet::parse_with_trailing(packet) {
        Ok((Packet::HandshakeResponse(response), trailing)) => {
            let secret = HandshakeExtension::find(trailing)?.secret?;
            Some(ResumeTicket { session: response.session, id: response.id, secret })
        }
        _ => None,
    }
}

/// A packet that every peer can read, of this session, to links that were opened, to none twice.
fn is_whole(transmit: &Transmit<'_>, links: &BTreeSet<LinkId>, carries: PacketLimits) {
    let to: BTreeSet<_> = transmit.to.iter().copied().collect();
    assert!(
        !to.is_empty() && to.len() == transmit.to.len(),
        "at least one link, none twice: {:?}",
        transmit.to
    );
    assert!(to.is_subset(links), "only links that are there");
    let is_relayed =
        matches!(MessageType::peek(transmit.payload), Ok(MessageType::VoiceData | MessageType::TextData));
    let most = if is_relayed { PacketLimits::default() } else { carries };
    fits(transmit, most);
    match Packet::parse(transmit.payload).expect("a server sends whole packets") {
        Packet::VoiceData(voice) => assert_eq!(voice.session, SESSION),
        Packet::TextData(text) => assert_eq!(text.session, SESSION),
        Packet::DeltaChannelState(delta) => assert_eq!(delta.session, SESSION),
        Packet::ClientState(state) => assert_eq!(state.session, SESSION),
        Packet::RemoveClient(remove) => assert_eq!(remove.session, SESSION),
        Packet::HandshakeResponse(response) => assert_eq!(response.session, SESSION),
        // A client that is reset learns of another session.
        Packet::ErrorWrongSession(error) => {
            assert!([0, 1].contains(&error.session.0.wrapping_sub(SESSION.0)));
        }
        other => panic!("a server does not send {other:?}"),
    }
}
