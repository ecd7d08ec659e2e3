//! A network and a server that are not simulated: actions for the network, and observations of the server.
//!
//! A step of the server is one input, with everything that it sent and closed before the next input. The reference
//! reads the steps in order, so it knows the meaning of each reliable packet for its player; reliable packets are
//! recognized by their position in the order, voice and texts by the number that they carry.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use consonance_session::{Client, Delivery, LinkId};
use consonance_wire::{MessageType, Packet, WireStr};

use super::World;
use super::entry::{Entry, answer};
use crate::sim::model::View;
use crate::sim::network::{End, Parcel, Way};
use crate::sim::numbers::{PlayerId, owner};
use crate::sim::violation::{Checked, Violation, ensure};
use crate::sim::words::Probe;

/// The outside of the simulation, as far as it is known.
#[derive(Debug)]
pub(crate) struct Outside {
    pub(crate) orders: VecDeque<(PlayerId, LinkOrder)>,
    /// By player, oldest first.
    ends: Vec<Vec<ServerEnd>>,
    /// The server's links by the identifiers of its driver.
    link_of: BTreeMap<u64, LinkId>,
    links: u64,
    step: Step,
    knows_session: bool,
    /// Packets that have arrived at players and are still unread.
    inbox: Vec<VecDeque<Parcel>>,
}

/// An action for a player's end of the network.
#[derive(Clone, Debug)]
pub(crate) enum LinkOrder {
    Connect { link: LinkId },
    Send { delivery: Delivery, packet: Rc<[u8]> },
    Disconnect,
    Cut,
    Crash,
}

/// A link at the server.
#[derive(Debug)]
struct ServerEnd {
    link: LinkId,
    /// The player's end of it, once something arrived over it.
    players: Option<LinkId>,
    /// Reliable packets that were sent and have not arrived yet, oldest first.
    on_the_way: VecDeque<OnTheWay>,
    /// The latest unreliable packets sent.
    unreliable: VecDeque<Rc<[u8]>>,
}

#[derive(Debug)]
struct OnTheWay {
    payload: Rc<[u8]>,
    view: Option<View>,
}

/// One input of a server, with its effects.
#[derive(Debug, Default)]
struct Step {
    cause: Option<Cause>,
    sent: Vec<(Vec<u64>, Delivery, Rc<[u8]>)>,
    closed: Vec<(u64, String)>,
}

#[derive(Debug)]
enum Cause {
    Received { connection: u64, delivery: Delivery, packet: Rc<[u8]> },
    Lost { connection: u64 },
}

/// More than any network keeps of old voice for a slow reader.
const UNRELIABLE_KEPT: usize = 1024;

impl Outside {
    pub(super) fn new(players: usize) -> Self {
        Self {
            orders: VecDeque::new(),
            ends: (0..players).map(|_| Vec::new()).collect(),
            link_of: BTreeMap::new(),
            links: 0,
            step: Step::default(),
            knows_session: false,
            inbox: vec![VecDeque::new(); players],
        }
    }

    pub(super) fn order(&mut self, player_id: PlayerId, order: LinkOrder) {
        self.orders.push_back((player_id, order));
    }

    /// A packet was sent: by a player, or by the server, where it is known again when it comes.
    pub(super) fn dispatch(&mut self, parcel: Parcel) {
        let Parcel { link, way, delivery, payload, view, .. } = parcel;
        let player_id = owner(link);
        if way == Way::Up {
            return self.order(player_id, LinkOrder::Send { delivery, packet: payload });
        }
        let Some(end) = self.ends[player_id.index()].iter_mut().find(|end| end.link == link) else { return };
        match delivery {
            Delivery::Reliable => end.on_the_way.push_back(OnTheWay { payload, view }),
            Delivery::Unreliable => {
                end.unreliable.push_back(payload);
                let too_many = end.unreliable.len().saturating_sub(UNRELIABLE_KEPT);
                end.unreliable.drain(..too_many);
            }
        }
    }

    /// Reliable packets that have been sent to present players and did not come yet.
    pub(super) fn on_the_way(&self) -> usize {
        let newest = self.ends.iter().filter_map(|ends| ends.last());
        newest.map(|end| end.on_the_way.len()).sum::<usize>() + self.inbox.iter().flatten().count()
    }

