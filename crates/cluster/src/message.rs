//! Messages between the owner of a session and its edges.
//!
//! Messages are written by [postcard](https://postcard.jamesmunns.com/wire-format): a number for the kind, then its
//! fields in order. A kind is never removed and its fields never change; new kinds are added at the end.

use consonance_link::{Delivery, DisconnectReason, EndCode, EndReason};
use serde::{Deserialize, Serialize};

use crate::kept_client::KeptClient;
use crate::link_number::{LinkNumber, LinkNumbers};
use crate::link_report::LinkReport;

/// A message from an edge to the owner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(clippy::large_enum_variant, reason = "it is read and handled one at a time")]
pub enum ToOwner<'a> {
    /// A client has connected.
    Connected {
        /// Its link.
        link: LinkNumber,
        /// The session that it named.
        #[serde(borrow)]
        session: &'a str,
        /// Its origin.
        about: About<'a>,
    },
    /// A packet arrived over a link.
    Packet {
        /// The link.
        link: LinkNumber,
        /// Its number among the link's reliable packets, from 0; none if it is unreliable.
        number: Option<u64>,
        /// Its bytes.
        packet: &'a [u8],
    },
    /// A link is gone.
    Disconnected {
        /// The link.
        link: LinkNumber,
        /// Why.
        #[serde(borrow)]
        why: LinkEnd<'a>,
    },
    /// The answer to [`ToEdge::Probe`]: something arrived over a link.
    Heard {
        /// The link.
        link: LinkNumber,
        /// How long ago, in µs.
        ago_us: u64,
    },
    /// The answer to [`ToEdge::Look`].
    Report {
        /// The link.
        link: LinkNumber,
        /// The state of the link.
        report: LinkReport,
    },
    /// The path to several clients at once went silent, or works again.
    Reachability {
        /// Their links.
        #[serde(borrow)]
        links: LinkNumbers<'a>,
        /// Whether it works.
        is_reachable: bool,
    },
    /// A client is connected that joined the session under an earlier owner.
    Kept {
        /// Its link.
        link: LinkNumber,
        /// The session.
        #[serde(borrow)]
        session: &'a str,
        /// Its origin.
        about: About<'a>,
        /// The client.
        client: KeptClient,
    },
    /// The network of a connected client vouches for its account; see
    /// [`PeerAccount`](consonance_link::PeerAccount).
    Account {
        /// Its link.
        link: LinkNumber,
        /// The account.
        account: &'a str,
    },
}

/// A message from the owner to an edge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ToEdge<'a> {
    /// Send a packet over these links.
    Send {
        /// Whether the packet is reliable.
        is_reliable: bool,
        /// The links.
        #[serde(borrow)]
        links: LinkNumbers<'a>,
        /// Its bytes.
        packet: &'a [u8],
    },
    /// End a link.
    End {
        /// The link.
        link: LinkNumber,
        /// Why, as [`EndReason::encode`] writes it.
        #[serde(borrow)]
        reason: &'a str,
    },
    /// A link's client has joined its session, or is no longer joined.
    Joined {
        /// The link.
        link: LinkNumber,
        /// Whether it has joined.
        is_joined: bool,
    },
    /// Ask a link's client for a sign of life, and report when it was heard.
    Probe {
        /// The link.
        link: LinkNumber,
    },
    /// Report the state of a link.
    Look {
        /// The link.
        link: LinkNumber,
    },
    /// A reliable packet arrived over a link that is unknown here, or no longer known: it is for another owner.
    Returned {
        /// The link.
        link: LinkNumber,
        /// Its number among the link's reliable packets.
        number: u64,
        /// Its bytes.
        packet: &'a [u8],
    },
}

