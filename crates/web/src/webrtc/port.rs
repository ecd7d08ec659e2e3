//! One port for the peers of many workers.

mod directory;
mod framing;
mod mailbox;
mod reader;
mod shared;
mod streams;

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::num::NonZeroUsize;
use std::sync::Arc;

use consonance_link::gateway::tcp::{TcpConnections, TcpSettings};
use consonance_link::gateway::udp::DatagramSocket;

use crate::webrtc::connection::Identity;
use crate::webrtc::settings::WebRtcSettings;
use crate::webrtc::shard::WebRtcShard;

pub(crate) use directory::{Place, Source, Way};
pub(crate) use mailbox::Datagram;
pub(crate) use reader::PortReader;
pub(crate) use shared::SharedPort;

/// The sockets that browsers reach, before they are shared out.
#[derive(Debug)]
pub struct WebRtcPort {
    settings: WebRtcSettings,
    socket: DatagramSocket,
    tcp: TcpConnections,
    bound: SocketAddr,
    bound_tcp: Option<SocketAddr>,
}

impl WebRtcPort {
    /// Listens.
    ///
    /// # Errors
    ///
    /// The system's error: a port is in use, or we may not bind it.
    pub fn bind(settings: WebRtcSettings) -> io::Result<Self> {
        let socket = DatagramSocket::bind(settings.udp, SOCKET_BUFFER_BYTES)?;
        let bound = socket.socket().local_addr()?;
        let bounds = TcpSettings {
            connections_max: settings.connections_max,
            outgoing_bytes_max: settings.peer.send_bytes_max,
            system_bytes_max: Some(TCP_SYSTEM_BYTES_MAX),
            ..TcpSettings::default()
        };
        let tcp = match settings.tcp {
            Some(address) => TcpConnections::listen(address, bounds)?,
            None => TcpConnections::new(bounds)?,
        };
        let bound_tcp = tcp.local_addr();
        Ok(Self { settings, socket, tcp, bound, bound_tcp })
    }

    /// The address for datagrams.
    pub fn local_addr(&self) -> SocketAddr {
        self.bound
    }

    /// The address for TCP connections.
    pub fn tcp_addr(&self) -> Option<SocketAddr> {
        self.bound_tcp
    }

    /// One for each worker, all behind this port: a thread of its own reads it and puts each datagram into the mailbox
    /// of the worker whose peer's it is. It ends with the last of them.
    ///
    /// # Errors
    ///
    /// The system gives no thread, no descriptor or no certificate.
    pub fn into_shards(self, count: NonZeroUsize) -> io::Result<Vec<WebRtcShard>> {
        let cryptography = consonance_link::rtc_crypto::provider();
        let certificate = cryptography.dtls_provider.generate_certificate();
        let identity = Arc::new(Identity {
            cryptography,
            certificate: certificate.ok_or_else(|| io::Error::other("no certificate can be made"))?,
            udp: addresses(&self.settings.announced, self.bound),
            tcp: self
                .bound_tcp
                .map(|bound| addresses(&self.settings.announced_tcp, bound))
                .unwrap_or_default(),
        });
        let sockets: Vec<UdpSocket> =
            (0..count.get()).map(|_| self.socket.socket().try_clone()).collect::<io::Result<_>>()?;
        let shared = Arc::new(SharedPort::new(&self.settings, count, self.bound)?);
        let negotiation_timeout = self.settings.peer.negotiation_timeout;
        let reader = PortReader::start(Arc::clone(&shared), self.socket, self.tcp, negotiation_timeout)?;
        let reader = Arc::new(reader);
        let worker = |(own, socket)| {
            let (shared, reader) = (Arc::clone(&shared), Arc::clone(&reader));
            WebRtcShard::new(own, socket, shared, reader, Arc::clone(&identity), self.settings.peer.clone())
        };
        Ok(sockets.into_iter().enumerate().map(worker).collect())
    }
}

/// The addresses announced to browsers: the configured ones, the bound one, or those that are easily found.
fn addresses(announced: &[SocketAddr], bound: SocketAddr) -> Vec<SocketAddr> {
    let at = |ip: IpAddr| SocketAddr::new(ip, bound.port());
    if !announced.is_empty() {
        let ported = |&address: &SocketAddr| if address.port() == 0 { at(address.ip()) } else { address };
        return announced.iter().map(ported).collect();
    }
    if !bound.ip().is_unspecified() {
        return vec![bound];
    }
    let mut found = Vec::new();
    for (any, loopback, elsewhere) in [
        (Ipv4Addr::UNSPECIFIED.into(), Ipv4Addr::LOCALHOST.into(), IpAddr::from(ELSEWHERE_V4)),
        (Ipv6Addr::UNSPECIFIED.into(), Ipv6Addr::LOCALHOST.into(), IpAddr::from(ELSEWHERE_V6)),
    ] {
        if bound.is_ipv6() || IpAddr::is_ipv4(&any) {
            found.extend(towards(any, elsewhere).filter(|ip| !ip.is_unspecified() && *ip != loopback));
            found.push(loopback);
        }
    }
    found.into_iter().map(at).collect()
}

/// The address of this machine from which a datagram to there would leave. None is sent: connecting only asks the
/// system.
fn towards(any: IpAddr, elsewhere: IpAddr) -> impl Iterator<Item = IpAddr> {
    let socket = UdpSocket::bind((any, 0)).ok();
    let asked = socket.filter(|socket| socket.connect((elsewhere, 9)).is_ok());
    asked.and_then(|socket| socket.local_addr().ok()).map(|own| own.ip()).into_iter()
}

/// Unassigned addresses (RFC 5737, RFC 3849), but that lie where the internet is.
const ELSEWHERE_V4: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
const ELSEWHERE_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);

/// Room for what comes while the reading thread does something else: a second of several hundred speakers.
const SOCKET_BUFFER_BYTES: usize = 4 * 1024 * 1024;

/// A small limit, since data that the system has taken cannot be dropped any more, and is late by the time it arrives.
const TCP_SYSTEM_BYTES_MAX: usize = 32 * 1024;
