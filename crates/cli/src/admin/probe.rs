//! `consonance admin probe`: what an orchestrator asks, from inside of the container and without the token.

use std::error::Error;
use std::time::Duration;

use clap::Args;
use ureq::Agent;

/// For an orchestrator's probes, from the same machine or container, without the token.
#[derive(Debug, Args)]
pub(super) struct Probe {
    /// Exit with 0 only if players can join, too.
    #[arg(long)]
    ready: bool,
}

impl Probe {
    /// Asks the server.
    ///
    /// # Errors
    /// It does not answer in time, or it says no: why, in its words.
    pub(super) fn ask(&self, server: &str) -> Result<(), Box<dyn Error>> {
        let config = Agent::config_builder().timeout_global(Some(PATIENCE)).http_status_as_error(false);
        let agent = Agent::from(config.proxy(None).max_redirects(0).build());
        let path = if self.ready { "readyz" } else { "healthz" };
        let url = format!("{}/{path}", server.trim_end_matches('/'));
        let mut answer = agent.get(&url).call().map_err(|error| format!("{url} does not answer: {error}"))?;
        if answer.status().is_success() {
            return Ok(());
        }
        let said =
            answer.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_string().unwrap_or_default();
        Err(format!("{url} answers {}: {said}", answer.status()).into())
    }
}

/// Shorter than the timeout of our manifests' probes, so that the reason is told.
const PATIENCE: Duration = Duration::from_secs(4);

const ANSWER_BYTES_MAX: u64 = 4096;
