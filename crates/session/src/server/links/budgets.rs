//! The remaining budgets of a link: for packets, and for offences.

use consonance_wire::MessageType;

use crate::limits::{Limits, Rate};
use crate::server::fault::Fault;
use crate::time::Instant;
use crate::token_bucket::TokenBucket;

/// One bucket for each rate of [`Limits`], the most frequently used ones first.
#[derive(Debug)]
#[repr(C)]
pub(in crate::server) struct Budgets {
    control: Budget,
    positions: TokenBucket,
    voice: Budget,
    fan_out: TokenBucket,
    reports: TokenBucket,
    handshakes: TokenBucket,
    broadcasts: TokenBucket,
    commits: TokenBucket,
    strikes: TokenBucket,
}

#[derive(Debug)]
struct Budget {
    packets: TokenBucket,
    bytes: TokenBucket,
}

impl Budgets {
    pub(in crate::server) fn full(now: Instant) -> Self {
        let bucket = TokenBucket::full(now);
        let budget = || Budget { packets: bucket, bytes: bucket };
        Self {
            voice: budget(),
            control: budget(),
            fan_out: bucket,
            handshakes: bucket,
            broadcasts: bucket,
            commits: bucket,
            reports: bucket,
            positions: bucket,
            strikes: bucket,
        }
    }

    /// Takes the budget for a packet of any type.
    pub(in crate::server) fn take_packet(
        &mut self,
        now: Instant,
        limits: &Limits,
        clients: usize,
        message: Option<MessageType>,
        bytes: usize,
    ) -> Result<(), Fault> {
        if matches!(message, Some(MessageType::ServerRelayUnreliable | MessageType::VoiceData)) {
            let relays = relays_per_frame(clients);
            let enough = self.voice.take(now, [limits.voice_packets, limits.voice_bytes], relays, bytes);
            return enough.then_some(()).ok_or(Fault::VoiceLimited);
        }
        let enough = self.control.take(now, [limits.control_packets, limits.control_bytes], 1, bytes);
        enough.then_some(()).ok_or(Fault::ControlLimited)
    }

    /// Takes the budget for relaying a packet to this many destinations.
    pub(in crate::server) fn take_fan_out(
        &mut self,
        now: Instant,
        limits: &Limits,
        clients: usize,
        destinations: usize,
    ) -> Result<(), Fault> {
        let enough = self.fan_out.take(now, limits.fan_out, clients.max(1) as u64, destinations as u64);
        enough.then_some(()).ok_or(Fault::FanOutLimited)
    }

    /// The budget of reliable packets that go to all clients, or may: a client that cannot take them is disconnected.
    /// Voice does not count against it, so that a client that speaks at the limit can still change its rooms.
    pub(in crate::server) fn take_broadcasts(
        &mut self,
        now: Instant,
        limits: &Limits,
        packets: usize,
    ) -> Result<(), Fault> {
        let enough = self.broadcasts.take(now, limits.fan_out, 1, packets as u64);
        enough.then_some(()).ok_or(Fault::FanOutLimited)
    }

    pub(in crate::server) fn take_handshake(&mut self, now: Instant, limits: &Limits) -> Result<(), Fault> {
        let enough = self.handshakes.take(now, limits.handshakes, 1, 1);
        enough.then_some(()).ok_or(Fault::HandshakeLimited)
    }

    pub(in crate::server) fn take_report(&mut self, now: Instant, limits: &Limits) -> Result<(), Fault> {
        let enough = self.reports.take(now, limits.reports, 1, 1);
        enough.then_some(()).ok_or(Fault::ReportsLimited)
    }

    pub(in crate::server) fn take_position(&mut self, now: Instant, limits: &Limits) -> Result<(), Fault> {
        let enough = self.positions.take(now, limits.positions, 1, 1);
        enough.then_some(()).ok_or(Fault::PositionsLimited)
    }

    /// Takes the budget for a part of a commit that the client was asked for.
    pub(in crate::server) fn take_commit(
        &mut self,
        now: Instant,
        limits: &Limits,
        bytes: usize,
    ) -> Result<(), Fault> {
        let enough = self.commits.take(now, limits.commit_bytes, 1, bytes as u64);
        enough.then_some(()).ok_or(Fault::ControlLimited)
    }

    /// Takes a strike; false if none is left to forgive.
    pub(in crate::server) fn take_strike(&mut self, now: Instant, limits: &Limits) -> bool {
        self.strikes.take(now, limits.strikes, 1, 1)
    }
}

impl Budget {
    fn take(&mut self, now: Instant, [packets, bytes]: [Rate; 2], times: u64, length: usize) -> bool {
        self.packets.take(now, packets, times, 1) && self.bytes.take(now, bytes, times, length as u64)
    }
}

/// A list of destinations ends at 255, so a frame to all takes more than one relay where more are here.
fn relays_per_frame(clients: usize) -> u64 {
    1 + (clients / 255) as u64
}
