//! The counters of a gateway, and the state of one page.

use std::time::Instant;

use consonance_browser::{BrowserPlayer, BrowserStatistics};
use consonance_link::{
    DisconnectReason, LinkQuality, NetworkStatistics, PageDrops, PageState, PageStatistics, Peer,
};
use consonance_session as session;

use super::BrowserGateway;
use crate::browser_gateway::browser::Phase;
use crate::browser_gateway::shard::PageShard;
use crate::webrtc::RtcStatistics;

impl<S: PageShard> BrowserGateway<S> {
    pub(super) fn count_links(&self) -> NetworkStatistics {
        let mut statistics = self.statistics;
        let linked = self.browsers.iter().filter(|browser| browser.link.peer().is_some()).count();
        // A closing connection still carries the last messages to its page.
        statistics.connections.connected = (linked + self.parting.len()) as u64;
        let left_out = self.count_pages().dropped.frames_beyond_capacity;
        let counted = self.shard.statistics();
        let dropped = &mut statistics.links.dropped;
        dropped.incoming_full += counted.mailbox_full + counted.too_many;
        dropped.outgoing_full += left_out + counted.voice_unsent + counted.datagrams_unsent;
        dropped.malformed += counted.malformed;
        statistics.connections.failed_handshakes += counted.offers_refused;
        statistics
    }

    /// The counters of the pages of all players, including players that are gone.
    pub(super) fn count_pages(&self) -> PageStatistics {
        let present = self.browsers.iter().filter_map(|browser| match &browser.phase {
            Phase::Playing(player) => Some(of_player(&player.statistics())),
            Phase::Expected(_) => None,
        });
        let of_connections = of_connections(&self.shard.statistics());
        present.fold(self.gone_pages.with(&of_connections), |sum, player| sum.with(&player))
    }

    /// A page's connection has ended for this reason.
    pub(super) fn count_lost_page(&mut self, reason: &DisconnectReason) {
        let connections = &mut self.statistics.connections;
        match reason {
            DisconnectReason::Overloaded { .. } => connections.too_slow += 1,
            DisconnectReason::ProtocolViolated { .. } => connections.protocol_violations += 1,
            DisconnectReason::ClosedByUs
            | DisconnectReason::ClosedByPeer { .. }
            | DisconnectReason::Refused { .. }
            | DisconnectReason::ServerFull { .. }
            | DisconnectReason::TimedOut
            | DisconnectReason::CertificateNotTrusted { .. }
            | DisconnectReason::CouldNotResolve { .. }
            | DisconnectReason::Unreachable { .. } => {}
        }
    }

    pub(super) fn quality_of(&self, peer: Peer) -> Option<LinkQuality> {
        let browser = self.browsers.get(self.browsers.of_link(peer)?)?;
        let quality = self.shard.quality(browser.page?)?;
        let datagrams_sent = browser.frames_sent;
        // An estimate: the loss share that the page last reported, applied to all datagrams.
        let lost_share = f64::from(quality.egress_loss.unwrap_or(0.0).clamp(0.0, 1.0));
        let datagrams_lost = (datagrams_sent as f64 * lost_share).round() as u64;
        let round_trip = quality.round_trip.unwrap_or_default();
        Some(LinkQuality { round_trip, datagrams_sent, datagrams_lost, ..LinkQuality::default() })
    }

    pub(super) fn page_of_link(&self, now: Instant, peer: Peer) -> Option<PageState> {
        let browser = self.browsers.get(self.browsers.of_link(peer)?)?;
        let Phase::Playing(player) = &browser.phase else { return None };
        Some(PageState { is_connected: browser.page.is_some(), ..state_of(player, self.session_time(now)) })
    }
}

fn state_of(player: &BrowserPlayer, at: session::Instant) -> PageState {
    let voice = player.page_voice();
    let ago = |then: Option<session::Instant>| then.map(|then| at.since(then));
    let ignored = player.ignored().take(PageState::IGNORED_MAX);
    PageState {
        is_connected: false,
        channels: player.open_channels(),
        voice: ago(voice.newest),
        without_channel: ago(voice.without_channel),
        silent: ago(voice.silent),
        too_many: ago(voice.too_many),
        unusable: ago(voice.unusable),
        slots: player.slots(),
        without_slot: player.without_slot().map(str::to_owned).collect(),
        ignored: ignored.map(str::to_owned).collect(),
    }
}

/// A player's counters of its page's voice and messages.
pub(super) fn of_player(counted: &BrowserStatistics) -> PageStatistics {
    let BrowserStatistics { uplink, downlink, .. } = *counted;
    let dropped = PageDrops {
        voice_without_channel: counted.unheard,
        voice_too_many: counted.voice_limited,
        voice_too_long: uplink.too_long,
        voice_incomplete: uplink.incomplete,
        voice_malformed: uplink.malformed,
        voice_too_late: uplink.duplicates + uplink.too_late,
        voice_unsent: counted.unsent,
        frames_without_slot: downlink.without_slot,
        frames_beyond_capacity: downlink.beyond_capacity,
        frames_ignored: downlink.ignored,
        frames_foreign: downlink.foreign,
        frames_too_late: downlink.too_late + downlink.dropped,
        // Messages over the rate limit are reported to the page as problems, too.
        messages_malformed: counted.problems.saturating_sub(counted.messages_limited),
        messages_unknown: counted.unknown,
        messages_too_many: counted.messages_limited,
        messages_refused: counted.refused,
        ..PageDrops::default()
    };
    PageStatistics {
        voice_repacked: uplink.repacked,
        voice_missing: uplink.missing,
        messages_sent: counted.told,
        dropped,
        ..PageStatistics::default()
    }
}

/// The counters of the pages' connections.
fn of_connections(counted: &RtcStatistics) -> PageStatistics {
    let dropped = PageDrops {
        frames_too_late: counted.voice_unsent,
        datagrams_stray: counted.strays,
        datagrams_too_many: counted.datagrams_too_many,
        flooded: counted.too_many,
        malformed: counted.malformed,
        datagrams_waiting: counted.mailbox_full,
        datagrams_unsent: counted.datagrams_unsent,
        tcp_unsent: counted.tcp_unsent,
        connections_stray: counted.stray_connections,
        connections_too_many: counted.connections_rejected,
        ..PageDrops::default()
    };
    PageStatistics {
        offers_taken: counted.offers_taken,
        offers_refused: counted.offers_refused,
        voice_received: counted.voice_received,
        voice_sent: counted.voice_sent,
        messages_received: counted.messages_received,
        dropped,
        ..PageStatistics::default()
    }
}
