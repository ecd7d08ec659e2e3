//! The passwords of sessions.

use std::fmt;

use consonance_session::RoomPattern;
use consonance_settings::secrets::SecretText;
use ring::hmac;
use ring::rand::SystemRandom;

/// Passwords by session.
#[derive(Clone)]
pub(super) struct Passwords(Vec<(RoomPattern, Password)>);

/// A password as its authentication code under a random key: comparing takes the same time wherever two differ, however
/// long they are, and the text is nowhere in memory.
#[derive(Clone)]
pub(super) struct Password {
    key: hmac::Key,
    code: hmac::Tag,
}

impl Passwords {
    pub(super) fn new(passwords: &[(RoomPattern, SecretText)]) -> Self {
        let kept = passwords.iter().map(|(sessions, password)| (sessions.clone(), Password::new(password)));
        Self(kept.collect())
    }

    /// The password of a session, if it has one.
    pub(super) fn of(&self, session: &str) -> Option<&Password> {
        self.0.iter().find(|(sessions, _)| sessions.matches(session)).map(|(_, password)| password)
    }
}

impl Password {
    fn new(text: &SecretText) -> Self {
        let key = hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new())
            .expect("the operating system gives random numbers, as it does for each connection's keys");
        let code = hmac::sign(&key, text.reveal().as_bytes());
        Self { key, code }
    }

    /// Whether this is the password.
    pub(super) fn is(&self, shown: &[u8]) -> bool {
        hmac::verify(&self.key, shown, self.code.as_ref()).is_ok()
    }
}

/// Does not show the passwords.
impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Passwords({})", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_session_has_the_password_of_the_first_pattern_that_matches() {
        let passwords = [("match-1", "one"), ("match-*", "others"), ("*", "")];
        let passwords =
            Passwords::new(&passwords.map(|(sessions, text)| (sessions.into(), SecretText::new(text))));
        let is =
            |session, text: &str| passwords.of(session).is_some_and(|password| password.is(text.as_bytes()));
        assert!(is("match-1", "one") && is("match-2", "others") && is("lobby", ""));
        assert!(!is("match-1", "others") && !is("match-2", "other") && !is("lobby", "others"));
        assert_eq!(format!("{passwords:?}"), "Passwords(3)");
        assert!(Passwords::new(&[]).of("lobby").is_none());
    }
}
