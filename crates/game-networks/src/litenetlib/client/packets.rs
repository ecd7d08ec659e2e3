//! Packets from the server's address.

use std::time::Instant;

use consonance_link::{ClientLinkEvent, DisconnectReason};

use super::{Connected, LiteNetLibClient, State};
use crate::litenetlib::connection::{Connection, TooMuchIncomplete};
use crate::litenetlib::handshake::{ConnectAccept, Disconnect};
use crate::litenetlib::packet_type::{FirstByte, PacketType};

impl LiteNetLibClient {
    pub(super) fn handle_packet(&mut self, now: Instant, packet: &[u8]) {
        let Some(header) = FirstByte::parse(packet, self.dialect) else {
            self.statistics.dropped.malformed += 1;
            return;
        };
        match header.packet_type {
            PacketType::ConnectAccept => self.handle_accept(now, packet),
            PacketType::Disconnect => self.handle_disconnect(packet),
            PacketType::InvalidProtocol if matches!(self.state, State::Connecting { .. }) => {
                let violation = "its LiteNetLib speaks another protocol".to_owned();
                self.end(DisconnectReason::ProtocolViolated { violation });
            }
            PacketType::PeerNotFound => self.handle_not_found(packet),
            PacketType::ShutdownOk => {
                if let State::Gone(_, reason) = &self.state {
                    let reason = reason.clone();
                    self.end(reason);
                }
            }
            _ => self.handle_connected(now, packet),
        }
    }

    fn handle_accept(&mut self, now: Instant, packet: &[u8]) {
        let accept = ConnectAccept::parse(packet).filter(|accept| accept.connect_time == self.connect_time);
        let Some(accept) = accept.filter(|_| matches!(self.state, State::Connecting { .. })) else { return };
        let (settings, number) = (&self.settings.connection, accept.connection_number);
        let connection = Connection::new(now, settings, self.clock, self.dialect, number);
        self.state = State::Connected(Box::new(Connected { connection, peer_id: accept.peer_id }));
        self.events.push(ClientLinkEvent::Connected, |_| ());
    }

    fn handle_disconnect(&mut self, packet: &[u8]) {
        self.answer(&[FirstByte::new(PacketType::ShutdownOk, 0).byte(self.dialect)]);
        let goodbye = Disconnect::parse(packet, self.dialect);
        let Some(goodbye) = goodbye.filter(|goodbye| goodbye.connect_time == self.connect_time) else {
            return;
        };
        let reason = match &self.state {
            State::Connecting { .. } => DisconnectReason::refused(goodbye.extra),
            State::Connected(connected) if connected.connection.number() == goodbye.connection_number => {
                DisconnectReason::closed_by_peer(goodbye.extra)
            }
            State::Idle | State::Connected(_) => return,
            State::Leaving { .. } => DisconnectReason::ClosedByUs,
            State::Gone(_, reason) => reason.clone(),
        };
        self.end(reason);
    }

    fn handle_not_found(&mut self, packet: &[u8]) {
        let (dialect, connect_time) = (self.dialect, self.connect_time);
        let Some(Connected { connection, peer_id }) = self.connected() else { return };
        match packet {
            [_] => {
                let (connection_number, peer_id) = (connection.number(), *peer_id);
                let announcement =
                    ConnectAccept { connect_time, connection_number, network_changed: true, peer_id };
                connection.put_alone(&announcement.to_bytes(dialect));
            }
            [_, 1] => self.end(DisconnectReason::closed_by_peer(b"it knows no such connection")),
            _ => {}
        }
    }

    fn handle_connected(&mut self, now: Instant, packet: &[u8]) {
        let is_heard = matches!(self.state, State::Connected(_));
        let (State::Connected(connected) | State::Leaving { connected, .. }) = &mut self.state else {
            return;
        };
        let events = &mut self.events;
        let handled = connected.connection.handle_packet(now, packet, &mut |channel, message| {
            if is_heard {
                let event = ClientLinkEvent::Packet { channel };
                events.push(event, |bytes| bytes.extend_from_slice(message));
            }
        });
        if handled == Err(TooMuchIncomplete) {
            let violation = "too many incomplete messages".to_owned();
            self.say_goodbye(now, DisconnectReason::ProtocolViolated { violation });
        }
        self.leave_if_settled(now);
    }
}
