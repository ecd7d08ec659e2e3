//! A page in a window of its own: opened, clicked, typed into, looked at and listened to.

mod accessibility;
mod ear;
mod input;
mod picture;
mod traffic;

use std::time::Duration;

use serde_json::Value;

use crate::stage::failure::Failure;
use crate::stage::patience::{Patience, SOON};
use crate::stage::window::Window;

/// A page in a window of its own.
pub struct Tab {
    window: Box<dyn Window>,
}

impl Tab {
    /// A tab that records the sound of every page that is opened in it.
    ///
    /// # Errors
    /// If the browser has gone.
    pub(crate) fn new(window: impl Window + 'static) -> Result<Self, Failure> {
        window.run_before_pages(ear::SCRIPT)?;
        Ok(Self::without_ear(window))
    }

    /// A tab without any scripts of ours in its pages.
    pub(crate) fn without_ear(window: impl Window + 'static) -> Self {
        Self { window: Box::new(window) }
    }

    /// Removes WebRTC from pages that are opened from now on.
    ///
    /// # Errors
    /// If the browser has gone.
    pub fn be_without_webrtc(&self) -> Result<(), Failure> {
        let source = "delete window.RTCPeerConnection; delete window.webkitRTCPeerConnection;";
        self.window.run_before_pages(source)
    }

    /// Removes WebAssembly from its pages.
    ///
    /// # Errors
    /// If the page has gone.
    pub fn be_without_webassembly(&self) -> Result<(), Failure> {
        self.window.run_before_pages("delete window.WebAssembly;")
    }

    /// Goes to an address, and waits until everything there is loaded.
    ///
    /// # Errors
    /// If it cannot be reached.
    pub fn go_to(&self, url: &str) -> Result<(), Failure> {
        self.window.go_to(url)
    }

    /// Reloads the page, as with the browser's own button.
    ///
    /// # Errors
    /// If the page does not load again.
    pub fn reload(&self) -> Result<(), Failure> {
        self.window.reload()
    }

    /// Evaluates an expression in the page; awaits a promise.
    ///
    /// # Errors
    /// If it throws.
    pub fn evaluate(&self, expression: &str) -> Result<Value, Failure> {
        self.window.evaluate(expression)
    }

    /// Waits until a condition holds in the page, even if the page changes meanwhile; `what` describes it for error
    /// messages.
    ///
    /// # Errors
    /// [`Failure::TimedOut`] with what the page shows instead.
    pub fn wait_until(&self, what: &str, condition: &str) -> Result<(), Failure> {
        self.wait_until_within(SOON, what, condition)
    }

    /// The same with another time limit.
    ///
    /// # Errors
    /// As [`wait_until`](Self::wait_until).
    pub fn wait_until_within(&self, within: Duration, what: &str, condition: &str) -> Result<(), Failure> {
        let patience = Patience::of(within);
        // In slices, as a page that navigates away drops its pending promises.
        let slice = format!(
            "new Promise((resolve) => {{\n\
             const end = performance.now() + {SLICE_MS};\n\
             const look = () => {{\n\
             let holds = false; try {{ holds = Boolean({condition}); }} catch {{}}\n\
             if (holds || performance.now() > end) resolve(holds); else setTimeout(look, 20);\n\
             }}; look(); }})"
        );
        loop {
            match self.evaluate(&slice) {
                Ok(Value::Bool(true)) => return Ok(()),
                Ok(_) | Err(Failure::Script(_) | Failure::Refused { .. }) => {}
                Err(failure) => return Err(failure),
            }
            patience.left(what).map_err(|failure| self.with_what_is_shown(failure))?;
        }
    }

    /// Waits until these words are visible on the page.
    ///
    /// # Errors
    /// As [`wait_until`](Self::wait_until).
    pub fn wait_for_text(&self, words: &str) -> Result<(), Failure> {
        let condition = format!("document.body.innerText.includes({})", Value::from(words));
        self.wait_until(&format!("{words:?} can be read"), &condition)
    }

    /// All visible text of the page.
    ///
    /// # Errors
    /// If the page has gone.
    pub fn text(&self) -> Result<String, Failure> {
        let text = self.evaluate("document.body.innerText")?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    fn with_what_is_shown(&self, failure: Failure) -> Failure {
        match failure {
            Failure::TimedOut { what, within } => {
                let shown = self.text().unwrap_or_default();
                Failure::TimedOut { what: format!("{what}; the page shows {shown:?}"), within }
            }
            failure => failure,
        }
    }
}

/// The longest time that one question waits in the page, in milliseconds.
const SLICE_MS: u32 = 500;
