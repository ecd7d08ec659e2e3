//! A reason's text, for the player that it is about.

use core::fmt;

use crate::end_reason::calendar::Utc;
use crate::end_reason::code::EndCode;
use crate::end_reason::reason::EndReason;

/// The text, without a full stop; the words alone of [`EndCode::Other`], which may be none.
impl fmt::Display for EndReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_sentence(f)?;
        if let Some(redirect) = &self.redirect {
            write!(f, ": join {redirect} instead")?;
        }
        if self.are_words_apart() && !self.words.is_empty() {
            write!(f, ": {}", self.words)?;
        }
        if let Some(wait) = self.retry_in {
            write!(f, ": try again in {} s", wait.as_secs())?;
        }
        Ok(())
    }
}

impl EndReason {
    fn write_sentence(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.code, self.until, self.max) {
            (EndCode::Banned, Some(until), _) => write!(f, "banned from this server until {}", Utc(until)),
            (EndCode::TokenExpired, Some(until), _) => {
                write!(f, "the join token expired at {}: get a new one", Utc(until))
            }
            (EndCode::TokenEarly, Some(until), _) => {
                write!(f, "the join token is not valid before {}: try again then", Utc(until))
            }
            (EndCode::NameTooLong, _, Some(max)) => {
                write!(f, "the name is too long: choose one of at most {max} bytes")
            }
            (EndCode::SessionsFull, _, Some(max)) => {
                write!(f, "the server cannot open more than {max} sessions: try again later")
            }
            (EndCode::ServerFull, _, Some(max)) => {
                write!(f, "the server is full, with {max} connections: try again later")
            }
            (EndCode::NameOfToken, ..) => {
                write!(f, "the join token is for {:?}: join under that name", self.words)
            }
            (EndCode::TokenSession, ..) => write!(f, "the join token is for the session {:?}", self.words),
            (EndCode::TokenService, ..) => {
                write!(f, "the join token is for another service: expected {:?}", self.words)
            }
            (EndCode::SessionUnknown, ..) if !self.words.is_empty() => {
                write!(f, "unknown session, available: {}", self.words)
            }
            (EndCode::Other, ..) => f.write_str(&self.words),
            _ => f.write_str(sentence(self.code)),
        }
    }

    /// Whether the words stand behind the sentence, and not in it.
    fn are_words_apart(&self) -> bool {
        !matches!(
            self.code,
            EndCode::NameOfToken
                | EndCode::TokenSession
                | EndCode::TokenService
                | EndCode::SessionUnknown
                | EndCode::Other
        )
    }
}

