//! Handling of a connection's incoming packets.

use std::time::Instant;

use consonance_link::gateway::MessageChannel;

use super::address_proof::Shown;
use super::incomplete::{Refused, TooMuchIncomplete};
use super::{Connection, DATAGRAM_BYTES_MAX, UNRELIABLE, merging, round_trip};
use crate::litenetlib::channel::{ChannelState, Method, data_of};
use crate::litenetlib::packet_type::{FirstByte, PacketType};

impl Connection {
    /// Handles a packet of this connection; `deliver` gets the messages that it completes.
    pub(crate) fn handle_packet(
        &mut self,
        now: Instant,
        packet: &[u8],
        deliver: &mut dyn FnMut(MessageChannel, &[u8]),
    ) -> Result<(), TooMuchIncomplete> {
        let header = FirstByte::parse(packet, self.dialect);
        let Some(header) = header.filter(|header| header.connection_number == self.number) else {
            self.counts.malformed += 1;
            return Ok(());
        };
        self.heard_at = now;
        let result = if header.packet_type == PacketType::Merged {
            self.handle_merged(now, packet, deliver)
        } else {
            self.handle_single(now, header, packet, deliver)
        };
        self.answer_ping(now);
        result
    }

    fn handle_merged(
        &mut self,
        now: Instant,
        packet: &[u8],
        deliver: &mut dyn FnMut(MessageChannel, &[u8]),
    ) -> Result<(), TooMuchIncomplete> {
        let mut rest = &packet[1..];
        let mut has_acknowledgements = false;
        while let Some((inner, others)) = merging::split(rest) {
            rest = others;
            let header = FirstByte::parse(inner, self.dialect);
            let header = header.filter(|header| header.connection_number == self.number);
            // Merged packets must not be nested: a datagram could unfold without end.
            match header.filter(|header| header.packet_type != PacketType::Merged) {
                Some(FirstByte { packet_type: PacketType::Ack, .. }) => {
                    self.handle_acknowledgement(inner);
                    has_acknowledgements = true;
                }
                Some(header) => self.handle_single(now, header, inner, deliver)?,
                None => self.counts.malformed += 1,
            }
        }
        // Not after each of them: each may free a window, and a datagram full of them all that waits.
        for id in (0..self.channels.len()).take_while(|_| has_acknowledgements) {
            self.transmit_channel(now, id as u8);
        }
        Ok(())
    }

    fn handle_single(
        &mut self,
        now: Instant,
        header: FirstByte,
        packet: &[u8],
        deliver: &mut dyn FnMut(MessageChannel, &[u8]),
    ) -> Result<(), TooMuchIncomplete> {
        match header.packet_type {
            PacketType::Unreliable if !header.is_fragment => deliver(UNRELIABLE, &packet[1..]),
            PacketType::Channeled => return self.handle_channeled(now, header, packet, deliver),
            PacketType::Ack => {
                self.handle_acknowledgement(packet);
                self.transmit_channel(now, packet[3]);
            }
            PacketType::Ping => self.note_ping(u16::from_le_bytes([packet[1], packet[2]])),
            PacketType::Pong => self.handle_pong(now, u16::from_le_bytes([packet[1], packet[2]])),
            PacketType::MtuCheck => self.answer_probe(packet),
            PacketType::MtuOk | PacketType::Empty | PacketType::ShutdownOk => {}
            _ => self.counts.malformed += 1,
        }
        Ok(())
    }

    fn handle_acknowledgement(&mut self, packet: &[u8]) {
        if let Some(Some(state)) = self.channels.get_mut(usize::from(packet[3])) {
            state.handle_acknowledgement(packet);
        }
    }

    fn handle_channeled(
        &mut self,
        now: Instant,
        header: FirstByte,
        packet: &[u8],
        deliver: &mut dyn FnMut(MessageChannel, &[u8]),
    ) -> Result<(), TooMuchIncomplete> {
        let id = packet[3];
        let Some(slot) = self.channels.get_mut(usize::from(id)) else {
            self.counts.malformed += 1;
            return Ok(());
        };
        let (incomplete, settings) = (&mut self.incomplete, &self.settings);
        let (mut result, mut is_malformed) = (Ok(()), header.is_fragment && !Method::of(id).is_complete());
        if !is_malformed {
            let state = slot.get_or_insert_with(|| ChannelState::new(id));
            state.receive(packet, &mut |packet| {
                let is_fragment =
                    FirstByte::parse(packet, self.dialect).is_some_and(|header| header.is_fragment);
                match data_of(packet, is_fragment) {
                    Some((data, None)) => deliver(MessageChannel(u16::from(id)), data),
                    Some((data, Some(fragment))) => match incomplete.push(settings, id, fragment, data) {
                        Ok(Some(message)) => deliver(MessageChannel(u16::from(id)), &message),
                        Ok(None) => {}
                        Err(Refused::NoFragment) => is_malformed = true,
                        Err(Refused::TooMuch) => result = Err(TooMuchIncomplete),
                    },
                    None => is_malformed = true,
                }
            });
        }
        self.counts.malformed += u64::from(is_malformed);
        self.wake_for_tick(now);
        result
    }

    fn note_ping(&mut self, number: u16) {
        if round_trip::is_newer(number, self.newest_ping) {
            self.newest_ping = number;
            self.owes_pong = true;
        }
    }

    /// Answers the newest ping only, however many pings are in a datagram.
    fn answer_ping(&mut self, now: Instant) {
        if std::mem::take(&mut self.owes_pong) {
            let first = FirstByte::new(PacketType::Pong, self.number).byte(self.dialect);
            let [low, high] = self.newest_ping.to_le_bytes();
            self.merging.put_alone(&[&[first, low, high], &self.clock.ticks(now).to_le_bytes()]);
        }
    }

    fn handle_pong(&mut self, now: Instant, number: u16) {
        self.round_trip.handle_pong(now, number);
        let shown = self.proof.as_mut().map(|proof| proof.handle_answer(number));
        match shown {
            Some(Shown::Something) => self.ask_for_another(now),
            Some(Shown::Address) => self.release(now),
            Some(Shown::Guesswork) => self.is_guessing = true,
            Some(Shown::Nothing) | None => {}
        }
    }

    fn answer_probe(&mut self, packet: &[u8]) {
        let said = packet.get(1..5).and_then(|bytes| bytes.first_chunk().copied()).map(i32::from_le_bytes);
        let said_last = packet.last_chunk().copied().map(i32::from_le_bytes);
        let is_allowed = said.is_some_and(|bytes| {
            (PROBE_BYTES_MIN..=DATAGRAM_BYTES_MAX as i32).contains(&bytes) && bytes as usize == packet.len()
        });
        if !is_allowed || said != said_last {
            self.counts.malformed += 1;
            return;
        }
        let types = FirstByte::new(PacketType::MtuCheck, 0).byte(self.dialect)
            ^ FirstByte::new(PacketType::MtuOk, 0).byte(self.dialect);
        self.merging.put_alone(&[&[packet[0] ^ types], &packet[1..]]);
    }
}

/// The smallest MTU that is probed for (`LiteNetLib` before 1.3.5).
const PROBE_BYTES_MIN: i32 = 508;
