//! Admission at one loop: the origins of clients, the joins that wait for the hook, and the answers.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::task::Waker;
use std::time::Instant;

use consonance_link::Remote;
use consonance_session::{Access, JoinToken, LinkId};

use super::hook::{Answer, HookFailure, Question};
use super::{Admission, Hook, HookStatistics, Origin, Refusal, Request};
use crate::spans::{OpenSpan, SpanKind};
use crate::token::{Claims, WallClock};
use crate::utc::seconds_since_1970;

/// The state of admission at one session loop.
pub(crate) struct AdmissionGate {
    admission: Admission,
    remotes: HashMap<LinkId, Remote>,
    /// The uses of names that are kept for accounts, by the links that use them.
    name_uses: HashMap<LinkId, u64>,
    /// Joins that wait for the hook. A link may ask again while an answer is on its way: the number says which question
    /// it is for.
    waiting: HashMap<LinkId, Waiting>,
    questions: u64,
    answers: Receiver<Answered>,
    answer_to: SyncSender<Answered>,
    waker: Option<Waker>,
}

struct Waiting {
    question: u64,
    session: String,
    name: String,
    /// The account that its network vouches for.
    account: Option<Box<str>>,
    /// The claims that it would be admitted with if there were no hook.
    claims: Option<Claims>,
}

/// A client that asks to join.
pub(crate) struct Newcomer<'n> {
    pub(crate) link: LinkId,
    pub(crate) name: &'n str,
    /// The account that its network vouches for.
    pub(crate) account: Option<Box<str>>,
    pub(crate) shown: &'n JoinToken,
}

struct Answered {
    link: LinkId,
    question: u64,
    answer: Result<Answer, HookFailure>,
}

/// The outcome of a request to join.
#[derive(Debug)]
pub(crate) enum Verdict {
    Admit {
        access: Access,
        /// How long the visit may be, if its end was said.
        seconds_left: Option<u64>,
    },
    Refuse(Refusal),
    /// The hook is asked.
    Wait,
}

/// More responses wait only while a loop hangs; their joins are refused when their time is over.
const ANSWERS_MAX: usize = 4096;

impl AdmissionGate {
    pub(crate) fn new(admission: Admission) -> Self {
        let (answer_to, answers) = sync_channel(ANSWERS_MAX);
        let (remotes, name_uses, waiting) = (HashMap::new(), HashMap::new(), HashMap::new());
        Self { admission, remotes, name_uses, waiting, questions: 0, answers, answer_to, waker: None }
    }

    /// Woken when the hook has responded.
    pub(crate) fn set_waker(&mut self, waker: &Waker) {
        self.waker = Some(waker.clone());
    }

    /// Replaces the rules; counted password attempts stay, and waiting joins go on waiting.
    pub(crate) fn follow(&mut self, admission: Admission) {
        self.admission = admission.succeeding(&self.admission);
    }

    /// The hook's counters, if there is one.
    pub(crate) fn hook_statistics(&self) -> Option<HookStatistics> {
        self.admission.settings().hook.as_ref().map(Hook::statistics)
    }

    /// A link is up.
    pub(crate) fn note_connected(&mut self, link: LinkId, remote: Remote) {
        self.remotes.insert(link, remote);
    }

    /// A player with an account that its network vouches for has joined: its name is kept for it from now on.
    pub(crate) fn note_account(&mut self, session: &str, link: LinkId, name: &str, account: &str) {
        let Some(remote) = self.remotes.get(&link) else { return };
        let name_use = self.admission.note_account(session, name, account, &Origin::of(remote));
        self.name_uses.insert(link, name_use);
    }

    /// Keeps a name for no account any longer; returns the one that it was kept for.
    pub(crate) fn release_name(&self, session: &str, name: &str) -> Option<Box<str>> {
        self.admission.account_names().release(session, name)
    }

    /// Where a link comes from.
    pub(crate) fn remote(&self, link: LinkId) -> Option<&Remote> {
        self.remotes.get(&link)
    }

    /// A link is gone.
    pub(crate) fn forget(&mut self, now: Instant, link: LinkId) {
        self.take_remote(now, link);
    }

    /// The same; where it comes from.
    pub(crate) fn take_remote(&mut self, now: Instant, link: LinkId) -> Option<Remote> {
        if let Some(name_use) = self.name_uses.remove(&link) {
            self.admission.note_account_left(now, name_use);
        }
        self.waiting.remove(&link);
        self.remotes.remove(&link)
    }