/// The reason for the end of a link: those of [`DisconnectReason`] that occur at a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinkEnd<'a> {
    /// The edge has ended it.
    ByEdge,
    /// The client has ended it, for this reason, as [`EndReason::encode`] writes it.
    ByClient(#[serde(borrow)] &'a str),
    /// The client has gone silent.
    TimedOut,
    /// The client was too slow: this queue or content could not be delivered in time.
    Overloaded(#[serde(borrow)] &'a str),
    /// The client violated the protocol of its network in this way.
    Violation(#[serde(borrow)] &'a str),
}

/// The origin of a client, as far as its network knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About<'a> {
    /// Its address, as [`Remote`](consonance_link::Remote) is shown.
    #[serde(borrow)]
    pub remote: &'a str,
    /// The kind of its network; see [`ServerNetwork::network`](consonance_link::ServerNetwork::network).
    #[serde(borrow)]
    pub kind: &'a str,
    /// The identity that the network vouches for; see [`PeerIdentity`](consonance_link::PeerIdentity).
    pub identity: Option<u64>,
    /// See [`Resumed`](consonance_link::Resumed).
    pub is_resumed: bool,
}

/// A message that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed message of {bytes} bytes: {cause}")]
pub struct BusMessageError {
    pub(crate) bytes: usize,
    pub(crate) cause: postcard::Error,
}

impl BusMessageError {
    /// An error code for logs and programs.
    pub fn code(&self) -> &'static str {
        "malformed-message"
    }
}

impl<'a> ToOwner<'a> {
    /// Reads a message.
    ///
    /// # Errors
    /// [`BusMessageError`] if it cannot be read.
    pub fn read(message: &'a [u8]) -> Result<Self, BusMessageError> {
        read(message)
    }

    /// Writes a message into the buffer, replacing its content.
    pub fn write<'b>(&self, buffer: &'b mut Vec<u8>) -> &'b [u8] {
        write(self, buffer)
    }
}

impl<'a> ToEdge<'a> {
    /// Reads a message.
    ///
    /// # Errors
    /// [`BusMessageError`] if it cannot be read.
    pub fn read(message: &'a [u8]) -> Result<Self, BusMessageError> {
        read(message)
    }

    /// Writes a message into the buffer, replacing its content.
    pub fn write<'b>(&self, buffer: &'b mut Vec<u8>) -> &'b [u8] {
        write(self, buffer)
    }
}

fn read<'a, M: Deserialize<'a>>(message: &'a [u8]) -> Result<M, BusMessageError> {
    postcard::from_bytes(message).map_err(|cause| BusMessageError { bytes: message.len(), cause })
}

/// Reuses the buffer: nothing is allocated once it has grown.
fn write<'b>(message: &impl Serialize, buffer: &'b mut Vec<u8>) -> &'b [u8] {
    buffer.clear();
    append(buffer, message);
    buffer
}

/// Appends a message to the buffer.
pub(crate) fn append(buffer: &mut Vec<u8>, message: &impl Serialize) {
    let written = postcard::to_extend(message, std::mem::take(buffer));
    debug_assert!(written.is_ok(), "a buffer grows as far as it has to");
    *buffer = written.unwrap_or_default();
}

pub(crate) fn is_reliable(delivery: Delivery) -> bool {
    delivery == Delivery::Reliable
}

pub(crate) fn delivery(is_reliable: bool) -> Delivery {
    if is_reliable { Delivery::Reliable } else { Delivery::Unreliable }
}

impl<'a> LinkEnd<'a> {
    /// Converts a reason, whose text may be written to `words`.
    pub fn of(reason: &'a DisconnectReason, words: &'a mut String) -> Self {
        match reason {
            DisconnectReason::ClosedByUs => Self::ByEdge,
            DisconnectReason::TimedOut => Self::TimedOut,
            DisconnectReason::Overloaded { queue } => Self::Overloaded(queue),
            DisconnectReason::ProtocolViolated { violation } => Self::Violation(violation),
            other @ (DisconnectReason::ClosedByPeer { .. }
            | DisconnectReason::Refused { .. }
            | DisconnectReason::ServerFull { .. }
            | DisconnectReason::CertificateNotTrusted { .. }
            | DisconnectReason::CouldNotResolve { .. }
            | DisconnectReason::Unreachable { .. }) => {
                let reason = other
                    .end_reason()
                    .unwrap_or_else(|| EndReason::with_words(EndCode::Other, &other.to_string()));
                *words = reason.encode();
                Self::ByClient(words)
            }
        }
    }

