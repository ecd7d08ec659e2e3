//! Reports to the game's moderators: recently heard frames are kept, and sealed when the player reports.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use consonance_e2ee::{HeardFrames, MemberReport, ModeratorsKey, RecentFrames};
use consonance_session::{Client, ReportAnswer};

use crate::encryption_event::EncryptionEvent;

/// The voice thread's data for reports.
pub(super) struct Reporting {
    key: ModeratorsKey,
    recent: RecentFrames,
}

/// A report to be sealed by the key thread.
#[derive(Debug)]
pub(super) struct ReportDraft {
    pub(super) key: ModeratorsKey,
    pub(super) made_unix_s: u64,
    pub(super) reason: String,
    pub(super) heard: Vec<(String, HeardFrames)>,
}

impl Reporting {
    pub(super) fn new(key: ModeratorsKey) -> Self {
        Self { key, recent: RecentFrames::default() }
    }

    /// Keeps the frame of a packet that is passed to the client.
    pub(super) fn hear(&mut self, now: Duration, client: &Client, packet: &[u8]) {
        self.recent.hear(now, packet, |id| client.players().name_of(id));
    }

    /// Keeps a speaker's statement of its speech.
    pub(super) fn note_statement(&mut self, now: Duration, speaker: &str, statement: Vec<u8>) {
        self.recent.note_statement(now, speaker, statement);
    }

    /// A draft with the frames heard of these players, or of all if the list is empty; `None` if nothing was heard.
    pub(super) fn draft(
        &mut self,
        now: Duration,
        players: Vec<String>,
        reason: String,
    ) -> Option<ReportDraft> {
        let heard = self.recent.of_players(now, players);
        (!heard.is_empty()).then(|| ReportDraft {
            key: self.key.clone(),
            made_unix_s: unix_s(),
            reason,
            heard,
        })
    }
}

/// Wall-clock time, in seconds since 1970.
pub(super) fn unix_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// The event that tells the game the server's answer to a report.
pub(super) fn outcome(answer: ReportAnswer) -> EncryptionEvent {
    let reason = match answer {
        ReportAnswer::Taken => return EncryptionEvent::ReportTaken,
        ReportAnswer::NotTaken => "this server takes no reports from players",
        ReportAnswer::TooMany => "too many reports: try again in a minute",
        ReportAnswer::TooLong => "the report is too long",
        ReportAnswer::Failed | ReportAnswer::Send => "the server could not keep it",
    };
    EncryptionEvent::ReportRefused { reason: reason.into() }
}

/// Why a report is not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(not(feature = "exhaustive"), non_exhaustive)]
pub enum SubmitReportError {
    /// The game has not set a key for reports.
    #[error("there is no key to seal reports to: set EncryptionSettings::moderators_key")]
    NoKey,
    /// The reason is too long.
    #[error("the reason has {bytes} bytes, at most {} are allowed", MemberReport::REASON_BYTES_MAX)]
    ReasonTooLong {
        /// The length in bytes.
        bytes: usize,
    },
}

impl SubmitReportError {
    /// An error code for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoKey => "no-key",
            Self::ReasonTooLong { .. } => "reason-too-long",
        }
    }
}