    /// Takes the record of a reliable packet that arrived over this link of a player; `None` if its sending is not
    /// reported yet.
    fn take(&mut self, link: LinkId, payload: &[u8]) -> Result<Option<OnTheWay>, Violation> {
        let player_id = owner(link);
        let ends = &mut self.ends[player_id.index()];
        let known = ends.iter().position(|end| end.players == Some(link));
        let is_it = |end: &ServerEnd| {
            end.players.is_none() && end.on_the_way.front().is_some_and(|sent| *sent.payload == *payload)
        };
        let Some(index) = known.or_else(|| ends.iter().rposition(is_it)) else { return Ok(None) };
        ends.drain(..index);
        let end = &mut ends[0];
        end.players = Some(link);
        // Networks with a single channel report every packet as reliable.
        if end.unreliable.iter().any(|sent| **sent == *payload) {
            return Ok(Some(OnTheWay { payload: payload.into(), view: None }));
        }
        let next = end.on_the_way.pop_front();
        let is_next = next.as_ref().is_none_or(|sent| *sent.payload == *payload);
        ensure!(
            is_next,
            "{player_id} gets a reliable packet that is not the next one sent to it: {payload:?}"
        );
        Ok(next)
    }

    fn forget(&mut self, link: LinkId) {
        self.ends[owner(link).index()].retain(|end| end.players != Some(link));
        self.inbox[owner(link).index()].retain(|parcel| parcel.link != link);
    }
}

impl World {
    /// A player's link is up.
    pub(crate) fn outside_connected(&mut self, id: LinkId) -> Checked {
        match self.network.link(id) {
            Some(link) if link.player == End::Opening => self.link_is_up(id),
            _ => Ok(()),
        }
    }

    /// A player's link is gone, or could not be opened.
    pub(crate) fn outside_disconnected(&mut self, id: LinkId) -> Checked {
        self.deliver()?;
        let was_open = self.network.link(id).map(|link| link.player == End::Open);
        if let Some(outside) = &mut self.outside {
            outside.forget(id);
        }
        self.network.forget_both(id);
        match was_open {
            Some(true) => self.with_client(owner(id), |client, now| client.handle_disconnected(now, id)),
            Some(false) => self.with_client(owner(id), Client::handle_connect_failed),
            None => Ok(()),
        }
    }

    /// A packet came over a player's link; the player gets it with [`deliver`](Self::deliver).
    pub(crate) fn outside_received(&mut self, link: LinkId, delivery: Delivery, packet: &[u8]) {
        let Some(outside) = &mut self.outside else { return };
        let (word, payload) = (word_in(packet), Rc::from(packet));
        let parcel = Parcel { link, way: Way::Down, delivery, payload, word, view: None, repeated: false };
        outside.inbox[owner(link).index()].push_back(parcel);
    }

    /// Gives players what came to them, as far as the server has been seen sending it.
    pub(crate) fn deliver(&mut self) -> Checked {
        for index in 0..self.players.len() {
            while let Some(parcel) = self.next_of_inbox(index)? {
                self.player_receives(&parcel)?;
            }
        }
        Ok(())
    }

    fn next_of_inbox(&mut self, index: usize) -> Result<Option<Parcel>, Violation> {
        let Some(outside) = &mut self.outside else { return Ok(None) };
        let Some(first) = outside.inbox[index].front() else { return Ok(None) };
        let (link, payload) = (first.link, Rc::clone(&first.payload));
        // Nothing reaches the player over a link that it has given up.
        let is_open = self.network.link(link).is_some_and(|link| link.player == End::Open);
        let mut view = None;
        if is_open && first.delivery == Delivery::Reliable {
            let Some(sent) = outside.take(link, &payload)? else { return Ok(None) };
            view = sent.view;
        }
        let parcel = outside.inbox[index].pop_front();
        let player_id = owner(link);
        let may_repeat = self.may_repeat;
        let word = parcel.as_ref().and_then(|parcel| self.words.get(parcel.word?));
        let repeated = may_repeat && word.is_some_and(|word| word.heard.contains(&player_id));
        Ok(parcel.map(|parcel| Parcel { view, repeated, ..parcel }))
    }

    /// The server took a packet in.
    pub(crate) fn server_received(&mut self, connection: u64, delivery: Delivery, packet: &[u8]) -> Checked {
        self.server_is_done()?;
        self.begin_step(Cause::Received { connection, delivery, packet: packet.into() });
        Ok(())
    }

    /// The server learnt that a link is gone.
    pub(crate) fn server_lost(&mut self, connection: u64) -> Checked {
        self.server_is_done()?;
        self.begin_step(Cause::Lost { connection });
        Ok(())
    }

    /// The server sent a packet over these links.
    pub(crate) fn server_sent(&mut self, connections: &[u64], delivery: Delivery, packet: &[u8]) {
        if let Some(outside) = &mut self.outside {
            outside.step.sent.push((connections.to_vec(), delivery, packet.into()));
        }
    }

    /// The server closed a link.
    pub(crate) fn server_closed(&mut self, connection: u64, reason: &str) {
        if let Some(outside) = &mut self.outside {
            outside.step.closed.push((connection, reason.to_owned()));
        }
    }

