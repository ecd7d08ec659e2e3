//! Packets of links: to the session that each leads to, and on to its listeners, wherever they are.

use std::time::Instant;

use consonance_inspector::pcap::PacketDirection;
use consonance_session::{Delivery, LinkId, is_voice};

use super::SessionLoop;
use super::at_edge::send_here;
use super::worker_state::WorkerState;
use crate::copies::NodeVoice;

impl SessionLoop {
    pub(super) fn handle_packet(&mut self, now: Instant, link: LinkId, delivery: Delivery, packet: &[u8]) {
        let at = self.state.clock.at(now);
        self.state.networks.record(now, link, PacketDirection::Received, delivery, packet);
        let Some(index) = self.state.routes.session_of(link) else {
            return self.at_edge(now).forward(link, delivery, packet);
        };
        self.work.note_packet();
        let came = Instant::now();
        let session = self.state.sessions.get_mut(index);
        // Without the lease, voice is still relayed among the links here, as at any node with a copy; only packets
        // that require decisions wait.
        if !session.may_act(now) && !is_voice(packet) {
            let is_numbered = delivery == Delivery::Reliable && self.state.networks.is_remote(link);
            let number = is_numbered.then(|| self.edge.released().last_number());
            return self.carrying(now).hold_packet(index, link, delivery, number, packet);
        }
        if session.has_held() && !is_voice(packet) {
            // Held packets arrived first.
            self.handle_held(now, index);
        }
        let session = self.state.sessions.get_mut(index);
        // Copies at other nodes choose the recipients there.
        let by_copies = !session.edges.is_empty() && is_voice(packet);
        let client = session.server.tables().client_of(link).filter(|_| by_copies);
        let position = client.and_then(|client| session.server.tables().proximity().position(client));
        let is_heard = match session.server.handle_packet(at, link, delivery, packet) {
            Some(relayed) => {
                match (client, &mut self.state.copies) {
                    (Some(client), Some(copies)) => {
                        let Self { state: WorkerState { networks, directory, .. }, recipients, .. } = self;
                        recipients.clear();
                        send_here(networks, directory, recipients, now, &relayed);
                        let voice = NodeVoice { session: &session.name, client, position, packet };
                        copies.send_voice(&recipients.workers, voice);
                    }
                    _ => self.state.networks.send(now, &relayed),
                }
                self.work.relayed(came);
                true
            }
            None => session.server.take_relayed(),
        };
        if is_heard {
            self.state.voices.keep(now, session, packet);
        }
        self.carrying(now).drain(index);
    }
}
