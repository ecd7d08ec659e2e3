//! Decisions about rooms.

use super::{AuditAction, By, Done, Moderation, ModerationError, Outcome};
use crate::handle::WorkerError;
use crate::records::{RoomDecision, SessionRooms};

impl Moderation {
    /// Limits a room, or with a `*` at the end all rooms whose names begin so: listeners, speakers, and how
    /// often one may write. Takes precedence over the configuration, and holds after a restart; without a decision,
    /// the configuration holds again.
    ///
    /// # Errors
    /// If there is no such session, or too many of its rooms have limits of their own.
    pub fn limit_room(
        &self,
        by: &By,
        session: &str,
        room: &str,
        decision: Option<RoomDecision>,
    ) -> Result<Done, ModerationError> {
        let action = AuditAction::new("limit_room", session, room).with(in_words(decision));
        let result = self.change_rooms(session, |rooms| {
            match decision {
                Some(decision) => rooms.rooms.insert(room.to_owned(), decision),
                None => rooms.rooms.remove(room),
            };
        });
        self.log(by, action, result)
    }

    /// Makes every player of a session wait this many seconds between two texts to any room; 0 for no wait, `None` for
    /// the configured one.
    ///
    /// # Errors
    /// If there is no such session.
    pub fn slow_texts(&self, by: &By, session: &str, every_s: Option<u32>) -> Result<Done, ModerationError> {
        let details = every_s.map_or_else(|| "as configured".to_owned(), |seconds| format!("{seconds} s"));
        let action = AuditAction::new("slow_texts", session, session).with(details);
        let result = self.change_rooms(session, |rooms| rooms.text_every_s = every_s);
        self.log(by, action, result)
    }

    /// The decisions about the rooms of a session.
    pub fn room_decisions(&self, session: &str) -> SessionRooms {
        self.records.rooms(session)
    }

    fn change_rooms(
        &self,
        session: &str,
        change: impl FnOnce(&mut SessionRooms),
    ) -> Result<Outcome, ModerationError> {
        self.check_served(session)?;
        self.records.change_rooms(session, change)?;
        let name = session.to_owned();
        let asked = self
            .server
            .ask_session(session, move |session_loop, now| session_loop.carrying(now).follow_rooms(&name));
        match asked {
            // A session that has ended applies the decision when it begins again.
            Ok(_) | Err(WorkerError::NoSession { .. }) => Ok(Outcome::Holds),
            Err(error) => Err(ModerationError::OnlyRecorded(error)),
        }
    }
}

fn in_words(decision: Option<RoomDecision>) -> String {
    let Some(RoomDecision { listeners_max, speakers_max, text_every_s }) = decision else {
        return "as configured".to_owned();
    };
    let limits = [
        listeners_max.map(|most| format!("{most} listeners")),
        speakers_max.map(|most| format!("{most} speakers")),
        text_every_s.map(|seconds| format!("a text every {seconds} s")),
    ];
    let limits: Vec<_> = limits.into_iter().flatten().collect();
    if limits.is_empty() { "no limits".to_owned() } else { limits.join(", ") }
}
