//! What a page looks like, on windows of several widths, by day and by night.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::Tab;
use crate::failure::Failure;

/// A window to look at a page in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    /// Of the window, in CSS pixels.
    pub(crate) width: u32,
    pub(crate) is_dark: bool,
}

/// Those of a phone, a tablet and a desk, in CSS pixels.
pub(crate) const WIDTHS: [u32; 3] = [360, 768, 1_280];

impl Tab {
    /// A picture of the whole page in such a window: PNG. The window is as it was afterwards.
    ///
    /// # Errors
    /// If the page has gone.
    pub(crate) fn picture(&self, look: Look) -> Result<Vec<u8>, Failure> {
        self.dress(look)?;
        let shot = json!({ "format": "png", "captureBeyondViewport": true });
        let answer = self.call("Page.captureScreenshot", &shot)?;
        self.call("Emulation.clearDeviceMetricsOverride", &json!({}))?;
        self.call("Emulation.setEmulatedMedia", &json!({ "features": [] }))?;
        let text = answer["data"].as_str().unwrap_or_default();
        STANDARD.decode(text).map_err(|error| Failure::Script(error.to_string()))
    }

    /// By how many CSS pixels the page is wider than such a window: 0 where nobody has to scroll sideways.
    ///
    /// # Errors
    /// If the page has gone.
    pub(crate) fn overflow(&self, look: Look) -> Result<u64, Failure> {
        self.dress(look)?;
        let overflow = self.evaluate("Math.max(0, document.documentElement.scrollWidth - innerWidth)")?;
        self.call("Emulation.clearDeviceMetricsOverride", &json!({}))?;
        Ok(overflow.as_u64().unwrap_or(0))
    }

    fn dress(&self, look: Look) -> Result<(), Failure> {
        let is_phone = look.width <= WIDTHS[0];
        let window =
            json!({ "width": look.width, "height": 800, "deviceScaleFactor": 1, "mobile": is_phone });
        self.call("Emulation.setDeviceMetricsOverride", &window)?;
        let scheme = if look.is_dark { "dark" } else { "light" };
        let feature = json!({ "name": "prefers-color-scheme", "value": scheme });
        self.call("Emulation.setEmulatedMedia", &json!({ "features": [feature] }))?;
        // Two frames, so that what follows from the width is drawn.
        self.evaluate(
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))",
        )?;
        Ok(())
    }
}
