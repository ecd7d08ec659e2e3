//! The server over real sockets: control channels in TLS, and datagrams on the same port.

mod polling;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::SocketAddr;
#[cfg(unix)]
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

use consonance_link::gateway::Allowance;
use consonance_link::gateway::streams::{RELIABLE, StreamServer, TlsEnd, UNRELIABLE};
use consonance_link::gateway::udp::DatagramSocket;
use consonance_link::{Delivery, DisconnectReason, NetworkStatistics, Peer, ServerNetwork, Traffic};
use ring::rand::{SecureRandom as _, SystemRandom};
use rustls::ServerConfig;

use crate::control::messages::{CodecVersion, CryptSetup};
use crate::control::{Control, TUNNEL};
use crate::crypt::CryptSecrets;
use crate::login::Login;
use crate::server_list::ServerList;
use crate::settings::MumbleSettings;
use crate::statistics::MumbleStatistics;
use crate::stream::ControlProtocol;
use crate::voice::{Sender, Voice, VoiceFormat};
use crate::voice_paths::{Refused, VoicePaths};
use polling::Turn;

/// A server of Mumble's network. See the [crate's page](crate).
pub struct MumbleServer {
    settings: MumbleSettings,
    streams: StreamServer<TlsEnd<ControlProtocol>>,
    udp: DatagramSocket,
    address: SocketAddr,
    paths: VoicePaths,
    /// The bytes of control messages that each user may still send.
    control_bytes: BTreeMap<Peer, Allowance>,
    list: ServerList,
    users: u32,
    turn: Turn,
    random: SystemRandom,
    datagram: Box<[u8]>,
    /// The bytes behind the last event: a control message, or a voice packet.
    message: Vec<u8>,
    out: Vec<u8>,
    sealed: Vec<u8>,
    counts: MumbleStatistics,
    /// Voice received and sent in datagrams.
    received: Traffic,
    sent: Traffic,
}

/// An event on a server.
#[derive(Debug, PartialEq)]
#[non_exhaustive]
pub enum MumbleServerEvent {
    /// A client has logged in, and waits for [`accept`](MumbleServer::accept) or a
    /// [`disconnect`](MumbleServer::disconnect).
    Connected {
        /// The handle of the user in later calls and events.
        user: Peer,
        /// The user's address.
        remote: SocketAddr,
        /// The login data.
        login: Login,
    },
    /// A control message came that the server does not handle itself.
    Control {
        /// The user.
        user: Peer,
        /// The message.
        control: Control,
    },
    /// A voice packet came, in a datagram or tunnelled.
    Voice {
        /// The user.
        user: Peer,
        /// The voice.
        voice: Voice<'static>,
    },
    /// A packet of voice came in CELT or Speex. It is dropped, and counted with malformed packets.
    OtherCodec {
        /// The user.
        user: Peer,
    },
    /// A user has disconnected.
    Disconnected {
        /// The user.
        user: Peer,
        /// The reason.
        reason: DisconnectReason,
    },
}

impl MumbleServer {
    /// Listens at this address, for TCP and UDP; see [`server_tls`](crate::server_tls) for the configuration. With
    /// port 0 the system chooses one that is free for both.
    ///
    /// # Errors
    ///
    /// The system's error, for example if the port is in use or not allowed.
    pub fn bind(address: SocketAddr, tls: &Arc<ServerConfig>, settings: MumbleSettings) -> io::Result<Self> {
        let (streams, udp, address) = bind_both(address, tls, &settings)?;
        Ok(Self {
            settings,
            streams,
            udp,
            address,
            paths: VoicePaths::default(),
            control_bytes: BTreeMap::new(),
            list: ServerList::default(),
            users: 0,
            turn: Turn::default(),
            random: SystemRandom::new(),
            datagram: vec![0; DATAGRAM_BYTES_MAX + 1].into_boxed_slice(),
            message: Vec::new(),
            out: Vec::new(),
            sealed: Vec::new(),
            counts: MumbleStatistics::default(),
            received: Traffic::default(),
            sent: Traffic::default(),
        })
    }