    /// Converts back to a reason.
    pub fn reason(self) -> DisconnectReason {
        match self {
            Self::ByEdge => DisconnectReason::ClosedByUs,
            Self::ByClient(reason) => DisconnectReason::closed_by_peer(reason.as_bytes()),
            Self::TimedOut => DisconnectReason::TimedOut,
            Self::Overloaded(queue) => DisconnectReason::Overloaded { queue: queue.to_owned() },
            Self::Violation(violation) => {
                DisconnectReason::ProtocolViolated { violation: violation.to_owned() }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: LinkNumber = LinkNumber(0xAB12_3456);
    const ABOUT: About<'static> =
        About { remote: "192.0.2.1:7", kind: "quic", identity: Some(1 << 50), is_resumed: true };

    #[test]
    fn messages_to_the_owner_arrive_as_they_were() {
        let mut buffer = Vec::new();
        for message in [
            ToOwner::Connected { link: LINK, session: "arena", about: ABOUT },
            ToOwner::Packet { link: LINK, number: None, packet: b"voice" },
            ToOwner::Disconnected { link: LINK, why: LinkEnd::ByClient("(kicked) go") },
            ToOwner::Heard { link: LINK, ago_us: 17 },
            ToOwner::Report { link: LINK, report: LinkReport::default() },
            ToOwner::Reachability { links: LinkNumbers::new(&[1, 0, 0, 0]), is_reachable: true },
            ToOwner::Kept {
                link: LINK,
                session: "arena",
                about: ABOUT,
                client: KeptClient { client: 7, version: 9, place: None },
            },
            ToOwner::Account { link: LINK, account: "steam:a9993e36" },
        ] {
            assert_eq!(ToOwner::read(message.write(&mut buffer)), Ok(message));
        }
    }

    #[test]
    fn why_a_link_is_gone_arrives_as_it_was() {
        for reason in [
            DisconnectReason::ClosedByUs,
            DisconnectReason::closed_by_peer(b""),
            DisconnectReason::closed_by_peer(b"(banned) cheating"),
            DisconnectReason::TimedOut,
            DisconnectReason::Overloaded { queue: "1024 reliable packets".to_owned() },
            DisconnectReason::ProtocolViolated { violation: "a frame of type 9".to_owned() },
        ] {
            assert_eq!(LinkEnd::of(&reason, &mut String::new()).reason(), reason);
        }
    }

    #[test]
    fn messages_to_an_edge_arrive_as_they_were() {
        let mut list = Vec::new();
        for link in [LINK, LinkNumber(0)] {
            LinkNumbers::write(&mut list, link);
        }
        let links = LinkNumbers::new(&list);
        assert_eq!(links.iter().collect::<Vec<_>>(), [LINK, LinkNumber(0)]);
        let mut buffer = Vec::new();
        for message in [
            ToEdge::Send { is_reliable: true, links, packet: b"state" },
            ToEdge::End { link: LINK, reason: "(kicked) go" },
            ToEdge::Joined { link: LINK, is_joined: true },
            ToEdge::Probe { link: LINK },
            ToEdge::Look { link: LINK },
            ToEdge::Returned { link: LINK, number: 300, packet: b"state" },
        ] {
            assert_eq!(ToEdge::read(message.write(&mut buffer)), Ok(message));
        }
    }

    /// Nodes of different versions read each other's messages.
    #[test]
    fn the_bytes_of_messages_stay_what_they_are() {
        let mut buffer = Vec::new();
        let packet = ToOwner::Packet { link: LinkNumber(300), number: Some(5), packet: b"ab" };
        assert_eq!(packet.write(&mut buffer), [1, 0xAC, 2, 1, 5, 2, b'a', b'b']);
        let list = [44, 1, 0, 0];
        let send = ToEdge::Send { is_reliable: false, links: LinkNumbers::new(&list), packet: b"ab" };
        assert_eq!(send.write(&mut buffer), [0, 0, 4, 44, 1, 0, 0, 2, b'a', b'b']);
    }

    #[test]
    fn what_is_no_message_is_an_error_with_a_code() {
        let mut buffer = Vec::new();
        let whole = ToOwner::Connected { link: LINK, session: "arena", about: ABOUT }.write(&mut buffer);
        for length in 0..whole.len() {
            assert_eq!(ToOwner::read(&whole[..length]).unwrap_err().code(), "malformed-message");
        }
        assert!(ToEdge::read(&[9]).is_err());
    }
}
