//! `webrtc-network`: games with WebRTC Network, and its signalling server.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use consonance_link::gateway::websocket::{ListedOrigins, PageOrigins};
use consonance_link::listener::{
    AddressAndPort, ConnectionLimit, DocsRow, IpProtocol, ListenerKeys, ListenerNetwork, ListenerPlace,
    ListenerProblem, NetworkListener, NetworkSettings, NetworkTable, Opened, Reading, secret_bytes,
};
use consonance_settings::settings;

use crate::webrtc_network::signalling::{
    ReservedAddresses, SignallingListener, SignallingListenerSettings, SignallingUrl, SignallingUrlError,
};
use crate::webrtc_network::{HostSettings, WebRtcHost};

settings! {
    /// What must be known of a game with WebRTC Network.
    #[derive(Debug, PartialEq)]
    pub(crate) struct WebRtcKeys {
        /// How many clients it admits.
        pub limit: ConnectionLimit as .. = ConnectionLimit::default();
        /// The pages that may connect.
        pub pages: ListedOrigins as .. = ListedOrigins::default();
        /// The URL of the game's own signalling server.
        #[example("wss://signalling.example.org:12777/chatapp")]
        pub signalling: Option<String> = None;
        /// The address at which players reach the UDP port, if it is not address.
        #[example("203.0.113.5:7791")]
        pub announced: Option<AddressAndPort> = None;
    }
}

impl NetworkSettings for WebRtcKeys {
    fn problem(&self, listener: SocketAddr) -> Option<String> {
        if listener.ip().is_unspecified() && self.announced.is_none() {
            let what = "set announced to the address at which players reach it, or listen on that address";
            return Some(what.into());
        }
        self.pages.problem()
    }
}

/// The network, for a server's list of networks.
pub const LISTENER: &dyn ListenerNetwork = &WebRtcNetwork;

static TABLE: NetworkTable = NetworkTable {
    name: "webrtc-network",
    about: "Clients of WebRTC Network games, which join the session by its name; see \
            docs/networks/webrtc-network.md. By default, the TCP port of the same number is their signalling server: \
            plain ws at the path `/chatapp`.",
    ip_protocol: IpProtocol::Udp,
    names_sessions: false,
    keys: ListenerKeys::of::<WebRtcKeys>,
    without_upstream: &[],
    with_upstream: None,
};

/// WebRTC Network.
struct WebRtcNetwork;

impl ListenerNetwork for WebRtcNetwork {
    fn table(&self) -> &'static NetworkTable {
        &TABLE
    }

    fn title(&self) -> &'static str {
        "WebRTC Network"
    }

    fn docs(&self) -> Option<DocsRow> {
        Some(DocsRow {
            no_proxy: "not needed",
            sidecar: "–",
            ..DocsRow::new(&["webrtc-network"], "webrtc-network.md")
        })
    }

    fn read(&self, reading: &mut Reading<'_>) -> Result<Box<dyn NetworkListener>, ListenerProblem> {
        let keys: WebRtcKeys = reading.settings()?;
        let signalling = keys.signalling.as_ref().map(|url| url.parse()).transpose();
        let wrong = |error: SignallingUrlError| ListenerProblem::new(format_args!("signalling: {error}"));
        Ok(Box::new(WebRtcListener { signalling: signalling.map_err(wrong)?, keys }))
    }

    /// In the session `main`, whose host is to be found at this signalling server.
    #[cfg(feature = "testing")]
    fn player(&self, signalling: SocketAddr) -> io::Result<Box<dyn consonance_link::ClientNetwork>> {
        let url = format!("ws://{signalling}{SIGNALLING_PATH}").parse().map_err(io::Error::other)?;
        let mut settings = crate::webrtc_network::ClientSettings::new(url, "main");
        settings.udp = (Ipv4Addr::LOCALHOST, 0).into();
        Ok(Box::new(crate::webrtc_network::WebRtcClient::bind(settings)?))
    }
}

struct WebRtcListener {
    keys: WebRtcKeys,
    /// The URL of the game's own signalling server.
    signalling: Option<SignallingUrl>,
}

impl NetworkListener for WebRtcListener {
    /// A session host at the signalling server that is named, or at one of ours on the TCP port of the same number.
    fn open(&self, place: &ListenerPlace<'_>) -> io::Result<Opened> {
        let (own, url) = if let Some(url) = &self.signalling {
            (None, url.clone())
        } else {
            let origins = place.origins(&self.keys.pages.origins);
            let connections_max = self.keys.limit.connections_max;
            let (own, url) = own_signalling(place.address, connections_max, place.session(), origins)?;
            (Some(own), url.parse().map_err(io::Error::other)?)
        };
        let mut settings = HostSettings::new(url, place.session());
        settings.udp = place.address;
        if let Some(own) = &own {
            settings.udp.set_port(own.local_addr().port());
        }
        settings.announced = self.keys.announced.map(|AddressAndPort(address)| address).into_iter().collect();
        (settings.connections_max, settings.address_shares) = (self.keys.limit.connections_max, place.shares);
        let mut host = WebRtcHost::bind(settings)?;
        let address = host.local_addr();
        if let Some(own) = own {
            host.keep_signalling(own);
        }
        Ok(Opened::one(host, address))
    }

