//! Whether everybody can use a page: names of controls, and colours that can be read.

use serde_json::{Value, json};

use super::Tab;
use crate::failure::Failure;

impl Tab {
    /// What stands in somebody's way, one line for each thing: controls and pictures without a name in the browser's
    /// accessibility tree, and text of less contrast than 4.5 (3 where it is large).
    ///
    /// # Errors
    /// If the page has gone.
    pub(crate) fn barriers(&self) -> Result<Vec<String>, Failure> {
        let tree = self.call("Accessibility.getFullAXTree", &json!({}))?;
        let mut barriers: Vec<_> =
            tree["nodes"].as_array().into_iter().flatten().filter_map(unnamed).collect();
        let faint = self.evaluate(CONTRAST)?;
        barriers.extend(faint.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
        let lang = self.evaluate("document.documentElement.lang !== '' && document.title !== ''")?;
        if lang != true {
            barriers.push("the page has no language or no title".to_owned());
        }
        Ok(barriers)
    }
}

fn unnamed(node: &Value) -> Option<String> {
    let role = node["role"]["value"].as_str()?;
    let is_named = node["name"]["value"].as_str().is_some_and(|name| !name.trim().is_empty());
    let has_to_be = node["ignored"] != true && NAMED.contains(&role);
    (has_to_be && !is_named).then(|| format!("a {role} without a name (node {})", node["backendDOMNodeId"]))
}

const CONTRAST: &str = include_str!("contrast.js");

/// Roles whose elements mean nothing without a name (WAI-ARIA 1.2 §5.2.8.4).
const NAMED: [&str; 16] = [
    "button",
    "checkbox",
    "combobox",
    "dialog",
    "image",
    "img",
    "link",
    "listbox",
    "meter",
    "radio",
    "searchbox",
    "slider",
    "spinbutton",
    "switch",
    "tab",
    "textbox",
];
