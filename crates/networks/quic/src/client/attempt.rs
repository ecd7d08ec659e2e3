//! One call of `connect`: from the address to a link, and to the end of the link.

use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use consonance_link::{DisconnectReason, Peer};
use quinn::{
    ClientConfig, Connection, ConnectionError, Endpoint, EndpointConfig, SendStream, TokenMemoryCache,
    TokioRuntime,
};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tracing::debug;

use super::resolve::resolve;
use super::{AnnouncedPort, ClientMailbox};
use crate::close_code::{reason_of, violated};
use crate::fast_path::UdpOffload;
use crate::hello::{ClientHello, HELLO_BYTES_MAX, read_answer, read_web_socket_port};
use crate::link::{FrameReader, Link, PathLink, pump};
use crate::packet_bytes::PacketBytes;
use crate::verifier::ServerVerifier;
use crate::voice_path::{PathGrant, export};
use crate::{QuicAddress, QuicClientSettings, RuntimeError, tls, wrap_udp_socket};

/// The timeout for sending the last datagram before the link's end is reported.
const LAST_DATAGRAM_TIMEOUT: Duration = Duration::from_millis(250);

/// An attempt to connect to a client's server. All but the number is the same in each attempt of a client.
#[derive(Clone)]
pub(super) struct Attempt {
    pub(super) address: QuicAddress,
    pub(super) settings: QuicClientSettings,
    /// Tokens from servers that save the next connection a round trip (RFC 9000, section 8.1.3).
    pub(super) tokens: Arc<TokenMemoryCache>,
    pub(super) mailbox: Arc<ClientMailbox>,
    pub(super) web_socket_port: AnnouncedPort,
    /// The number by which the mailbox knows this attempt, to distinguish events of earlier links.
    pub(super) peer: Peer,
}

/// A connection, and its socket.
struct Reached {
    connection: Connection,
    endpoint: Endpoint,
}

impl Attempt {
    pub(super) fn run(self) -> impl Future<Output = ()> + Send + 'static {
        // Created before the task is polled: a runtime that has ended drops the task unpolled.
        let cut_off = CutOff {
            address: format!("{}:{}", self.address.host(), self.address.port()),
            mailbox: Arc::clone(&self.mailbox),
            peer: self.peer,
        };
        async move {
            let reason = match self.connect().await {
                Ok(reached) => self.converse(reached).await,
                Err(reason) => reason,
            };
            debug!(attempt = self.peer.0, %reason, "disconnected");
            self.mailbox.disconnected(self.peer, reason);
            drop(cut_off);
        }
    }

    /// Tries all addresses of the host, each a little after the previous one, and keeps the first that answers (RFC
    /// 8305).
    async fn connect(&self) -> Result<Reached, DisconnectReason> {
        let addresses = resolve(self.address.host(), self.address.port()).await?;
        let verifier = Arc::new(ServerVerifier::new(self.address.host(), self.address.fingerprint()));
        let mut config = ClientConfig::new(Arc::new(tls::client_config(Arc::clone(&verifier))));
        config.transport_config(self.settings.transport_config());
        config.token_store(Arc::clone(&self.tokens) as _);

        let mut tries = JoinSet::new();
        for (address, place) in addresses.iter().zip(0..) {
            let start = self.settings.next_address_after * place;
            let timing = Timing { start, time: self.settings.connect_timeout };
            let (host, offload) = (self.address.host().to_owned(), self.settings.udp_offload);
            tries.spawn(reach(*address, config.clone(), host, timing, offload));
        }
        let mut unanswered = Unanswered::default();
        while let Some(tried) = tries.join_next().await {
            match tried {
                Ok(Ok(reached)) => return Ok(reached),
                Ok(Err(Miss::Silence { address, cause })) => unanswered.add(address, cause),
                Ok(Err(Miss::Answer(reason))) => return Err(verifier.refusal().unwrap_or(reason)),
                Err(_) => {}
            }
        }
        Err(unanswered.into())
    }

    async fn converse(&self, Reached { connection, endpoint }: Reached) -> DisconnectReason {
        let entered = timeout(self.settings.connect_timeout, self.enter(&connection)).await;
        let (frames, control, grant) = match entered {
            Ok(Ok(streams)) => streams,
            Ok(Err(reason)) => return reason,
            Err(_) => return DisconnectReason::TimedOut,
        };
        let link = Arc::new(Link::new(connection, self.settings.outgoing, self.settings.close_timeout));
        debug!(attempt = self.peer.0, "connected");
        let path = grant.map(|grant| Arc::new(PathLink::new(&grant, self.settings.path.clone())));
        if let Some(path) = &path {
            link.set_fast_path(Arc::clone(path));
        }
        self.mailbox.connected(self.peer, Arc::clone(&link));
        let fast_path = async {
            match path {
                Some(path) => path.run(&self.mailbox, self.peer).await,
                None => pending::<Infallible>().await,
            }
        };
        let reason = tokio::select! {
            reason = pump(&link, &self.mailbox, self.peer, frames, control) => reason,
            never = fast_path => match never {},
        };
        if reason == DisconnectReason::ClosedByUs {
            // The program may exit once the end is reported, so the goodbye must be sent first.
            let _ = timeout(LAST_DATAGRAM_TIMEOUT, endpoint.wait_idle()).await;
        }
        reason
    }

    /// Says hello and waits to be admitted.
    async fn enter(&self, connection: &Connection) -> Result<Entered, DisconnectReason> {
        if connection.max_datagram_size().is_none() {
            return Err(violated("it takes no datagrams"));
        }
        let lost = |error: ConnectionError| reason_of(&error);
        let (mut control, stream) = connection.open_bi().await.map_err(lost)?;
        let mut frames = FrameReader::new(stream);
        let offer = self.settings.fast_path.offer();
        let hello = ClientHello { session: self.address.session(), offer: offer.clone() };
        let hello = PacketBytes::default().frame(&hello.encode());
        // If writing fails, so does reading, with the server's reason.
        let _ = control.write_chunk(hello).await;
        let announcement = match frames.next(HELLO_BYTES_MAX).await? {
            Some(hello) => {
                let answer = read_answer(&hello, offer.as_ref()).map_err(violated)?;
                self.web_socket_port.set(read_web_socket_port(&hello));
                answer
            }
            None => return Err(reason_of(&connection.closed().await)),
        };
        let grant = announcement.and_then(|announcement| {
            let secrets =
                export(|output, label, context| connection.export_keying_material(output, label, context))?;
            Some(PathGrant::new(announcement, connection.remote_address(), secrets))
        });
        Ok((frames, control, grant))
    }
}

