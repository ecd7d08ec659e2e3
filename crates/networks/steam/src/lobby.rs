//! How players of the original's demonstration scene find each other: a public lobby, and a knock at its owner's.
//!
//! Only that scene does so; games have their own ways, and then say [`Members::connected`](crate::Members::connected).
//! Machines without Steam and clocks: what is sent goes to channel [`KNOCK_CHANNEL`], reliably.
//!
//! 1. The owner makes a public lobby for [`SEATS`], whose data hold [`LOBBY_KEY`] with [`LOBBY_VALUE`], and a `name`.
//! 2. The joiner sets the same key and value as its own data in the lobby, and begins a [`Knock`].
//! 3. The owner [answers](answer) members whose data are these.
//! 4. When Steam says that the session with the owner is up, both name each other to their voice. The owner is the server; if
//!    it leaves, everybody leaves.

use std::time::{Duration, Instant};

/// The key of the data by which lobbies and their members are known.
pub const LOBBY_KEY: &str = "1A67E8FC-BCD9-4F53-845D-4F69531F0B29";

/// The value of those data.
pub const LOBBY_VALUE: &str = "536366D9-A522-456B-BEC5-51986EE2E515";

/// The key of the lobby's name for people.
pub const NAME_KEY: &str = "name";

/// Players of a lobby at most.
pub const SEATS: u32 = 8;

/// What is said at the door, and answered.
pub const KNOCK: &[u8; 10] = b"Dissonance";

/// Where it is said.
pub const KNOCK_CHANNEL: i32 = 0;

/// The joiner's part: knocks until it is let in, or for ten seconds.
#[derive(Clone, Debug)]
pub struct Knock {
    next: Instant,
    end: Instant,
    state: KnockState,
}

/// How the knocking goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnockState {
    /// Nobody has opened yet.
    Knocking,
    /// The session with the owner is up.
    LetIn,
    /// Nobody has opened for ten seconds: leave the lobby.
    GivenUp,
}

impl Knock {
    /// Begins a second after `now`, which is when the joiner has set its data: the lobby has to tell the owner of them first.
    pub fn new(now: Instant) -> Self {
        let begin = now + DATA_TIME;
        Self { next: begin, end: begin + KNOCKING_MAX, state: KnockState::Knocking }
    }

    /// The knock that is due, to be sent to the lobby's owner.
    pub fn poll_transmit(&mut self, now: Instant) -> Option<&'static [u8; 10]> {
        if self.state != KnockState::Knocking || now < self.next {
            return None;
        }
        if now >= self.end {
            self.state = KnockState::GivenUp;
            return None;
        }
        // Who was late knocks once.
        self.next = now + KNOCK_INTERVAL;
        Some(KNOCK)
    }

    /// Steam says that the session with the owner is up.
    pub fn handle_session_up(&mut self) {
        if self.state == KnockState::Knocking {
            self.state = KnockState::LetIn;
        }
    }

    /// When [`poll_transmit`](Self::poll_transmit) has something to do.
    pub fn poll_timeout(&self) -> Option<Instant> {
        (self.state == KnockState::Knocking).then_some(self.next)
    }

    /// How it goes.
    pub fn state(&self) -> KnockState {
        self.state
    }
}

/// The owner's part: what to answer to a packet on the [channel](KNOCK_CHANNEL), if it is a knock of somebody who may come in.
/// Its session is to be accepted, and sending the answer does so.
///
/// `value` is what the sender has set for [`LOBBY_KEY`] as a member of the lobby; `None` if it is no member.
pub fn answer(packet: &[u8], value: Option<&str>) -> Option<&'static [u8; 10]> {
    (packet == KNOCK && value == Some(LOBBY_VALUE)).then_some(KNOCK)
}

const DATA_TIME: Duration = Duration::from_secs(1);
const KNOCK_INTERVAL: Duration = Duration::from_millis(75);
const KNOCKING_MAX: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;

    /// When it knocks, in milliseconds, up to the twelfth second, or to being let in.
    fn knocks(let_in_after: u64) -> (Vec<u64>, KnockState) {
        let start = Instant::now();
        let mut knock = Knock::new(start);
        let mut knocks = Vec::new();
        for at in 0..12_000 {
            if at == let_in_after {
                knock.handle_session_up();
            }
            let now = start + Duration::from_millis(at);
            if knock.poll_transmit(now).is_some() {
                knocks.push(at);
            }
            assert!(knock.poll_timeout().is_none_or(|next| next > now), "whoever waits for it does not spin");
        }
        (knocks, knock.state())
    }

    #[test]
    fn it_begins_after_a_second_and_knocks_every_75_ms_for_ten_seconds() {
        let (knocks, state) = knocks(u64::MAX);
        assert!(knocks.iter().copied().eq((1000..11_000).step_by(75)));
        assert_eq!(state, KnockState::GivenUp);
    }

    #[test]
    fn who_is_let_in_knocks_no_more() {
        let (knocks, state) = knocks(1100);
        assert_eq!((knocks, state), (vec![1000, 1075], KnockState::LetIn));
    }

    #[test]
    fn only_members_of_the_lobby_with_its_data_are_answered() {
        assert_eq!(answer(b"Dissonance", Some(LOBBY_VALUE)), Some(KNOCK));
        for (packet, value) in [
            (&b"Dissonance"[..], None),
            (b"Dissonance", Some("")),
            (b"Dissonance!", Some(LOBBY_VALUE)),
            (b"Dissonanc", Some(LOBBY_VALUE)),
        ] {
            assert_eq!(answer(packet, value), None, "{packet:?} of a member with {value:?}");
        }
    }
}
