//! Letting the whole server run empty, and keeping it after all.

use std::time::Duration;

use super::{AuditAction, By, Done, Moderation, ModerationError, Outcome};
use crate::draining::DrainPlan;

/// A server that runs empty from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drained {
    /// How many clients were notified; the others are of kinds that cannot be.
    pub notified: usize,
    /// How it is kept in the audit log.
    pub done: Done,
}

impl Moderation {
    /// Lets all sessions run empty; see [`ServerHandle::drain`](crate::ServerHandle::drain). The driver of the server
    /// ends it when the last player has left, or at the plan's deadline. A further call changes the plan.
    ///
    /// # Errors
    /// If the redirect address is empty or too long, or a worker does not answer; the others drain then all the same.
    pub fn drain(&self, by: &By, plan: &DrainPlan) -> Result<Drained, ModerationError> {
        let notified = if plan.can_be_told() {
            self.server.drain(plan).map_err(ModerationError::Server)
        } else {
            Err(ModerationError::InvalidRedirect)
        };
        let redirect =
            plan.redirect.as_deref().map(|redirect| format!(", redirect to {redirect}")).unwrap_or_default();
        let number = notified.as_ref().map(|count| format!(", {count} notified")).unwrap_or_default();
        let details = format!("within {}{redirect}{number}", seconds(plan.ends_in));
        let done = self.log(by, action("drain", details), notified.clone().map(|_| Outcome::Holds))?;
        Ok(Drained { notified: notified?, done })
    }

    /// The server stays after all, and joining is open again.
    ///
    /// # Errors
    /// If it does not drain, or a worker does not answer.
    pub fn stop_draining(&self, by: &By) -> Result<Done, ModerationError> {
        let stays = match self.server.drains_until() {
            None => Err(ModerationError::NotDraining),
            Some(_) => self.server.stop_draining().map_err(ModerationError::Server),
        };
        self.log(by, action("stop_draining", String::new()), stays.map(|()| Outcome::Holds))
    }
}

fn action(action: &'static str, details: String) -> AuditAction<'static> {
    AuditAction { action, session: None, target: "the server".to_owned(), details }
}

fn seconds(duration: Duration) -> String {
    format!("{} s", duration.as_secs())
}
