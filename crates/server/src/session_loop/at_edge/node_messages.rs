//! What workers of other nodes say about sessions: of theirs, which copies here follow, and voice for ours.

use std::time::Instant;

use consonance_cluster::{BusEvent, Member, SessionMessage};
use consonance_session::{ClientId, Position, SessionId};
use tracing::{debug, warn};

use super::super::SessionLoop;
use super::super::link_places::node_of;
use super::super::voice_sinks::VoiceSinks;
use super::AtEdge;
use super::copies::send_here;
use crate::copies::{ChangeRecord, NodeVoice, SessionCopy};
use crate::sessions::{Begin, Sessions};

/// The sessions of other nodes, and those here that have clients there.
struct NodeMessages<'l> {
    edge: AtEdge<'l>,
    sessions: &'l mut Sessions,
    voices: &'l mut VoiceSinks,
}

impl SessionLoop {
    /// Handles messages from the owners of other sessions: first for links here, then for copies, so that copies know
    /// no more than the clients.
    pub(crate) fn poll_owners(&mut self, now: Instant) {
        self.at_edge(now).serve_owners();
        self.carrying(now).following().tell_copies_again();
        let mut packet = std::mem::take(&mut self.packet);
        let (edge, sessions, voices) = self.at_edge_and_here(now);
        let mut messages = NodeMessages { edge, sessions, voices };
        messages.poll(&mut packet);
        messages.edge.look_at_copies();
        self.packet = packet;
    }
}

impl NodeMessages<'_> {
    /// Takes all that have come, each into this buffer.
    fn poll(&mut self, taken: &mut Vec<u8>) {
        while let Some(copies) = self.edge.copies.as_deref_mut()
            && let Some(event) = copies.receiver().poll()
        {
            match event {
                BusEvent::Message(member) => {
                    taken.clear();
                    taken.extend_from_slice(copies.receiver().message());
                    match SessionMessage::read(taken) {
                        Ok(message) => self.follow(member, message),
                        Err(error) => debug!(%error, "malformed message of another node"),
                    }
                }
                // A copy continues unchanged until its session has another owner.
                BusEvent::Lost(member) => copies.cut(member),
                BusEvent::Returned(_) => {}
            }
        }
    }

    fn follow(&mut self, from: Member, message: SessionMessage<'_>) {
        match message {
            SessionMessage::Voice { session, client, packet } => {
                let voice = NodeVoice { session, client: ClientId(client), position: None, packet };
                return self.relay(from, voice);
            }
            SessionMessage::PlacedVoice { session, client, place, packet } => {
                let position = Position::new(place).ok();
                let voice = NodeVoice { session, client: ClientId(client), position, packet };
                return self.relay(from, voice);
            }
            SessionMessage::CopyBegins { session, number } => {
                return self.begin_copy(from, session, SessionId(number));
            }
            _ => {}
        }
        let at = self.edge.at;
        let Some(copies) = self.edge.copies.as_deref_mut() else { return };
        let Some(copy) = copies.get_mut(message.session()).filter(|copy| copy.follows(from)) else { return };
        match message {
            SessionMessage::Changed { session, version, change } => {
                copy.version = version;
                let read = postcard::from_bytes::<ChangeRecord>(change).map_err(|error| error.to_string());
                match read.and_then(ChangeRecord::read) {
                    Ok((change, client_at)) => self.edge.apply_change(session, &change, client_at),
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
        let AtEdge { edge, copies, directory, .. } = &mut self.edge;
        let is_owner = edge.links().and_then(|edge| edge.owner_of(session)) == Some(owner);
        let Some(copies) = copies.as_deref_mut().filter(|_| is_owner) else { return };
        if let Some(copy) = copies.get_mut(session).filter(|copy| copy.id == id) {
            return copy.begin_again(owner);
        }
        let begin = Begin { id, serial: directory.draw_serial() };
        copies.insert(session, SessionCopy::new(self.sessions.server_of(session, &begin), id, owner));
    }

    /// Voice of a client, which another node has checked.
    fn relay(&mut self, from: Member, voice: NodeVoice<'_>) {
        let NodeVoice { session, client, position, packet } = voice;
        let Self { edge, sessions, voices } = self;
        let AtEdge { now, at, copies, networks, directory, recipients, .. } = edge;
        recipients.clear();
        let index = sessions.find(session);
        let frame = if let Some(index) = index {
            let session = sessions.get_mut(index);
            let link = session.server.tables().client(client).map(|row| row.link);
            if link.and_then(|link| node_of(networks, directory, link)) != Some(from) {
                return;
            }
            session.server.relay_from_elsewhere(*at, client, packet)
        } else {
            let copy = copies.as_deref_mut().and_then(|copies| copies.get_mut(session));
            let Some(copy) = copy.filter(|copy| copy.may_speak_for(from, client)) else { return };
            copy.server.replica().set_position(client, position);
            copy.server.relay_from_elsewhere(*at, client, packet)
        };
        if let Some(frame) = frame {
            send_here(networks, directory, recipients, *now, &frame);
        }
        if let Some(index) = index {
            voices.keep(*now, sessions.get_mut(index), packet);
        }
    }
}
