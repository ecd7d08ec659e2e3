//! Why a player is not let in, as far as a server's words for it say.

use crate::control::RefusalCode;

/// A server that does not let somebody in says so in words alone, whatever the network: here is what pages are told for them.
/// Words that are not known here are [`RefusalCode::Other`].
pub(crate) fn code_of(words: &str) -> RefusalCode {
    let words = words.to_lowercase();
    let said = CODES.iter().find(|(part, _)| words.contains(part));
    said.map_or(RefusalCode::Other, |(_, code)| *code)
}

/// Whether a server has closed a link because of what came over it.
pub(crate) fn is_for_abuse(words: &str) -> bool {
    words.starts_with("broke the rules")
}

/// Whether the session is another worker's than the one that the player's link leads to: whoever asks anew is led there.
pub(crate) fn is_elsewhere(words: &str) -> bool {
    words.ends_with("is not reached over this network, only over another one")
}

/// After how many ms the same may succeed, where the words say so: `try again in 5 s`.
pub(crate) fn retry_in_ms(words: &str) -> Option<u64> {
    let (_, behind) = words.rsplit_once("try again in ")?;
    let (seconds, _) = behind.split_once(" s")?;
    seconds.parse::<u32>().ok().map(|seconds| u64::from(seconds) * 1000)
}

/// Parts of a server's words; of several, the first counts.
const CODES: &[(&str, RefusalCode)] = &[
    ("banned", RefusalCode::Banned),
    ("token or a password", RefusalCode::Password),
    ("password", RefusalCode::Password),
    ("name", RefusalCode::Name),
    ("token", RefusalCode::Token),
    ("session is full", RefusalCode::Full),
    ("at its limit", RefusalCode::Full),
    ("about to stop", RefusalCode::Closing),
    ("session has ended", RefusalCode::Closing),
    ("codec", RefusalCode::Version),
];

#[cfg(test)]
mod tests {
    use consonance_session::CloseReason;

    use super::*;

    #[test]
    fn what_a_session_says_has_a_code() {
        for (reason, code) in [
            (CloseReason::NameProtected, RefusalCode::Name),
            (CloseReason::NameTooLong { bytes_max: 128 }, RefusalCode::Name),
            (CloseReason::NameTakenOver, RefusalCode::Name),
            (CloseReason::SessionFull, RefusalCode::Full),
            (CloseReason::NotAdmitted, RefusalCode::Token),
            (CloseReason::VisitEnded, RefusalCode::Token),
            (CloseReason::Stopped, RefusalCode::Closing),
            (CloseReason::Draining, RefusalCode::Closing),
            (CloseReason::AtItsLimit { retry_in_s: 5 }, RefusalCode::Full),
            (CloseReason::CodecRefused, RefusalCode::Version),
            (CloseReason::NoHandshake, RefusalCode::Other),
        ] {
            assert_eq!(code_of(&reason.to_string()), code, "{reason}");
        }
    }

    #[test]
    fn what_a_server_says_has_a_code() {
        for (words, code) in [
            ("the password is wrong", RefusalCode::Password),
            ("this session asks for a password", RefusalCode::Password),
            ("too many wrong passwords from your address: try again in 30 s", RefusalCode::Password),
            ("this session asks for a join token or a password", RefusalCode::Password),
            (
                "this name is reserved: choose another one, or join with a token that is for this name",
                RefusalCode::Name,
            ),
            ("you are banned until 2031-01-01: spam, with many names", RefusalCode::Banned),
            ("the server does not let this player in: not today", RefusalCode::Other),
        ] {
            assert_eq!(code_of(words), code, "{words}");
        }
    }

    #[test]
    fn who_is_closed_for_abuse_is_known_by_it() {
        let abuse = CloseReason::Abuse { last: consonance_session::Offence::TooFast };
        assert!(is_for_abuse(&abuse.to_string()));
        assert!(!is_for_abuse(&CloseReason::Draining.to_string()));
    }

    #[test]
    fn when_the_same_may_succeed_is_told_where_it_is_said() {
        let at_its_limit = CloseReason::AtItsLimit { retry_in_s: 5 }.to_string();
        assert_eq!(retry_in_ms(&at_its_limit), Some(5000));
        for words in
            ["", "try again in ", "try again in a while s", "try again in -5 s", "the session is full"]
        {
            assert_eq!(retry_in_ms(words), None, "{words}");
        }
    }
}
