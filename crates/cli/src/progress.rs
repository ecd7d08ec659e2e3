//! Progress in a single line of the terminal, which is overwritten in place.

use std::cell::RefCell;
use std::io::{IsTerminal as _, Write as _, stderr};

/// The progress line, which is cleared when this is dropped. Nothing is shown if the standard error is not a
/// terminal.
#[derive(Debug)]
pub struct ProgressLine {
    is_shown: bool,
    text: RefCell<String>,
}

impl Default for ProgressLine {
    fn default() -> Self {
        Self::new()
    }
}

impl ProgressLine {
    /// An empty line.
    pub fn new() -> Self {
        Self { is_shown: stderr().is_terminal(), text: RefCell::default() }
    }

    /// Replaces the text of the line.
    pub fn show(&self, text: String) {
        if !self.is_shown || *self.text.borrow() == text {
            return;
        }
        let former = self.text.replace(text);
        // It is cosmetic: a failure is ignored.
        let _ = write!(stderr(), "{}", over(&former, &self.text.borrow()));
    }

    /// A bar between two texts; the share of it is from 0 to 1.
    pub fn show_share(&self, before: &str, share: f64, after: &str) {
        self.show(format!("{before} {} {after}", bar(share)));
    }

    /// Clears the line.
    pub fn clear(&self) {
        self.show(String::new());
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        self.clear();
    }
}

/// The output that replaces one text with another, on any terminal that can return to the beginning of a line.
fn over(former: &str, text: &str) -> String {
    let width = former.chars().count();
    let back = if text.is_empty() { "\r" } else { "" };
    format!("\r{text:width$}{back}")
}

fn bar(share: f64) -> String {
    let done = (share.clamp(0.0, 1.0) * WIDTH as f64) as usize;
    let head = if done < WIDTH { ">" } else { "" };
    format!("[{:WIDTH$}]", "=".repeat(done) + head)
}

const WIDTH: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_grows_from_nothing_to_its_width_and_no_further() {
        assert_eq!(bar(-1.0), format!("[>{}]", " ".repeat(39)));
        assert_eq!(bar(0.5), format!("[{}>{}]", "=".repeat(20), " ".repeat(19)));
        assert_eq!(bar(1.0), format!("[{}]", "=".repeat(40)));
        assert_eq!(bar(7.0), bar(1.0));
    }

    #[test]
    fn a_shorter_text_leaves_nothing_of_a_longer_one() {
        assert_eq!(over("long words", "short"), "\rshort     ");
        assert_eq!(over("words", ""), "\r     \r");
    }
}
