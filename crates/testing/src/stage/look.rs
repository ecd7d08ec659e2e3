//! The appearance of windows.

use std::fmt;

/// The appearance of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// The width of the window, in CSS pixels.
    pub width: u32,
    /// Whether the page is in dark mode.
    pub is_dark: bool,
}

/// The widths of a phone, a tablet and a desktop window, in CSS pixels.
pub const WIDTHS: [u32; 3] = [360, 768, 1_280];

impl fmt::Display for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.width, if self.is_dark { "dark" } else { "light" })
    }
}