fn sentence(code: EndCode) -> &'static str {
    match code {
        EndCode::Token => "the join token is missing, invalid or expired",
        EndCode::TokenMissing => "this session requires a join token",
        EndCode::TokenInvalid => "the join token is not valid",
        EndCode::TokenSignature => "the join token is not signed with a key of this server",
        EndCode::TokenExpired => "the join token has expired: get a new one",
        EndCode::TokenEarly => "the join token is not valid yet",
        EndCode::TokenSession => "the join token is for another session",
        EndCode::TokenService => "the join token is for another service",
        EndCode::TokenEnded => "the join token has reached its time limit: get a new one",
        EndCode::Password => "the password is missing or wrong",
        EndCode::PasswordMissing => "this session requires a password",
        EndCode::PasswordWrong => "the password is wrong",
        EndCode::PasswordAttempts => "too many wrong passwords from your address",
        EndCode::PasswordOrToken => "this session requires a join token or a password",
        EndCode::PasswordAndToken => "this session requires a join token and a password",
        EndCode::Name => "this name cannot be used: choose another one",
        EndCode::NameReserved => {
            "this name is reserved: choose another one, or join with a token for this name"
        }
        EndCode::NameOfToken => "the join token is for another name",
        EndCode::NameProtected => "this name belongs to another player in the session: choose another one",
        EndCode::NameInUse => "this name is in use: choose another one",
        EndCode::NameTooLong => "the name is too long: choose a shorter one",
        EndCode::ReplacedByNewerLogin => "another player joined with the same name",
        EndCode::Full => "no slot left: try again later",
        EndCode::SessionFull => "the session is full: try again when a player has left",
        EndCode::ServerFull => "the server is full: try again later",
        EndCode::MadeRoom => "the server is full, and has too many connections from your address",
        EndCode::SessionsFull => "the server cannot open more sessions: try again later",
        EndCode::ServerBusy => "the server is at its limit",
        EndCode::Banned => "banned from this server permanently",
        EndCode::Kicked => "the server's operator has removed you",
        EndCode::Version => "this client's version is not compatible with the server",
        EndCode::Codec => "unsupported frame size or sample rate: use those of an Opus codec",
        EndCode::EncryptionRequired => {
            "this session requires end-to-end encryption, which this client does not support"
        }
        EndCode::Closing => "the server is closing",
        EndCode::SessionEnded => "the session has ended",
        EndCode::Draining => "the server is about to shut down and accepts no more players",
        EndCode::ShuttingDown => "the server is shutting down",
        EndCode::Elsewhere => "this session is not available over this network, only over another one",
        EndCode::Abuse
        | EndCode::AbuseMalformed
        | EndCode::AbuseOversized
        | EndCode::AbuseSpoofed
        | EndCode::AbuseRefused
        | EndCode::AbuseFlood => abuse_sentence(code),
        EndCode::SessionUnknown => "unknown session",
        EndCode::Denied => "the server does not admit this player",
        EndCode::Undecided => "the server cannot check at the moment whether this player may join: try again",
        EndCode::NoHandshake => "this client did not join the session in time",
        EndCode::Overloaded => "the server cannot keep up",
        EndCode::TooSlow => "the connection is too slow: too much data was waiting for it",
        EndCode::Resumed => "this player has resumed over another connection",
        EndCode::NewSession => "the server has started a new session",
        EndCode::Other => "",
    }
}

fn abuse_sentence(code: EndCode) -> &'static str {
    match code {
        EndCode::AbuseMalformed => {
            "too many protocol violations by this client, the last one a malformed packet"
        }
        EndCode::AbuseOversized => {
            "too many protocol violations by this client, the last one an oversized packet"
        }
        EndCode::AbuseSpoofed => {
            "too many protocol violations by this client, the last one a packet in another player's name"
        }
        EndCode::AbuseRefused => {
            "too many protocol violations by this client, the last one a request that the session refuses"
        }
        EndCode::AbuseFlood => "too many protocol violations by this client, the last one a flood of packets",
        _ => "too many protocol violations by this client",
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;
    use core::time::Duration;

    use super::*;

    #[test]
    fn every_code_has_a_text_of_its_own() {
        let mut texts = alloc::collections::BTreeSet::new();
        for (code, name) in EndCode::all() {
            let text = EndReason::from(code).to_string();
            assert_eq!(text.is_empty(), code == EndCode::Other, "{name}");
            assert!(texts.insert(text), "{name}");
        }
    }

    #[test]
    fn fields_and_words_are_part_of_the_text() {
        let words = |code, words: &str| EndReason::with_words(code, words);
        let ban = EndReason { until: Some(2_000_000_000), ..words(EndCode::Banned, "cheating") };
        let redirect = Some("quic://b.example:1/main".into());
        for (reason, expected) in [
            (ban, "banned from this server until 2033-05-18T03:33:20Z: cheating"),
            (EndCode::Banned.into(), "banned from this server permanently"),
            (words(EndCode::Kicked, "too loud"), "the server's operator has removed you: too loud"),
            (words(EndCode::NameOfToken, "Ann"), "the join token is for \"Ann\": join under that name"),
            (words(EndCode::SessionUnknown, "main, eu-*"), "unknown session, available: main, eu-*"),
            (
                EndReason { max: Some(12), ..EndCode::NameTooLong.into() },
                "the name is too long: choose one of at most 12 bytes",
            ),
            (
                EndReason { retry_in: Some(Duration::from_secs(30)), ..EndCode::PasswordAttempts.into() },
                "too many wrong passwords from your address: try again in 30 s",
            ),
            (
                EndReason { redirect, ..EndCode::Draining.into() },
                "the server is about to shut down and accepts no more players: join quic://b.example:1/main instead",
            ),
            (words(EndCode::Other, "plain words"), "plain words"),
        ] {
            assert_eq!(reason.to_string(), expected);
        }
    }
}
