//! Mouse and keyboard input, as from a person: a control that is invisible or covered cannot be clicked.

use serde_json::Value;

use super::Tab;
use crate::stage::failure::Failure;
use crate::stage::keyboard_key::KeyboardKey;
use crate::stage::patience::{SOON, until};
use crate::stage::window::{Point, Press};

impl Tab {
    /// Clicks the control of this name.
    ///
    /// # Errors
    /// If there is none, or something else covers it.
    pub fn click(&self, name: &str) -> Result<(), Failure> {
        let at = self.place_of(name)?;
        self.window.mouse(Press::Down, at)?;
        self.window.mouse(Press::Up, at)
    }

    /// Presses the mouse button on it, runs `meanwhile`, and releases the button.
    ///
    /// # Errors
    /// As [`click`](Self::click), and the errors of `meanwhile`.
    pub fn hold<T>(&self, name: &str, meanwhile: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
        let at = self.place_of(name)?;
        self.window.mouse(Press::Down, at)?;
        let outcome = meanwhile();
        self.window.mouse(Press::Up, at)?;
        outcome
    }

    /// Waits until there is a control of this name, even if others cover it.
    ///
    /// # Errors
    /// If there is none in time.
    pub fn wait_for_label(&self, name: &str) -> Result<(), Failure> {
        self.wait_until(&format!("there is {name:?}"), &labelled(name))
    }

    /// Gives the focus to the control of this name, as with the keyboard.
    ///
    /// # Errors
    /// If there is none in time.
    pub fn focus(&self, name: &str) -> Result<(), Failure> {
        self.wait_for_label(name)?;
        self.evaluate(&format!("{}.focus()", labelled(name))).map(drop)
    }

    /// Types into a field, replacing its content.
    ///
    /// # Errors
    /// As [`click`](Self::click).
    pub fn fill(&self, name: &str, text: &str) -> Result<(), Failure> {
        self.click(name)?;
        self.evaluate("document.activeElement.select()")?;
        self.window.type_text(text)
    }

    /// Selects an option of a list by the beginning of its text.
    ///
    /// # Errors
    /// If there is no such list or option.
    pub fn choose(&self, name: &str, choice: &str) -> Result<(), Failure> {
        self.click(name)?;
        // Drop-down lists open as native windows, which cannot be clicked from here.
        let choose = format!(
            "(() => {{ const list = document.activeElement; const words = {};\n\
             const option = [...list.options].find((one) => one.text.startsWith(words));\n\
             if (!option) throw new Error('only: ' + [...list.options].map((one) => one.text));\n\
             list.value = option.value; list.dispatchEvent(new Event('change', {{ bubbles: true }})); }})()",
            Value::from(choice)
        );
        self.evaluate(&choose).map(drop)
    }

    /// Presses a key, such as `Enter` or `Space`, runs `meanwhile`, and releases the key.
    ///
    /// # Errors
    /// If the page has gone, and the errors of `meanwhile`.
    pub fn hold_key<T>(
        &self,
        key: KeyboardKey,
        meanwhile: impl FnOnce() -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        self.window.key(Press::Down, key)?;
        let outcome = meanwhile();
        self.window.key(Press::Up, key)?;
        outcome
    }

    /// Presses and releases a key.
    ///
    /// # Errors
    /// If the page has gone.
    pub fn press(&self, key: KeyboardKey) -> Result<(), Failure> {
        self.hold_key(key, || Ok(()))
    }

    /// Waits until there is a control of this name that can be clicked; returns its centre.
    fn place_of(&self, name: &str) -> Result<Point, Failure> {
        let found = until(&format!("{name:?} can be clicked"), SOON, || self.window.control(name));
        found.map_err(|failure| self.with_what_is_shown(failure))
    }
}

/// A script expression for the element of this name in the page.
fn labelled(name: &str) -> String {
    let name = Value::from(name);
    format!("[...document.querySelectorAll('[aria-label]')].find((one) => one.ariaLabel === {name})")
}
