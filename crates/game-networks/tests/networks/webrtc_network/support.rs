//! Shared by these tests: a signalling server, and hosts and players that find each other there.

use std::net::{Ipv4Addr, SocketAddr};
use std::thread;
use std::time::{Duration, Instant};

use consonance_game_networks::webrtc_network::signalling::{
    SignallingListener, SignallingListenerSettings, SignallingUrl,
};
use consonance_game_networks::webrtc_network::{
    ClientSettings, HostSettings, PeerSettings, WebRtcClient, WebRtcHost,
};
use consonance_link::{
    ClientLinkEvent, ClientNetwork as _, Delivery, DisconnectReason, Peer, ServerLinkEvent,
    ServerNetwork as _,
};

/// The time limit of every wait. Generous, as machines that run tests are busy.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

/// Any free port of this machine.
pub(crate) fn localhost() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}

/// A signalling server for all clients.
pub(crate) fn signalling() -> SignallingListener {
    SignallingListener::bind(localhost(), SignallingListenerSettings::default()).unwrap()
}

/// The URL of a local signalling server.
pub(crate) fn url_of(signalling: &SignallingListener) -> SignallingUrl {
    format!("ws://{}/chatapp", signalling.local_addr()).parse().unwrap()
}

/// Settings with which a lost connection is noticed soon, but not sooner than a busy machine delays a thread, and
/// with which queues fill up soon.
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
        assert!(host.poll_event(Instant::now(), &mut Vec::new()).is_none(), "no player has connected yet");
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

/// A host and its players on one thread, and the events that each has seen.
pub(crate) struct Table {
    pub(crate) host: WebRtcHost,
    pub(crate) players: Vec<WebRtcClient>,
    /// The players that connected, with the names of their sessions.
    pub(crate) came: Vec<(Peer, String)>,
    pub(crate) went: Vec<(Peer, DisconnectReason)>,
    pub(crate) host_heard: Vec<(Peer, Delivery, Vec<u8>)>,
    /// For each player: whether it is connected, why it was disconnected, and the packets that it has received.
    pub(crate) connected: Vec<bool>,
    pub(crate) ends: Vec<Option<DisconnectReason>>,
    pub(crate) heard: Vec<Vec<Vec<u8>>>,
}

impl Table {
    pub(crate) fn new(host: WebRtcHost) -> Self {
        Self {
            host,
            players: Vec::new(),
            came: Vec::new(),
            went: Vec::new(),
            host_heard: Vec::new(),
            connected: Vec::new(),
            ends: Vec::new(),
            heard: Vec::new(),
        }
    }

    /// Adds a player that starts to connect.
    pub(crate) fn join(&mut self, settings: ClientSettings) -> usize {
        let mut player = client(settings);
        player.connect(Instant::now());
        self.players.push(player);
        self.connected.push(false);
        self.ends.push(None);
        self.heard.push(Vec::new());
        self.players.len() - 1
    }

    /// Polls the host and all clients until `is_so`.
    pub(crate) fn until(&mut self, what: &str, is_so: impl FnMut(&mut Self) -> bool) {
        self.until_within(PATIENCE, what, is_so);
    }

    pub(crate) fn until_within(
        &mut self,
        patience: Duration,
        what: &str,
        mut is_so: impl FnMut(&mut Self) -> bool,
    ) {
        let deadline = Instant::now() + patience;
        loop {
            self.poll_host();
            (0..self.players.len()).for_each(|player| self.poll_player(player));
            if is_so(self) {
                return;
            }
            assert!(Instant::now() < deadline, "this does not happen: {what}");
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn poll_host(&mut self) {
        let mut bytes = Vec::new();
        while let Some(event) = self.host.poll_event(Instant::now(), &mut bytes) {
            match event {
                ServerLinkEvent::Connected { peer, session, .. } => self.came.push((peer, session)),
                ServerLinkEvent::Packet { peer, channel: delivery } => {
                    self.host_heard.push((peer, delivery, bytes.clone()));
                }
                ServerLinkEvent::Disconnected { peer, reason } => self.went.push((peer, reason)),
            }
        }
    }

    fn poll_player(&mut self, player: usize) {
        let mut bytes = Vec::new();
        while let Some(event) = self.players[player].poll_event(Instant::now(), &mut bytes) {
            match event {
                ClientLinkEvent::Connected => self.connected[player] = true,
                ClientLinkEvent::Packet { .. } => self.heard[player].push(bytes.clone()),
                ClientLinkEvent::Disconnected { reason } => {
                    self.connected[player] = false;
                    self.ends[player] = Some(reason);
                }
                ClientLinkEvent::Direct { .. } => {}
            }
        }
    }
}