    /// Voice is encrypted.
    fn plaintext(&self) -> Option<&'static str> {
        self.signalling.is_none().then_some("'s signalling")
    }
}

/// A signalling server whose session is reserved for our own host, and the host's way to reach it: an attacker that
/// requests the session's name first does not get it.
fn own_signalling(
    address: SocketAddr,
    connections_max: usize,
    session: &str,
    origins: PageOrigins,
) -> io::Result<(SignallingListener, String)> {
    let reserved = ReservedAddresses::new([session], secret_bytes()?);
    let path = reserved.owner_path(SIGNALLING_PATH);
    let mut settings = signalling_settings(connections_max, reserved);
    settings.origins = origins;
    let own = SignallingListener::bind(address, settings).map_err(io::Error::other)?;
    let mut at = own.local_addr();
    if at.ip().is_unspecified() {
        at.set_ip(if at.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() });
    }
    Ok((own, format!("ws://{at}{path}")))
}

fn signalling_settings(connections_max: usize, reserved: ReservedAddresses) -> SignallingListenerSettings {
    let mut settings = SignallingListenerSettings::default();
    settings.tcp.connections_max = connections_max;
    // No single address can take all places, yet a household gets enough of them even on a small server.
    settings.guests_per_address_max = (connections_max / 2).max(GUESTS_PER_ADDRESS);
    settings.signalling.reserved = Some(reserved);
    // On other paths no host would be found, and unrelated players would be linked with each other.
    settings.signalling.spaces.retain(|path, _| path == SIGNALLING_PATH);
    settings
}

/// The lower bound for the limit on clients of our own signalling server at one address.
const GUESTS_PER_ADDRESS: usize = 32;

/// The path on which games look for a session and for each other.
const SIGNALLING_PATH: &str = "/chatapp";

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::{Duration, Instant};

    use consonance_link::ServerNetwork as _;

    use super::*;

    fn signalling() -> (SignallingListener, String) {
        let address = (Ipv4Addr::LOCALHOST, 0).into();
        own_signalling(address, 1000, "main", PageOrigins::default()).expect("a port is free")
    }

    #[test]
    fn the_session_at_our_own_signalling_server_is_our_own_hosts_even_if_another_asks_first() {
        let (signalling, url) = signalling();
        let foreign_url = format!("ws://{}/chatapp", signalling.local_addr());
        let mut intruder = host(&foreign_url);
        until(|| {
            let _ = intruder.poll_event(Instant::now(), &mut Vec::new());
            assert!(!intruder.is_listening(), "an intruder has the session");
            signalling.counts().addresses_denied > 0
        });
        let mut ours = host(&url);
        until(|| {
            let _ = ours.poll_event(Instant::now(), &mut Vec::new());
            ours.is_listening()
        });
    }

    #[test]
    fn our_own_signalling_server_has_the_path_on_which_our_host_is_and_no_other() {
        let (signalling, _) = signalling();
        let mut elsewhere = host(&format!("ws://{}/conferenceapp", signalling.local_addr()));
        until(|| {
            let _ = elsewhere.poll_event(Instant::now(), &mut Vec::new());
            assert_eq!(signalling.counts().welcomed, 0);
            signalling.counts().not_welcome > 0
        });
    }

    #[test]
    fn our_own_signalling_server_has_places_for_half_of_its_guests_at_one_address() {
        for (connections_max, at_one_address) in [(1000, 500), (10, 32)] {
            let reserved = ReservedAddresses::new(["main"], [7; 16]);
            let settings = signalling_settings(connections_max, reserved);
            assert_eq!(settings.tcp.connections_max, connections_max);
            assert_eq!(settings.guests_per_address_max, at_one_address);
        }
    }

    fn host(url: &str) -> WebRtcHost {
        let mut settings = HostSettings::new(url.parse().expect("a URL"), "main");
        settings.udp = "127.0.0.1:0".parse().expect("an address");
        WebRtcHost::bind(settings).expect("a port is free")
    }

    fn until(mut is_so: impl FnMut() -> bool) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while !is_so() {
            assert!(Instant::now() < deadline, "it does not happen");
            thread::yield_now();
        }
    }
}
