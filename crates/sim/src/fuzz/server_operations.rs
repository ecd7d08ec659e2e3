//! Bytes as everything that can happen to a server, in any order.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use consonance_session::{
    ClientId, Delivery, Instant, LinkCommand, LinkId, Server, ServerEvent, ServerSettings, Transmit,
};
use consonance_wire::Packet;

use super::packets::{SESSION, any_packet};
use super::tape::Tape;

/// Does to a server what the bytes say.
///
/// # Panics
/// If the server sends what no peer could read or may hear, contradicts itself in its events, wants to be woken in
/// the past, or never comes to an end.
pub fn server_operations(bytes: &[u8]) {
    let mut tape = Tape::new(bytes);
    let mut run = Run::new();
    while !tape.is_empty() {
        run.operate(&mut tape);
    }
    run.drain();
    assert_eq!(run.server.clients(), run.table.len(), "the events tell everything");
}

struct Run {
    server: Server,
    now: Instant,
    links: BTreeSet<LinkId>,
    /// Who is here by what the server told: name, link and rooms by id.
    table: BTreeMap<ClientId, (String, LinkId, BTreeSet<String>)>,
}

/// Links that come and go; one more that is never opened.
const LINKS: u8 = 5;
/// Draining ends long before so many.
const MANY: usize = 1_000_000;

impl Run {
    fn new() -> Self {
        let mut settings = ServerSettings::from_seed(0);
        settings.session = SESSION;
        settings.limits.links = usize::from(LINKS) - 1;
        Self {
            server: Server::new(settings),
            now: Instant::START,
            links: BTreeSet::new(),
            table: BTreeMap::new(),
        }
    }

    fn operate(&mut self, tape: &mut Tape<'_>) {
        let operation = tape.byte();
        let link = LinkId(u64::from(tape.byte() % (LINKS + 1)));
        match operation % 16 {
            0 if link.0 < u64::from(LINKS) => {
                self.server.handle_connected(self.now, link);
                self.links.insert(link);
            }
            1 => self.server.handle_disconnected(self.now, link),
            2 => self.wait(Duration::from_millis(tape.number().into())),
            3 if operation >= 240 => self.server.stop(),
            _ => {
                let delivery = if operation < 128 { Delivery::Reliable } else { Delivery::Unreliable };
                let packet = any_packet(tape);
                if let Some(relayed) = self.server.handle_packet(self.now, link, delivery, &packet) {
                    is_whole(&relayed, &self.links);
                }
            }
        }
        // Whoever does not drain at once may do so later.
        if operation % 32 < 28 {
            self.drain();
        }
        assert!(self.server.clients() <= usize::from(LINKS), "one client per link");
    }

    fn wait(&mut self, span: Duration) {
        self.now = self.now + span;
        self.server.handle_timeout(self.now);
        assert!(self.server.poll_timeout().is_none_or(|(at, _)| at > self.now), "the alarm is in the past");
    }

    fn drain(&mut self) {
        for count in 0.. {
            let Some(transmit) = self.server.poll_transmit() else { break };
            is_whole(&transmit, &self.links);
            assert!(count < MANY, "draining ends");
        }
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
            ServerEvent::ClientLeft { id, name, link } => {
                let (known, over, rooms) = self.table.remove(&id).expect("who leaves was here");
                assert!(known == *name && over == link && rooms.is_empty(), "{name} leaves as it came");
            }
            ServerEvent::EnteredRoom { id, room, .. } => {
                let (_, _, rooms) = self.table.get_mut(&id).expect("who enters is here");
                assert!(rooms.insert(room.into()), "nobody enters a room twice");
            }
            ServerEvent::ExitedRoom { id, room, .. } => {
                let (_, _, rooms) = self.table.get_mut(&id).expect("who exits is here");
                assert!(rooms.remove(&*room), "nobody exits a room without having entered it");
            }
            _ => {}
        }
    }
}

/// A packet that every peer can read, of this session, to links that were opened, to none twice.
fn is_whole(transmit: &Transmit<'_>, links: &BTreeSet<LinkId>) {
    let to: BTreeSet<_> = transmit.to.iter().copied().collect();
    assert!(
        !to.is_empty() && to.len() == transmit.to.len(),
        "at least one link, none twice: {:?}",
        transmit.to
    );
    assert!(to.is_subset(links), "only links that are there");
    assert!(transmit.payload.len() <= 1024, "an original takes no more");
    match Packet::parse(transmit.payload).expect("a server sends whole packets") {
        Packet::VoiceData(voice) => assert_eq!(voice.session, SESSION),
        Packet::TextData(text) => assert_eq!(text.session, SESSION),
        Packet::DeltaChannelState(delta) => assert_eq!(delta.session, SESSION),
        Packet::ClientState(state) => assert_eq!(state.session, SESSION),
        Packet::RemoveClient(remove) => assert_eq!(remove.session, SESSION),
        Packet::HandshakeResponse(response) => assert_eq!(response.session, SESSION),
        Packet::ErrorWrongSession(error) => assert_eq!(error.session, SESSION),
        other => panic!("a server does not send {other:?}"),
    }
}
