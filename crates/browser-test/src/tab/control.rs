//! Buttons and fields by the names that the browser tells people who cannot see them.

use serde_json::{Value, json};

use super::Tab;
use crate::failure::Failure;
use crate::patience::{SOON, until};

impl Tab {
    /// Waits until there is a control of this name that can be used, and says where its middle is.
    ///
    /// # Errors
    /// If there is none in time, or something else lies upon it.
    pub(super) fn place_of(&self, name: &str) -> Result<Value, Failure> {
        let found = until(&format!("{name:?} can be clicked"), SOON, || self.middle_of(name));
        found.map_err(|failure| self.with_what_is_shown(failure))
    }

    fn middle_of(&self, name: &str) -> Result<Option<Value>, Failure> {
        match self.controls(name) {
            Ok(controls) => {
                for control in controls {
                    if let Some(middle) = self.middle_of_node(&control)? {
                        return Ok(Some(middle));
                    }
                }
                Ok(None)
            }
            // The page is on its way to another one.
            Err(Failure::Refused { .. }) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// The nodes of controls that the browser calls this.
    fn controls(&self, name: &str) -> Result<Vec<Value>, Failure> {
        let document = self.call("DOM.getDocument", &json!({ "depth": 0 }))?;
        let wanted = json!({ "nodeId": document["root"]["nodeId"], "accessibleName": name });
        let tree = self.call("Accessibility.queryAXTree", &wanted)?;
        let is_control = |node: &&Value| {
            let role = node["role"]["value"].as_str().unwrap_or_default();
            node["ignored"] != true && CONTROLS.contains(&role)
        };
        let nodes = tree["nodes"].as_array().into_iter().flatten().filter(is_control);
        Ok(nodes.map(|node| node["backendDOMNodeId"].clone()).collect())
    }

    fn middle_of_node(&self, node: &Value) -> Result<Option<Value>, Failure> {
        let resolved = match self.call("DOM.resolveNode", &json!({ "backendNodeId": node })) {
            // It was there, and is no more.
            Err(Failure::Refused { .. }) => return Ok(None),
            resolved => resolved?,
        };
        let ask = json!({
            "objectId": resolved["object"]["objectId"], "functionDeclaration": MIDDLE, "returnByValue": true
        });
        let mut answer = self.call("Runtime.callFunctionOn", &ask)?;
        Ok(Some(answer["result"]["value"].take()).filter(|middle| !middle.is_null()))
    }
}

const CONTROLS: [&str; 13] = [
    "button",
    "checkbox",
    "combobox",
    "DisclosureTriangle",
    "link",
    "listbox",
    "radio",
    "searchbox",
    "slider",
    "spinbutton",
    "switch",
    "tab",
    "textbox",
];

/// The middle of what can be clicked, or null. A choice may be drawn by its label.
const MIDDLE: &str = "function () {
    if (this.disabled) return null;
    for (const element of [this, ...(this.labels ?? [])]) {
        element.scrollIntoView({ block: 'nearest', behavior: 'instant' });
        const { x, y, width, height } = element.getBoundingClientRect();
        const middle = { x: x + width / 2, y: y + height / 2 };
        const hit = document.elementFromPoint(middle.x, middle.y);
        if (hit && width > 0 && (element.contains(hit) || hit.contains(element) && hit.matches('label'))) return middle;
    }
    return null;
}";
