//! The end of a page's player.

use std::time::Duration;

use consonance_session::{Disconnection, EndCode, EndKind, EndReason, Instant};

use super::BrowserPlayer;
use crate::control::{DisconnectCause, RefusalCode, ToPage};

/// The reason for the end of a page's player.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PageEnd {
    /// The page has left.
    Left,
    /// The page was lost and did not return in time.
    Abandoned,
    /// The session did not admit it.
    Refused(RefusalCode),
    /// It has left its session, or was removed from it.
    Out(DisconnectCause),
}

impl BrowserPlayer {
    /// Whether the player has ended: it only remains to drain it and to close its link.
    pub fn is_over(&self) -> bool {
        self.end.is_some()
    }

    /// The reason for its end.
    pub fn end(&self) -> Option<PageEnd> {
        self.end
    }

    /// Tells the present page that another page takes its place, and that it must not reconnect. Its messages must be
    /// drained before it [is lost](Self::page_lost).
    pub fn page_is_replaced(&mut self) {
        let message = "another page has taken over this player";
        self.tell(&disconnected(DisconnectCause::NameTaken, message, None));
    }

    /// The page leaves permanently.
    pub(super) fn leave(&mut self, now: Instant) {
        let message = "this page has left the session";
        self.finish(now, PageEnd::Left, &disconnected(DisconnectCause::Closed, message, None));
    }

    /// The page was away for too long.
    pub(super) fn abandon(&mut self, now: Instant) {
        let message = "the page was away for too long";
        self.finish(now, PageEnd::Abandoned, &disconnected(DisconnectCause::Closed, message, None));
    }

    /// Removes the page from its session.
    pub(super) fn put_out(&mut self, now: Instant, cause: DisconnectCause, message: &str) {
        self.finish(now, PageEnd::Out(cause), &disconnected(cause, message, None));
    }

    /// The session does not admit the player, or not again: a player that was in it retries if that may change.
    pub(super) fn refuse_again(&mut self, now: Instant, reason: &EndReason) {
        let code = RefusalCode::from(reason);
        let may_change = matches!(code, RefusalCode::Full | RefusalCode::Closing | RefusalCode::Other);
        if !self.has_joined || !may_change {
            self.refuse(now, reason);
        }
    }

    /// The session does not admit the player.
    pub(super) fn refuse(&mut self, now: Instant, reason: &EndReason) {
        let code = RefusalCode::from(reason);
        let refused = ToPage::Refused {
            code,
            message: reason.to_string().into(),
            retry_in_ms: reason.retry_in.map(millis),
            until: reason.until,
            redirect: reason.redirect.clone(),
        };
        self.finish(now, PageEnd::Refused(code), &refused);
    }

    /// Handles the client's report that it is out of its session.
    pub(super) fn note_disconnection(
        &mut self,
        now: Instant,
        cause: Disconnection,
        retry_in: Option<Duration>,
    ) {
        match cause {
            // Only caused by this player itself.
            Disconnection::Stopped => {}
            Disconnection::Kicked => {
                let words = self.kicked_because.take().unwrap_or_default();
                // The reason of the link's end is more precise, if there is one.
                let reason = match self.end_reason.kind() {
                    EndKind::Banned | EndKind::Kicked => self.end_reason.clone(),
                    EndKind::Token
                    | EndKind::Password
                    | EndKind::Name
                    | EndKind::Full
                    | EndKind::Version
                    | EndKind::Closing
                    | EndKind::Elsewhere
                    | EndKind::Abuse
                    | EndKind::Other => EndReason::with_words(EndCode::Kicked, &words),
                };
                self.put_out(now, DisconnectCause::Kicked, &reason.to_string());
            }
            Disconnection::ReplacedByNewerLogin => {
                self.put_out(
                    now,
                    DisconnectCause::NameTaken,
                    &EndReason::from(EndCode::ReplacedByNewerLogin).to_string(),
                );
            }
            Disconnection::LinkLost
            | Disconnection::ConnectFailed
            | Disconnection::NoAnswer
            | Disconnection::WrongSession
            | Disconnection::CodecChanged
            | Disconnection::Redirected
            | Disconnection::LinkChanged => {
                let retry_in_ms = retry_in.map(millis);
                self.retry_at = retry_in.map(|wait| now + wait);
                self.tell(&disconnected(DisconnectCause::Server, words(cause), retry_in_ms));
            }
        }
    }

    /// Tells a page that is new to a player without a session when the next attempt will be made.
    pub(super) fn tell_disconnected(&mut self, now: Instant) {
        let Some(retry_at) = self.retry_at else { return };
        let message = words(Disconnection::LinkLost);
        self.tell(&disconnected(DisconnectCause::Server, message, Some(millis(retry_at.since(now)))));
    }

    fn finish(&mut self, now: Instant, end: PageEnd, last_words: &ToPage) {
        if self.is_over() {
            return;
        }
        self.end = Some(end);
        self.client.stop(now);
        // The resulting events are dropped.
        while self.client.poll_event().is_some() {}
        self.tell(last_words);
    }
}

fn disconnected(cause: DisconnectCause, message: &str, retry_in_ms: Option<u64>) -> ToPage {
    ToPage::Disconnected { cause, message: message.into(), retry_in_ms }
}

fn words(cause: Disconnection) -> &'static str {
    match cause {
        Disconnection::ConnectFailed => "the session cannot be reached",
        Disconnection::NoAnswer => "the session's server did not answer in time",
        Disconnection::WrongSession => "the session's server has restarted",
        Disconnection::Redirected => "the session has moved elsewhere",
        Disconnection::Stopped
        | Disconnection::LinkLost
        | Disconnection::ReplacedByNewerLogin
        | Disconnection::Kicked
        | Disconnection::CodecChanged
        | Disconnection::LinkChanged => "the connection to the session was lost",
    }
}

pub(super) fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
