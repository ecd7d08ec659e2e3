//! Mouse and keyboard, as a person has them: what cannot be seen or is covered cannot be clicked.

use serde_json::{Value, json};

use super::Tab;
use crate::failure::Failure;

impl Tab {
    /// Clicks the control of this name.
    ///
    /// # Errors
    /// If there is none, or something else lies upon it.
    pub(crate) fn click(&self, name: &str) -> Result<(), Failure> {
        let at = self.place_of(name)?;
        self.mouse("mousePressed", &at)?;
        self.mouse("mouseReleased", &at)
    }

    /// Presses the mouse upon it, does something, and lets go.
    ///
    /// # Errors
    /// As [`click`](Self::click), and those of what is done.
    pub(crate) fn hold<T>(
        &self,
        name: &str,
        meanwhile: impl FnOnce() -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let at = self.place_of(name)?;
        self.mouse("mousePressed", &at)?;
        let outcome = meanwhile();
        self.mouse("mouseReleased", &at)?;
        outcome
    }

    /// Types into a field, in place of what was there.
    ///
    /// # Errors
    /// As [`click`](Self::click).
    pub(crate) fn fill(&self, name: &str, text: &str) -> Result<(), Failure> {
        self.click(name)?;
        self.evaluate("document.activeElement.select()")?;
        self.call("Input.insertText", &json!({ "text": text })).map(drop)
    }

    /// Chooses in a list, by the beginning of a choice's words.
    ///
    /// # Errors
    /// If there is no such list or no such choice in it.
    pub(crate) fn choose(&self, name: &str, choice: &str) -> Result<(), Failure> {
        self.click(name)?;
        // Lists open in windows of their own, which nobody can click here.
        let choose = format!(
            "(() => {{ const list = document.activeElement; const words = {};\n\
             const option = [...list.options].find((one) => one.text.startsWith(words));\n\
             if (!option) throw new Error('only: ' + [...list.options].map((one) => one.text));\n\
             list.value = option.value; list.dispatchEvent(new Event('change', {{ bubbles: true }})); }})()",
            Value::from(choice)
        );
        self.evaluate(&choose).map(drop)
    }

    /// Presses a key, such as `Enter` or `Space`, does something, and lets go of it.
    ///
    /// # Errors
    /// If the page has gone, and those of what is done.
    pub(crate) fn hold_key<T>(
        &self,
        key: Key,
        meanwhile: impl FnOnce() -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        self.key("keyDown", key)?;
        let outcome = meanwhile();
        self.key("keyUp", key)?;
        outcome
    }

    /// Presses a key and lets go of it.
    ///
    /// # Errors
    /// If the page has gone.
    pub(crate) fn press(&self, key: Key) -> Result<(), Failure> {
        self.hold_key(key, || Ok(()))
    }

    fn mouse(&self, kind: &str, at: &Value) -> Result<(), Failure> {
        let event = json!({ "type": kind, "x": at["x"], "y": at["y"], "button": "left", "clickCount": 1 });
        self.call("Input.dispatchMouseEvent", &event).map(drop)
    }

    fn key(&self, kind: &str, key: Key) -> Result<(), Failure> {
        let (name, code, number, text) = key.words();
        let mut event = json!({ "type": kind, "key": name, "code": code, "windowsVirtualKeyCode": number });
        if kind == "keyDown" {
            event["text"] = text.into();
        }
        self.call("Input.dispatchKeyEvent", &event).map(drop)
    }
}

/// The keys that scenarios press.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Enter,
    Space,
    Tab,
}

impl Key {
    /// Its name, its place on the keyboard, its old number, and what it types.
    fn words(self) -> (&'static str, &'static str, u8, &'static str) {
        match self {
            Self::Enter => ("Enter", "Enter", 13, "\r"),
            Self::Space => (" ", "Space", 32, " "),
            Self::Tab => ("Tab", "Tab", 9, ""),
        }
    }
}
