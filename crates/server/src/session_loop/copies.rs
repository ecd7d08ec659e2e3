//! Sessions with clients at several nodes: copies follow their owner, and voice goes from node to node once.

use std::time::{Duration, Instant};

use consonance_cluster::{BusEvent, KeptClient, LinkNumber, Member, SessionMessage};
use consonance_session::{
    AtCopy, ClientId, CopiedLink, Delivery, LinkCommand, LinkId, Position, SessionChange, SessionId, Transmit,
};
use consonance_transport::EndReason;
use tracing::{debug, warn};

use super::SessionLoop;
use super::link_places::node_of;
use crate::copies::{
    At, ChangeRecord, NodeVoice, Recipients, SessionCopies, SessionCopy, kept_client, link_to, member_at,
};
use crate::directory::Directory;
use crate::networks::Networks;
use crate::sessions::Begin;

/// Speakers are told how they arrive twice as often as that is to be told.
const LOOK: Duration = Duration::from_millis(250);

impl SessionLoop {
    /// Takes what workers of other nodes say about sessions.
    pub(super) fn poll_node_messages(&mut self, now: Instant) {
        self.following().tell_copies_again();
        let mut taken = std::mem::take(&mut self.packet);
        while let Some(event) = self.copies.as_mut().and_then(|copies| copies.receiver().poll()) {
            let member = match event {
                BusEvent::Message(member) => member,
                // A copy continues unchanged until its session has another owner.
                BusEvent::Lost(member) => {
                    self.copies.as_mut().into_iter().for_each(|copies| copies.cut(member));
                    continue;
                }
                BusEvent::Returned(_) => continue,
            };
            taken.clear();
            taken.extend_from_slice(self.copies.as_mut().map_or(&[], |copies| copies.receiver().message()));
            match SessionMessage::read(&taken) {
                Ok(message) => self.follow_session(now, member, message),
                Err(error) => debug!(%error, "malformed message of another node"),
            }
        }
        self.packet = taken;
        self.look_at_copies(now);
    }

    fn follow_session(&mut self, now: Instant, from: Member, message: SessionMessage<'_>) {
        let at = self.clock.at(now);
        match message {
            SessionMessage::Voice { session, client, packet } => {
                let voice = NodeVoice { session, client: ClientId(client), position: None, packet };
                return self.relay_from_node(now, from, voice);
            }
            SessionMessage::PlacedVoice { session, client, place, packet } => {
                let position = Position::new(place).ok();
                let voice = NodeVoice { session, client: ClientId(client), position, packet };
                return self.relay_from_node(now, from, voice);
            }
            SessionMessage::CopyBegins { session, number } => {
                return self.begin_copy(from, session, SessionId(number));
            }
            _ => {}
        }
        let Some(copies) = &mut self.copies else { return };
        let Some(copy) = copies.get_mut(message.session()).filter(|copy| copy.follows(from)) else { return };
        match message {
            SessionMessage::Changed { session, version, change } => {
                copy.version = version;
                let read = postcard::from_bytes::<ChangeRecord>(change).map_err(|error| error.to_string());
                match read.and_then(ChangeRecord::read) {
                    Ok((change, client_at)) => self.apply_change(now, session, &change, client_at),
                    Err(error) => warn!(session, error, "unreadable change of a session of another node"),
                }
            }
            SessionMessage::CopyIsWhole { version, .. } => {
                copy.version = version;
                copy.forget_unmentioned(at);
            }
            SessionMessage::WantsAllVoice { is_all, .. } => copy.wants_all_voice = is_all,
            SessionMessage::Voice { .. }
            | SessionMessage::PlacedVoice { .. }
            | SessionMessage::CopyBegins { .. } => {}
        }
    }

    fn begin_copy(&mut self, owner: Member, session: &str, id: SessionId) {
        let is_owner = self.edge.as_ref().and_then(|edge| edge.owner_of(session)) == Some(owner);
        let Some(copies) = self.copies.as_mut().filter(|_| is_owner) else { return };
        if let Some(copy) = copies.get_mut(session).filter(|copy| copy.id == id) {
            return copy.begin_again(owner);
        }
        let begin = Begin { id, serial: self.directory.draw_serial() };
        copies.insert(session, SessionCopy::new(self.sessions.server_of(session, &begin), id, owner));
    }

    fn apply_change(&mut self, now: Instant, session: &str, change: &SessionChange, client_at: Option<At>) {
        let at = self.clock.at(now);
        let Self { copies: Some(copies), edge: Some(edge), .. } = self else { return };
        let is_here = client_at.is_some_and(|it| (it.node, it.worker) == copies.own);
        let number = client_at.filter(|_| is_here).and_then(|it| it.link);
        let here = number.and_then(|number| edge.link(LinkNumber(number)));
        let elsewhere = client_at.filter(|_| !is_here);
        let worker = elsewhere.and_then(|it| copies.workers.number(it.node, it.worker));
        let Some(copy) = copies.get_mut(session) else { return };
        let (here, worker) = match change {
            // The owner no longer reaches the client's link, but others may; unless another client has its id by now.
            SessionChange::Client(client)
                if client_at.is_none()
                    && copy
                        .server
                        .tables()
                        .client(client.place.id)
                        .is_some_and(|row| *row.name == *client.place.name) =>
            {
                let is_here = |link: &LinkId| edge.session_of(*link).is_some();
                (
                    copy.server.tables().link_of(client.place.id).filter(is_here),
                    copy.worker_of(client.place.id),
                )
            }
            _ => (here, worker),
        };
        let elsewhere = worker.map(|worker| CopiedLink::Elsewhere(link_to(worker)));
        copy.server.replica().apply(at, change, here.map(CopiedLink::Here).or(elsewhere));
        match change {
            SessionChange::Client(client) => {
                copy.note(client.place.id, worker);
                if let Some(link) = here {
                    copy.server.replica().attach(at, link, client.place.id, None);
                }
            }
            SessionChange::Gone(id) => copy.note(*id, None),
            SessionChange::Restricted(player, _) => copy.note_restricted(player),
        }
    }

