//! Reports that members of encrypted sessions submit: kept as they come, for only the game's moderators can read them.

use consonance_session::{ClientId, ReportAnswer};
use tracing::warn;

use super::moderators;
use crate::audit::AuditEntry;
use crate::records::Records;
use crate::reports::{Reports, ReportsError};
use crate::sessions::Session;
use crate::utc::seconds_since_1970;

/// Hands a report to the disk, tells its player what became of it, and writes that down.
pub(super) fn keep(
    reports: Option<&Reports>,
    records: &Records,
    session: &mut Session,
    reporter: ClientId,
    report: Box<[u8]>,
) {
    let (now, actor, bytes) = (seconds_since_1970(), moderators::actor(session, reporter), report.len());
    let kept = reports.map(|reports| reports.add_sealed(now, &session.name, actor.clone(), report));
    let (answer, result) = match kept {
        None => (ReportAnswer::NotTaken, "reports are not taken".to_owned()),
        Some(Ok(())) => (ReportAnswer::Taken, "done".to_owned()),
        Some(Err(error)) => {
            warn!(session = session.name, %error, "player report discarded");
            let answer = match error {
                ReportsError::Busy => ReportAnswer::TooMany,
                _ => ReportAnswer::Failed,
            };
            (answer, error.to_string())
        }
    };
    session.server.group().answer_report(reporter, answer);
    records.note(AuditEntry {
        id: 0,
        at: now,
        by: actor,
        action: "report".into(),
        session: Some(session.name.clone()),
        target: String::new(),
        details: format!("sealed, {bytes} bytes"),
        reason: String::new(),
        result,
        node: None,
        by_player: true,
    });
}
