//! A tab over the `DevTools` protocol.

use std::cell::RefCell;
use std::rc::Rc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::devtools::Devtools;
use crate::stage::failure::Failure;
use crate::stage::keyboard_key::KeyboardKey;
use crate::stage::look::{Look, WIDTHS};
use crate::stage::window::{Point, Press, Window};

pub(super) struct DevtoolsWindow {
    devtools: Rc<RefCell<Devtools>>,
    session: String,
}

impl DevtoolsWindow {
    /// Opens a new window with an empty page.
    ///
    /// # Errors
    /// If the browser has gone.
    pub(super) fn open(devtools: Rc<RefCell<Devtools>>) -> Result<Self, Failure> {
        let session = {
            let mut devtools = devtools.borrow_mut();
            let blank = json!({ "url": "about:blank", "newWindow": true });
            let target = devtools.call(None, "Target.createTarget", &blank)?["targetId"].take();
            let attach = json!({ "targetId": target, "flatten": true });
            let attached = devtools.call(None, "Target.attachToTarget", &attach)?;
            attached["sessionId"].as_str().unwrap_or_default().to_owned()
        };
        let window = Self { devtools, session };
        for domain in ["Page", "Runtime", "Network", "Log", "Audits", "Accessibility"] {
            window.call(&format!("{domain}.enable"), &json!({}))?;
        }
        Ok(window)
    }

    pub(super) fn call(&self, method: &str, params: &Value) -> Result<Value, Failure> {
        self.devtools.borrow_mut().call(Some(&self.session), method, params)
    }

    /// The events of this kind so far, oldest first.
    pub(super) fn seen(&self, method: &str) -> Vec<Value> {
        let mut devtools = self.devtools.borrow_mut();
        let own = devtools.events().iter().filter(|event| event.session == self.session);
        own.filter(|event| event.method == method).map(|event| event.params.clone()).collect()
    }

    fn forget(&self, method: &str) {
        let mut devtools = self.devtools.borrow_mut();
        devtools.events().retain(|event| event.session != self.session || event.method != method);
    }

    fn load(&self, method: &str, params: &Value) -> Result<Value, Failure> {
        self.forget(LOADED);
        let answer = self.call(method, params)?;
        if answer["errorText"].is_null() {
            self.devtools.borrow_mut().event(&self.session, LOADED)?;
        }
        Ok(answer)
    }
}

impl Window for DevtoolsWindow {
    fn run_before_pages(&self, script: &str) -> Result<(), Failure> {
        self.call("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": script })).map(drop)
    }

    fn go_to(&self, url: &str) -> Result<(), Failure> {
        let answer = self.load("Page.navigate", &json!({ "url": url }))?;
        match answer["errorText"].as_str() {
            Some(error) => Err(Failure::NotSo(format!("{url} cannot be opened: {error}"))),
            None => Ok(()),
        }
    }

    fn reload(&self) -> Result<(), Failure> {
        self.load("Page.reload", &json!({})).map(drop)
    }

    fn evaluate(&self, expression: &str) -> Result<Value, Failure> {
        let script = json!({
            "expression": expression, "awaitPromise": true, "returnByValue": true
        });
        let mut answer = self.call("Runtime.evaluate", &script)?;
        let exception = &answer["exceptionDetails"];
        if !exception.is_null() {
            let thrown = exception["exception"]["description"].as_str();
            let text = thrown.or(exception["text"].as_str()).unwrap_or_default();
            return Err(Failure::Script(text.to_owned()));
        }
        Ok(answer["result"]["value"].take())
    }

    fn control(&self, name: &str) -> Result<Option<Point>, Failure> {
        self.middle_of(name)
    }

    fn mouse(&self, press: Press, at: Point) -> Result<(), Failure> {
        let kind = match press {
            Press::Down => "mousePressed",
            Press::Up => "mouseReleased",
        };
        let event = json!({ "type": kind, "x": at.x, "y": at.y, "button": "left", "clickCount": 1 });
        self.call("Input.dispatchMouseEvent", &event).map(drop)
    }

    fn key(&self, press: Press, key: KeyboardKey) -> Result<(), Failure> {
        let (name, code, number, text) = words(key);
        let modifiers = if key.is_with_shift() { SHIFT } else { 0 };
        let mut event =
            json!({ "key": name, "code": code, "windowsVirtualKeyCode": number, "modifiers": modifiers });
        match press {
            Press::Down => {
                event["type"] = "keyDown".into();
                event["text"] = text.into();
            }
            Press::Up => event["type"] = "keyUp".into(),
        }
        self.call("Input.dispatchKeyEvent", &event).map(drop)
    }

    fn type_text(&self, text: &str) -> Result<(), Failure> {
        self.call("Input.insertText", &json!({ "text": text })).map(drop)
    }

    fn picture(&self) -> Result<Vec<u8>, Failure> {
        let shot = json!({ "format": "png", "captureBeyondViewport": true });
        let answer = self.call("Page.captureScreenshot", &shot)?;
        let text = answer["data"].as_str().unwrap_or_default();
        STANDARD.decode(text).map_err(|error| Failure::Script(error.to_string()))
    }

    fn dress(&self, look: Option<Look>) -> Result<(), Failure> {
        let Some(look) = look else {
            self.call("Emulation.clearDeviceMetricsOverride", &json!({}))?;
            return self.call("Emulation.setEmulatedMedia", &json!({ "features": [] })).map(drop);
        };
        let is_phone = look.width <= WIDTHS[0];
        let window =
            json!({ "width": look.width, "height": 800, "deviceScaleFactor": 1, "mobile": is_phone });
        self.call("Emulation.setDeviceMetricsOverride", &window)?;
        let scheme = if look.is_dark { "dark" } else { "light" };
        let feature = json!({ "name": "prefers-color-scheme", "value": scheme });
        self.call("Emulation.setEmulatedMedia", &json!({ "features": [feature] })).map(drop)
    }

    fn unnamed(&self) -> Result<Vec<String>, Failure> {
        self.nodes_without_a_name()
    }

    fn requests(&self) -> Vec<String> {
        self.urls()
    }

    fn loaded_bytes(&self) -> f64 {
        self.bytes()
    }

    fn complaints(&self) -> Result<Vec<String>, Failure> {
        Ok(self.logged())
    }
}

/// A key's name, its position on the keyboard, its legacy key code, and the text that it types.
fn words(key: KeyboardKey) -> (&'static str, &'static str, u8, &'static str) {
    match key {
        KeyboardKey::End => ("End", "End", 35, ""),
        KeyboardKey::Enter => ("Enter", "Enter", 13, "\r"),
        KeyboardKey::FarLeft => ("ArrowLeft", "ArrowLeft", 37, ""),
        KeyboardKey::FarRight => ("ArrowRight", "ArrowRight", 39, ""),
        KeyboardKey::FarUp => ("ArrowUp", "ArrowUp", 38, ""),
        KeyboardKey::Home => ("Home", "Home", 36, ""),
        KeyboardKey::PageUp => ("PageUp", "PageUp", 33, ""),
        KeyboardKey::Space => (" ", "Space", 32, " "),
        KeyboardKey::Tab => ("Tab", "Tab", 9, ""),
    }
}

/// The protocol's bit for the modifier.
const SHIFT: u8 = 8;
const LOADED: &str = "Page.loadEventFired";
