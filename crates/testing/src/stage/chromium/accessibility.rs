//! Names of controls, by the browser's accessibility tree.

use serde_json::{Value, json};

use super::window::DevtoolsWindow;
use crate::stage::failure::Failure;

impl DevtoolsWindow {
    /// Controls and pictures without an accessible name, one line for each.
    ///
    /// # Errors
    /// If the page has gone.
    pub(super) fn nodes_without_a_name(&self) -> Result<Vec<String>, Failure> {
        let tree = self.call("Accessibility.getFullAXTree", &json!({}))?;
        Ok(tree["nodes"].as_array().into_iter().flatten().filter_map(unnamed).collect())
    }
}

fn unnamed(node: &Value) -> Option<String> {
    let role = node["role"]["value"].as_str()?;
    let is_named = node["name"]["value"].as_str().is_some_and(|name| !name.trim().is_empty());
    let has_to_be = node["ignored"] != true && NAMED.contains(&role);
    (has_to_be && !is_named).then(|| format!("a {role} without a name (node {})", node["backendDOMNodeId"]))
}

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