    /// The server looks for more: its step is over, and is checked.
    pub(crate) fn server_is_done(&mut self) -> Checked {
        let Some(outside) = &mut self.outside else { return Ok(()) };
        let Step { cause, sent, closed } = std::mem::take(&mut outside.step);
        self.counts.steps += 1;
        let packet = match cause {
            Some(Cause::Received { connection, delivery, packet }) => {
                self.learn_link(connection, &packet).map(|link| (link, delivery, packet))
            }
            Some(Cause::Lost { connection }) => {
                self.forget_connection(connection);
                None
            }
            None => None,
        };
        self.batch_what_was_sent(sent);
        let mut links = Vec::new();
        for (connection, reason) in closed {
            let Some(link) = self.known_link(connection) else { continue };
            self.may_hang_up(link, &reason)?;
            links.push(link);
        }
        let Some((link, delivery, payload)) = packet else {
            return self.conclude(None, &[], links.into_iter());
        };
        let word = word_in(&payload);
        let parcel = Parcel { link, way: Way::Up, delivery, payload, word, view: None, repeated: false };
        self.counts.packets += 1;
        self.is_passed_on_right(&parcel)?;
        let entry = self.entry_over(link);
        let parsed = Packet::parse_with_trailing(&parcel.payload).ok();
        let parsed = parsed.map(|(packet, trailing)| (link, packet, trailing));
        self.conclude(parsed, entry.as_slice(), links.into_iter())
    }

    fn begin_step(&mut self, cause: Cause) {
        if let Some(outside) = &mut self.outside {
            outside.step.cause = Some(cause);
        }
    }

    fn known_link(&self, connection: u64) -> Option<LinkId> {
        self.outside.as_ref()?.link_of.get(&connection).copied()
    }

    /// Finds the link of a connection: the first packet over it contains the player's name.
    fn learn_link(&mut self, connection: u64, packet: &[u8]) -> Option<LinkId> {
        if let Some(known) = self.known_link(connection) {
            return Some(known);
        }
        let Ok(Packet::HandshakeRequest(request)) = Packet::parse(packet) else { return None };
        let name = request.name?.to_str();
        let player_id = self
            .players
            .iter()
            .map(|player| player.id)
            .find(|player_id| *self.model.name(*player_id) == *name)?;
        let outside = self.outside.as_mut()?;
        outside.links += 1;
        let link = LinkId(outside.links << 16 | u64::from(player_id.0));
        outside.link_of.insert(connection, link);
        outside.ends[player_id.index()].push(ServerEnd {
            link,
            players: None,
            on_the_way: VecDeque::new(),
            unreliable: VecDeque::new(),
        });
        Some(link)
    }

    fn forget_connection(&mut self, connection: u64) {
        let Some(outside) = &mut self.outside else { return };
        if let Some(link) = outside.link_of.remove(&connection) {
            let now = self.host.clock.read(self.agenda.now());
            self.model.lose(link, now);
        }
    }

    fn batch_what_was_sent(&mut self, sent: Vec<(Vec<u64>, Delivery, Rc<[u8]>)>) {
        for (connections, delivery, payload) in sent {
            let word = word_in(&payload);
            for connection in connections {
                let Some(link) = self.known_link(connection) else { continue };
                let (way, payload) = (Way::Down, Rc::clone(&payload));
                self.batch.push(Parcel { link, way, delivery, payload, word, view: None, repeated: false });
            }
        }
    }

    /// The player that the server admitted over a link, by the answer that it sent.
    fn entry_over(&mut self, link: LinkId) -> Option<Entry> {
        let mut sent = self.batch.iter().filter(|sent| sent.link == link);
        let (session, entry) = sent.find_map(|sent| entry(link, &sent.payload))?;
        let knows_session = self.outside.as_mut().map(|outside| &mut outside.knows_session)?;
        if !std::mem::replace(knows_session, true) {
            self.model.replace_server(session);
        }
        self.counts.resumed += u64::from(entry.resumes);
        Some(entry)
    }
}

fn entry(link: LinkId, packet: &[u8]) -> Option<(consonance_session::SessionId, Entry)> {
    let Ok(Packet::HandshakeResponse(response)) = Packet::parse(packet) else { return None };
    let resumes = answer(packet).is_some_and(|answer| answer.resumed);
    Some((response.session, Entry { id: response.id, link, resumes }))
}

/// The word that a packet carries, wrapped or not, if it carries one.
fn word_in(packet: &[u8]) -> Option<Probe> {
    match Packet::parse(packet).ok()? {
        Packet::VoiceData(voice) => voice.frame.try_into().ok().map(u64::from_be_bytes).map(Probe),
        Packet::TextData(text) => text.text.map(WireStr::to_str)?.parse().ok().map(Probe),
        Packet::ServerRelayReliable(relay) | Packet::ServerRelayUnreliable(relay)
            if !matches!(
                MessageType::peek(relay.packet),
                Ok(MessageType::ServerRelayReliable | MessageType::ServerRelayUnreliable)
            ) =>
        {
            word_in(relay.packet)
        }
        _ => None,
    }
}
