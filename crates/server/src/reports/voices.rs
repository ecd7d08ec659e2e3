//! The voices that a worker hands out for a report.

use crate::recording::Excerpt;

/// The recent speech of a player, and of others around it: from
/// [`SessionLoop::reported_voices`](crate::SessionLoop::reported_voices), for [`Reports::add`](super::Reports::add).
#[derive(Debug)]
pub struct ReportedVoices {
    pub(crate) session: String,
    pub(crate) player: String,
    pub(crate) subject: Option<String>,
    pub(crate) excerpt: Excerpt,
}

/// Why there is nothing to report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NothingToReport {
    /// No session of this name is here.
    #[error("no such session")]
    NoSession,
    /// Voices are not kept.
    #[error("voices are not kept on this server: set moderation.report_buffer_s")]
    NotKept,
    /// The player said nothing, had no listener, or it is too long ago.
    #[error("no other player heard this player recently")]
    NotHeard,
}

impl NothingToReport {
    /// A word for what failed, for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoSession => "no-session",
            Self::NotKept => "not-kept",
            Self::NotHeard => "not-heard",
        }
    }
}
