//! Events of sessions: logged, noted, and requests to join answered.

use std::time::Instant;

use consonance_session::ServerEvent;

use super::super::event_log::{log, log_departure};
use super::super::join_handler::JoinQuestion;
use super::super::worker_state::WorkerState;
use super::super::{member_reports, moderators};
use super::Carrying;
use crate::networks::Networks;

impl Carrying<'_> {
    /// Logs events, and answers requests to join; resulting packets wait to be sent.
    pub(super) fn dispatch_events(&mut self, index: usize) {
        let (now, at) = (self.now, self.at);
        let state = &mut *self.state;
        let session = state.sessions.get_mut(index);
        let (mut arrived, mut submitted) = (Vec::new(), Vec::new());
        while let Some(event) = session.server.poll_event() {
            match event {
                ServerEvent::JoinRequested { link, name, join_token } => {
                    let question = JoinQuestion { link, name: &name, at };
                    state.join_handler.ask(now, session, &mut state.networks, &question, &join_token);
                }
                ServerEvent::ModerationRequested { id, request } => {
                    moderators::carry_out(state.join_handler.records(), session, at, id, &request);
                }
                ServerEvent::MemberReported { id, report } => submitted.push((id, report)),
                event => {
                    note_joined(&mut state.networks, now, &event);
                    state.join_handler.note(&event);
                    log(&session.span, &event);
                    if let ServerEvent::ClientLeft { link, .. } = &event {
                        let is_up = state.routes.session_of(*link).is_some();
                        let departure = session.leaving.departure(&mut session.server, *link, is_up);
                        log_departure(&session.span, &event, &departure);
                    }
                    state.watchers.tell(at, session, &event);
                    if let ServerEvent::ClientJoined { id, link, name, .. }
                    | ServerEvent::ClientResumed { id, link, name } = &event
                    {
                        arrived.push((*id, *link));
                        if let Some(account) = state.networks.account_of(now, *link) {
                            state.join_handler.note_account(&session.name, *link, name, &account);
                        }
                    }
                    if let ServerEvent::ClientLeft { name, subject, .. } = &event {
                        session.departed.note(name, subject.as_deref());
                    }
                    state.voices.handle_event(now, session, &event);
                }
            }
        }
        for (id, report) in submitted {
            let (reports, records) = (state.sessions.member_reports(), state.join_handler.records());
            member_reports::keep(reports.as_ref(), records, state.sessions.get_mut(index), id, report);
        }
        for (id, link) in arrived {
            self.tell_servers(index, id, link);
        }
    }

    /// Answers the joins that the hook was asked about.
    pub(in super::super) fn answer_joins(&mut self) {
        while let Some((link, name, verdict)) = self.state.join_handler.next_answer(self.now) {
            let Some(index) = self.state.routes.session_of(link) else { continue };
            let question = JoinQuestion { link, name: &name, at: self.at };
            let WorkerState { networks, sessions, join_handler, .. } = &mut *self.state;
            let account = networks.account_of(self.now, link);
            let session = sessions.get_mut(index);
            join_handler.answer(self.now, session, networks, &question, account.as_deref(), verdict);
            self.drain(index);
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
