//! Buttons and fields by their accessible names.

use serde_json::{Value, json};

use super::window::DevtoolsWindow;
use crate::stage::failure::Failure;
use crate::stage::window::{MIDDLE, Point};

impl DevtoolsWindow {
    /// The middle of the first control of this name that can be clicked.
    ///
    /// # Errors
    /// If the page has gone.
    pub(super) fn middle_of(&self, name: &str) -> Result<Option<Point>, Failure> {
        match self.controls(name) {
            Ok(controls) => {
                for control in controls {
                    if let Some(middle) = self.middle_of_node(&control)? {
                        return Ok(Some(middle));
                    }
                }
                Ok(None)
            }
            // The page is navigating.
            Err(Failure::Refused { .. }) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// The nodes of controls with this accessible name.
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

    fn middle_of_node(&self, node: &Value) -> Result<Option<Point>, Failure> {
        let resolved = match self.call("DOM.resolveNode", &json!({ "backendNodeId": node })) {
            // The node is gone.
            Err(Failure::Refused { .. }) => return Ok(None),
            resolved => resolved?,
        };
        let ask = json!({
            "objectId": resolved["object"]["objectId"], "functionDeclaration": MIDDLE, "returnByValue": true
        });
        let answer = self.call("Runtime.callFunctionOn", &ask)?;
        Ok(Point::of(&answer["result"]["value"]))
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
