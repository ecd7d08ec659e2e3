//! Recordings of sessions: begun, ended, shown, fetched, removed.

use clap::{Args, Subcommand};
use consonance_link::session_name::encode as percent_encoded;
use serde_json::json;

use super::client::Client;
use super::commands::{Answer, Removal, act};
use super::tracks::Destination;

/// What to do with recordings.
#[derive(Debug, Subcommand)]
pub(super) enum Recordings {
    /// Start recording a session; its players are notified.
    Start(OfSession),
    /// End the recording of a session, until all players have left
    Stop(OfSession),
    /// List recordings, newest first, and the limits on them.
    List {
        /// The maximum number to list.
        #[arg(long, value_name = "N", default_value_t = 100)]
        limit: usize,
        /// List only those before this one.
        #[arg(long, value_name = "RECORDING")]
        before: Option<String>,
    },
    /// Show a recording and its voices.
    Show(One),
    /// Write the voices of a recording into a folder, as Ogg Opus.
    Fetch {
        #[command(flatten)]
        one: One,
        #[command(flatten)]
        to: Destination,
    },
    /// Remove a finished recording with its files.
    Remove {
        #[command(flatten)]
        one: One,
        #[command(flatten)]
        why: Removal,
    },
}

/// A session.
#[derive(Debug, Args)]
pub(super) struct OfSession {
    /// The session.
    session: String,
    /// The reason, for the audit log.
    #[arg(long, default_value = "")]
    reason: String,
}

/// A recording.
#[derive(Debug, Args)]
pub(super) struct One {
    /// The recording, as listed: main/2033-05-18T03-33-20Z.
    recording: String,
}

impl Recordings {
    pub(super) fn act(&self, client: &Client) -> Answer {
        match self {
            Self::Start(of) => act(client, &of.session, &json!({"start_recording": {}}), &of.reason),
            Self::Stop(of) => act(client, &of.session, &json!({"stop_recording": {}}), &of.reason),
            Self::List { limit, before } => {
                let before = before.as_ref().map(|id| format!("&before={}", percent_encoded(id)));
                client.get(&format!("recordings?limit={limit}{}", before.unwrap_or_default()))
            }
            Self::Show(one) => client.get(&one.path()),
            Self::Fetch { one, to } => to.act(client, &one.path()),
            Self::Remove { one, why } => why.act(client, &one.path()),
        }
    }
}

impl One {
    fn path(&self) -> String {
        let parts: Vec<_> = self.recording.split('/').map(percent_encoded).collect();
        format!("recordings/{}", parts.join("/"))
    }
}
