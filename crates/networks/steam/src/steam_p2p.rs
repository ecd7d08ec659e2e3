//! What voice needs of Steam: the calls and events of `ISteamNetworking`, for one account.

use std::fmt;
use std::time::Instant;

/// An account: a user, or a game server. Steam tells it of the sender of each packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SteamId(pub u64);

impl fmt::Display for SteamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Steam's legacy peer-to-peer interface, as one account has it. Nothing here blocks.
///
/// Packets go to *channels* of the other account, which are read one by one. Between two accounts there is a *session*,
/// which Steam makes as soon as one of them sends something; the other has to accept it, or send something itself,
/// before anything of it can be read.
///
/// Where a server and a player have the same account, each has a value of its own, and both see every event.
pub trait SteamP2p: Send {
    /// The account of this end.
    fn id(&self) -> SteamId;

    /// Lets Steam do what is due. Called often, at least thirty times per second where voice is to be in time.
    fn run_callbacks(&mut self, now: Instant);

    /// The next thing that happened, or `None`.
    fn poll_event(&mut self) -> Option<SteamEvent>;

    /// Sends a packet, beginning a session and accepting the other's if need be. False if it cannot be: the packet is
    /// too large for its kind, the account is invalid, or too much is queued. True says nothing about its arrival.
    fn send(&mut self, to: SteamId, kind: SendKind, channel: i32, packet: &[u8]) -> bool;

    /// Takes the next packet of a channel into `packet`, in place of what is there.
    fn receive(&mut self, channel: i32, packet: &mut Vec<u8>) -> Option<Arrival>;

    /// Accepts the packets of another account.
    fn accept(&mut self, from: SteamId);

    /// Ends the session with another account on all channels, also those of others in this process. What is queued for
    /// it is lost, and if it sends again, [`SteamEvent::SessionRequest`] comes again. It is told nothing.
    fn close_session(&mut self, with: SteamId);

    /// Ends what we have with another account on one channel; with the last of them, the session. It is told nothing.
    fn close_channel(&mut self, with: SteamId, channel: i32);

    /// How the session with another account does.
    fn session_state(&self, with: SteamId) -> SessionState;
}

/// Something that Steam tells an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SteamEvent {
    /// `P2PSessionRequest_t`: another account has sent us something and waits to be accepted.
    SessionRequest {
        /// Which one.
        from: SteamId,
    },
    /// `P2PSessionConnectFail_t`: what was queued for another account could not be delivered, and its session is gone.
    ConnectFail {
        /// Which one.
        with: SteamId,
        /// Why.
        error: P2pError,
    },
}

/// `EP2PSessionError`: why a session could not be made or has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum P2pError {
    /// The other account did not answer, perhaps because no program accepts sessions there: 4.
    Timeout,
    /// Any other, by its number.
    Other(u8),
}

/// `EP2PSend`: how a packet travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum SendKind {
    /// As one datagram, kept until the session is up: at most 1200 bytes.
    Unreliable = 0,
    /// As one datagram, thrown away while the session is not up: at most 1200 bytes.
    UnreliableNoDelay = 1,
    /// Complete and in order with all that is reliable, on whatever channel: at most 1 MiB.
    Reliable = 2,
    /// The same, and may wait a moment for more to go with it.
    ReliableWithBuffering = 3,
}

impl SendKind {
    /// Whether Steam delivers it, or else says that the session is gone.
    pub fn is_reliable(self) -> bool {
        matches!(self, Self::Reliable | Self::ReliableWithBuffering)
    }

    /// The largest packet of this kind, in bytes.
    pub fn bytes_max(self) -> usize {
        if self.is_reliable() { RELIABLE_BYTES_MAX } else { UNRELIABLE_BYTES_MAX }
    }
}

/// A packet that came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The sender.
    pub from: SteamId,
    /// How it was sent. Steam does not tell, and a packet's own type has to do.
    pub kind: Option<SendKind>,
}

/// How the session with another account does: what matters of `P2PSessionState_t`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionState {
    /// There is none.
    None,
    /// It is being made.
    Connecting,
    /// It is up, as far as Steam knows.
    Active,
}

/// Steam's limit for unreliable packets, in bytes.
pub(crate) const UNRELIABLE_BYTES_MAX: usize = 1200;

/// Steam's limit for reliable packets, in bytes.
const RELIABLE_BYTES_MAX: usize = 1024 * 1024;
