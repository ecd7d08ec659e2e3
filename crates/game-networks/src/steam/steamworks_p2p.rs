//! The real Steam, by the crate `steamworks` (feature of that name).
//!
//! That crate knows one callback of each kind for an account: a game that registers its own for
//! [`P2PSessionRequest`] or [`P2PSessionConnectFail`] takes them from here, and the other way round.

mod log_on;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use steamworks::{
    CallbackHandle, Client, Networking, P2PSessionConnectFail, P2PSessionRequest, SendType, Server,
    SteamId as RawId,
};

pub use log_on::{GameServerSettings, LogOnError};

use crate::steam::steam_p2p::{Arrival, P2pError, SendKind, SessionState, SteamEvent, SteamId, SteamP2p};

/// One end of an account at the real Steam.
///
/// A host, whose server and player have one account, makes the other end with [`another_end`](Self::another_end).
pub struct SteamworksP2p {
    account: Arc<Account>,
    end: u64,
}

struct Account {
    api: Api,
    ends: Arc<Mutex<Ends>>,
    /// Registered as long as these are there.
    _callbacks: [CallbackHandle; 2],
}

enum Api {
    User(Client),
    GameNetworkServer(Server),
}

/// The events that each end has not seen.
#[derive(Default)]
struct Ends {
    last: u64,
    events: BTreeMap<u64, VecDeque<SteamEvent>>,
}

impl SteamworksP2p {
    /// The account of the user that is logged in to Steam on this machine.
    pub fn user(client: Client) -> Self {
        let ends: Arc<Mutex<Ends>> = Arc::default();
        let callbacks =
            [client.register_callback(on_request(&ends)), client.register_callback(on_connect_fail(&ends))];
        Self::first_end(Api::User(client), ends, callbacks)
    }

    /// A game server's account. It has its number when Steam has logged it on, some time after
    /// [`Server::log_on_anonymous`].
    pub fn game_server(server: Server) -> Self {
        let ends: Arc<Mutex<Ends>> = Arc::default();
        let callbacks =
            [server.register_callback(on_request(&ends)), server.register_callback(on_connect_fail(&ends))];
        Self::first_end(Api::GameNetworkServer(server), ends, callbacks)
    }

    /// Another handle of the same account: a packet is read by the handle that asks first, an event is seen by both.
    #[must_use]
    pub fn another_end(&self) -> Self {
        let end = self.account.lock().add();
        Self { account: Arc::clone(&self.account), end }
    }

    fn first_end(api: Api, ends: Arc<Mutex<Ends>>, callbacks: [CallbackHandle; 2]) -> Self {
        let account = Account { api, ends, _callbacks: callbacks };
        let end = account.lock().add();
        Self { account: Arc::new(account), end }
    }

    fn networking(&self) -> Networking {
        match &self.account.api {
            Api::User(client) => client.networking(),
            Api::GameNetworkServer(server) => server.networking(),
        }
    }
}

impl SteamP2p for SteamworksP2p {
    fn id(&self) -> SteamId {
        SteamId(match &self.account.api {
            Api::User(client) => client.user().steam_id().raw(),
            Api::GameNetworkServer(server) => server.steam_id().raw(),
        })
    }

    fn run_callbacks(&mut self, _now: Instant) {
        match &self.account.api {
            Api::User(client) => client.run_callbacks(),
            Api::GameNetworkServer(server) => server.run_callbacks(),
        }
    }

    fn poll_event(&mut self) -> Option<SteamEvent> {
        self.account.lock().events.get_mut(&self.end)?.pop_front()
    }

    fn send(&mut self, to: SteamId, kind: SendKind, channel: i32, packet: &[u8]) -> bool {
        let kind = match kind {
            SendKind::Unreliable => SendType::Unreliable,
            SendKind::UnreliableNoDelay => SendType::UnreliableNoDelay,
            SendKind::Reliable => SendType::Reliable,
            SendKind::ReliableWithBuffering => SendType::ReliableWithBuffering,
        };
        self.networking().send_p2p_packet_on_channel(RawId::from_raw(to.0), kind, packet, channel)
    }

    fn receive(&mut self, channel: i32, packet: &mut Vec<u8>) -> Option<Arrival> {
        let networking = self.networking();
        let bytes = networking.is_p2p_packet_available_on_channel(channel)?;
        packet.resize(bytes.min(SendKind::Reliable.bytes_max()), 0);
        let (from, bytes) = networking.read_p2p_packet_from_channel(packet, channel)?;
        packet.truncate(bytes);
        Some(Arrival { from: SteamId(from.raw()), kind: None })
    }

    fn accept(&mut self, from: SteamId) {
        self.networking().accept_p2p_session(RawId::from_raw(from.0));
    }

    fn close_session(&mut self, with: SteamId) {
        self.networking().close_p2p_session(RawId::from_raw(with.0));
    }

    /// Does nothing: the crate has no safe call for it. Steam ends what is left with the session or with the process.
    fn close_channel(&mut self, _with: SteamId, _channel: i32) {}

    fn session_state(&self, with: SteamId) -> SessionState {
        match self.networking().get_p2p_session_state(RawId::from_raw(with.0)) {
            Some(state) if state.connection_active => SessionState::Active,
            Some(state) if state.connecting => SessionState::Connecting,
            _ => SessionState::None,
        }
    }
}

impl Account {
    fn lock(&self) -> MutexGuard<'_, Ends> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ends {
    fn add(&mut self) -> u64 {
        self.last += 1;
        self.events.insert(self.last, VecDeque::new());
        self.last
    }

    fn report(&mut self, event: SteamEvent) {
        for events in self.events.values_mut().filter(|events| events.len() < EVENTS_MAX) {
            events.push_back(event);
        }
    }
}

impl Drop for SteamworksP2p {
    fn drop(&mut self) {
        self.account.lock().events.remove(&self.end);
    }
}

impl std::fmt::Debug for SteamworksP2p {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SteamworksP2p").field("end", &self.end).finish_non_exhaustive()
    }
}

fn on_request(ends: &Arc<Mutex<Ends>>) -> impl FnMut(P2PSessionRequest) + Send + 'static {
    let ends = Arc::clone(ends);
    move |request| report(&ends, SteamEvent::SessionRequest { from: SteamId(request.remote.raw()) })
}

fn on_connect_fail(ends: &Arc<Mutex<Ends>>) -> impl FnMut(P2PSessionConnectFail) + Send + 'static {
    let ends = Arc::clone(ends);
    move |failure| {
        let error = if failure.error == TIMEOUT { P2pError::Timeout } else { P2pError::Other(failure.error) };
        report(&ends, SteamEvent::ConnectFail { with: SteamId(failure.remote.raw()), error });
    }
}

fn report(ends: &Mutex<Ends>, event: SteamEvent) {
    ends.lock().unwrap_or_else(PoisonError::into_inner).report(event);
}

/// `k_EP2PSessionErrorTimeout`.
const TIMEOUT: u8 = 4;

/// An end that is not polled keeps no more.
const EVENTS_MAX: usize = 4096;
