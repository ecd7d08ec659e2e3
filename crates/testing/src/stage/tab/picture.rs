//! What a page looks like, on windows of several widths, by day and by night.

use std::fmt;

use super::Tab;
use crate::stage::failure::Failure;

/// A window to look at a page in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Of the window, in CSS pixels.
    pub width: u32,
    /// Whether it is night.
    pub is_dark: bool,
}

/// Those of a phone, a tablet and a desk, in CSS pixels.
pub const WIDTHS: [u32; 3] = [360, 768, 1_280];

impl fmt::Display for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.width, if self.is_dark { "dark" } else { "light" })
    }
}

impl Tab {
    /// A picture of the whole page: PNG.
    ///
    /// # Errors
    /// If the page has gone.
    pub fn picture(&self) -> Result<Vec<u8>, Failure> {
        self.window.picture()
    }

    /// By how many CSS pixels the page is wider than its window: 0 if it needs no horizontal scrolling.
    ///
    /// # Errors
    /// If the page has gone.
    pub fn overflow(&self) -> Result<u64, Failure> {
        let overflow = self.evaluate("Math.max(0, document.documentElement.scrollWidth - innerWidth)")?;
        Ok(overflow.as_u64().unwrap_or(0))
    }

    /// Does something while the page is in such a window; then it is in its own again.
    ///
    /// # Errors
    /// If the page has gone, and those of what is done.
    pub fn in_window<T>(
        &self,
        look: Look,
        meanwhile: impl FnOnce() -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        self.window.dress(Some(look))?;
        // Two frames, so that what follows from the width is drawn.
        self.evaluate(
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))",
        )?;
        let outcome = meanwhile()?;
        self.window.dress(None)?;
        Ok(outcome)
    }
}
