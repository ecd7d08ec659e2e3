//! The interface to the sessions and WebRTC, which are behind this listener.

use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::reply::Reply;

/// Admits browsers. All calls come from the listener's threads, several at once, and must not wait; answers may take
/// a few seconds, and a dropped answer means that the server is closing.
pub trait Signalling: Send + Sync + 'static {
    /// The information that a page needs to join. Any visitor can ask for it, so it must be cheap.
    fn info(&self) -> Info;

    /// A browser wants into a session with this offer.
    fn join(&self, join: Join) -> Reply<Result<Joined, JoinProblem>>;

    /// A page holds a conversation about the player that has this key. What it gets says when that is of no use any
    /// more; a later conversation about the same player takes the place of an earlier one.
    fn attend(&self, key: &str) -> Reply<Result<Attendance, JoinProblem>>;

    /// A further address of the browser that has this key, as a candidate of ICE (RFC 8839, section 5.1). One that
    /// makes no sense, or has an unknown key, is ignored.
    fn candidate(&self, key: &str, candidate: String);

    /// A new offer of the browser that has this key, for a new way to it; answered with the answer.
    fn restart(&self, key: &str, sdp: String) -> Reply<Result<String, JoinProblem>>;
}

/// The information that a page needs to join, with the keys of `GET /api/info` as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Info {
    /// The sessions that are there at all times, by name.
    pub sessions: Vec<String>,
    /// Whether others are created on demand.
    pub on_demand: bool,
    /// The same as `secrets` in one word, for older pages.
    pub join: JoinRule,
    /// The secrets that are needed to join.
    pub secrets: Secrets,
    /// Whether voice may come over UDP.
    pub udp: bool,
    /// Whether sessions may be encrypted, so that pages load what they need for that.
    pub encryption: bool,
}

/// The secret that is asked for first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum JoinRule {
    /// Nothing.
    Open,
    /// A password.
    Password,
    /// A join token.
    Token,
}

/// The secrets that are needed to join.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Secrets {
    /// A join token.
    pub token: SecretRequirement,
    /// A password.
    pub password: SecretRequirement,
}

/// Whether a join needs a secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SecretRequirement {
    /// It is not used.
    #[default]
    No,
    /// It may be presented, and some sessions may require it.
    Optional,
    /// It or the other one that is called so, whichever one has.
    Either,
    /// It is required.
    Required,
}

/// A browser that wants in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Join {
    /// The name of the session, from the request's path.
    pub session: String,
    /// The body of the request.
    pub body: JoinBody,
    /// The address of the browser.
    pub remote: IpAddr,
}

/// The browser's own words, of the lengths that `docs/browser/signalling.md` says. Unknown keys are ignored.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct JoinBody {
    /// The name of the player.
    pub name: String,
    /// A join token, if it has one.
    pub token: Option<String>,
    /// A password, if it has one.
    pub password: Option<String>,
    /// The offer (RFC 8866, RFC 8829).
    pub sdp: String,
    /// The key of the player that it wants to be again.
    pub resume: Option<String>,
    /// The place that it had at another server that shares the session, as that one told it.
    pub place: Option<String>,
    /// Whether the page has keys: see [`BrowserSettings::encrypts`](consonance_browser::BrowserSettings::encrypts).
    #[serde(default)]
    pub encrypts: bool,
}

/// Waits for the end of a conversation about a player: [`Displaced`], or `None` when the player is gone.
pub type Attendance = Reply<Displaced>;

/// Another conversation about the same player has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Displaced;

/// A browser that is admitted; whether it may stay is for the session to say, over its control channel.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Joined {
    /// The answer (RFC 8866, RFC 8829).
    pub sdp: String,
    /// The player's secret, for candidates, restarts and a return: at most 64 characters of base64url.
    pub key: String,
    /// How many speakers at once it is sent.
    pub slots: usize,
    /// Whether it is the player that it wanted to be again.
    pub resumed: bool,
}

/// Why a browser is not admitted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JoinProblem {
    /// There is no session of this name.
    #[error("unknown session")]
    NoSuchSession,
    /// The offer is none that we can answer: why, in words of ours, since the page is told.
    #[error("the offer cannot be answered: {0}")]
    BadOffer(String),
    /// The page is older than this server and offers what is not understood any more: what, in words.
    #[error("this page is too old for the server: reload it ({0})")]
    PageTooOld(String),
    /// The key is unknown, or no longer in use.
    #[error("unknown key: join again")]
    NoSuchPlayer,
    /// There are as many browsers as there may be.
    #[error("the server is full: try again later")]
    Full,
    /// Too much waits to be answered.
    #[error("the server is busy: try again in a moment")]
    Busy,
    /// The server ends.
    #[error("the server is closing: try again later")]
    Closing,
}

impl JoinProblem {
    /// Tells problems apart for programs; `docs/browser/signalling.md` lists the codes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoSuchSession => "no-such-session",
            Self::BadOffer(_) => "bad-offer",
            Self::PageTooOld(_) => "page-too-old",
            Self::NoSuchPlayer => "no-such-player",
            Self::Full => "full",
            Self::Busy => "busy",
            Self::Closing => "closing",
        }
    }
}

/// Without what is secret.
impl fmt::Debug for JoinBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("JoinBody");
        shown.field("name", &self.name).field("resumes", &self.resume.is_some()).finish_non_exhaustive()
    }
}

/// Without what is secret.
impl fmt::Debug for Joined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Joined");
        shown.field("slots", &self.slots).field("resumed", &self.resumed).finish_non_exhaustive()
    }
}
