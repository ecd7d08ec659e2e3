//! Decides what follows when a session is lost or redirected.

use std::time::{Duration, Instant};

use consonance_link::{DisconnectReason, EndCode, EndKind, EndReason};
use consonance_session::Disconnection;

/// The state of the connection.
#[derive(Debug)]
pub(super) struct ConnectionWatch {
    /// How long a lost session may take to come back; forever if `None`.
    patience: Option<Duration>,
    /// Whether a lost or failed connection is not a reason to end.
    keeps_trying: bool,
    /// Since when there has been no session although there was one.
    lost_since: Option<Instant>,
    /// Whether the last link has led into the session.
    is_joined: bool,
    /// The operator's words, if it has removed us.
    kicked_for: Option<String>,
    /// When to leave for the server that this one sends us to.
    leave_at: Option<Instant>,
}

/// The consequence of a session's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loss {
    /// Not lost, but left to be joined again: patience is not used up.
    Rejoins,
    /// It continues with another server.
    Redirected,
    /// The link changes; its transport is reported once it is up.
    ChangesLink,
    /// It is retried after this time.
    Retries(Duration),
    /// The operator has removed us.
    Kicked,
    /// A newer login has the same name.
    ReplacedByNewerLogin,
    /// It is not retried.
    Over,
}

impl ConnectionWatch {
    pub(super) fn new(patience: Option<Duration>, keeps_trying: bool) -> Self {
        Self { patience, keeps_trying, lost_since: None, is_joined: false, kicked_for: None, leave_at: None }
    }

    /// The session was joined, for the first time or again.
    pub(super) fn note_joined(&mut self) {
        self.keeps_trying = true;
        self.lost_since = None;
        self.is_joined = true;
    }

    /// Whether the lost link had led into the session; true only once.
    pub(super) fn take_joined(&mut self) -> bool {
        std::mem::take(&mut self.is_joined)
    }

    /// The operator removes us, with these words.
    pub(super) fn note_kicked(&mut self, words: &str) {
        self.kicked_for = Some(words.to_owned());
    }

    /// The reason for the removal by the server's operator: the end of the link states it with a code; servers of
    /// version 0.1 state it in words beforehand.
    pub(super) fn take_removal(&mut self, said: Option<EndReason>) -> EndReason {
        let words = self.kicked_for.take().unwrap_or_default();
        said.filter(|reason| matches!(reason.kind(), EndKind::Kicked | EndKind::Banned))
            .unwrap_or_else(|| EndReason::with_words(EndCode::Kicked, &words))
    }

    /// The session is gone; the client retries after this time, if it does so by itself.
    pub(super) fn lose(
        &mut self,
        now: Instant,
        cause: Disconnection,
        retry_in: Option<Duration>,
        is_worth_retrying: bool,
    ) -> Loss {
        match (cause, retry_in) {
            (Disconnection::CodecChanged, Some(_)) => Loss::Rejoins,
            (Disconnection::Redirected, Some(_)) => Loss::Redirected,
            (Disconnection::LinkChanged, Some(_)) => Loss::ChangesLink,
            (cause, Some(retry_in)) if self.keeps_trying_after(cause) && is_worth_retrying => {
                self.lost_since.get_or_insert(now);
                Loss::Retries(retry_in)
            }
            (Disconnection::Kicked, _) => Loss::Kicked,
            (Disconnection::ReplacedByNewerLogin, _) => Loss::ReplacedByNewerLogin,
            _ => Loss::Over,
        }
    }

    /// A server that asks the client to join again was reached, so the address is right. A voice server behind a
    /// sidecar does so if the player's first packets were lost.
    fn keeps_trying_after(&self, cause: Disconnection) -> bool {
        self.keeps_trying || cause == Disconnection::WrongSession
    }

    /// Whether a lost session has not come back in time.
    pub(super) fn has_run_out(&self, now: Instant) -> bool {
        let lost_for = self.lost_since.map(|since| now.saturating_duration_since(since));
        lost_for.zip(self.patience).is_some_and(|(lost_for, patience)| lost_for >= patience)
    }

    /// Sets when to leave for the server that this one redirects us to; never if `None`.
    pub(super) fn set_redirect(&mut self, at: Option<Instant>) {
        self.leave_at = at;
    }

    /// Whether it is time to leave; true only once.
    pub(super) fn take_redirect(&mut self, now: Instant) -> bool {
        self.leave_at.take_if(|at| *at <= now).is_some()
    }
}

/// Another path may work where the last one did not, but not for another name, and not past a ban.
pub(super) fn is_worth_retrying(reason: &DisconnectReason, has_another_way: bool) -> bool {
    let kind = reason.end_reason().map(|reason| reason.kind());
    let is_final = matches!(kind, Some(EndKind::Name | EndKind::Banned));
    reason.is_worth_retrying() || has_another_way && !is_final
}

