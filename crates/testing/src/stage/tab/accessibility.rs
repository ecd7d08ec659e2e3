//! Accessibility of a page: names of controls, and contrast of text.

use std::sync::LazyLock;

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

    /// What axe-core finds on the page as it looks now, one line for each element; nothing where the variable `AXE`
    /// does not name its file.
    ///
    /// # Errors
    /// If the page has gone, or the file is not there.
    pub fn axe_findings(&self) -> Result<Vec<String>, Failure> {
        let Some(source) = AXE.as_ref() else { return Ok(Vec::new()) };
        if self.evaluate("typeof window.axe")? != "object" {
            self.evaluate(&format!("{source}\n; typeof window.axe"))?;
        }
        let found = self.evaluate(FIND)?;
        Ok(found.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect())
    }
}

/// The source of axe-core, a library that finds what keeps people out of pages.
static AXE: LazyLock<Option<String>> = LazyLock::new(|| {
    let file = std::env::var_os("AXE")?;
    Some(std::fs::read_to_string(file).expect("the variable AXE names the file of axe-core"))
});

const FIND: &str = "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
    violations.flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `axe ${id}: ${help}: ${target.join(' ')}`)))";

const CONTRAST: &str = include_str!("contrast.js");
