//! Accessibility of a page: names of controls, and contrast of text.

use serde_json::Value;

use super::Tab;
use crate::stage::failure::Failure;

impl Tab {
    /// Accessibility problems, one line for each: controls and images without a name, and text with a contrast of less
    /// than 4.5 (3 for large text).
    ///
    /// # Errors
    /// If the page has gone.
    pub fn barriers(&self) -> Result<Vec<String>, Failure> {
        let mut barriers = self.window.unnamed()?;
        let faint = self.evaluate(CONTRAST)?;
        barriers.extend(faint.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
        let lang = self.evaluate("document.documentElement.lang !== '' && document.title !== ''")?;
        if lang != true {
            barriers.push("the page has no language or no title".to_owned());
        }
        Ok(barriers)
    }
}

const CONTRAST: &str = include_str!("contrast.js");
