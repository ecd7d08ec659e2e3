//! How far a handshake is.

use std::fmt;

/// The handshake of one connection: whether it has begun or is done, and why it failed.
///
/// ```
/// use consonance_link::gateway::Handshake;
///
/// let mut handshake = Handshake::default();
/// handshake.begin();
/// handshake.fail("its certificate has no key");
/// assert_eq!(handshake.take_failure().as_deref(), Some("its certificate has no key"));
/// ```
#[derive(Debug, Default)]
pub struct Handshake {
    phase: Phase,
    failure: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Awaited,
    Begun,
    Done,
}

impl Handshake {
    /// The peer's first message has come.
    pub fn begin(&mut self) {
        if self.phase == Phase::Awaited {
            self.phase = Phase::Begun;
        }
    }

    /// Both ends have their keys.
    pub fn finish(&mut self) {
        self.phase = Phase::Done;
    }

    /// The peer's messages are refused for this reason. After the handshake, it is no failure of that.
    pub fn fail(&mut self, reason: impl fmt::Display) {
        if self.phase != Phase::Done && self.failure.is_none() {
            self.failure = Some(reason.to_string());
        }
    }

    /// The peer is not waited for any longer, which is a failure if it has begun.
    pub fn give_up(&mut self) {
        if self.phase == Phase::Begun {
            self.fail(UNFINISHED);
        }
    }

    /// Why it failed, once. This is for our own log: the words may be a library's.
    pub fn take_failure(&mut self) -> Option<String> {
        self.failure.take()
    }
}

const UNFINISHED: &str =
    "the peer began and did not finish: it refuses our certificate, or has fallen silent";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handshake_fails_once_and_only_between_its_beginning_and_its_end() {
        let mut never_begun = Handshake::default();
        never_begun.give_up();
        assert_eq!(never_begun.take_failure(), None, "the way may be blocked, which is no failed handshake");

        let mut unfinished = Handshake::default();
        unfinished.begin();
        unfinished.give_up();
        assert_eq!(unfinished.take_failure().as_deref(), Some(UNFINISHED));
        assert_eq!(unfinished.take_failure(), None);

        let mut refused = Handshake::default();
        refused.begin();
        refused.fail("no key");
        refused.give_up();
        assert_eq!(refused.take_failure().as_deref(), Some("no key"), "the first reason counts");

        let mut done = Handshake::default();
        done.begin();
        done.finish();
        done.begin();
        done.fail("nonsense");
        done.give_up();
        assert_eq!(done.take_failure(), None);
    }
}
