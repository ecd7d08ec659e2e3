//! A browser's operations on one of its tabs: only those that differ from browser to browser.

use serde_json::Value;

use crate::stage::failure::Failure;
use crate::stage::keyboard_key::KeyboardKey;
use crate::stage::look::Look;

/// One tab of a browser. Every method fails if the tab or its browser has gone.
pub(crate) trait Window {
    /// Makes this script run in every page that is opened from now on, before the page's own scripts.
    fn run_before_pages(&self, script: &str) -> Result<(), Failure>;

    /// Goes to an address, and waits until everything there is loaded; fails if it cannot be reached.
    fn go_to(&self, url: &str) -> Result<(), Failure>;

    /// Reloads the page, as with the browser's own button; waits as [`go_to`](Self::go_to) does.
    fn reload(&self) -> Result<(), Failure>;

    /// Evaluates an expression in the page; awaits a promise. Returns [`Failure::Script`] if it throws.
    fn evaluate(&self, expression: &str) -> Result<Value, Failure>;

    /// The centre of the control of this name, if it can be clicked.
    fn control(&self, name: &str) -> Result<Option<Point>, Failure>;

    /// Presses or releases the primary mouse button at this point.
    fn mouse(&self, press: Press, at: Point) -> Result<(), Failure>;

    fn key(&self, press: Press, key: KeyboardKey) -> Result<(), Failure>;

    /// Types into the element that has the focus.
    fn type_text(&self, text: &str) -> Result<(), Failure>;

    /// A picture of the whole page: PNG.
    fn picture(&self) -> Result<Vec<u8>, Failure>;

    /// Changes the window to this look; `None` restores the browser's own.
    fn dress(&self, look: Option<Look>) -> Result<(), Failure>;

    /// Controls and images without a name, one line for each; none in a browser that does not report them.
    fn unnamed(&self) -> Result<Vec<String>, Failure>;

    /// The addresses of all requests and `WebSocket`s so far.
    fn requests(&self) -> Vec<String>;

    /// The bytes received over the network for everything loaded so far, headers included.
    fn loaded_bytes(&self) -> f64;

    /// Errors and warnings of the browser, uncaught exceptions, and violations of the page's content security policy.
    fn complaints(&self) -> Result<Vec<String>, Failure>;
}

/// A point in a window, in CSS pixels from its upper left corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    pub(crate) x: f64,
    pub(crate) y: f64,
}

/// Whether a button or a key is pressed or released.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Press {
    Down,
    Up,
}

impl Point {
    /// Parses the result of [`MIDDLE`]: null if there is nothing to click.
    pub(crate) fn of(middle: &Value) -> Option<Self> {
        Some(Self { x: middle["x"].as_f64()?, y: middle["y"].as_f64()? })
    }
}

/// A function that returns the centre of its `this`, if it can be clicked, or null. Options may be drawn by their
/// labels only.
pub(crate) const MIDDLE: &str = "function () {
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
