//! What a browser does with one of its tabs: all that differs from browser to browser, and nothing else.

use serde_json::Value;

use crate::stage::failure::Failure;
use crate::stage::tab::{KeyboardKey, Look};

/// One tab of a browser. Every method fails where the tab or its browser has gone.
pub(crate) trait Window {
    /// Has this script run in every page that is opened from now on, before the page's own ones.
    fn run_before_pages(&self, script: &str) -> Result<(), Failure>;

    /// Goes to an address, and waits until everything there is loaded; fails where it cannot be reached.
    fn go_to(&self, url: &str) -> Result<(), Failure>;

    /// As with the browser's own button; waits as [`go_to`](Self::go_to) does.
    fn reload(&self) -> Result<(), Failure>;

    /// What an expression is in the page; a promise is waited for. [`Failure::Script`] if it throws.
    fn evaluate(&self, expression: &str) -> Result<Value, Failure>;

    /// The middle of the control of this name, where it can be clicked.
    fn control(&self, name: &str) -> Result<Option<Point>, Failure>;

    /// The first button of the mouse, at this place.
    fn mouse(&self, press: Press, at: Point) -> Result<(), Failure>;

    fn key(&self, press: Press, key: KeyboardKey) -> Result<(), Failure>;

    /// Types into what has the focus.
    fn type_text(&self, text: &str) -> Result<(), Failure>;

    /// A picture of the whole page: PNG.
    fn picture(&self) -> Result<Vec<u8>, Failure>;

    /// Is such a window from now on; without a look, the browser's own.
    fn dress(&self, look: Option<Look>) -> Result<(), Failure>;

    /// Controls and pictures without a name, one line for each; none in a browser that does not tell.
    fn unnamed(&self) -> Result<Vec<String>, Failure>;

    /// The addresses of all requests and `WebSocket`s so far.
    fn requests(&self) -> Vec<String>;

    /// The bytes that came over the network for everything that was loaded so far, heads included.
    fn loaded_bytes(&self) -> f64;

    /// Errors and warnings of the browser, uncaught exceptions, and violations of the page's own rules.
    fn complaints(&self) -> Result<Vec<String>, Failure>;
}

/// A place in a window, in CSS pixels from its upper left corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    pub(crate) x: f64,
    pub(crate) y: f64,
}

/// Of a button or a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Press {
    Down,
    Up,
}

impl Point {
    /// Out of what [`MIDDLE`] has told: null where there is nothing to click.
    pub(crate) fn of(middle: &Value) -> Option<Self> {
        Some(Self { x: middle["x"].as_f64()?, y: middle["y"].as_f64()? })
    }
}

/// A function that tells the middle of its `this`, if it can be clicked, or null. A choice may be drawn by its label.
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
