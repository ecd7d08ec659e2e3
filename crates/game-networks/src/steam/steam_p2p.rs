//! The parts of Steam that voice uses: the calls and events of `ISteamNetworking`, for one account.

use std::fmt;
use std::time::Instant;

/// An account: a user, or a game server. Steam names the sender of each packet by it.
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
/// If a server and a player share an account, each has a value of its own, and both receive every event.
pub trait SteamP2p: Send {
    /// The account of this end.
    fn id(&self) -> SteamId;

    /// Runs Steam's callbacks. Call it often, at least thirty times per second for timely voice.
    fn run_callbacks(&mut self, now: Instant);

    /// The next event, or `None`.
    fn poll_event(&mut self) -> Option<SteamEvent>;

    /// Sends a packet, beginning a session and accepting the other's if necessary. False on an error: the packet is
    /// too large for its kind, the account is invalid, or too much is queued. True does not mean that it arrives.
    fn send(&mut self, to: SteamId, kind: SendKind, channel: i32, packet: &[u8]) -> bool;

    /// Takes the next packet of a channel into `packet`, in place of what is there.
    fn receive(&mut self, channel: i32, packet: &mut Vec<u8>) -> Option<Arrival>;

    /// Accepts the packets of another account.
    fn accept(&mut self, from: SteamId);

    /// Ends the session with another account on all channels, also those of others in this process. What is queued for
    /// it is lost, and if it sends again, [`SteamEvent::SessionRequest`] comes again. It is told nothing.
    fn close_session(&mut self, with: SteamId);

    /// Closes a channel with another account; with the last of them, the session. The other account is not notified.
    fn close_channel(&mut self, with: SteamId, channel: i32);

    /// The state of the session with another account.
    fn session_state(&self, with: SteamId) -> SessionState;
}

/// An event that Steam reports to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SteamEvent {
    /// `P2PSessionRequest_t`: another account has sent packets and waits to be accepted.
    SessionRequest {
        /// The other account.
        from: SteamId,
    },
    /// `P2PSessionConnectFail_t`: the packets queued for another account could not be delivered; its session is gone.
    ConnectFail {
        /// The other account.
        with: SteamId,
        /// The reason.
        error: P2pError,
    },
}

/// `EP2PSessionError`: the reason why a session could not be established or has ended.
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

/// The sender and the kind of a received packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The sender.
    pub from: SteamId,
    /// The kind of sending. `None` at Steam itself, which does not report it; the packet's type is used instead.
    pub kind: Option<SendKind>,
}

/// The state of a session with another account: the relevant part of `P2PSessionState_t`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionState {
    /// There is no session.
    None,
    /// It is being established.
    Connecting,
    /// It is up, as far as Steam knows.
    Active,
}

/// Steam's limit for unreliable packets, in bytes.
pub(crate) const UNRELIABLE_BYTES_MAX: usize = 1200;

/// Steam's limit for reliable packets, in bytes.
const RELIABLE_BYTES_MAX: usize = 1024 * 1024;
