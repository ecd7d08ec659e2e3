//! A tab over `WebDriver BiDi`.

use std::cell::RefCell;
use std::rc::Rc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::bidi::Bidi;
use crate::stage::failure::Failure;
use crate::stage::keyboard_key::KeyboardKey;
use crate::stage::look::Look;
use crate::stage::window::{MIDDLE, Point, Press, Window};

pub(super) struct BidiWindow {
    bidi: Rc<RefCell<Bidi>>,
    context: String,
}

impl BidiWindow {
    /// Opens a new window with an empty page.
    ///
    /// # Errors
    /// If the browser has gone.
    pub(super) fn open(bidi: Rc<RefCell<Bidi>>) -> Result<Self, Failure> {
        let created = bidi.borrow_mut().call("browsingContext.create", &json!({ "type": "window" }))?;
        let context = created["context"].as_str().unwrap_or_default().to_owned();
        let window = Self { bidi, context };
        window.dress(None)?;
        Ok(window)
    }

    /// The events of this kind so far, oldest first.
    pub(super) fn seen(&self, method: &str) -> Vec<Value> {
        let mut bidi = self.bidi.borrow_mut();
        let own = bidi.events().iter().filter(|event| {
            let params = &event.params;
            params["context"] == *self.context || params["source"]["context"] == *self.context
        });
        own.filter(|event| event.method == method).map(|event| event.params.clone()).collect()
    }

    /// Sends a command with the tab's context added to the parameters.
    fn call(&self, method: &str, mut params: Value) -> Result<Value, Failure> {
        params["context"] = self.context.as_str().into();
        self.bidi.borrow_mut().call(method, &params)
    }

    /// Calls a function in the page's own realm; returns its result, which the function gives as JSON.
    fn script(&self, method: &str, mut params: Value) -> Result<Value, Failure> {
        params["target"] = json!({ "context": self.context });
        params["awaitPromise"] = true.into();
        let answer = self.bidi.borrow_mut().call(method, &params)?;
        if answer["type"] == "exception" {
            let thrown = answer["exceptionDetails"]["text"].as_str().unwrap_or_default();
            return Err(Failure::Script(thrown.to_owned()));
        }
        let Some(text) = answer["result"]["value"].as_str() else { return Ok(Value::Null) };
        serde_json::from_str(text).map_err(|error| Failure::Script(error.to_string()))
    }

    /// Switches between dark and light mode; the protocol has no command for it, but the browser's own windows may
    /// change its settings.
    fn colour(&self, is_dark: bool) -> Result<(), Failure> {
        let mut bidi = self.bidi.borrow_mut();
        let tree = bidi.call("browsingContext.getTree", &json!({ "moz:scope": "chrome" }))?;
        let scheme = u8::from(!is_dark);
        let set = json!({
            "expression": format!("Services.prefs.setIntPref('{COLOURS}', {scheme})"),
            "target": { "context": tree["contexts"][0]["context"] },
            "awaitPromise": false,
        });
        bidi.call("script.evaluate", &set).map(drop)
    }

    fn act(&self, kind: &str, actions: &Value) -> Result<(), Failure> {
        let source = json!({ "type": kind, "id": kind, "actions": actions });
        self.call("input.performActions", json!({ "actions": [source] })).map(drop)
    }
}

impl Window for BidiWindow {
    fn run_before_pages(&self, script: &str) -> Result<(), Failure> {
        let script = json!({
            "functionDeclaration": format!("() => {{\n{script}\n}}"), "contexts": [self.context]
        });
        self.bidi.borrow_mut().call("script.addPreloadScript", &script).map(drop)
    }

    fn go_to(&self, url: &str) -> Result<(), Failure> {
        self.call("browsingContext.navigate", json!({ "url": url, "wait": "complete" })).map(drop)
    }

    fn reload(&self) -> Result<(), Failure> {
        self.call("browsingContext.reload", json!({ "wait": "complete" })).map(drop)
    }

    fn evaluate(&self, expression: &str) -> Result<Value, Failure> {
        let expression = format!("(async () => JSON.stringify(await (\n{expression}\n)))()");
        self.script("script.evaluate", json!({ "expression": expression }))
    }

