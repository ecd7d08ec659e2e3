//! The network requests of a page, and the browser's complaints.

use serde_json::Value;

use super::window::DevtoolsWindow;

impl DevtoolsWindow {
    /// The addresses of all requests and `WebSocket`s of this tab so far.
    pub(super) fn urls(&self) -> Vec<String> {
        let urls = [("Network.requestWillBeSent", "/request/url"), ("Network.webSocketCreated", "/url")];
        let all = urls.iter().flat_map(|(method, pointer)| {
            let url = |event: &Value| Some(event.pointer(pointer)?.as_str()?.to_owned());
            self.seen(method).iter().filter_map(url).collect::<Vec<_>>()
        });
        all.collect()
    }

    /// The bytes received over the network for everything loaded so far, headers included.
    pub(super) fn bytes(&self) -> f64 {
        let bytes = |event: &Value| event["encodedDataLength"].as_f64();
        self.seen("Network.loadingFinished").iter().filter_map(bytes).sum()
    }

    /// Errors and warnings of the browser, uncaught exceptions, and violations of the page's content security policy.
    pub(super) fn logged(&self) -> Vec<String> {
        let log = self.seen("Log.entryAdded").into_iter().filter_map(|event| {
            let entry = &event["entry"];
            let is_bad = ["error", "warning"].contains(&entry["level"].as_str()?);
            is_bad.then(|| format!("{} {}", text(&entry["text"]), text(&entry["url"])))
        });
        let thrown = self.seen("Runtime.exceptionThrown").into_iter().map(|event| {
            let details = &event["exceptionDetails"];
            let thrown = text(&details["exception"]["description"]);
            if thrown.is_empty() { text(&details["text"]) } else { thrown }
        });
        let issues = self.seen("Audits.issueAdded").into_iter().filter_map(|event| {
            let issue = &event["issue"];
            (issue["code"] == "ContentSecurityPolicyIssue").then(|| issue["details"].to_string())
        });
        log.chain(thrown).chain(issues).collect()
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
