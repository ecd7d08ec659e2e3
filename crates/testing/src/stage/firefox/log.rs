//! The network requests of a page, and the browser's complaints.

use serde_json::Value;

use super::window::BidiWindow;
use crate::stage::failure::Failure;
use crate::stage::window::Window as _;

/// Runs before the page's own scripts: the protocol does not report violations of the page's content security policy.
pub(super) const SCRIPT: &str = "window.violations = [];
    addEventListener('securitypolicyviolation', (event) => {
        violations.push(`${event.violatedDirective} forbids ${event.blockedURI} in ${event.sourceFile}`);
    });";

impl BidiWindow {
    /// The addresses of all requests and `WebSocket`s of this tab so far.
    pub(super) fn urls(&self) -> Vec<String> {
        let url = |event: &Value| event["request"]["url"].as_str().map(str::to_owned);
        self.seen("network.beforeRequestSent").iter().filter_map(url).collect()
    }

    /// The bytes received over the network for everything loaded so far.
    pub(super) fn bytes(&self) -> f64 {
        let bytes = |event: &Value| event["response"]["bytesReceived"].as_f64();
        self.seen("network.responseCompleted").iter().filter_map(bytes).sum()
    }

    /// Errors and warnings, uncaught exceptions, and violations of the current page's content security policy.
    pub(super) fn logged(&self) -> Result<Vec<String>, Failure> {
        let logged = self.seen("log.entryAdded").into_iter().filter_map(|entry| {
            let is_bad = ["error", "warn"].contains(&entry["level"].as_str()?);
            is_bad.then(|| entry["text"].as_str().unwrap_or_default().to_owned())
        });
        let violations = self.evaluate("violations")?;
        let violations = violations.as_array().into_iter().flatten().filter_map(Value::as_str);
        Ok(logged.chain(violations.map(str::to_owned)).collect())
    }
}