    /// Relays a packet that came over a link into a session of another node, if its copy can: voice, once to each node
    /// with listeners. False if the owner must decide.
    pub(super) fn relay_at_edge(
        &mut self,
        now: Instant,
        link: LinkId,
        delivery: Delivery,
        packet: &[u8],
    ) -> bool {
        let at = self.clock.at(now);
        let Self { copies: Some(copies), edge: Some(edge), networks, directory, recipients, .. } = self
        else {
            return false;
        };
        let Some((session, _)) = edge.session_of(link) else { return false };
        let Some(copy) = copies.get_mut(session).filter(|copy| copy.is_whole()) else { return false };
        let Some(client) = copy.server.tables().client_of(link) else { return false };
        recipients.clear();
        let is_voice = match copy.server.relay_at_copy(at, link, delivery, packet) {
            AtCopy::ForSession => return false,
            AtCopy::Done => copy.server.take_relayed(),
            AtCopy::Relayed(frame) => {
                send_here(networks, directory, recipients, now, &frame);
                true
            }
        };
        if copy.wants_all_voice && is_voice {
            recipients.add_worker(copy.owner);
        }
        carry_out(copy, networks, now);
        let position = copy.server.tables().proximity().position(client);
        copies.send_voice(&recipients.workers, NodeVoice { session, client, position, packet });
        true
    }

    /// The copy of a session of another node, if there is one.
    #[cfg(feature = "fuzzing")]
    pub(crate) fn copy_of(&self, session: &str) -> Option<&SessionCopy> {
        self.copies.as_ref().and_then(|copies| copies.get(session))
    }

    /// Voice of a client, which another node has checked.
    fn relay_from_node(&mut self, now: Instant, from: Member, voice: NodeVoice<'_>) {
        let NodeVoice { session, client, position, packet } = voice;
        let at = self.clock.at(now);
        let Self { sessions, networks, copies, directory, recipients, .. } = self;
        recipients.clear();
        let index = sessions.find(session);
        let frame = if let Some(index) = index {
            let session = sessions.get_mut(index);
            let link = session.server.tables().client(client).map(|row| row.link);
            if link.and_then(|link| node_of(networks, directory, link)) != Some(from) {
                return;
            }
            session.server.relay_from_elsewhere(at, client, packet)
        } else {
            let copy = copies.as_mut().and_then(|copies| copies.get_mut(session));
            let Some(copy) = copy.filter(|copy| copy.may_speak_for(from, client)) else { return };
            copy.server.replica().set_position(client, position);
            copy.server.relay_from_elsewhere(at, client, packet)
        };
        if let Some(frame) = frame {
            send_here(networks, directory, recipients, now, &frame);
        }
        if let Some(index) = index {
            self.voices.keep(now, self.sessions.get_mut(index), packet);
        }
    }

    /// The client of a link, as the copy of its session knows it.
    pub(super) fn kept_client(
        copies: Option<&SessionCopies>,
        session: &str,
        link: LinkId,
    ) -> Option<KeptClient> {
        let copy = copies?.get(session).filter(|copy| copy.is_whole())?;
        let client = copy.server.tables().client_of(link)?;
        Some(kept_client(&copy.server, client, copy.version))
    }

    /// A link into a session of another node is gone.
    pub(super) fn detach_from_copy(&mut self, session: &str, link: LinkId) {
        let Some(copies) = &mut self.copies else { return };
        let Some(copy) = copies.get_mut(session) else { return };
        copy.server.replica().detach(link);
        if !self.edge.as_ref().is_some_and(|edge| edge.has_links(session)) {
            copies.remove(session);
        }
    }

    /// Sends voice reports to speakers here.
    fn look_at_copies(&mut self, now: Instant) {
        let at = self.clock.at(now);
        let Self { copies: Some(copies), networks, .. } = self else { return };
        if copies.is_empty() || copies.look_at.is_some_and(|look_at| look_at > at) {
            return;
        }
        copies.look_at = Some(at + LOOK);
        for (_, copy) in copies.iter_mut() {
            copy.server.replica().handle_timeout(at);
            carry_out(copy, networks, now);
        }
    }
}

/// Sends relayed voice to the listeners here, and notes the workers of other nodes that have the others.
pub(super) fn send_here(
    networks: &mut Networks,
    directory: &Directory,
    recipients: &mut Recipients,
    now: Instant,
    relayed: &Transmit<'_>,
) {
    for link in relayed.to {
        recipients.add(*link, member_at(*link).or_else(|| node_of(networks, directory, *link)));
    }
    networks.send(now, &Transmit { to: &recipients.links, ..*relayed });
}

/// Sends a copy's packets to clients here, and ends links.
pub(super) fn carry_out(copy: &mut SessionCopy, networks: &mut Networks, now: Instant) {
    while copy.server.poll_event().is_some() {}
    while let Some(transmit) = copy.server.poll_transmit() {
        networks.send(now, &transmit);
    }
    while let Some(command) = copy.server.poll_command() {
        if let LinkCommand::Close { link, reason, .. } = command {
            networks.reject(now, link, &EndReason::from(&reason), None);
        }
    }
}
