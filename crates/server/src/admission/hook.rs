//! The joining hook: an operator's service, asked over HTTP, that has the final decision on each join.
//!
//! Sessions do not wait for it: requests go into a bounded queue, a few threads send them, and responses come back to
//! the driver of the session.

#[cfg_attr(not(feature = "joining-hook"), allow(dead_code, reason = "used by the hook alone"))]
mod answer;

use std::fmt;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use consonance_settings::secrets::ServiceAddress;
use consonance_settings::settings;
use serde::Serialize;
use tracing::info;

use crate::operator_service::{RequestRules, ServiceClient, ServiceError, ServiceFailure, ServiceSettings};
use crate::spans::OpenSpan;
use crate::threads::{self, ThreadSpawnError};
use crate::token::Claims;

pub(super) use answer::Answer;

/// The settings of the joining hook.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HookSettings {
    /// Its address and its secrets.
    pub service: ServiceSettings,
    /// How it is called.
    pub requests: HookRequests,
}

settings! {
    /// How the joining hook is called.
    #[derive(Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct HookRequests {
        /// Time to answer.
        ///
        /// A question that has waited for as long is not asked any more.
        pub timeout: Duration as timeout_s = Duration::from_secs(2), 0.1..=4;
        /// Admit players when the hook does not answer.
        pub fail_open: bool = false;
        /// Accept http to other machines: anyone on the path can forge answers.
        pub allow_plain_http: bool = false;
        /// Send tokens and passwords, not only the claims of tokens.
        pub send_secrets: bool = false;
        /// Concurrent requests.
        pub threads: usize = 4, 1..=64;
        /// Queued requests.
        ///
        /// A further one counts as not answered.
        pub queue: usize as queue_max = 64, 1..=1024;
    }
}

impl HookSettings {
    /// The service at this address.
    pub fn new(url: ServiceAddress) -> Self {
        Self { service: ServiceSettings::new(url), requests: HookRequests::default() }
    }
}

impl HookRequests {
    fn rules(&self) -> RequestRules {
        RequestRules { timeout: self.timeout, allow_plain_http: self.allow_plain_http }
    }
}

/// Why a service cannot be asked at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HookError {
    /// This is not an address.
    #[error("invalid address of the hook, expected one like https://example.org/join")]
    Url,
    /// The request would be sent unencrypted.
    #[error("unencrypted hook on another machine: use https, or set allow_plain_http")]
    PlainHttp,
    /// The program knows no HTTP.
    #[error("this program was built without the feature `joining-hook`")]
    NotBuiltIn,
    /// These are not certificates.
    #[error("invalid certificate authorities of the hook, expected PEM certificates")]
    Authorities,
    /// No thread would send requests.
    #[error(transparent)]
    ThreadSpawnError(#[from] ThreadSpawnError),
}

impl HookError {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::PlainHttp => "plain-http",
            Self::NotBuiltIn => "not-built-in",
            Self::Authorities => "authorities",
            Self::ThreadSpawnError(_) => "no-thread",
        }
    }
}

impl From<ServiceError> for HookError {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Url => Self::Url,
            ServiceError::PlainHttp => Self::PlainHttp,
            ServiceError::NotBuiltIn => Self::NotBuiltIn,
            ServiceError::Authorities => Self::Authorities,
        }
    }
}

/// Why one question has no answer.
#[cfg_attr(not(feature = "joining-hook"), allow(dead_code, reason = "used by the hook alone"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum HookFailure {
    #[error("too many queries are waiting")]
    Busy,
    #[error(transparent)]
    Service(#[from] ServiceFailure),
    #[error("it answered with the status {0}")]
    Status(u16),
    #[error("unexpected JSON in the response")]
    Garbage,
}

impl HookFailure {
    /// A word for what failed, for spans.
    fn code(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::Service(failure) => failure.code(),
            Self::Status(_) => "status",
            Self::Garbage => "unexpected-answer",
        }
    }
}

/// The counters of the hook.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct HookStatistics {
    /// Questions, all those below included, and those that wait.
    pub asked: u64,
    /// Responses that admit the player.
    pub allowed: u64,
    /// Answers that did not.
    pub denied: u64,
    /// Questions without an answer, or with one that makes no sense.
    pub failed: u64,
    /// Questions that were not asked because too many waited.
    pub overflowed: u64,
}

/// The service, and the threads that ask it; a clone is the same one.
#[derive(Clone)]
pub struct Hook(Arc<Inner>);

struct Inner {
    settings: HookSettings,
    counters: Arc<Counters>,
    /// The threads end with this.
    queue: SyncSender<Job>,
}

type Counters = Mutex<HookStatistics>;

