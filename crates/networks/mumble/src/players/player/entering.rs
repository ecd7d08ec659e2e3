//! Rooms that the user has asked to enter, with the session's answer pending.

use std::time::Duration;

use consonance_session::Instant;

/// The rooms that were asked for, each once, in the order of asking.
#[derive(Debug, Default)]
pub(super) struct Entering(Vec<Wished>);

/// A room that the user has asked to enter.
#[derive(Debug)]
struct Wished {
    room: Box<str>,
    wish: Wish,
    /// `None` while the session is being joined.
    gives_up_at: Option<Instant>,
    /// The session has reported the user in the room, and can take that back until this time, as it does with a room
    /// that is not open to the user.
    settles_at: Option<Instant>,
}

/// The use of a room that the user has asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// To be in it.
    Enter,
    /// To listen to it besides its own channel.
    Listen,
    /// The same, as long as it is in its own channel.
    Link,
}

/// The end of waiting for a room.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The user is in it.
    Entered(Box<str>),
    /// The session has not answered.
    None(Box<str>),
}

/// The wait for a withdrawal: both reports come in packets that are sent together.
const SETTLING: Duration = Duration::from_millis(50);
/// Maximum number of rooms that are asked for at once: programs listen to dozens of channels in one go.
const ROOMS_MAX: usize = 64;

impl Entering {
    /// Adds a room, with the time until which the session has to answer.
    pub(super) fn add(&mut self, room: Box<str>, wish: Wish, gives_up_at: Option<Instant>) {
        self.take(&room);
        self.0.push(Wished { room, wish, gives_up_at, settles_at: None });
    }

    /// Whether no further room can be asked for before an answer has come.
    pub(super) fn is_full(&self) -> bool {
        self.0.len() >= ROOMS_MAX
    }

    pub(super) fn wants(&self, room: &str) -> bool {
        self.0.iter().any(|wished| *wished.room == *room)
    }

    /// Removes a room; returns what it was wanted for.
    pub(super) fn take(&mut self, room: &str) -> Option<Wish> {
        let place = self.0.iter().position(|wished| *wished.room == *room)?;
        Some(self.0.remove(place).wish)
    }

    /// Removes a room that the user wanted to listen to; false if it did not.
    pub(super) fn stop_listening(&mut self, room: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|wished| wished.wish != Wish::Listen || *wished.room != *room);
        self.0.len() < before
    }

    /// Removes the rooms that are wanted only if the user stays where it is; returns them.
    pub(super) fn take_moves(&mut self) -> Vec<Box<str>> {
        self.0.extract_if(.., |wished| wished.wish != Wish::Listen).map(|wished| wished.room).collect()
    }

    /// The session has reported the user in a room.
    pub(super) fn note_entered(&mut self, now: Instant, room: &str) {
        if let Some(wished) = self.0.iter_mut().find(|wished| *wished.room == *room) {
            wished.settles_at = Some(now + SETTLING);
        }
    }

    /// The first room of those that the session has reported the user in.
    pub(super) fn first_entered(&self) -> Option<Box<str>> {
        self.0.iter().find(|wished| wished.settles_at.is_some()).map(|wished| wished.room.clone())
    }

    /// The next room for which the waiting is over. The caller takes it.
    pub(super) fn due(&self, now: Instant) -> Option<Answer> {
        let is_due = |at: Option<Instant>| at.is_some_and(|at| at <= now);
        let due = self.0.iter().find(|wished| is_due(wished.settles_at.or(wished.gives_up_at)))?;
        let room = due.room.clone();
        Some(if due.settles_at.is_some() { Answer::Entered(room) } else { Answer::None(room) })
    }

    /// The next time at which [`due`](Self::due) has something.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.0.iter().filter_map(|wished| wished.settles_at.or(wished.gives_up_at)).min()
    }

    /// Clears the deadlines: the session is lost, and reports the result again when it is rejoined.
    pub(super) fn forget_times(&mut self) {
        for wished in &mut self.0 {
            (wished.gives_up_at, wished.settles_at) = (None, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_rooms_are_asked_for_at_once_and_each_is_answered() {
        let mut entering = Entering::default();
        let at = |ms| Instant::START + Duration::from_millis(ms);
        entering.add("a".into(), Wish::Listen, Some(at(2000)));
        entering.add("b".into(), Wish::Listen, Some(at(2010)));
        entering.add("c".into(), Wish::Enter, Some(at(2020)));
        entering.note_entered(at(10), "b");
        assert_eq!((entering.next_due(), entering.due(at(59))), (Some(at(60)), None));
        assert_eq!(entering.due(at(60)), Some(Answer::Entered("b".into())));
        assert_eq!((entering.take("b"), entering.take("b")), (Some(Wish::Listen), None));
        assert_eq!(entering.due(at(2000)), Some(Answer::None("a".into())));
        assert_eq!(entering.take_moves(), ["c".into()]);
        assert!(entering.wants("a") && !entering.wants("c"));
        entering.forget_times();
        assert_eq!(entering.next_due(), None);
    }

    #[test]
    fn a_room_is_waited_for_once_and_not_too_many_are() {
        let mut entering = Entering::default();
        for number in 0..ROOMS_MAX {
            assert!(!entering.is_full());
            entering.add(format!("room {number}").into(), Wish::Listen, None);
            entering.add("again".into(), Wish::Enter, None);
            entering.take("again");
        }
        assert!(entering.is_full());
        entering.add("room 0".into(), Wish::Enter, None);
        assert_eq!(entering.0.len(), ROOMS_MAX);
        assert_eq!(entering.take("room 0"), Some(Wish::Enter));
    }
}
