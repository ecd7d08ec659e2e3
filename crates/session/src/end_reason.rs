//! The reasons that a player receives when its session closes its link.

use core::time::Duration;

use consonance_wire::end_reason::{EndCode, EndReason};

use crate::link::{CloseReason, Offence};

/// The reason with its code, as the player receives it. It is empty for reasons that only a client closes a link for.
impl From<&CloseReason> for EndReason {
    fn from(reason: &CloseReason) -> Self {
        match reason {
            CloseReason::NameProtected => EndCode::NameProtected.into(),
            CloseReason::NameInUse => EndCode::NameInUse.into(),
            CloseReason::ReplacedByNewerLogin => EndCode::ReplacedByNewerLogin.into(),
            CloseReason::NameTooLong { bytes_max } => {
                EndReason { max: u32::try_from(*bytes_max).ok(), ..EndCode::NameTooLong.into() }
            }
            CloseReason::NotAdmitted => EndCode::Token.into(),
            CloseReason::VisitEnded => EndCode::TokenEnded.into(),
            CloseReason::SessionFull => EndCode::SessionFull.into(),
            CloseReason::AtItsLimit { retry_in_s } => {
                let retry_in = Some(Duration::from_secs((*retry_in_s).into()));
                EndReason { retry_in, ..EndCode::ServerBusy.into() }
            }
            CloseReason::Stopped => EndCode::SessionEnded.into(),
            CloseReason::Draining { redirect } => {
                EndReason { redirect: redirect.clone(), ..EndCode::Draining.into() }
            }
            CloseReason::CodecRefused => EndCode::Codec.into(),
            CloseReason::EncryptionRequired => EndCode::EncryptionRequired.into(),
            CloseReason::Kicked { reason } => EndReason::with_words(EndCode::Kicked, reason),
            CloseReason::Banned { reason, until } => {
                EndReason { until: *until, ..EndReason::with_words(EndCode::Banned, reason) }
            }
            CloseReason::Abuse { last } => of_offence(*last).into(),
            CloseReason::NoHandshake => EndCode::NoHandshake.into(),
            CloseReason::Resumed => EndCode::Resumed.into(),
            CloseReason::WrongSession => EndCode::NewSession.into(),
            CloseReason::Overloaded => EndCode::Overloaded.into(),
            CloseReason::Left
            | CloseReason::NoAnswer
            | CloseReason::Redirected
            | CloseReason::TooManyPeers => EndReason::default(),
        }
    }
}

fn of_offence(last: Offence) -> EndCode {
    match last {
        Offence::Malformed => EndCode::AbuseMalformed,
        Offence::Oversized => EndCode::AbuseOversized,
        Offence::Spoofed => EndCode::AbuseSpoofed,
        Offence::Refused => EndCode::AbuseRefused,
        Offence::TooFast => EndCode::AbuseFlood,
    }
}

#[cfg(test)]
mod tests {
    use alloc::boxed::Box;
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn whatever_a_server_closes_a_link_for_has_a_code_of_its_own() {
        let reasons = [
            CloseReason::NameProtected,
            CloseReason::NameInUse,
            CloseReason::ReplacedByNewerLogin,
            CloseReason::NameTooLong { bytes_max: 128 },
            CloseReason::NotAdmitted,
            CloseReason::VisitEnded,
            CloseReason::SessionFull,
            CloseReason::AtItsLimit { retry_in_s: 5 },
            CloseReason::Stopped,
            CloseReason::Draining { redirect: None },
            CloseReason::CodecRefused,
            CloseReason::EncryptionRequired,
            CloseReason::Kicked { reason: "".into() },
            CloseReason::Banned { reason: "".into(), until: None },
            CloseReason::NoHandshake,
            CloseReason::Resumed,
            CloseReason::WrongSession,
            CloseReason::Overloaded,
            CloseReason::Abuse { last: Offence::Malformed },
            CloseReason::Abuse { last: Offence::Oversized },
            CloseReason::Abuse { last: Offence::Spoofed },
            CloseReason::Abuse { last: Offence::Refused },
            CloseReason::Abuse { last: Offence::TooFast },
        ];
        let mut names: Vec<&str> = reasons.iter().map(|reason| EndReason::from(reason).code.name()).collect();
        assert!(!names.contains(&"other"), "{names:?}");
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), reasons.len());
    }

    #[test]
    fn what_a_session_knows_about_a_reason_travels_in_its_fields() {
        let address: Box<str> = "quic://b.example:1/main".into();
        for (reason, expected) in [
            (CloseReason::AtItsLimit { retry_in_s: 5 }, "(full-busy retry=5)"),
            (CloseReason::NameTooLong { bytes_max: 128 }, "(name-too-long max=128)"),
            (
                CloseReason::Draining { redirect: Some(address) },
                "(closing-draining to=quic://b.example:1/main)",
            ),
            (CloseReason::Kicked { reason: "too loud".into() }, "(kicked) too loud"),
            (
                CloseReason::Banned { reason: "cheating".into(), until: Some(2_000_000_000) },
                "(banned until=2000000000) cheating",
            ),
        ] {
            assert_eq!(EndReason::from(&reason).encode(), expected);
        }
    }
}
