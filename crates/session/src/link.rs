//! Ids of connections, and the two delivery modes of a packet.

use alloc::boxed::Box;
use core::fmt;

pub use consonance_wire::Delivery;

/// The driver's id for one connection: never an address, and never reused for another connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId(pub u64);

impl fmt::Display for LinkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "link {}", self.0)
    }
}

/// The origin of a peer, as far as its network can prove it: equal for two connections that may be one person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PeerOrigin {
    /// The driver's number for an address prefix, whichever network the connection is on.
    AddressPrefix(u128),
    /// A player that a network knows by a number of its own, such as an account or a player of the game's room.
    Identity {
        /// The driver's number for the network; identities of different networks are never equal.
        network: u32,
        /// The network's number for the player.
        number: u64,
    },
}

/// A command of the engine for a link, besides sending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkCommand {
    /// Connect to the server; answer with `handle_connected` or `handle_connect_failed`. Only a client asks for this.
    Open,
    /// Close this link after everything sent on it so far. No `handle_disconnected` is expected for it, and none does
    /// harm.
    Close {
        /// The link to close.
        link: LinkId,
        /// The reason, for the peer and the operator.
        reason: CloseReason,
        /// Whether the peer reads an [`EndNotice`](consonance_wire::EndNotice): where the network's own close cannot
        /// carry the reason, the driver sends a notice before. Only links of a server set this.
        reads_notice: bool,
    },
}

impl LinkCommand {
    /// Closes a link whose peer reads no notice.
    pub(crate) fn close(link: LinkId, reason: CloseReason) -> Self {
        Self::Close { link, reason, reads_notice: false }
    }
}

/// The reason for closing a link.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
pub enum CloseReason {
    /// The user asked for it.
    Left,
    /// Another player joined with the same name.
    ReplacedByNewerLogin,
    /// A player of this name is here, and the operator has confirmed that the name is theirs.
    NameProtected,
    /// A client of this name is here, and still answers.
    NameInUse,
    /// The name has more bytes than [`Limits::name_bytes`](crate::Limits) allows.
    NameTooLong {
        /// Bytes that a name may have.
        bytes_max: usize,
    },
    /// The link was open for [`Limits::handshake`](crate::Limits) without a handshake.
    NoHandshake,
    /// The server did not answer the handshake within [`Limits::handshake`](crate::Limits).
    NoAnswer,
    /// The session holds as many links as [`Limits::links`](crate::Limits) allows.
    SessionFull,
    /// The client has returned over another link.
    Resumed,
    /// The server has another session now.
    WrongSession,
    /// The server does not admit this player.
    NotAdmitted,
    /// The operator has removed this player.
    Kicked {
        /// The operator's message; may be empty.
        reason: Box<str>,
    },
    /// The operator has banned this player.
    Banned {
        /// The operator's message; may be empty.
        reason: Box<str>,
        /// When the ban ends, in seconds since 1970; never if there is none.
        until: Option<u64>,
    },
    /// The time for which the player was admitted is over.
    VisitEnded,
    /// The session ends.
    Stopped,
    /// The session is about to end, and admits no more newcomers.
    Draining {
        /// The server that it sends its clients to, if there is one: an address in the network's own format.
        redirect: Option<Box<str>>,
    },
    /// The server is overloaded and admits no newcomers for now.
    AtItsLimit {
        /// The time until a retry, in seconds.
        retry_in_s: u32,
    },
    /// The server has sent its clients to another one.
    Redirected,
    /// As many direct links as [`Limits::direct_links`](crate::Limits) allows are open.
    TooManyPeers,
    /// The codec's frame size or sample rate is zero, or over [`Limits`](crate::Limits).
    CodecRefused,
    /// The session is encrypted from end to end, and this client has no keys.
    EncryptionRequired,
    /// The server's driver does not send waiting packets, so that a reliable packet from this link had to be dropped.
    Overloaded,
    /// The peer broke more rules than [`Limits::strikes`](crate::Limits) forgives; for a direct peer, too many in a
    /// row to be an accident.
    Abuse {
        /// The last offence.
        last: Offence,
    },
}

/// An offence, which an honest peer never or rarely commits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Offence {
    /// A packet that cannot be read.
    Malformed,
    /// A packet that is too long for any peer.
    Oversized,
    /// A packet in another player's name.
    Spoofed,
    /// A name, room, text or relayed packet that is not accepted.
    Refused,
    /// A packet over a rate of [`Limits`](crate::Limits).
    TooFast,
}

impl fmt::Display for Offence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "a malformed packet",
            Self::Oversized => "an oversized packet",
            Self::Spoofed => "a packet in another player's name",
            Self::Refused => "a packet that this session refuses",
            Self::TooFast => "exceeding a rate limit",
        })
    }
}

impl fmt::Display for CloseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = match self {
            Self::Left => "left the session",
            Self::ReplacedByNewerLogin => "another player joined with the same name",
            Self::NameProtected => "this name belongs to a player in the session: choose another one",
            Self::NameInUse => "this name is in use: choose another one",
            Self::VisitEnded => "this player's join token has reached its time limit: get a new one",
            Self::NameTooLong { bytes_max } => {
                return write!(
                    f,
                    "the name is longer than this session allows: choose one of at most {bytes_max} bytes"
                );
            }
            Self::NoHandshake => "connected without joining the session in time",
            Self::NoAnswer => "the server did not answer in time",
            Self::SessionFull => "the session is full: try again when a player has left",
            Self::Resumed => "resumed over another connection",
            Self::WrongSession => "the server started a new session",
            Self::NotAdmitted => "not admitted: the join token is missing, invalid or expired",
            Self::Stopped => "the session has ended",
            Self::Draining { .. } => "the server is shutting down and admits no new players: try again later",
            Self::AtItsLimit { retry_in_s } => {
                return write!(f, "the server is at its limit: try again in {retry_in_s} s");
            }
            Self::Redirected => "redirected to another server",
            Self::TooManyPeers => "too many direct links",
            Self::CodecRefused => "unsupported frame size or sample rate: use those of an Opus codec",
            Self::EncryptionRequired => {
                "this session requires end-to-end encryption, which this client does not support"
            }
            Self::Overloaded => "the server cannot keep up",
            Self::Kicked { reason } if reason.is_empty() => "the server's operator has removed this player",
            Self::Kicked { reason } => {
                return write!(f, "the server's operator has removed this player: {reason}");
            }
            Self::Banned { reason, .. } if reason.is_empty() => {
                "the server's operator has banned this player"
            }
            Self::Banned { reason, .. } => {
                return write!(f, "the server's operator has banned this player: {reason}");
            }
            Self::Abuse { last } => return write!(f, "too many violations, most recently {last}"),
        };
        f.write_str(reason)
    }
}
