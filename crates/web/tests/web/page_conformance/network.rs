//! A port for pages, one worker, and pages for it.

use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use consonance_link::conformance::Network;
use consonance_link::gateway::PlaceBoard;
use consonance_session::Rate;
use consonance_web::browser_gateway::{
    GatewaySettings, NoReservation, PageEntrance, PageLimits, SessionReservations, browser_gateways,
};
use consonance_web::webrtc::{PeerLimits, WebRtcPort, WebRtcSettings};
use consonance_web::{Info, JoinRule, Secrets};

use crate::page_conformance::page::PageClient;
use crate::page_conformance::partner::PartnerServer;

/// The network of browsers.
#[derive(Default)]
pub(crate) struct Browsers {
    entrance: Option<PageEntrance>,
}

impl Network for Browsers {
    type Server = PartnerServer;
    type Client = PageClient;

    /// Reasons reach a page as messages for people, and only some of them unchanged: a client in the session is told
    /// that the connection was lost, since its player comes back by itself.
    const CARRIES_REASONS: bool = false;

    /// Neither texts nor Opus packets can be empty.
    const CARRIES_EMPTY_PACKETS: bool = false;

    const ANSWERS_PROBES: bool = true;

    /// A page that pauses answers no checks and is given up after 15 s, which pass quickly on a busy machine.
    const FLOOD: usize = 2000;

    fn listen(&mut self) -> PartnerServer {
        let udp: SocketAddr = (Ipv4Addr::LOCALHOST, 0).into();
        let settings = WebRtcSettings { udp, peer: patient(), ..WebRtcSettings::default() };
        let port = WebRtcPort::bind(settings).unwrap();
        let shards = port.into_shards(NonZeroUsize::MIN).unwrap();
        let settings = GatewaySettings { page: hasty(), ..GatewaySettings::default() };
        let info = Info {
            sessions: Vec::new(),
            on_demand: true,
            join: JoinRule::Open,
            secrets: Secrets::default(),
            udp: true,
            encryption: false,
        };
        let (entrance, gateways) =
            browser_gateways(shards, settings, Arc::new(Anywhere), info, &PlaceBoard::default());
        self.entrance = Some(entrance);
        PartnerServer::new(gateways.into_iter().next().unwrap())
    }

    fn client(&mut self, session: &str) -> PageClient {
        PageClient::new(self.entrance.clone().unwrap(), session)
    }

    fn cut(&mut self, client: &mut PageClient) {
        client.cut();
    }
}

/// The kit sends faster than any page talks.
fn patient() -> PeerLimits {
    PeerLimits {
        datagrams_per_second_max: 1_000_000,
        voice_packets_per_second_max: 1_000_000,
        messages_per_second_max: 1_000_000,
        ..PeerLimits::default()
    }
}

/// The same for players; a player is removed as soon as its page is lost, so that the end of a page ends a link.
fn hasty() -> PageLimits {
    let any = Rate { per_second: 1_000_000, burst: 1_000_000 };
    let mut limits = PageLimits::default();
    (limits.keep, limits.messages, limits.voice_packets) = (Duration::ZERO, any, any);
    limits
}

/// The one worker has every session.
struct Anywhere;

impl SessionReservations for Anywhere {
    fn reserve(&self, _session: &str) -> Result<usize, NoReservation> {
        Ok(0)
    }

    fn cancel(&self, _session: &str) {}
}
