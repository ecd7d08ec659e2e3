//! What the tests here share: a signalling server, and hosts and players that find each other there.

use std::net::{Ipv4Addr, SocketAddr};
use std::thread;
use std::time::{Duration, Instant};

use consonance_transport::ServerTransport as _;
use consonance_webrtc_network::signalling::{ListenerSettings, SignallingListener, SignallingUrl};
use consonance_webrtc_network::{ClientSettings, HostSettings, PeerSettings, WebRtcClient, WebRtcHost};

/// How long anything may take before a test fails. Generous: machines that run tests are busy.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Any free port of this machine.
pub(crate) fn localhost() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}

/// A signalling server for everybody.
pub(crate) fn signalling() -> SignallingListener {
    SignallingListener::bind(localhost(), ListenerSettings::default()).unwrap()
}

/// Where a signalling server's games are.
pub(crate) fn url_of(signalling: &SignallingListener) -> SignallingUrl {
    format!("ws://{}/chatapp", signalling.local_addr()).parse().unwrap()
}

/// Bounds of connections whose loss is noticed soon, but not sooner than a busy machine keeps a thread waiting, and that
/// are full soon.
pub(crate) fn peer_settings() -> PeerSettings {
    PeerSettings {
        idle_timeout: Duration::from_secs(8),
        send_bytes_max: 256 * 1024,
        ..PeerSettings::default()
    }
}

pub(crate) fn host_settings(signalling: &SignallingListener) -> HostSettings {
    let settings = HostSettings::new(url_of(signalling), "main");
    HostSettings { udp: localhost(), peer: peer_settings(), ..settings }
}

pub(crate) fn client_settings(signalling: &SignallingListener) -> ClientSettings {
    let settings = ClientSettings::new(url_of(signalling), "main");
    ClientSettings { udp: localhost(), peer: peer_settings(), ..settings }
}

/// A host that can be found.
pub(crate) fn host(settings: HostSettings) -> WebRtcHost {
    let mut host = WebRtcHost::bind(settings).unwrap();
    wait_until("the host can be found", || {
        assert!(host.poll(Instant::now()).is_none(), "nobody has come yet");
        host.is_listening()
    });
    host
}

pub(crate) fn client(settings: ClientSettings) -> WebRtcClient {
    WebRtcClient::bind(settings).unwrap()
}

pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "this does not happen: {what}");
        thread::sleep(Duration::from_millis(2));
    }
}
