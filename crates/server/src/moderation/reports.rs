//! Reports: a player's recent speech, kept as files.

use super::{AuditAction, By, Done, Moderation, ModerationError, Outcome, PlayerRef};
use crate::reports::{NothingToReport, Report, Reports, ReportsError};
use crate::utc::seconds_since_1970;

/// A new report.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Reported {
    /// The report.
    pub report: Report,
    /// The result of the action.
    pub done: Done,
}

impl Moderation {
    /// Enables reports, which are stored there.
    #[must_use]
    pub fn with_reports(self, reports: Reports) -> Self {
        Self { reports: Some(reports), ..self }
    }

    /// The reports of this server, if it makes any.
    pub fn reports(&self) -> Option<&Reports> {
        self.reports.as_ref()
    }

    /// Stores a player's recent speech, and that of others in the same rooms, as far as it is kept. The player may
    /// have left meanwhile.
    ///
    /// # Errors
    /// If nothing is kept on this server, the player was not heard lately, or the report cannot be written.
    pub fn report(&self, by: &By, session: &str, player: &PlayerRef) -> Result<Reported, ModerationError> {
        let action = AuditAction::new("report", session, player);
        match self.take_report(by, session, player) {
            Ok((report, folder)) => {
                let details = format!("number {} in {folder}", report.id);
                let done = self.log(by, action.with(details), Ok(Outcome::Holds))?;
                Ok(Reported { report, done })
            }
            Err(error) => Err(self.log(by, action, Err(error.clone())).err().unwrap_or(error)),
        }
    }

    /// Removes a report with its files.
    ///
    /// # Errors
    /// If there is none of this number, or a file cannot be removed.
    pub fn remove_report(&self, by: &By, id: u64) -> Result<Done, ModerationError> {
        let removed = self
            .reports
            .as_ref()
            .ok_or(ModerationError::NothingKept)
            .and_then(|reports| reports.remove(id).map_err(ModerationError::Report));
        let target = removed.as_ref().map_or_else(|_| id.to_string(), |report| report.player.clone());
        let action =
            AuditAction { action: "remove_report", session: None, target, details: format!("number {id}") };
        self.log(by, action, removed.map(|_| Outcome::Holds))
    }

    fn take_report(
        &self,
        by: &By,
        session: &str,
        player: &PlayerRef,
    ) -> Result<(Report, String), ModerationError> {
        let reports = self.reports.as_ref().ok_or(ModerationError::NothingKept)?;
        let (name, wanted) = (session.to_owned(), player.clone());
        let asked =
            self.server.ask_session(session, move |worker, now| worker.reported_voices(now, &name, &wanted));
        let asked = asked.map_err(ModerationError::of_worker)?;
        let voices = asked.map_err(|nothing| match nothing {
            NothingToReport::NoSession => ModerationError::NoSession { session: session.to_owned() },
            NothingToReport::NotKept => ModerationError::NothingKept,
            NothingToReport::NotHeard => {
                ModerationError::NotHeard { session: session.to_owned(), player: player.to_string() }
            }
        })?;
        let report = reports.add(seconds_since_1970(), by, voices)?;
        let folder = reports.folder_of(report.id).display().to_string();
        Ok((report, folder))
    }
}

impl From<ReportsError> for ModerationError {
    fn from(error: ReportsError) -> Self {
        Self::Report(error)
    }
}
