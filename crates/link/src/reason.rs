//! Reasons for the end of a link, with advice for the user.

use consonance_wire::end_reason::{END_REASON_BYTES_MAX, EndCode, EndReason};

/// The longest reason, in bytes of UTF-8, that travels to or is shown from the other side.
pub const REASON_BYTES_MAX: usize = END_REASON_BYTES_MAX;

/// The reason that a server that [shuts down](crate::ServerNetwork::shutdown) gives to its peers, and to newcomers.
pub const SHUTTING_DOWN: &str = "the server is shutting down";

/// Why a link ended or could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
pub enum DisconnectReason {
    /// We closed the link.
    #[error("we closed the connection")]
    ClosedByUs,
    /// The other side ended the link.
    #[error(
        "the other side closed the connection{}",
        words_or(reason, " without giving a reason; connect again, or ask its operator")
    )]
    ClosedByPeer {
        /// The peer's reason; may be empty.
        reason: EndReason,
    },
    /// The server did not admit us.
    #[error(
        "the server refused the connection{}",
        words_or(reason, " without giving a reason; ask its operator for access")
    )]
    Refused {
        /// The server's reason; may be empty.
        reason: EndReason,
    },
    /// The server is full.
    #[error("the server is full, with {clients_max} clients: try again when one has left")]
    ServerFull {
        /// Its limit of clients.
        clients_max: u32,
    },
    /// Nothing was heard for too long.
    #[error(
        "the connection timed out: nothing was heard from the other side; check the network and try again"
    )]
    TimedOut,
    /// The server is not the one that the address requires.
    #[error(
        "the server's certificate is not trusted: expected {expected}, got {got}; \
         ask the server's operator for its current address"
    )]
    CertificateNotTrusted {
        /// The certificate that the address calls for.
        expected: String,
        /// The certificate that the server presented.
        got: String,
    },
    /// The host's name could not be resolved.
    #[error("cannot find the host {host} ({cause}); check its spelling and your connection")]
    CouldNotResolve {
        /// The name asked for.
        host: String,
        /// The operating system's error.
        cause: String,
    },
    /// No answer from the server.
    #[error("cannot reach the server at {address} ({cause}); check that it runs and that the port is right")]
    Unreachable {
        /// The address of the attempt.
        address: String,
        /// The error at that address.
        cause: String,
    },
    /// Reliable packets were queued faster than they could be sent.
    #[error(
        "the connection was too slow: {queue} could not be delivered in time; try again on a better network"
    )]
    Overloaded {
        /// The queue or its content, for the message.
        queue: String,
    },
    /// The other side broke the rules of the network's protocol.
    #[error("the other side violated the protocol: {violation}; check that both run matching versions")]
    ProtocolViolated {
        /// The violation.
        violation: String,
    },
}

impl DisconnectReason {
    /// An error code for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::ClosedByUs => "closed-by-us",
            Self::ClosedByPeer { .. } => "closed-by-peer",
            Self::Refused { .. } => "refused",
            Self::ServerFull { .. } => "server-full",
            Self::TimedOut => "timed-out",
            Self::CertificateNotTrusted { .. } => "certificate-not-trusted",
            Self::CouldNotResolve { .. } => "could-not-resolve",
            Self::Unreachable { .. } => "unreachable",
            Self::Overloaded { .. } => "overloaded",
            Self::ProtocolViolated { .. } => "protocol-violated",
        }
    }
}

impl DisconnectReason {
    /// [`ClosedByPeer`](Self::ClosedByPeer) with a reason as received over the network: encoded, or as text.
    pub fn closed_by_peer(reason: &[u8]) -> Self {
        Self::ClosedByPeer { reason: EndReason::decode(reason) }
    }

    /// [`Refused`](Self::Refused) with a reason as received over the network: encoded, or as text.
    pub fn refused(reason: &[u8]) -> Self {
        Self::Refused { reason: EndReason::decode(reason) }
    }

