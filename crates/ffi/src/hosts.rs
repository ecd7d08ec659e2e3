//! The servers that C runs in its own process.

use std::net::{IpAddr, SocketAddr};
use std::sync::Mutex;

use consonance::host::{DedicatedServer, SessionLoop, SessionsSettings};
use consonance::quic::{Identity, QuicAddress, QuicRuntime, QuicServer, QuicServerSettings};
use consonance::transport::hosted::{self, HostedServerHandle, HostedSettings, ServerRequest};

use crate::error::{CError, Failure};
use crate::handles::{Kind, Table};
use crate::lock::lock;
use crate::outgoing::{Outgoing, PacketOut, Waiting};
use crate::structs::CPacketAction;

/// A process has one, or few.
const HOSTS_MAX: usize = 16;

pub(crate) static HOSTS: Table<Host> = Table::new(Kind::Host, HOSTS_MAX);

/// A server of one session.
pub(crate) struct Host {
    /// As players join it; empty where it only has the game's own network.
    pub(crate) address: String,
    pub(crate) session: String,
    hosted: Option<Mutex<HostedServer>>,
    // The server ends when this is dropped.
    _server: DedicatedServer,
}

/// A network of the game's own.
struct HostedServer {
    handle: HostedServerHandle,
    waiting: Waiting,
}

/// The address of a host, and the name by which players reach it.
pub(crate) struct Listen {
    pub(crate) address: SocketAddr,
    pub(crate) public_host: Option<String>,
}

impl Host {
    /// A server of this session.
    ///
    /// # Errors
    /// If it cannot listen, or no thread can be started.
    pub(crate) fn start(
        settings: &SessionsSettings,
        session: &str,
        listen: Option<Listen>,
        hosted: Option<&HostedSettings>,
    ) -> Result<Self, Failure> {
        let mut session_loop = SessionLoop::new(settings);
        let address = listen.map(|listen| listen.open(&mut session_loop, session)).transpose()?;
        let hosted = hosted.map(|settings| {
            let (transport, handle) = hosted::server(settings);
            session_loop.add_network(Box::new(transport));
            Mutex::new(HostedServer { handle, waiting: Waiting::default() })
        });
        let server = DedicatedServer::try_start(session_loop).map_err(Failure::start)?;
        let address = address.unwrap_or_default();
        Ok(Self { address, session: session.to_owned(), hosted, _server: server })
    }

    /// The game's own network.
    ///
    /// # Errors
    /// If it was started without.
    pub(crate) fn with_hosted<R>(
        &self,
        act: impl FnOnce(&mut HostedServerHandle) -> R,
    ) -> Result<R, Failure> {
        self.with_network(|network| act(&mut network.handle))
    }

    /// Writes the next thing to do.
    ///
    /// # Errors
    /// If it was started without a network of the game's own, or as [`Waiting::write_next`].
    pub(crate) fn write_next_outgoing(&self, into: PacketOut) -> Result<(), Failure> {
        self.with_network(|HostedServer { handle, waiting }| waiting.write_next(|| next(handle), into))?
    }

    fn with_network<R>(&self, act: impl FnOnce(&mut HostedServer) -> R) -> Result<R, Failure> {
        let hosted = self.hosted.as_ref().ok_or(CError::Unsupported)?;
        Ok(act(&mut lock(hosted)))
    }
}

fn next(handle: &mut HostedServerHandle) -> Option<Outgoing> {
    loop {
        return Some(match handle.poll()? {
            ServerRequest::Accept { .. } => continue,
            ServerRequest::Send { peers, delivery, packet } => Outgoing::packet(peers, delivery, packet),
            ServerRequest::Refuse { peer, .. } | ServerRequest::Disconnect { peer, .. } => {
                Outgoing::link(CPacketAction::Disconnect, peer)
            }
        });
    }
}

impl Listen {
    /// Listens, and tells the address to join.
    fn open(self, session_loop: &mut SessionLoop, session: &str) -> Result<String, Failure> {
        let host = self.public_host.unwrap_or_else(|| reachable(self.address.ip()).to_string());
        let runtime = QuicRuntime::new(1).map_err(Failure::start)?;
        let identity = Identity::self_signed([host.clone()]).map_err(Failure::start)?;
        let settings = QuicServerSettings::default();
        let server = QuicServer::bind(&runtime, self.address, &identity, settings).map_err(Failure::start)?;
        let (port, fingerprint) = (server.local_addr().port(), server.fingerprint());
        let address = QuicAddress::new(host, port, session, Some(fingerprint)).map_err(Failure::start)?;
        session_loop.add_network(Box::new(server));
        Ok(address.to_string())
    }
}

/// An address at which this machine itself reaches what listens there.
fn reachable(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(ip) if ip.is_unspecified() => std::net::Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => std::net::Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    }
}
