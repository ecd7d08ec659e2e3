//! The network requests of a page, and the browser's complaints.

use super::Tab;
use crate::stage::failure::Failure;

impl Tab {
    /// The addresses of all requests and `WebSocket`s of this tab so far, except for data within the page itself.
    pub fn requests(&self) -> Vec<String> {
        let lies_in_page =
            |url: &str| ["about:", "blob:", "data:"].iter().any(|scheme| url.starts_with(scheme));
        self.window.requests().into_iter().filter(|url| !lies_in_page(url)).collect()
    }

    /// The bytes received over the network for everything loaded so far, headers included.
    pub fn loaded_bytes(&self) -> f64 {
        self.window.loaded_bytes()
    }

    /// Errors and warnings of the browser, uncaught exceptions, and violations of the page's content security policy.
    ///
    /// # Errors
    /// If the page has gone.
    pub fn complaints(&self) -> Result<Vec<String>, Failure> {
        self.window.complaints()
    }
}
