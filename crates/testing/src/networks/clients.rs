//! One function for each network.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Instant, SystemTime};

use consonance_darkrift::DarkRiftClient;
use consonance_darkrift::voice::{DarkRiftVoiceClient, Layout};
use consonance_enet::{EnetClient, EnetClientSettings};
use consonance_fishnet::FishNetClient;
use consonance_forge::voice::ForgeVoiceClient;
use consonance_forge::{ForgeClient, ForgeClientSettings};
use consonance_gateway::EnvelopeClient;
use consonance_gateway::streams::StreamClientSettings;
use consonance_gateway::udp::{ClientEndpoint, UdpClient, UdpClientSettings};
use consonance_kcp::{KcpClient, KcpClientSettings, LinkSettings};
use consonance_litenetlib::{LiteNetLibClient, UtcClock};
use consonance_mirror::{MirrorClient, looks_like_batch};
use consonance_ngo::NgoClient;
use consonance_simple_web::{ClientEnd, SimpleWebClient};
use consonance_telepathy::{Telepathy, TelepathyClient};
use consonance_transport::ClientTransport;
use consonance_utp::UtpClient;
use consonance_webrtc_network::WebRtcClient;

/// A game on Mirror with kcp2k.
pub fn mirror_kcp(server: SocketAddr) -> impl ClientTransport + 'static {
    let link = LinkSettings { is_message: looks_like_batch, ..LinkSettings::default() };
    let kcp = KcpClient::new(KcpClientSettings { link, ..KcpClientSettings::default() });
    EnvelopeClient::new(udp(server, kcp), mirror())
}

/// A game on Mirror with Telepathy.
pub fn mirror_telepathy(server: SocketAddr) -> impl ClientTransport + 'static {
    let telepathy = TelepathyClient::new(Telepathy::default(), StreamClientSettings::new(server)).unwrap();
    EnvelopeClient::new(telepathy, mirror())
}

/// A game on Mirror with `SimpleWebTransport`.
pub fn mirror_websocket(server: SocketAddr) -> impl ClientTransport + 'static {
    let end = ClientEnd::new(server.to_string());
    let simple_web = SimpleWebClient::new(end, StreamClientSettings::new(server)).unwrap();
    EnvelopeClient::new(simple_web, mirror())
}

/// A game on Mirror with Ignorance.
pub fn mirror_ignorance(server: SocketAddr) -> impl ClientTransport + 'static {
    let enet = EnetClient::new(EnetClientSettings::default(), seed().into());
    EnvelopeClient::new(udp(server, enet), mirror())
}

/// A game on DarkRift 2, whose voice has the tag 7.
pub fn darkrift(server: SocketAddr) -> impl ClientTransport + 'static {
    let darkrift = DarkRiftClient::new(consonance_darkrift::ClientSettings::new(server)).unwrap();
    EnvelopeClient::new(darkrift, DarkRiftVoiceClient::new(7, None, Layout::Prefixed))
}

/// A game on Fish-Networking.
pub fn fishnet(server: SocketAddr) -> impl ClientTransport + 'static {
    let clock = UtcClock::new(Instant::now(), SystemTime::now());
    let litenetlib = LiteNetLibClient::new(consonance_litenetlib::ClientSettings::default(), clock);
    let fishnet = FishNetClient::new(consonance_fishnet::ClientSettings::default());
    EnvelopeClient::new(udp(server, litenetlib), fishnet)
}

/// A game on Netcode for GameObjects.
pub fn ngo(server: SocketAddr) -> impl ClientTransport + 'static {
    let utp = UtpClient::new(consonance_utp::ClientSettings::default(), seed().into());
    EnvelopeClient::new(udp(server, utp), NgoClient::new(consonance_ngo::ClientSettings::default()))
}

/// A game on Forge Networking Remastered.
pub fn forge(server: SocketAddr) -> impl ClientTransport + 'static {
    let forge = ForgeClient::new(ForgeClientSettings::default(), [seed(); 32]);
    EnvelopeClient::new(udp(server, forge), ForgeVoiceClient::default())
}

/// A game on WebRTC Network. The host of its session `main` is to be found at this signalling server.
pub fn webrtc(signalling: SocketAddr) -> impl ClientTransport + 'static {
    let url = format!("ws://{signalling}/chatapp").parse().unwrap();
    let mut settings = consonance_webrtc_network::ClientSettings::new(url, "main");
    settings.udp = (Ipv4Addr::LOCALHOST, 0).into();
    WebRtcClient::bind(settings).unwrap()
}

/// A page of a game, in the session `main`.
pub fn websocket(server: SocketAddr) -> impl ClientTransport + 'static {
    let address = format!("ws://{server}/main").parse().unwrap();
    let end = consonance_websocket::ClientEnd::new(&address);
    consonance_websocket::client(end, StreamClientSettings::new(server)).unwrap()
}

/// A page without WebRTC, in the session `main`: as its own engine comes.
pub fn browser_fallback(server: SocketAddr) -> impl ClientTransport + 'static {
    let end = consonance_websocket::ClientEnd::at(server.to_string(), "/api/voice/main/packets");
    consonance_websocket::client(end, StreamClientSettings::new(server)).unwrap()
}

/// Another one for each client, as servers tell some of them apart by what they draw.
fn seed() -> u8 {
    static SEEDS: AtomicU8 = AtomicU8::new(0);
    SEEDS.fetch_add(1, Ordering::Relaxed)
}

fn mirror() -> MirrorClient {
    MirrorClient::new(consonance_mirror::ClientSettings::default())
}

/// The driver of a protocol in UDP datagrams.
pub fn udp<E: ClientEndpoint>(server: SocketAddr, endpoint: E) -> UdpClient<E> {
    UdpClient::new(server, endpoint, UdpClientSettings::default())
}