/// Reports the end of an attempt whose task is dropped because the runtime ends; a second report is ignored.
struct CutOff {
    address: String,
    mailbox: Arc<ClientMailbox>,
    peer: Peer,
}

impl Drop for CutOff {
    fn drop(&mut self) {
        let (address, cause) = (std::mem::take(&mut self.address), RuntimeError::ShutDown.to_string());
        self.mailbox.disconnected(self.peer, DisconnectReason::Unreachable { address, cause });
    }
}

/// The control stream, and the fast path if the server has opened one.
type Entered = (FrameReader, SendStream, Option<PathGrant>);

/// The reason why an address gave no connection.
enum Miss {
    /// No answer: another address may work.
    Silence { address: SocketAddr, cause: String },
    /// A server that rejects us, or that we do not trust.
    Answer(DisconnectReason),
}

/// Performs the handshake with one address, after a delay.
async fn reach(
    address: SocketAddr,
    config: ClientConfig,
    host: String,
    timing: Timing,
    offload: UdpOffload,
) -> Result<Reached, Miss> {
    sleep(timing.start).await;
    debug!(%address, "connecting");
    let silence = |cause: String| Miss::Silence { address, cause };
    let endpoint = endpoint_for(address, offload).map_err(|error| silence(error.to_string()))?;
    let connecting =
        endpoint.connect_with(config, address, &host).map_err(|error| silence(error.to_string()))?;
    match timeout(timing.time, connecting).await {
        Ok(Ok(connection)) => Ok(Reached { connection, endpoint }),
        Ok(Err(ConnectionError::TimedOut)) | Err(_) => {
            Err(silence(format!("no answer within {:?}", timing.time)))
        }
        Ok(Err(error)) => Err(Miss::Answer(reason_of(&error))),
    }
}

/// The delay before an attempt, and its timeout from then on.
struct Timing {
    start: Duration,
    time: Duration,
}

/// An endpoint on a free port, of the address family of the server's address.
fn endpoint_for(address: SocketAddr, offload: UdpOffload) -> io::Result<Endpoint> {
    let local: SocketAddr = match address {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = wrap_udp_socket(UdpSocket::bind(local)?, offload)?;
    Endpoint::new_with_abstract_socket(EndpointConfig::default(), None, socket, Arc::new(TokioRuntime))
}

/// The addresses that did not answer.
#[derive(Default)]
struct Unanswered {
    addresses: Vec<String>,
    /// The cause of the first one.
    cause: Option<String>,
}

impl Unanswered {
    fn add(&mut self, address: SocketAddr, cause: String) {
        self.addresses.push(address.to_string());
        self.cause.get_or_insert(cause);
    }
}

impl From<Unanswered> for DisconnectReason {
    fn from(Unanswered { addresses, cause }: Unanswered) -> Self {
        Self::Unreachable { address: addresses.join(" or "), cause: cause.unwrap_or_default() }
    }
}
