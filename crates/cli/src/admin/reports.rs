//! Reports of players: made, shown, fetched, removed.

use clap::Subcommand;
use serde_json::json;

use super::client::Client;
use super::commands::{Answer, OfPlayer, Removal, operator};
use super::tracks::Destination;

/// What to do with reports.
#[derive(Debug, Subcommand)]
pub(super) enum Reports {
    /// List reports, newest first.
    List {
        /// The maximum number to list.
        #[arg(long, value_name = "N", default_value_t = 100)]
        limit: usize,
        /// List only those before this number.
        #[arg(long, value_name = "NUMBER")]
        before: Option<u64>,
    },
    /// Show a report and its voices.
    Show {
        /// The number of the report.
        number: u64,
    },
    /// Write the voices of a report into a folder, as Ogg Opus.
    Fetch {
        /// The number of the report.
        number: u64,
        #[command(flatten)]
        to: Destination,
    },
    /// Remove a report with its files.
    Remove {
        /// The number of the report.
        number: u64,
        #[command(flatten)]
        why: Removal,
    },
}

/// Reports a player.
pub(super) fn report(of: &OfPlayer, client: &Client) -> Answer {
    let body = json!({"session": of.session, "player": of.player(), "reason": of.reason, "by": operator()});
    client.post("reports", &body)
}

impl Reports {
    pub(super) fn act(&self, client: &Client) -> Answer {
        match self {
            Self::List { limit, before } => {
                let before = before.map(|number| format!("&before={number}")).unwrap_or_default();
                client.get(&format!("reports?limit={limit}{before}"))
            }
            Self::Show { number } => client.get(&format!("reports/{number}")),
            Self::Fetch { number, to } => to.act(client, &format!("reports/{number}")),
            Self::Remove { number, why } => why.act(client, &format!("reports/{number}")),
        }
    }
}
