//! The networks whose proxies can be measured: both ends of each, and the format of its games' messages.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant, SystemTime};

use consonance_game_networks::darkrift::voice::{DarkRiftMessage, DarkRiftVoiceClient, Layout};
use consonance_game_networks::darkrift::{DarkRiftClient, DarkRiftServer};
use consonance_game_networks::enet::{EnetClient, EnetClientSettings, EnetServer, EnetServerSettings};
use consonance_game_networks::fishnet::{FishNetClient, Payload};
use consonance_game_networks::kcp::{
    KcpClient, KcpClientSettings, KcpServer, KcpServerSettings, LinkSettings,
};
use consonance_game_networks::litenetlib::{LiteNetLibClient, LiteNetLibServer, UtcClock};
use consonance_game_networks::mirror::{MirrorClient, looks_like_batch};
use consonance_game_networks::ngo::{NgoBatch, NgoBatchWriter, NgoClient, NgoVoiceOnly};
use consonance_game_networks::simple_web::{SimpleWebClientEnd, SimpleWebServerEnd};
use consonance_game_networks::telepathy::Telepathy;
use consonance_game_networks::utp::{UtpClient, UtpServer};
use consonance_link::gateway::streams::{
    StreamClient, StreamClientSettings, StreamProtocol, StreamServer, StreamSettings,
};
use consonance_link::gateway::udp::{
    ClientEndpoint, ServerEndpoint, UdpClient, UdpClientSettings, UdpServer, UdpServerSettings,
};
use consonance_link::gateway::{ClientEnvelope, Envelope, EnvelopeKind as _};
use consonance_link::{ClientNetwork, MessageChannel, ServerNetwork};

/// One network.
#[derive(Debug)]
pub(super) struct Network {
    /// Its name in `consonance proxy`.
    pub(super) name: &'static str,
    /// Whether everything travels in UDP datagrams.
    pub(super) is_datagrams: bool,
    /// Makes the end of the game's server.
    pub(super) server: fn() -> io::Result<Server>,
    /// Makes the end of a client of the game's server or the proxy at this address, with a unique seed.
    pub(super) client: fn(SocketAddr, u32) -> io::Result<Client>,
    /// Makes the envelope for a client's voice.
    pub(super) envelope: fn() -> Box<dyn ClientEnvelope>,
    /// Answers a client's request for admission to the game's server, on networks that send it as a message.
    pub(super) approval: Option<fn(Instant) -> Box<dyn Envelope>>,
    /// Makes a message of the game with these contents; the duration is the time since the bench began.
    pub(super) wrap: fn(Duration, &[u8]) -> Vec<u8>,
    /// The contents of such a message; `None` for anything else.
    pub(super) unwrap: fn(&[u8]) -> Option<&[u8]>,
}

