//! Events of sessions: logged, noted, and requests to join answered.

use std::time::{Duration, Instant};

use consonance_session::{Instant as SessionInstant, LinkId, ServerEvent};
use consonance_transport::{EndReason, Remote};
use tracing::field::display;
use tracing::info;

use super::event_log::{log, log_departure};
use super::join_spans::JoinSpans;
use super::refusal_log::RefusalLog;
use super::{SessionLoop, link_span, member_reports, moderators, webhooks};
use crate::admission::{Newcomer, Refusal, Verdict};
use crate::networks::Networks;
use crate::records::Records;
use crate::sessions::Session;
use crate::utc::seconds_since_1970;

impl SessionLoop {
    /// Logs events, and answers requests to join; resulting packets wait to be sent.
    pub(super) fn dispatch_events(&mut self, index: usize, now: Instant, at: SessionInstant) {
        let session = self.sessions.get_mut(index);
        let (mut arrived, mut submitted) = (Vec::new(), Vec::new());
        while let Some(event) = session.server.poll_event() {
            match event {
                ServerEvent::JoinRequested { link, name, join_token } => {
                    let span = self.join_spans.ask(link);
                    let account = self.networks.account_of(now, link);
                    let newcomer =
                        Newcomer { link, name: &name, account: account.clone(), shown: &join_token };
                    let verdict = self.gate.ask(now, &session.name, newcomer, span);
                    let player = (&*name, account.as_deref());
                    let verdict = unless_banned(&self.records, &session.name, player, verdict);
                    let question = JoinQuestion { link, name: &name, at };
                    log_refusal(
                        &mut self.refusal_log,
                        now,
                        session,
                        &question,
                        self.gate.remote(link),
                        &verdict,
                    );
                    answer_join(session, &mut self.networks, &mut self.join_spans, now, &question, verdict);
                }
                ServerEvent::ModerationRequested { id, request } => {
                    moderators::carry_out(&self.records, session, at, id, &request);
                }
                ServerEvent::MemberReported { id, report } => submitted.push((id, report)),
                event => {
                    note_joined(&mut self.networks, now, &event);
                    self.join_spans.note(&event);
                    log(&session.span, &event);
                    if let ServerEvent::ClientLeft { link, .. } = &event {
                        let is_up = self.routes.session_of(*link).is_some();
                        let departure = session.leaving.departure(&mut session.server, *link, is_up);
                        log_departure(&session.span, &event, &departure);
                    }
                    self.observation.note(at, &session.name, &event);
                    self.subscribers.tell(&session.name, &event);
                    webhooks::tell(&self.webhooks, session, &event);
                    session.report_buffer.handle_event(&event);
                    if let ServerEvent::ClientJoined { id, link, name, .. }
                    | ServerEvent::ClientResumed { id, link, name } = &event
                    {
                        arrived.push((*id, *link));
                        if let Some(account) = self.networks.account_of(now, *link) {
                            self.gate.note_account(&session.name, *link, name, &account);
                        }
                    }
                    if let ServerEvent::ClientLeft { name, subject, .. } = &event {
                        session.departed.note(name, subject.as_deref());
                    }
                    if let Some(feed) = &mut self.recording_feed {
                        session.recording.handle_event(feed, now, &session.name, &mut session.server, &event);
                    }
                }
            }
        }
        for (id, report) in submitted {
            let reports = self.sessions.member_reports();
            member_reports::keep(reports.as_ref(), &self.records, self.sessions.get_mut(index), id, report);
        }
        for (id, link) in arrived {
            self.tell_servers(index, at, id, link);
        }
    }

    /// Answers the joins that the hook was asked about.
    pub(super) fn answer_joins(&mut self, now: Instant) {
        while let Some((link, name, verdict)) = self.gate.next_answer(now) {
            let Some(index) = self.routes.session_of(link) else { continue };
            let question = JoinQuestion { link, name: &name, at: self.at(now) };
            let account = self.networks.account_of(now, link);
            let session = self.sessions.get_mut(index);
            let player = (&*name, account.as_deref());
            let verdict = unless_banned(&self.records, &session.name, player, verdict);
            log_refusal(&mut self.refusal_log, now, session, &question, self.gate.remote(link), &verdict);
            answer_join(session, &mut self.networks, &mut self.join_spans, now, &question, verdict);
            self.drain(index, now);
        }
    }
}

/// Notifies a link's network that it has joined, or is no longer in the session. A newcomer that waits for a name
/// counts as joined: it has done its part, and the session limits how many wait, by name and by origin.
fn note_joined(networks: &mut Networks, now: Instant, event: &ServerEvent) {
    match event {
        ServerEvent::ClientJoined { link, .. }
        | ServerEvent::ClientResumed { link, .. }
        | ServerEvent::NameInUse { link, .. } => networks.set_joined(now, *link, true),
        ServerEvent::ClientLeft { link, .. } | ServerEvent::NameClaimWithdrawn { link, .. } => {
            networks.set_joined(now, *link, false);
        }
        _ => {}
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

/// A request to join.
struct JoinQuestion<'q> {
    link: LinkId,
    name: &'q str,
    at: SessionInstant,
}

/// Writes a line if a player is not admitted: who, from where, and why.
fn log_refusal(
    log: &mut RefusalLog,
    now: Instant,
    session: &Session,
    question: &JoinQuestion<'_>,
    remote: Option<&Remote>,
    verdict: &Verdict,
) {
    let Verdict::Refuse(reason) = verdict else { return };
    let address = remote.map(display);
    let line = || info!(player = question.name, address, %reason, "not admitted");
    log.write(now, || session.span.in_scope(|| link_span(question.link).in_scope(line)));
}

/// Admits a player, or refuses it with a reason.
fn answer_join(
    session: &mut Session,
    networks: &mut Networks,
    spans: &mut JoinSpans,
    now: Instant,
    question: &JoinQuestion<'_>,
    verdict: Verdict,
) {
    let &JoinQuestion { link, at, .. } = question;
    match verdict {
        Verdict::Admit { mut access, seconds_left } => {
            access.ends_at = seconds_left.map(|seconds| at + Duration::from_secs(seconds));
            spans.admit(link);
            session.server.admit(link, access);
        }
        Verdict::Refuse(reason) => {
            // The peer is told only the first of two reasons, and this one is more specific than the engine's.
            let notice_in = session.server.tables().reads_notice(link).then(|| session.server.session());
            let reason = EndReason::from(&reason);
            spans.refuse(link, &reason);
            networks.reject(now, link, &reason, notice_in);
            session.server.refuse(link);
        }
        Verdict::Wait => {}
    }
}