/// The joining player, as sent to the service.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Question {
    pub(super) session: String,
    pub(super) name: String,
    /// As the network writes it, usually with the port.
    pub(super) address: String,
    /// The claims of its token, if it has presented a valid one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) claims: Option<Claims>,
    /// Only if the service gets secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) password: Option<String>,
}

/// Takes the answer back to where it was asked for.
pub(super) type Reply = Box<dyn FnOnce(Result<Answer, HookFailure>) + Send>;

struct Job {
    body: Vec<u8>,
    asked_at: Instant,
    span: OpenSpan,
    reply: Reply,
}

impl Hook {
    /// A service that can be asked, as far as can be seen without asking, and the threads that ask.
    ///
    /// # Errors
    /// If the settings are invalid, or the threads could not be started.
    pub fn new(settings: HookSettings) -> Result<Self, HookError> {
        let service = Arc::new(ServiceClient::new(&settings.service, settings.requests.rules())?);
        let counters = Arc::default();
        let queue = start(&settings, &service, &counters)?;
        Ok(Self(Arc::new(Inner { settings, counters, queue })))
    }

    /// The settings of this hook.
    pub fn settings(&self) -> &HookSettings {
        &self.0.settings
    }

    /// The current counters.
    pub fn statistics(&self) -> HookStatistics {
        *self.0.counters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks, and calls back from another thread; at once if too many wait.
    pub(super) fn ask(&self, question: &Question, span: OpenSpan, reply: Reply) -> Result<(), HookFailure> {
        let counters = &self.0.counters;
        count(counters, |counts| counts.asked += 1);
        let body = serde_json::to_vec(question).map_err(|_| HookFailure::Garbage)?;
        self.0.queue.try_send(Job { body, asked_at: Instant::now(), span, reply }).map_err(|error| {
            count(counters, |counts| counts.overflowed += 1);
            let (TrySendError::Full(mut job) | TrySendError::Disconnected(mut job)) = error;
            job.span.fail(HookFailure::Busy.code());
            HookFailure::Busy
        })
    }
}

/// The threads that ask, and the way to them.
fn start(
    settings: &HookSettings,
    service: &Arc<ServiceClient>,
    counters: &Arc<Counters>,
) -> Result<SyncSender<Job>, ThreadSpawnError> {
    let (queue, jobs) = sync_channel(settings.requests.queue.max(1));
    let jobs = Arc::new(Mutex::new(jobs));
    for _ in 0..settings.requests.threads.max(1) {
        let (jobs, service) = (Arc::clone(&jobs), Arc::clone(service));
        let (counters, timeout) = (Arc::clone(counters), settings.requests.timeout);
        threads::start("joining-hook", move || work(&jobs, &service, &counters, timeout))?;
    }
    Ok(queue)
}

fn work(jobs: &Mutex<Receiver<Job>>, service: &ServiceClient, counters: &Counters, timeout: Duration) {
    loop {
        let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Job { body, asked_at, mut span, reply }) = next else { return };
        span.set("consonance.queued_us", asked_at.elapsed().as_micros() as u64);
        // After such a wait, the client may be gone, and others are waiting.
        let answer = if asked_at.elapsed() >= timeout {
            Err(ServiceFailure::Timeout.into())
        } else {
            ask(service, &body, &mut span)
        };
        note(counters, &answer, &mut span);
        drop(span);
        reply(answer);
    }
}

fn note(counters: &Counters, answer: &Result<Answer, HookFailure>, span: &mut OpenSpan) {
    match answer {
        Ok(Answer::Allow(_)) => count(counters, |counts| counts.allowed += 1),
        Ok(Answer::Deny(_)) => count(counters, |counts| counts.denied += 1),
        Err(failure) => {
            info!(%failure, "joining hook failed");
            span.fail(failure.code());
            count(counters, |counts| counts.failed += 1);
        }
    }
}

fn count(counters: &Counters, count: impl FnOnce(&mut HookStatistics)) {
    count(&mut counters.lock().unwrap_or_else(PoisonError::into_inner));
}

fn ask(service: &ServiceClient, question: &[u8], span: &mut OpenSpan) -> Result<Answer, HookFailure> {
    let mut answer = service.post_within(span, question)?;
    match answer.status() {
        200 => Answer::read(&answer.read()?),
        status => Err(HookFailure::Status(status)),
    }
}

/// Clones are the same one.
impl PartialEq for Hook {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hook").field("statistics", &self.statistics()).finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "joining-hook"))]
mod tests {
    use super::*;
    use crate::threads::tests::with_threads;

    #[test]
    fn a_hook_whose_threads_cannot_be_started_is_an_error_before_a_player_joins() {
        let address: ServiceAddress = "https://example.org/join".parse().unwrap();
        let started = with_threads(2, || Hook::new(HookSettings::new(address)));
        assert!(matches!(started, Err(HookError::ThreadSpawnError(_))), "{started:?}");
    }
}
