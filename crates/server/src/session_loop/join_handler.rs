//! Admission of newcomers, and the log lines and traces of refusals.

use std::net::IpAddr;
use std::task::Waker;
use std::time::{Duration, Instant};

use consonance_link::{EndReason, Remote};
use consonance_session::{CloseReason, Instant as SessionInstant, JoinToken, LinkId, ServerEvent};
use tracing::field::display;
use tracing::info;

use super::event_log::log_closing;
use super::join_spans::{JoinSpans, LinkPlace};
use super::link_span::link_span;
use super::refusal_log::RefusalLog;
use crate::admission::{Admission, AdmissionGate, HookStatistics, Newcomer, Refusal, Verdict};
use crate::bans::Ban;
use crate::networks::Networks;
use crate::records::Records;
use crate::sessions::{Session, SessionsSettings};
use crate::utc::seconds_since_1970;

/// Answers requests to join: by the gate and the bans, with a log line and a trace of each refusal.
pub(super) struct JoinHandler {
    gate: AdmissionGate,
    records: Records,
    spans: JoinSpans,
    refusals: RefusalLog,
}

/// A request to join.
pub(super) struct JoinQuestion<'q> {
    pub(super) link: LinkId,
    pub(super) name: &'q str,
    pub(super) at: SessionInstant,
}

impl JoinHandler {
    /// As the settings have it now.
    pub(super) fn new(settings: &SessionsSettings) -> Self {
        Self {
            gate: AdmissionGate::new(settings.admission.clone()),
            records: settings.records.clone(),
            spans: JoinSpans::new(settings.tracer.clone()),
            refusals: RefusalLog::default(),
        }
    }

    /// Follows other rules from now on.
    pub(super) fn follow(&mut self, admission: Admission) {
        self.gate.follow(admission);
    }

    /// Woken when a hook has answered.
    pub(super) fn set_waker(&mut self, waker: &Waker) {
        self.gate.set_waker(waker);
    }

    /// The hook's counters, if there is one.
    pub(super) fn hook_statistics(&self) -> Option<HookStatistics> {
        self.gate.hook_statistics()
    }

    /// Keeps a name for no account any longer; returns the one that it was kept for.
    pub(super) fn release_name(&self, session: &str, name: &str) -> Option<Box<str>> {
        self.gate.release_name(session, name)
    }

    /// The decisions of operators.
    pub(super) fn records(&self) -> &Records {
        &self.records
    }

    /// The ban of the address that a link comes from, if there is one.
    pub(super) fn ban_of(&self, address: Option<IpAddr>) -> Option<Ban> {
        address.and_then(|address| self.records.ban_of_address(seconds_since_1970(), address))
    }

    /// Writes a line about a link that is not admitted.
    pub(super) fn log_refusal(&mut self, now: Instant, link: LinkId, write: impl FnOnce()) {
        self.refusals.write(now, || link_span(link).in_scope(write));
    }

    /// A link was refused before it led to a session.
    pub(super) fn refuse_at_once(&self, link: LinkId, place: LinkPlace<'_>, reason: &EndReason) {
        self.spans.refuse_at_once(link, place, reason);
    }

    /// The client of a link is on its way into a session.
    pub(super) fn begin(&mut self, link: LinkId, place: LinkPlace<'_>) {
        self.spans.begin(link, place);
    }

    /// A link leads to a session.
    pub(super) fn note_link(&mut self, link: LinkId, remote: Remote) {
        self.gate.note_connected(link, remote);
    }

    /// A link is gone.
    pub(super) fn forget(&mut self, now: Instant, link: LinkId) {
        self.gate.forget(now, link);
        self.spans.disconnect(link);
    }

    /// A link leads to a session elsewhere from now on; where it comes from.
    pub(super) fn hand_over(&mut self, now: Instant, link: LinkId) -> Option<Remote> {
        self.gate.take_remote(now, link)
    }

    /// Something has happened in a session.
    pub(super) fn note(&mut self, event: &ServerEvent) {
        self.spans.note(event);
    }

    /// A player has joined with an account that its network vouches for.
    pub(super) fn note_account(&mut self, session: &str, link: LinkId, name: &str, account: &str) {
        self.gate.note_account(session, link, name, account);
    }

    /// A session closes a link, for the reason that is returned.
    pub(super) fn note_closing(
        &mut self,
        now: Instant,
        session: &Session,
        link: LinkId,
        reason: &CloseReason,
    ) -> EndReason {
        log_closing(&mut self.refusals, now, session, link, reason, self.gate.remote(link));
        let reason = EndReason::from(reason);
        self.spans.refuse(link, &reason);
        reason
    }

    /// Ends what is over; to be called now and then.
    pub(super) fn settle(&mut self, now: Instant) {
        self.refusals.settle(now);
    }

    /// A player asks to join with this token: it is answered at once, unless the hook is asked.
    pub(super) fn ask(
        &mut self,
        now: Instant,
        session: &mut Session,
        networks: &mut Networks,
        question: &JoinQuestion<'_>,
        shown: &JoinToken,
    ) {
        let &JoinQuestion { link, name, .. } = question;
        let span = self.spans.ask(link);
        let account = networks.account_of(now, link);
        let newcomer = Newcomer { link, name, account: account.clone(), shown };
        let verdict = self.gate.ask(now, &session.name, newcomer, span);
        self.answer(now, session, networks, question, account.as_deref(), verdict);
    }

    /// The next answer of the hook: the link and the name that it was asked about.
    pub(super) fn next_answer(&mut self, now: Instant) -> Option<(LinkId, String, Verdict)> {
        self.gate.next_answer(now)
    }

    /// Admits a player, or refuses it with a reason and a line of the log: who, from where, and why. What the hook
    /// allows, a ban may forbid.
    pub(super) fn answer(
        &mut self,
        now: Instant,
        session: &mut Session,
        networks: &mut Networks,
        question: &JoinQuestion<'_>,
        account: Option<&str>,
        verdict: Verdict,
    ) {
        let &JoinQuestion { link, name, at } = question;
        match unless_banned(&self.records, &session.name, (name, account), verdict) {
            Verdict::Admit { mut access, seconds_left } => {
                access.ends_at = seconds_left.map(|seconds| at + Duration::from_secs(seconds));
                self.spans.admit(link);
                session.server.admit(link, access);
            }
            Verdict::Refuse(reason) => {
                let address = self.gate.remote(link).map(display);
                let line = || info!(player = name, address, %reason, "not admitted");
                self.refusals.write(now, || session.span.in_scope(|| link_span(link).in_scope(line)));
                // The peer is told only the first of two reasons, and this one is more specific than the engine's.
                let notice_in = session.server.tables().reads_notice(link).then(|| session.server.session());
                let reason = EndReason::from(&reason);
                self.spans.refuse(link, &reason);
                networks.reject(now, link, &reason, notice_in);
                session.server.refuse(link);
            }
            Verdict::Wait => {}
        }
    }
}

/// Admits a player, unless it is banned: its name, the subject of its join token, or the account that its network
/// vouches for, which a token does not change.
fn unless_banned(
    records: &Records,
    session: &str,
    (name, account): (&str, Option<&str>),
    verdict: Verdict,
) -> Verdict {
    let Verdict::Admit { access, .. } = &verdict else { return verdict };
    let ban_of = |subject| records.ban_of_player(seconds_since_1970(), session, name, subject);
    match ban_of(access.subject.as_deref()).or_else(|| account.and_then(|account| ban_of(Some(account)))) {
        None => verdict,
        Some(ban) => Verdict::Refuse(Refusal::Banned(Box::new(ban))),
    }
}
