//! Pictures of a page in windows of several widths, in light and dark mode.

use super::Tab;
use crate::stage::failure::Failure;
use crate::stage::look::Look;

impl Tab {
    /// A picture of the whole page: PNG.
    ///
    /// # Errors
    /// If the page has gone.
    pub fn picture(&self) -> Result<Vec<u8>, Failure> {
        self.window.picture()
    }

    /// How much wider the page is than its window, in CSS pixels: 0 if it needs no horizontal scrolling.
    ///
    /// # Errors
    /// If the page has gone.
    pub fn overflow(&self) -> Result<u64, Failure> {
        let overflow = self.evaluate("Math.max(0, document.documentElement.scrollWidth - innerWidth)")?;
        Ok(overflow.as_u64().unwrap_or(0))
    }

    /// Runs `meanwhile` while the window has this look, and restores it afterwards.
    ///
    /// # Errors
    /// If the page has gone, and the errors of `meanwhile`.
    pub fn in_window<T>(
        &self,
        look: Look,
        meanwhile: impl FnOnce() -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        self.window.dress(Some(look))?;
        // Two frames, so that the page is laid out and drawn at the new width.
        self.evaluate(
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))",
        )?;
        let outcome = meanwhile()?;
        self.window.dress(None)?;
        Ok(outcome)
    }
}
