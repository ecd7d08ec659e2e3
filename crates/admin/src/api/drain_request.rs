//! A request to drain a server, and draining this one.

use std::time::Duration;

use consonance_server::DrainPlan;
use consonance_server::moderation::{By, Moderation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::answer::{self, Refusal, Why, default_operator};
use super::outcome::Outcome;

/// The settings of a drain.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DrainRequest {
    /// The server exits after this many seconds at the latest, and earlier when the last player has left.
    within_s: u32,
    /// The address to redirect players to; `{session}` is replaced by the session's name.
    redirect: Option<String>,
    /// Players are redirected evenly over this many seconds.
    #[serde(default = "usual_window_s")]
    redirect_window_s: u32,
    /// The reason, for the audit log.
    #[serde(default)]
    reason: String,
    /// The operator, for the audit log.
    #[serde(default = "default_operator")]
    by: String,
}

/// A draining server.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Drained {
    /// The number of notified clients.
    notified: usize,
    done: Outcome,
}

/// Drains this server, for an operator at another node if that is named.
pub(super) fn drain_here(
    moderation: &Moderation,
    from: Option<&str>,
    DrainRequest { within_s, redirect, redirect_window_s, reason, by }: DrainRequest,
) -> Result<Drained, Refusal> {
    let ends_in = Duration::from_secs(within_s.into());
    let window = Duration::from_secs(redirect_window_s.into());
    let by = answer::by(By::new(by, reason), from);
    let drained = moderation.drain(&by, &DrainPlan { ends_in, redirect, window })?;
    Ok(Drained { notified: drained.notified, done: drained.done.into() })
}

/// Cancels that.
pub(super) fn undrain_here(
    moderation: &Moderation,
    from: Option<&str>,
    why: Why,
) -> Result<Outcome, Refusal> {
    Ok(moderation.stop_draining(&answer::by(why.into(), from))?.into())
}

fn usual_window_s() -> u32 {
    30
}