/// All networks.
pub(super) const NETWORKS: &[Network] = &[
    MIRROR,
    Network {
        name: "mirror-telepathy",
        is_datagrams: false,
        server: || over_streams(Telepathy::default()),
        client: |server, _| to_streams(server, Telepathy::default()),
        ..MIRROR
    },
    Network {
        name: "mirror-websocket",
        is_datagrams: false,
        server: || over_streams(SimpleWebServerEnd::default()),
        client: |server, _| to_streams(server, SimpleWebClientEnd::new(server.to_string())),
        ..MIRROR
    },
    Network {
        name: "mirror-ignorance",
        server: || over_udp(EnetServer::new(EnetServerSettings::default(), [1; 32])),
        client: |server, seed| Ok(to_udp(server, EnetClient::new(EnetClientSettings::default(), seed))),
        ..MIRROR
    },
    Network {
        name: "darkrift",
        is_datagrams: false,
        server: darkrift_server,
        client: darkrift_client,
        envelope: || Box::new(DarkRiftVoiceClient::new(DARKRIFT_VOICE, None, Layout::Raw)),
        approval: None,
        wrap: wrap_darkrift,
        unwrap: unwrap_darkrift,
    },
    Network {
        name: "fishnet",
        is_datagrams: true,
        server: litenetlib_server,
        client: |server, _| {
            let settings = consonance_game_networks::litenetlib::ClientSettings::default();
            Ok(to_udp(server, LiteNetLibClient::new(settings, utc_clock())))
        },
        envelope: || {
            Box::new(FishNetClient::new(consonance_game_networks::fishnet::ClientSettings::default()))
        },
        approval: None,
        wrap: wrap_fishnet,
        unwrap: unwrap_fishnet,
    },
    Network {
        name: "ngo",
        is_datagrams: true,
        server: || {
            over_udp(UtpServer::new(consonance_game_networks::utp::ServerSettings::default(), [1; 32]))
        },
        client: |server, seed| {
            let settings = consonance_game_networks::utp::ClientSettings::default();
            Ok(to_udp(server, UtpClient::new(settings, seed.into())))
        },
        envelope: || Box::new(NgoClient::new(consonance_game_networks::ngo::ClientSettings::default())),
        approval: Some(|now| {
            Box::new(NgoVoiceOnly::new(consonance_game_networks::ngo::VoiceOnlySettings::default()).open(now))
        }),
        wrap: wrap_ngo,
        unwrap: unwrap_ngo,
    },
];

/// The common part of all games on Mirror, whatever the transport.
const MIRROR: Network = Network {
    name: "mirror",
    is_datagrams: true,
    server: kcp_server,
    client: |server, _| Ok(to_udp(server, KcpClient::new(KcpClientSettings::default()))),
    envelope: || Box::new(MirrorClient::new(consonance_game_networks::mirror::ClientSettings::default())),
    approval: None,
    wrap: wrap_mirror,
    unwrap: unwrap_mirror,
};

const ANY_PORT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// An end for the game's server, and its address.
type Server = (Box<dyn ServerNetwork<MessageChannel>>, SocketAddr);
/// The end of a client of the game's server.
pub(super) type Client = Box<dyn ClientNetwork<MessageChannel>>;

fn over_udp<E: ServerEndpoint + 'static>(endpoint: E) -> io::Result<Server> {
    let server = UdpServer::bind(ANY_PORT, endpoint, UdpServerSettings::default())?;
    let address = server.local_addr();
    Ok((Box::new(server), address))
}

fn to_udp<E: ClientEndpoint + 'static>(server: SocketAddr, endpoint: E) -> Client {
    Box::new(UdpClient::new(server, endpoint, UdpClientSettings::default()))
}

fn over_streams(protocol: impl StreamProtocol + 'static) -> io::Result<Server> {
    let server = StreamServer::bind(ANY_PORT, protocol, StreamSettings::default())?;
    let address = server.local_addr()?;
    Ok((Box::new(server), address))
}

fn to_streams(server: SocketAddr, protocol: impl StreamProtocol + 'static) -> io::Result<Client> {
    Ok(Box::new(StreamClient::new(protocol, StreamClientSettings::new(server))?))
}

fn kcp_server() -> io::Result<Server> {
    let link = LinkSettings { is_message: looks_like_batch, ..LinkSettings::default() };
    // The seed need not be secret in a local benchmark.
    over_udp(KcpServer::new(KcpServerSettings { link, ..KcpServerSettings::default() }, [1; 32]))
}

fn darkrift_server() -> io::Result<Server> {
    let server =
        DarkRiftServer::bind(ANY_PORT, consonance_game_networks::darkrift::ServerSettings::default())?;
    let address = server.local_addr();
    Ok((Box::new(server), address))
}

fn darkrift_client(server: SocketAddr, _seed: u32) -> io::Result<Client> {
    Ok(Box::new(DarkRiftClient::new(consonance_game_networks::darkrift::ClientSettings::new(server))?))
}

