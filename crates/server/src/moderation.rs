//! Moderation: everything that an operator can look at and do, from any thread, with each action in the audit log.
//!
//! An action is first decided, in the [`Records`], and then carried out by the worker whose session it is about; so a
//! decision that a worker does not carry out in time still applies as soon as the player returns. A caller states its
//! own name; the calling code must make sure that it is true.

mod bans;
mod draining;
mod error;
mod overview;
mod players;
mod recordings;
mod reports;
mod rooms;

use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

pub use bans::Banned;
pub use draining::Drained;
pub use error::ModerationError;
pub use overview::{PlayerOverview, RoomOverview, SessionOverview};
pub use players::PlayerRef;
pub use reports::Reported;

pub use crate::audit::By;
pub use crate::session_loop::Expelled;

use crate::audit::{AuditEntry, AuditPage, AuditQuery};
use crate::handle::ServerHandle;
use crate::recording::Recordings;
use crate::records::Records;
use crate::reports::Reports;
use crate::store::{StoreStatus, Stored};
use crate::utc::seconds_since_1970;

/// The operator's way into a running server; a clone leads to the same one.
///
/// ```
/// # use consonance_server::{DedicatedServer, SessionLoop, SessionsSettings};
/// use consonance_server::moderation::{By, Moderation};
/// use consonance_session::Restriction;
///
/// let settings = SessionsSettings::new(["main"])?;
/// let server = DedicatedServer::start(SessionLoop::new(&settings));
/// let moderation = Moderation::new(server.handle(), settings.records.clone());
/// let by = By::new("Ann", "shouting");
/// moderation.impose(&by, "main", &"Alice".into(), Restriction::Muted, None)?;
/// let alice = moderation.restrictions("main", &"Alice".into())?;
/// assert!(alice.terms(Restriction::Muted).is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Moderation {
    server: ServerHandle,
    records: Records,
    reports: Option<Reports>,
    recordings: Arc<RwLock<Option<Recordings>>>,
}

/// The result of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Done {
    /// The players that it has reached.
    pub outcome: Outcome,
    /// How it is kept.
    pub stored: Stored,
}

/// The effect of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// The player is here, and its client was notified.
    Notified,
    /// The player is here; its client is one that cannot be notified, or its connection is lost just now.
    NotNotified,
    /// The player is not here; it holds when it comes.
    Absent,
    /// No player of this name is here; it applies to players that join with it and present no token with a subject. A
    /// player with a subject is to be named by that.
    AbsentName,
    /// The client was taken out of the one room and asked to go to the other one; it does.
    Moved,
    /// The client was taken out of the room; it is one that cannot be asked to go to another.
    OnlyRemoved,
    /// It has no target player, and is in force.
    Holds,
}

impl Moderation {
    /// The way into this server, whose sessions were started with these records.
    pub fn new(server: ServerHandle, records: Records) -> Self {
        Self { server, records, reports: None, recordings: Arc::default() }
    }

    /// Some of the audit log, the newest entries first.
    pub fn audit(&self, query: &AuditQuery) -> AuditPage {
        self.records.audit(query)
    }

    /// How the database is doing.
    pub fn store_status(&self) -> StoreStatus {
        self.records.store_status()
    }

    /// Forgets bans and restrictions that have ended, old entries of the audit log, and old reports. To be called
    /// about once a minute; ended restrictions do not apply in any case.
    pub fn clear_away(&self) {
        self.records.clear_away_now();
        if let Some(reports) = &self.reports {
            reports.clear_away(seconds_since_1970());
        }
    }

    /// A decision for an unknown session can have a mistyped name.
    fn check_served(&self, session: &str) -> Result<(), ModerationError> {
        if self.server.serves(session) {
            Ok(())
        } else {
            Err(ModerationError::NoSession { session: session.to_owned() })
        }
    }

    /// Writes an action to the audit log, and returns how it is stored: an entry on the disk implies all entries
    /// before it.
    fn log(
        &self,
        by: &By,
        action: AuditAction<'_>,
        result: Result<Outcome, ModerationError>,
    ) -> Result<Done, ModerationError> {
        let words = match &result {
            Ok(outcome) => serde_json::to_value(outcome).ok().and_then(|word| word.as_str().map(Into::into)),
            Err(error) => Some(error.to_string()),
        };
        let node = by.node.as_ref().map(|node| format!("by node {node}"));
        let details = Some(action.details).filter(|details| !details.is_empty()).into_iter().chain(node);
        let entry = AuditEntry {
            id: 0,
            at: seconds_since_1970(),
            by: by.actor.clone(),
            action: action.action.to_owned(),
            session: action.session.map(Into::into),
            target: action.target,
            details: details.collect::<Vec<_>>().join(", "),
            reason: by.reason.clone(),
            result: words.unwrap_or_default(),
            node: None,
            by_player: false,
        };
        let (_, ticket) = self.records.note(entry);
        let outcome = result?;
        Ok(Done { outcome, stored: ticket.wait(Instant::now() + PATIENCE) })
    }
}

/// The description of an action, for the audit log.
struct AuditAction<'a> {
    action: &'static str,
    session: Option<&'a str>,
    target: String,
    details: String,
}

impl<'a> AuditAction<'a> {
    fn new(action: &'static str, session: &'a str, target: &(impl ToString + ?Sized)) -> Self {
        Self { action, session: Some(session), target: target.to_string(), details: String::new() }
    }

    fn with(self, details: impl Into<String>) -> Self {
        Self { details: details.into(), ..self }
    }
}

/// How long a caller waits for the disk before it is told that the write is pending.
const PATIENCE: Duration = Duration::from_secs(1);