    /// A request to join; asking the hook is a part of its span, if there is one.
    pub(crate) fn ask(
        &mut self,
        now: Instant,
        session: &str,
        newcomer: Newcomer<'_>,
        span: Option<&OpenSpan>,
    ) -> Verdict {
        let Newcomer { link, name, account, shown } = newcomer;
        let origin = self.remotes.get(&link).map_or(Origin::Other("".into()), Origin::of);
        let request = Request { session, origin: &origin, shown };
        let claims = match self.admission.check_shown(request, self.clock(), now) {
            Ok(claims) => claims,
            Err(refusal) => return Verdict::Refuse(refusal),
        };
        let question = self.questions;
        let waiting = Waiting { question, session: session.into(), name: name.into(), account, claims };
        match self.admission.settings().hook.clone() {
            None => self.verdict(now, &waiting),
            Some(hook) => {
                let span = span.map(|span| span.child("joining_hook", SpanKind::Client)).unwrap_or_default();
                self.ask_hook(now, &hook, (link, waiting), shown, span)
            }
        }
    }

    /// The next join that the hook was asked about, its name, and the outcome.
    pub(crate) fn next_answer(&mut self, now: Instant) -> Option<(LinkId, String, Verdict)> {
        while let Ok(Answered { link, question, answer }) = self.answers.try_recv() {
            let Some(mut waiting) = self.waiting.remove(&link) else { continue };
            if waiting.question != question {
                self.waiting.insert(link, waiting);
                continue;
            }
            let verdict = match answer {
                Ok(Answer::Allow(claims)) => {
                    waiting.claims = claims.map(|claims| *claims).or(waiting.claims);
                    self.verdict(now, &waiting)
                }
                Ok(Answer::Deny(reason)) => Verdict::Refuse(Refusal::Denied { reason }),
                Err(_) => self.without_hook(now, &waiting),
            };
            return Some((link, waiting.name, verdict));
        }
        None
    }

    fn ask_hook(
        &mut self,
        now: Instant,
        hook: &Hook,
        (link, waiting): (LinkId, Waiting),
        shown: &JoinToken,
        span: OpenSpan,
    ) -> Verdict {
        let sends_secrets = hook.settings().requests.send_secrets;
        let text = |bytes: &[u8]| Some(String::from_utf8_lossy(bytes).into_owned()).filter(|_| sends_secrets);
        let question = Question {
            session: waiting.session.clone(),
            name: waiting.name.clone(),
            address: self.remotes.get(&link).map_or(String::new(), Remote::to_string),
            claims: waiting.claims.clone(),
            token: Some(shown.token()).filter(|token| !token.is_empty()).and_then(text),
            password: shown.password().and_then(text),
        };
        let (number, answer_to, waker) = (waiting.question, self.answer_to.clone(), self.waker.clone());
        let reply = Box::new(move |answer| {
            // A loop that has ended or hangs needs no answer.
            let _ = answer_to.try_send(Answered { link, question: number, answer });
            waker.iter().for_each(Waker::wake_by_ref);
        });
        match hook.ask(&question, span, reply) {
            Ok(()) => {
                self.questions += 1;
                self.waiting.insert(link, waiting);
                Verdict::Wait
            }
            Err(_) => self.without_hook(now, &waiting),
        }
    }

    /// The outcome of a join that the hook cannot be asked about.
    fn without_hook(&self, now: Instant, waiting: &Waiting) -> Verdict {
        let fails_open =
            self.admission.settings().hook.as_ref().is_some_and(|hook| hook.settings().requests.fail_open);
        if fails_open { self.verdict(now, waiting) } else { Verdict::Refuse(Refusal::HookFailed) }
    }

    fn verdict(&self, now: Instant, waiting: &Waiting) -> Verdict {
        let Waiting { session, name, account, claims, .. } = waiting;
        let (claims, account) = (claims.as_ref(), account.as_deref());
        match self.admission.access(session, (name, account), claims, (now, self.clock())) {
            Ok(access) => Verdict::Admit { access, seconds_left: self.seconds_left(claims) },
            Err(refusal) => Verdict::Refuse(refusal),
        }
    }

    fn seconds_left(&self, claims: Option<&Claims>) -> Option<u64> {
        let ends = self.admission.settings().disconnect_on_expiry;
        let clock = self.clock();
        let end = claims.filter(|_| ends)?.expires_at.saturating_add(clock.leeway_s);
        Some(end.saturating_sub(clock.now))
    }

    /// By the clock of the wall, which the times of tokens are written in.
    fn clock(&self) -> WallClock {
        WallClock { now: seconds_since_1970(), leeway_s: self.admission.settings().clock_leeway.as_secs() }
    }
}
