//! Voice packets over `WebSocket`s, for pages whose voice comes through no other way.
//!
//! Messages have the format of `consonance_link::voice_websocket`: one packet in each binary message, after a byte for
//! its delivery. They share the page's own listener, with its HTTP and TLS, and so need no further port.
//!
//! ```text
//!   page ◀─ WebSocket ─▶ conversation ◀─▶ link (bounded) ◀─ pump ◀─▶ PacketShard ◀─▶ the worker of the session
//! ```

mod conversation;
mod link;
mod pump;
mod shard;

use std::fmt;
use std::sync::Arc;

use consonance_link::PACKET_BYTES_MAX;
use consonance_link::hosted::{self, HostedSettings};
use consonance_link::{PacketLimits, Remote};
use consonance_settings::settings;

pub(crate) use conversation::packets;
use link::LinkLimits;
use pump::{Pump, Seat};
pub use shard::PacketShard;

settings! {
    /// The limits of links and of their queues.
    #[derive(Copy, Debug, PartialEq, Eq)]
    pub struct PacketSettings {
        /// Links at once to each shard.
        pub links_max: usize as _ = 1000;
        /// Bytes of voice queued for one page without WebRTC.
        ///
        /// The oldest go.
        pub voice_bytes_max: usize as limits.fallback_voice_bytes = 32 << 10, 1_024..=16_777_216;
        /// Bytes of everything else queued for such a page.
        ///
        /// With more, its link is too slow and is closed.
        pub control_bytes_max: usize as limits.fallback_control_bytes = 1 << 20, 65_536..=1_073_741_824;
    }
}

/// Says which transport takes the links of which session.
pub trait PacketPlaces: Send + Sync {
    /// The transport for the session that a page names. The page's link arrives there at once, or is [given
    /// back](Self::give_back).
    fn place(&self, session: &str) -> usize;

    /// Handles that a page placed in this session does not come.
    fn give_back(&self, session: &str);
}

/// For servers that wait for no page.
impl<F: Fn(&str) -> usize + Send + Sync> PacketPlaces for F {
    fn place(&self, session: &str) -> usize {
        self(session)
    }

    fn give_back(&self, _session: &str) {}
}

/// As many transports as there are workers, and the entrance to all of them, which goes into
/// [`WebSettings::packets`](crate::WebSettings::packets). `places` says by the session that a
/// page names which one takes it.
pub fn packet_shards(
    count: usize,
    places: impl PacketPlaces + 'static,
    settings: PacketSettings,
) -> (Vec<PacketShard>, PacketEntrance) {
    let PacketSettings { links_max, voice_bytes_max, control_bytes_max } = settings;
    let limits = PacketLimits { reliable_bytes: PACKET_BYTES_MAX, unreliable_bytes: PACKET_BYTES_MAX };
    let hosted = HostedSettings { peers_max: links_max, ..HostedSettings::new(limits) };
    let limits = LinkLimits { voice_bytes_max, control_bytes_max };
    let pair = |_| {
        let (server, handle) = hosted::server(&hosted);
        let pump = Pump::new(handle, limits);
        (PacketShard::new(server.carrying_end_reasons(), pump.losses(), pump.pages()), Arc::new(pump))
    };
    let (shards, pumps) = (0..count).map(pair).unzip();
    (shards, PacketEntrance(Arc::new(Shared { places: Box::new(places), pumps })))
}

/// The entrance for links; a clone is the same.
#[derive(Clone)]
pub struct PacketEntrance(Arc<Shared>);

struct Shared {
    places: Box<dyn PacketPlaces>,
    pumps: Vec<Arc<Pump>>,
}

impl PacketEntrance {
    /// A place for a page at what serves this session's links, unless there are too many.
    fn enter(&self, session: &str, remote: Remote) -> Option<Seat> {
        let Shared { places, pumps } = &*self.0;
        let pump = pumps.get(places.place(session));
        let seat = pump.and_then(|pump| pump.enter(session, remote));
        if seat.is_none() {
            places.give_back(session);
        }
        seat
    }

    /// The pumps, which have to run while there are links.
    pub(crate) fn pumps(&self) -> &[Arc<Pump>] {
        &self.0.pumps
    }
}

impl fmt::Debug for PacketEntrance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PacketEntrance").field("shards", &self.0.pumps.len()).finish_non_exhaustive()
    }
}
