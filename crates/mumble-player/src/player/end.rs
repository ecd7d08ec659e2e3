//! How a Mumble user's player ends.

use consonance_mumble::control::messages::UserRemove;
use consonance_session::{Disconnection, EndCode, EndKind, EndReason, Instant};

use super::MumblePlayer;
use crate::profile::Neighbours;
use crate::users::OWN;

impl MumblePlayer {
    /// Whether the player has ended: all that is left is to drain it, and to close its link and its client's
    /// connection.
    pub fn is_over(&self) -> bool {
        self.end.is_some()
    }

    /// Why it has ended.
    pub fn end(&self) -> Option<&EndReason> {
        self.end.as_ref()
    }

    /// The session's server has ended the link for this reason. If it says nothing, another link is wanted.
    pub fn handle_link_ended(&mut self, now: Instant, reason: &EndReason, neighbours: &Neighbours) {
        let Some(link) = self.link.take() else { return };
        let reason = self.client.end_notice().unwrap_or(reason).clone();
        if !reason.is_empty() && reason.kind() != EndKind::Elsewhere {
            self.refuse(now, &reason);
        }
        self.client.handle_disconnected(now, link);
        self.follow(now, neighbours);
    }

    /// The client is gone.
    pub fn client_is_gone(&mut self, now: Instant) {
        self.finish(now, EndReason::default());
        self.controls.clear();
        self.voices.clear();
    }

    /// The session does not let the player in, or not stay.
    pub(super) fn refuse(&mut self, now: Instant, reason: &EndReason) {
        if self.is_over() {
            return;
        }
        if self.is_synced && matches!(reason.kind(), EndKind::Banned | EndKind::Kicked) {
            let ban = (reason.kind() == EndKind::Banned).then_some(true);
            self.tell(UserRemove { session: OWN, actor: None, reason: Some(reason.to_string()), ban });
        } else {
            self.tell(consonance_mumble::reject(reason));
        }
        self.finish(now, reason.clone());
    }

    /// The client of the session says that it is out.
    pub(super) fn note_disconnection(&mut self, now: Instant, cause: Disconnection) {
        match cause {
            // Said by the player itself.
            Disconnection::Stopped => {}
            // The end of the link, which comes with it, says whether this is a ban.
            Disconnection::Kicked => self.kicked_at = Some(now),
            Disconnection::ReplacedByNewerLogin => {
                self.refuse(now, &EndReason::from(EndCode::ReplacedByNewerLogin));
            }
            // Its client tries again.
            _ => self.own.forget_entering(),
        }
    }

    /// A player that was removed is out, although its link has not ended.
    pub(super) fn end_if_kicked(&mut self, now: Instant) {
        if self.kicked_at.is_some_and(|at| at <= now) {
            let words = self.kicked_because.take().unwrap_or_default();
            self.refuse(now, &EndReason::with_words(EndCode::Kicked, &words));
        }
    }

    fn finish(&mut self, now: Instant, reason: EndReason) {
        if self.is_over() {
            return;
        }
        self.end = Some(reason);
        self.kicked_at = None;
        self.client.stop(now);
        // The events that this raises are dropped.
        while self.client.poll_event().is_some() {}
    }
}
