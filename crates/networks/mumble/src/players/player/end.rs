//! The end of a Mumble user's player.

use consonance_session::{Disconnection, EndCode, EndKind, EndReason, Instant};

use super::MumblePlayer;
use crate::control::messages::UserRemove;
use crate::players::profile::Neighbours;
use crate::players::users::OWN;

impl MumblePlayer {
    /// Whether the player has ended: all that is left is to drain it, and to close its link and its client's
    /// connection.
    pub fn is_over(&self) -> bool {
        self.end.is_some()
    }

    /// The reason for its end, if it has ended.
    pub fn end(&self) -> Option<&EndReason> {
        self.end.as_ref()
    }

    /// Handles that the session's server has ended the link for this reason. If the reason is empty, the player asks
    /// for another link.
    pub fn handle_link_ended(&mut self, now: Instant, reason: &EndReason, neighbours: &Neighbours) {
        let Some(link) = self.link.take() else { return };
        let reason = self.client.server().end_notice().unwrap_or(reason).clone();
        if !reason.is_empty() && reason.kind() != EndKind::Elsewhere {
            self.refuse(now, &reason);
        }
        self.client.handle_disconnected(now, link);
        self.follow(now, neighbours);
    }

    /// Handles that the client has disconnected.
    pub fn client_is_gone(&mut self, now: Instant) {
        self.finish(now, EndReason::default());
        self.controls.clear();
        self.voices.clear();
    }

    /// Ends the player because the session rejects or removes it.
    pub(super) fn refuse(&mut self, now: Instant, reason: &EndReason) {
        if self.is_over() {
            return;
        }
        if self.is_synced && matches!(reason.kind(), EndKind::Banned | EndKind::Kicked) {
            let ban = (reason.kind() == EndKind::Banned).then_some(true);
            self.tell(UserRemove { session: OWN, actor: None, reason: Some(reason.to_string()), ban });
        } else {
            self.tell(crate::reject(reason));
        }
        self.finish(now, reason.clone());
    }

    /// Handles that the session client has been disconnected.
    pub(super) fn note_disconnection(&mut self, now: Instant, cause: Disconnection) {
        match cause {
            // The player itself stopped the client.
            Disconnection::Stopped => {}
            // The end of the link, which follows, tells whether this is a ban.
            Disconnection::Kicked => self.kicked_at = Some(now),
            Disconnection::ReplacedByNewerLogin => {
                self.refuse(now, &EndReason::from(EndCode::ReplacedByNewerLogin));
            }
            // The session client reconnects by itself.
            Disconnection::LinkLost
            | Disconnection::ConnectFailed
            | Disconnection::NoAnswer
            | Disconnection::WrongSession
            | Disconnection::CodecChanged
            | Disconnection::Redirected
            | Disconnection::LinkChanged => self.own.entering.forget_times(),
        }
    }

    /// Ends a player that was removed, although its link has not ended.
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
        // Discard the events that this raises.
        while self.client.poll_event().is_some() {}
    }
}
