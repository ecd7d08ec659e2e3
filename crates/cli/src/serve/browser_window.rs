//! The page in the user's own browser, where there is a desktop to show it on.

use std::env;
use std::io::{IsTerminal as _, stdout};

/// Opens the page, if a person has started the program and sits before it; otherwise, and if no browser is found, the
/// address that is printed has to do.
pub(super) fn open(url: &str) {
    let is_set = |variable: &str| env::var_os(variable).is_some_and(|value| !value.is_empty());
    if stdout().is_terminal() && is_on_desktop(is_set) {
        // Errors are ignored: the program works without a window.
        let _ = open::that_detached(url);
    }
}

/// Whether windows can be opened where the user is.
fn is_on_desktop(is_set: impl Fn(&str) -> bool) -> bool {
    let is_remote = is_set("SSH_CONNECTION");
    let has_windows =
        cfg!(any(windows, target_os = "macos")) || is_set("WAYLAND_DISPLAY") || is_set("DISPLAY");
    has_windows && !is_remote
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_opened_on_a_desktop_and_not_over_ssh() {
        let table: [(&[&str], bool); 5] = [
            (&["DISPLAY"], true),
            (&["WAYLAND_DISPLAY"], true),
            (&["DISPLAY", "SSH_CONNECTION"], false),
            (&["SSH_CONNECTION"], false),
            (&[], cfg!(any(windows, target_os = "macos"))),
        ];
        for (set, expected) in table {
            assert_eq!(is_on_desktop(|variable| set.contains(&variable)), expected, "{set:?}");
        }
    }
}
