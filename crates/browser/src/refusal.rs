//! Why a server ends the link of a page's player.

use crate::control::RefusalCode;

/// What a server's reason comes to for the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkEnd {
    /// The network has lost it: another link is wanted.
    Lost,
    /// Too much came over it against the rules.
    Abuse,
    /// The session is another worker's than the one that the link leads to: whoever asks anew is led there.
    Elsewhere,
    /// The player is not let in.
    Refused {
        /// Why.
        code: RefusalCode,
        /// After how many ms the same may succeed, where that is known.
        retry_in_ms: Option<u64>,
    },
}

impl LinkEnd {
    /// For words alone, from a server on a network that carries no code: the sentences of ours are known by
    /// how they begin and end, so that what an operator writes behind one of them says nothing. No words:
    /// the network has lost the link.
    pub fn of_words(words: &str) -> Self {
        let is = |begin: &str, end: &str| words.strip_prefix(begin).is_some_and(|rest| rest.ends_with(end));
        if words.is_empty() {
            return Self::Lost;
        } else if is("broke the rules too often, ", "") {
            return Self::Abuse;
        } else if is("the session \"", "\" is not reached over this network, only over another one") {
            return Self::Elsewhere;
        }
        let said = SENTENCES.iter().find(|(begin, end, _)| is(begin, end));
        let code = said.map_or(RefusalCode::Other, |(_, _, code)| *code);
        let retry_in_ms = said.and_then(|_| retry_in_ms(words));
        Self::Refused { code, retry_in_ms }
    }
}

/// What stands at the end of a sentence: `try again in 5 s`.
fn retry_in_ms(words: &str) -> Option<u64> {
    let (_, seconds) = words.strip_suffix(" s")?.rsplit_once(": try again in ")?;
    seconds.parse::<u32>().ok().map(|seconds| u64::from(seconds) * 1000)
}

/// How sentences of our servers begin and end; of several, the first counts.
const SENTENCES: &[(&str, &str, RefusalCode)] = &[
    ("banned from this server ", "", RefusalCode::Banned),
    ("this session asks for a password", "", RefusalCode::Password),
    ("this session asks for a join token or a password", "", RefusalCode::Password),
    ("this session asks for a join token and a password", "", RefusalCode::Password),
    ("the password is wrong", "", RefusalCode::Password),
    ("too many wrong passwords from your address: ", "", RefusalCode::Password),
    ("this name is reserved: ", "", RefusalCode::Name),
    ("this name belongs to somebody who is here", "", RefusalCode::Name),
    ("this name is in use: ", "", RefusalCode::Name),
    ("the name is longer than this session allows", "", RefusalCode::Name),
    ("somebody else joined with the same name", "", RefusalCode::Name),
    ("the join token is for \"", "\": join under that name", RefusalCode::Name),
    ("the join token ", "", RefusalCode::Token),
    ("there is no join token, ", "", RefusalCode::Token),
    ("this is no join token that can be read: ", "", RefusalCode::Token),
    ("the signature of the join token ", "", RefusalCode::Token),
    ("this key cannot be used: ", "", RefusalCode::Token),
    ("the time of this player's join token is over", "", RefusalCode::Token),
    (
        "the server does not let this player in: its join token is missing, wrong or too old",
        "",
        RefusalCode::Token,
    ),
    ("the session is full", "", RefusalCode::Full),
    ("the server is at its limit: ", "", RefusalCode::Full),
    ("this server has all the sessions that it takes, ", "", RefusalCode::Full),
    ("the server is about to stop, ", "", RefusalCode::Closing),
    ("the session has ended", "", RefusalCode::Closing),
    ("the server is shutting down", "", RefusalCode::Closing),
    ("no codec has such a frame size or sample rate", "", RefusalCode::Version),
];

#[cfg(test)]
mod tests {
    use consonance_session::{CloseReason, Offence};

    use super::*;

    fn code_of(words: &str) -> Option<RefusalCode> {
        match LinkEnd::of_words(words) {
            LinkEnd::Refused { code, .. } => Some(code),
            _ => None,
        }
    }

    #[test]
    fn what_a_session_says_has_a_code() {
        for (reason, code) in [
            (CloseReason::NameProtected, RefusalCode::Name),
            (CloseReason::NameInUse, RefusalCode::Name),
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
            (CloseReason::Kicked { reason: "the password is wrong".into() }, RefusalCode::Other),
        ] {
            assert_eq!(code_of(&reason.to_string()), Some(code), "{reason}");
        }
    }

    #[test]
    fn who_is_closed_for_abuse_is_known_by_it() {
        for last in [Offence::TooFast, Offence::Spoofed] {
            assert_eq!(LinkEnd::of_words(&CloseReason::Abuse { last }.to_string()), LinkEnd::Abuse);
        }
    }

    #[test]
    fn what_is_no_sentence_of_ours_is_something_else_whatever_is_in_it() {
        for words in [
            "the server does not let this player in: the tournament is over",
            "the server does not let this player in: the password is wrong: try again in 5 s",
            "you were banned, said my name, without a token",
            "THE SESSION IS FULL",
            "there is no session \"the session is full\" here, only: main",
        ] {
            let other = LinkEnd::Refused { code: RefusalCode::Other, retry_in_ms: None };
            assert_eq!(LinkEnd::of_words(words), other, "{words}");
        }
        assert_eq!(LinkEnd::of_words(""), LinkEnd::Lost);
    }

    #[test]
    fn when_the_same_may_succeed_is_told_where_it_is_said() {
        let at_its_limit = CloseReason::AtItsLimit { retry_in_s: 5 }.to_string();
        let full = |retry_in_ms| LinkEnd::Refused { code: RefusalCode::Full, retry_in_ms };
        assert_eq!(LinkEnd::of_words(&at_its_limit), full(Some(5000)));
        for words in [
            "the session is full",
            "the server is at its limit: try again in a while s",
            "the server is at its limit: try again in -5 s",
        ] {
            assert_eq!(LinkEnd::of_words(words), full(None), "{words}");
        }
    }
}