/// Whether the server, or the session there, is ending.
pub(super) fn is_going_away(reason: &DisconnectReason) -> bool {
    reason.end_reason().is_some_and(|reason| reason.kind() == EndKind::Closing)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Option<Duration> = Some(Duration::from_secs(1));
    const PATIENCE: Duration = Duration::from_secs(10);

    fn watch(keeps_trying: bool) -> ConnectionWatch {
        ConnectionWatch::new(Some(PATIENCE), keeps_trying)
    }

    #[test]
    fn a_first_attempt_that_fails_is_the_last_unless_more_are_wanted() {
        let now = Instant::now();
        let lose = |mut watch: ConnectionWatch| watch.lose(now, Disconnection::ConnectFailed, SOON, true);
        assert_eq!(lose(watch(false)), Loss::Over);
        assert_eq!(lose(watch(true)), Loss::Retries(Duration::from_secs(1)));
        let mut joined = watch(false);
        joined.note_joined();
        assert_eq!(lose(joined), Loss::Retries(Duration::from_secs(1)));
    }

    #[test]
    fn a_server_that_asks_to_join_again_is_tried_again_even_at_first_and_as_long_as_patience_lasts() {
        let (mut watch, now) = (watch(false), Instant::now());
        let lost = watch.lose(now, Disconnection::WrongSession, SOON, true);
        assert_eq!(lost, Loss::Retries(Duration::from_secs(1)));
        assert!(watch.has_run_out(now + PATIENCE));
        assert_eq!(watch.lose(now, Disconnection::ConnectFailed, SOON, true), Loss::Over);
    }

    #[test]
    fn patience_counts_from_the_first_loss_until_there_is_a_session_again() {
        let (mut watch, now) = (watch(true), Instant::now());
        assert!(!watch.has_run_out(now + PATIENCE));
        watch.lose(now, Disconnection::LinkLost, SOON, true);
        watch.lose(now + PATIENCE / 2, Disconnection::ConnectFailed, SOON, true);
        assert!(!watch.has_run_out(now + PATIENCE / 2) && watch.has_run_out(now + PATIENCE));
        watch.note_joined();
        assert!(!watch.has_run_out(now + PATIENCE));
    }

    #[test]
    fn a_session_that_is_left_to_be_joined_again_uses_up_no_patience() {
        let (mut watch, now) = (watch(true), Instant::now());
        let causes = [Disconnection::CodecChanged, Disconnection::Redirected, Disconnection::LinkChanged];
        let losses = causes.map(|cause| watch.lose(now, cause, SOON, false));
        assert_eq!(losses, [Loss::Rejoins, Loss::Redirected, Loss::ChangesLink]);
        assert!(!watch.has_run_out(now + PATIENCE));
    }

    #[test]
    fn what_cannot_be_tried_again_ends_the_chat() {
        let (mut watch, now) = (watch(true), Instant::now());
        assert_eq!(watch.lose(now, Disconnection::Kicked, None, true), Loss::Kicked);
        assert_eq!(
            watch.lose(now, Disconnection::ReplacedByNewerLogin, None, true),
            Loss::ReplacedByNewerLogin
        );
        assert_eq!(watch.lose(now, Disconnection::LinkLost, SOON, false), Loss::Over);
    }

    #[test]
    fn the_code_of_the_end_comes_before_the_words_that_were_said_earlier() {
        let mut watch = watch(true);
        watch.note_kicked("shouting");
        let code = EndReason::with_words(EndCode::Banned, "forever");
        assert_eq!(watch.take_removal(Some(code.clone())), code);
        watch.note_kicked("shouting");
        let words = EndReason::with_words(EndCode::Kicked, "shouting");
        assert_eq!(watch.take_removal(Some(EndCode::NewSession.into())), words);
    }

    #[test]
    fn it_is_time_to_leave_once() {
        let (mut watch, now) = (watch(true), Instant::now());
        watch.set_redirect(Some(now));
        assert!(watch.take_redirect(now) && !watch.take_redirect(now));
        watch.set_redirect(Some(now));
        watch.set_redirect(None);
        assert!(!watch.take_redirect(now));
    }

    #[test]
    fn another_way_leads_neither_to_another_name_nor_past_a_ban() {
        let closed = |code: EndCode| DisconnectReason::ClosedByPeer { reason: code.into() };
        let of = |code, has_another_way| is_worth_retrying(&closed(code), has_another_way);
        assert!(!of(EndCode::Banned, true) && !of(EndCode::NameInUse, true));
        assert_eq!([false, true].map(|has_another_way| of(EndCode::Version, has_another_way)), [false, true]);
        assert!(is_worth_retrying(&DisconnectReason::TimedOut, false));
    }
}