    fn control(&self, name: &str) -> Result<Option<Point>, Failure> {
        let named = json!({ "locator": { "type": "accessibility", "value": { "name": name } } });
        let located = match self.call("browsingContext.locateNodes", named) {
            // The page is navigating.
            Err(Failure::Refused { .. }) => return Ok(None),
            located => located?,
        };
        for node in located["nodes"].as_array().into_iter().flatten() {
            let function = format!("function () {{ return JSON.stringify(({MIDDLE}).call(this)) }}");
            let this = json!({ "sharedId": node["sharedId"] });
            let ask = json!({ "functionDeclaration": function, "this": this });
            let middle = match self.script("script.callFunction", ask) {
                // The node is gone.
                Err(Failure::Refused { .. }) => continue,
                middle => middle?,
            };
            if let Some(point) = Point::of(&middle) {
                return Ok(Some(point));
            }
        }
        Ok(None)
    }

    fn mouse(&self, press: Press, at: Point) -> Result<(), Failure> {
        let kind = match press {
            Press::Down => "pointerDown",
            Press::Up => "pointerUp",
        };
        let (x, y) = (at.x.round(), at.y.round());
        self.act(
            "pointer",
            &json!([{ "type": "pointerMove", "x": x, "y": y }, { "type": kind, "button": 0 }]),
        )
    }

    fn key(&self, press: Press, key: KeyboardKey) -> Result<(), Failure> {
        let kind = match press {
            Press::Down => "keyDown",
            Press::Up => "keyUp",
        };
        let stroke = |value: &str| json!({ "type": kind, "value": value });
        let strokes = match press {
            _ if !key.is_with_shift() => vec![stroke(value(key))],
            Press::Down => vec![stroke(SHIFT), stroke(value(key))],
            Press::Up => vec![stroke(value(key)), stroke(SHIFT)],
        };
        self.act("key", &strokes.into())
    }

    fn type_text(&self, text: &str) -> Result<(), Failure> {
        let strokes = text.chars().flat_map(|letter| {
            ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": letter.to_string() }))
        });
        self.act("key", &strokes.collect())
    }

    fn picture(&self) -> Result<Vec<u8>, Failure> {
        let answer = self.call("browsingContext.captureScreenshot", json!({ "origin": "document" }))?;
        let text = answer["data"].as_str().unwrap_or_default();
        STANDARD.decode(text).map_err(|error| Failure::Script(error.to_string()))
    }

    fn dress(&self, look: Option<Look>) -> Result<(), Failure> {
        let (width, height) = look.map_or(DESK, |look| (look.width, 800));
        let viewport = json!({ "viewport": { "width": width, "height": height } });
        self.call("browsingContext.setViewport", viewport)?;
        self.colour(look.is_some_and(|look| look.is_dark))
    }

    /// Always empty: accessible names are the same in every browser, and Chromium lists them all at once.
    fn unnamed(&self) -> Result<Vec<String>, Failure> {
        Ok(Vec::new())
    }

    fn requests(&self) -> Vec<String> {
        self.urls()
    }

    fn loaded_bytes(&self) -> f64 {
        self.bytes()
    }

    fn complaints(&self) -> Result<Vec<String>, Failure> {
        self.logged()
    }
}

/// The character that the key types, or the key's code in `WebDriver` (W3C, section 15.4.2).
fn value(key: KeyboardKey) -> &'static str {
    match key {
        KeyboardKey::End => "\u{E010}",
        KeyboardKey::Enter => "\u{E007}",
        KeyboardKey::FarLeft => "\u{E012}",
        KeyboardKey::FarRight => "\u{E014}",
        KeyboardKey::FarUp => "\u{E013}",
        KeyboardKey::Home => "\u{E011}",
        KeyboardKey::PageUp => "\u{E00E}",
        KeyboardKey::Space => " ",
        KeyboardKey::Tab => "\u{E004}",
    }
}

const SHIFT: &str = "\u{E008}";
/// 0: dark, 1: light.
const COLOURS: &str = "layout.css.prefers-color-scheme.content-override";
/// The default size of the window, in CSS pixels.
const DESK: (u32, u32) = (1_280, 900);
