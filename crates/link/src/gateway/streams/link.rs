//! One connection with messages in its stream, and the voice that waits for it.

use std::collections::VecDeque;
use std::time::Instant;

use crate::Delivery;

use super::pulse::{PingStep, Pulse};
use super::{MessageStream, PingSettings};
use crate::gateway::tcp::{TcpConnections, TcpId};

/// With less than this waiting, in bytes, a connection is not behind.
const KEEPS_UP_BYTES: usize = 8 * 1024;

#[derive(Debug)]
pub(super) struct Link<S> {
    pub(super) id: TcpId,
    pub(super) stream: S,
    pub(super) pulse: Pulse,
    /// Unreliable messages, the oldest in front.
    voice: VecDeque<Box<[u8]>>,
    voice_bytes: usize,
}

impl<S: MessageStream> Link<S> {
    pub(super) fn new(id: TcpId, stream: S) -> Self {
        Self { id, stream, pulse: Pulse::default(), voice: VecDeque::new(), voice_bytes: 0 }
    }

    /// Starts pings: both ends have completed the handshake.
    pub(super) fn start_pulse(&mut self, now: Instant, settings: Option<PingSettings>) {
        self.pulse = Pulse::start(now, settings);
    }

    /// The time of the pulse has come. False if the other end is gone.
    pub(super) fn handle_pulse(&mut self, now: Instant, tcp: &mut TcpConnections, out: &mut Vec<u8>) -> bool {
        match self.pulse.handle_timeout(now) {
            PingStep::Nothing => true,
            PingStep::Ping => {
                self.ping(now, tcp, out);
                true
            }
            PingStep::Lost => false,
        }
    }

    /// Pings the other end.
    pub(super) fn ping(&mut self, now: Instant, tcp: &mut TcpConnections, out: &mut Vec<u8>) {
        out.clear();
        self.stream.ping(out);
        tcp.send(now, self.id, &[out]);
    }

    /// Sends a message: how many unreliable ones were dropped for it.
    pub(super) fn send(
        &mut self,
        now: Instant,
        tcp: &mut TcpConnections,
        delivery: Delivery,
        message: &[u8],
        voice_bytes_max: usize,
        out: &mut Vec<u8>,
    ) -> u64 {
        let keeps_up = self.voice.is_empty() && self.keeps_up(now, tcp);
        if delivery == Delivery::Reliable || keeps_up {
            self.write(now, tcp, message, out);
            return 0;
        }
        self.voice_bytes += message.len();
        self.voice.push_back(message.into());
        let mut dropped = 0;
        while self.voice_bytes > voice_bytes_max {
            let Some(oldest) = self.voice.pop_front() else { break };
            self.voice_bytes -= oldest.len();
            dropped += 1;
        }
        dropped
    }

    /// Sends voice that waited, as far as the connection keeps up again. True if nothing waits any more.
    pub(super) fn send_waiting(&mut self, now: Instant, tcp: &mut TcpConnections, out: &mut Vec<u8>) -> bool {
        while self.keeps_up(now, tcp) {
            let Some(oldest) = self.voice.pop_front() else { return true };
            self.voice_bytes -= oldest.len();
            self.write(now, tcp, &oldest, out);
        }
        self.voice.is_empty()
    }

    pub(super) fn has_waiting(&self) -> bool {
        !self.voice.is_empty()
    }

    /// Ends the connection with a goodbye.
    pub(super) fn finish(&mut self, now: Instant, tcp: &mut TcpConnections, out: &[u8]) {
        tcp.send(now, self.id, &[out]);
        tcp.finish(now, self.id);
    }

    /// Whether little waits. What waits only because no write was attempted does not count.
    fn keeps_up(&self, now: Instant, tcp: &mut TcpConnections) -> bool {
        if tcp.waiting_bytes(self.id) >= KEEPS_UP_BYTES {
            tcp.flush(now);
        }
        tcp.waiting_bytes(self.id) < KEEPS_UP_BYTES
    }

    fn write(&mut self, now: Instant, tcp: &mut TcpConnections, message: &[u8], out: &mut Vec<u8>) {
        out.clear();
        self.stream.write(message, out);
        tcp.send(now, self.id, &[out]);
    }
}