    /// The address on which it listens, for TCP and UDP.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Accepts a client that has logged in: sends it the key of its voice, and that everyone uses Opus. The caller
    /// sends it the channels and users next.
    pub fn accept(&mut self, now: Instant, user: Peer, remote: SocketAddr, login: &Login) {
        self.streams.accept(now, user, &[]);
        let Some(secrets) = self.draw_secrets() else {
            return self.streams.disconnect(now, user, "the system has no random numbers");
        };
        let setup = CryptSetup {
            key: Some(secrets.key.to_vec()),
            client_nonce: Some(secrets.client_nonce.to_vec()),
            server_nonce: Some(secrets.server_nonce.to_vec()),
        };
        self.paths.insert(now, user, remote.ip(), VoiceFormat::of(login.version), &secrets);
        let at_once = self.settings.control_bytes_per_second.saturating_mul(CONTROL_BURST_S);
        let allowance = Allowance::within(now, at_once, Duration::from_secs(CONTROL_BURST_S.into()));
        self.control_bytes.insert(user, allowance);
        self.send(now, user, &setup.into());
        let codec = CodecVersion { alpha: CELT_0_7_0, beta: 0, prefer_alpha: true, opus: Some(true) };
        self.send(now, user, &codec.into());
    }

    /// Sends a control message.
    pub fn send(&mut self, now: Instant, user: Peer, control: &Control) {
        self.out.clear();
        control.write(&mut self.out);
        self.streams.send(now, &[user], RELIABLE, &self.out);
    }

    /// Sends a voice packet, in a datagram if the user is reachable that way, or else in a message that is dropped
    /// when the connection lags behind.
    pub fn send_voice(&mut self, now: Instant, user: Peer, voice: &Voice<'_>) {
        let Some(format) = self.paths.format(user) else { return };
        voice.write(format, Sender::Server, &mut self.out);
        if let Some(to) = self.paths.seal(now, user, &self.out, &mut self.sealed) {
            self.sent.count(Delivery::Unreliable, 1, self.out.len());
            self.counts.voice_sent += 1;
            return self.udp.send(Some(to), &self.sealed);
        }
        self.counts.voice_sent_tunnelled += 1;
        self.tunnel(now, user);
    }

    /// Counters besides [`statistics`](Self::statistics). Rejected logins and messages above a client's rate
    /// are not counted here.
    pub fn mumble_statistics(&self, now: Instant) -> MumbleStatistics {
        let mut counts = self.counts;
        (counts.users_by_udp, counts.users_by_tunnel) = self.paths.count_ways(now);
        let Refused { forged, replayed, strange } = self.paths.refused();
        let dropped = &mut counts.dropped;
        (dropped.datagrams_forged, dropped.datagrams_replayed) = (forged, replayed);
        dropped.datagrams_stray = strange;
        counts.list_pings_dropped = self.list.unanswered();
        counts
    }

    /// Whether a user's voice is currently sent in messages instead of datagrams.
    pub fn is_tunnelled(&self, now: Instant, user: Peer) -> bool {
        self.paths.is_tunnelled(now, user)
    }

    /// Sends the last written voice packet in a message.
    fn tunnel(&mut self, now: Instant, user: Peer) {
        self.sealed.clear();
        self.sealed.extend(TUNNEL.to_be_bytes());
        self.sealed.extend((self.out.len() as u32).to_be_bytes());
        self.sealed.extend_from_slice(&self.out);
        self.streams.send(now, &[user], UNRELIABLE, &self.sealed);
    }

    fn draw_secrets(&self) -> Option<CryptSecrets> {
        let draw = || {
            let mut bytes = [0; 16];
            self.random.fill(&mut bytes).ok().map(|()| bytes)
        };
        Some(CryptSecrets { key: draw()?, client_nonce: draw()?, server_nonce: draw()? })
    }
}

/// What the driver of any [network](ServerNetwork) needs, by the same names.
impl MumbleServer {
    /// Sends data that has been collected so far.
    pub fn flush(&mut self, now: Instant) {
        self.streams.flush(now);
    }