    /// The other side's reason, if it ended or refused the link, including a server that is full.
    pub fn end_reason(&self) -> Option<EndReason> {
        match self {
            Self::ClosedByPeer { reason } | Self::Refused { reason } => Some(reason.clone()),
            Self::ServerFull { clients_max } => {
                Some(EndReason { max: Some(*clients_max), ..EndCode::ServerFull.into() })
            }
            Self::ClosedByUs
            | Self::TimedOut
            | Self::CertificateNotTrusted { .. }
            | Self::CouldNotResolve { .. }
            | Self::Unreachable { .. }
            | Self::Overloaded { .. }
            | Self::ProtocolViolated { .. } => None,
        }
    }

    /// Whether the same connection may succeed when tried again later, with nothing changed.
    pub fn is_worth_retrying(&self) -> bool {
        match self {
            Self::ClosedByUs | Self::CertificateNotTrusted { .. } | Self::ProtocolViolated { .. } => false,
            Self::ClosedByPeer { reason } | Self::Refused { reason } => reason.is_worth_retrying(),
            Self::ServerFull { .. }
            | Self::TimedOut
            | Self::CouldNotResolve { .. }
            | Self::Unreachable { .. }
            | Self::Overloaded { .. } => true,
        }
    }

    /// A reason cut to [`REASON_BYTES_MAX`], at a character boundary.
    pub fn cut(reason: &str) -> &str {
        &reason[..reason.floor_char_boundary(REASON_BYTES_MAX)]
    }
}

/// The reason's text, or the advice if there is none.
fn words_or(reason: &EndReason, advice: &str) -> String {
    if reason.is_empty() { advice.to_owned() } else { format!(": {reason}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_peer_are_cut_and_cannot_steer_a_terminal() {
        let reason = DisconnectReason::closed_by_peer(b"bad \x1b[2J news");
        assert_eq!(reason.to_string(), "the other side closed the connection: bad  [2J news");

        let long = vec![b'x'; 10 * REASON_BYTES_MAX];
        let reason = DisconnectReason::refused(&long).end_reason().unwrap();
        assert_eq!(reason.words.len(), REASON_BYTES_MAX);
    }

    #[test]
    fn a_code_arrives_as_one_and_is_shown_as_its_text() {
        let reason = DisconnectReason::refused(b"(full-busy retry=5)");
        assert_eq!(reason.end_reason().map(|reason| reason.code), Some(EndCode::ServerBusy));
        let text = "the server refused the connection: the server is at its limit: try again in 5 s";
        assert_eq!(reason.to_string(), text);
    }

    #[test]
    fn what_a_player_has_to_change_is_not_tried_again() {
        for (reason, expected) in [
            (&b"(name-in-use)"[..], false),
            (b"(banned) cheating", false),
            (b"(version-codec)", false),
            (b"(full-session)", true),
            (b"(token-expired)", true),
            (b"", true),
        ] {
            assert_eq!(DisconnectReason::refused(reason).is_worth_retrying(), expected);
            assert_eq!(DisconnectReason::closed_by_peer(reason).is_worth_retrying(), expected);
        }
    }

    #[test]
    fn a_reason_is_cut_between_characters() {
        let reason = "é".repeat(REASON_BYTES_MAX);
        assert_eq!(DisconnectReason::cut(&reason).len(), REASON_BYTES_MAX);
        let reason = format!("x{reason}");
        assert_eq!(DisconnectReason::cut(&reason).len(), REASON_BYTES_MAX - 1);
        assert_eq!(DisconnectReason::cut("short"), "short");
    }

    #[test]
    fn an_end_without_a_reason_is_described_with_advice_instead() {
        for (reason, expected) in [
            (
                DisconnectReason::closed_by_peer(b""),
                "the other side closed the connection without giving a reason; connect again, or ask its operator",
            ),
            (
                DisconnectReason::refused(b""),
                "the server refused the connection without giving a reason; ask its operator for access",
            ),
        ] {
            assert_eq!(reason.to_string(), expected);
        }
    }
}