fn litenetlib_server() -> io::Result<Server> {
    over_udp(LiteNetLibServer::new(
        consonance_game_networks::litenetlib::ServerSettings::default(),
        utc_clock(),
        [1; 32],
    ))
}

fn utc_clock() -> UtcClock {
    UtcClock::new(Instant::now(), SystemTime::now())
}

/// An id that neither Mirror nor voice uses.
const MIRROR_ID: [u8; 2] = [0x34, 0x12];
const TIME_STAMP_BYTES: usize = 8;

/// A batch with one message, whose length fits one byte: the contents must be below 239 bytes.
fn wrap_mirror(now: Duration, said: &[u8]) -> Vec<u8> {
    let mut batch = now.as_secs_f64().to_le_bytes().to_vec();
    batch.push((MIRROR_ID.len() + said.len()) as u8);
    batch.extend(MIRROR_ID);
    batch.extend(said);
    batch
}

fn unwrap_mirror(batch: &[u8]) -> Option<&[u8]> {
    let (length, message) = batch.get(TIME_STAMP_BYTES..)?.split_first()?;
    message.strip_prefix(&MIRROR_ID).filter(|_| usize::from(*length) == message.len())
}

const DARKRIFT_VOICE: u16 = 0x1234;
const DARKRIFT_GAME: u16 = 7;

fn wrap_darkrift(_now: Duration, said: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    DarkRiftMessage { is_command: false, tag: DARKRIFT_GAME, ping: None, body: said }.write(&mut bytes);
    bytes
}

fn unwrap_darkrift(bytes: &[u8]) -> Option<&[u8]> {
    DarkRiftMessage::parse(bytes).filter(|message| message.tag == DARKRIFT_GAME).map(|message| message.body)
}

/// The id of remote procedure calls to the game's server, whose length only the game knows.
const FISHNET_RPC: [u8; 2] = [8, 0];
const FISHNET_TICKS_PER_S: f64 = 30.0;

fn wrap_fishnet(now: Duration, said: &[u8]) -> Vec<u8> {
    let tick = 1 + (now.as_secs_f64() * FISHNET_TICKS_PER_S) as u32;
    [&tick.to_le_bytes(), &FISHNET_RPC[..], said].concat()
}

fn unwrap_fishnet(payload: &[u8]) -> Option<&[u8]> {
    Payload::parse(payload)?.packets.strip_prefix(&FISHNET_RPC)
}

/// Above all types of stock games.
const NGO_ID: u32 = 60;

fn wrap_ngo(_now: Duration, said: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut batch = NgoBatchWriter::new(&mut bytes);
    batch.message(NGO_ID, &[said]);
    batch.finish();
    bytes
}

fn unwrap_ngo(bytes: &[u8]) -> Option<&[u8]> {
    let message = NgoBatch::parse(bytes).ok()?.messages().next()?.ok()?;
    (message.id == NGO_ID).then_some(message.body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_network_that_has_a_proxy_can_be_measured() {
        let proxied = consonance_server_config::NETWORKS.iter().filter(|network| network.table().has_proxy());
        let proxied: Vec<&str> = proxied.map(|network| network.short_name()).collect();
        let measured: Vec<&str> = NETWORKS.iter().map(|network| network.name).collect();
        assert_eq!(measured, proxied);
    }

    #[test]
    fn what_is_wrapped_is_unwrapped_and_nothing_else_is() {
        for network in NETWORKS {
            let message = (network.wrap)(Duration::from_secs(5), b"what the game says");
            assert_eq!((network.unwrap)(&message), Some(&b"what the game says"[..]), "{}", network.name);
            for other in [&b""[..], b"something else that is as long as a message of a game is"] {
                assert_eq!((network.unwrap)(other), None, "{}", network.name);
            }
        }
        assert!(looks_like_batch(&wrap_mirror(Duration::from_secs(5), b"what the game says")));
    }
}