    /// Ends a user's connection in order. The reason, an encoded
    /// [`EndReason`](consonance_link::EndReason), is told in a `Reject`; without one, the user was told before.
    pub fn disconnect(&mut self, now: Instant, user: Peer, reason: &str) {
        self.streams.disconnect(now, user, reason);
    }

    /// Whether a user has joined the session: those that have not make room first when all connections are taken.
    pub fn set_joined(&mut self, now: Instant, user: Peer, is_joined: bool) {
        self.streams.set_joined(now, user, is_joined);
    }

    /// Accepts no more users and disconnects all present ones in order.
    pub fn shutdown(&mut self, now: Instant) {
        self.streams.shutdown(now);
    }

    /// When [`poll`](Self::poll) has something to do even if nothing arrives.
    pub fn wants_poll_at(&self) -> Option<Instant> {
        self.streams.wants_poll_at()
    }

    /// Whether the descriptor reports everything that arrives.
    pub fn wakes(&self) -> bool {
        self.streams.wakes()
    }

    /// A descriptor that becomes readable when [`poll`](Self::poll) has an event.
    #[cfg(unix)]
    pub fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.streams.descriptor()
    }

    /// The kind of this network, for counters.
    pub fn network(&self) -> &'static str {
        self.streams.network()
    }

    /// Counters of messages and connections.
    pub fn statistics(&self) -> NetworkStatistics {
        let mut statistics = self.streams.statistics();
        let refused = self.paths.refused();
        let links = &mut statistics.links;
        for (count, more) in [(&mut links.received, self.received), (&mut links.sent, self.sent)] {
            count.unreliable.packets += more.unreliable.packets;
            count.unreliable.bytes += more.unreliable.bytes;
        }
        let dropped = &self.counts.dropped;
        links.dropped.malformed += dropped.voice_malformed
            + dropped.voice_other_codec
            + dropped.control_malformed
            + dropped.datagrams_too_long;
        links.dropped.malformed += refused.forged + refused.replayed + refused.strange;
        links.dropped.outgoing_full += self.udp.counts().buffer_full + self.list.unanswered();
        statistics
    }
}

impl fmt::Debug for MumbleServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MumbleServer").field("address", &self.address).finish_non_exhaustive()
    }
}

fn bind_both(
    address: SocketAddr,
    tls: &Arc<ServerConfig>,
    settings: &MumbleSettings,
) -> io::Result<(StreamServer<TlsEnd<ControlProtocol>>, DatagramSocket, SocketAddr)> {
    let mut tries_left = if address.port() == 0 { BIND_TRIES } else { 1 };
    loop {
        tries_left -= 1;
        let protocol = ControlProtocol { release: settings.release.clone() };
        let end = TlsEnd::server(protocol, Arc::clone(tls));
        #[cfg_attr(not(target_os = "linux"), expect(unused_mut, reason = "only Linux watches the datagrams"))]
        let mut streams = StreamServer::bind(address, end, settings.streams())?;
        let local = streams.local_addr()?;
        match DatagramSocket::bind(local, BUFFER_BYTES) {
            Ok(udp) => {
                #[cfg(target_os = "linux")]
                streams.watch(udp.socket())?;
                return Ok((streams, udp, local));
            }
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && tries_left > 0 => {}
            Err(error) => return Err(error),
        }
    }
}

/// A port that the system chose for TCP may be taken for UDP.
const BIND_TRIES: u32 = 20;
/// The seconds whose bytes of control messages a client may send at once.
const CONTROL_BURST_S: u32 = 8;
/// Room for the datagrams of a burst between two polls.
const BUFFER_BYTES: usize = 1 << 20;
/// Mumble's programs have room for no longer ones.
const DATAGRAM_BYTES_MAX: usize = 1024;
/// Mumble's number of the CELT version that its old clients shared; CELT is not supported here.
const CELT_0_7_0: i32 = -0x7FFF_FFF5;
