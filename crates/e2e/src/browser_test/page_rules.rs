//! Rules for every page, whatever it shows.

use consonance_testing::stage::{Failure, Look, Tab, WIDTHS, ensure};

/// A page requests nothing from other servers, breaks none of its own rules, is accessible, and fits into every window;
/// `url` is its own address.
///
/// # Errors
/// [`Failure::NotSo`] with all that was found.
pub(crate) fn are_kept(tab: &Tab, url: &str) -> Result<(), Failure> {
    let complaints = tab.complaints()?.into_iter().filter(|complaint| !complaint.contains(HARMLESS));
    let complaints = complaints.map(|complaint| format!("the browser complains: {complaint}"));
    let own = origin(url);
    let foreign = tab.requests().into_iter().filter(|request| origin(request) != own);
    let foreign = foreign.map(|request| format!("it asks {request}"));
    let mut found: Vec<_> = complaints.chain(foreign).collect();
    for width in WIDTHS {
        for is_dark in [false, true] {
            let look = Look { width, is_dark };
            let (mut barriers, overflow) = tab.in_window(look, || Ok((tab.barriers()?, tab.overflow()?)))?;
            // Its rules do not depend on the width but for what our own find, too.
            if width == WIDTHS[0] {
                barriers.extend(tab.in_window(look, || tab.axe_findings())?);
            }
            found.extend(barriers.into_iter().map(|barrier| format!("{look}: {barrier}")));
            if overflow > 0 {
                found.push(format!("{look}: {overflow} pixels too wide"));
            }
        }
    }
    found.sort();
    found.dedup();
    ensure(found.is_empty(), || format!("{url} is not as it should be:\n  {}", found.join("\n  ")))
}

/// What a page shows now is accessible, and fits into the window, on a phone by day and on a desk by night. For further
/// states of a page that keeps its rules otherwise.
///
/// # Errors
/// [`Failure::NotSo`] with all that was found.
pub(crate) fn is_accessible(tab: &Tab, what: &str) -> Result<(), Failure> {
    let [phone, .., desk] = WIDTHS;
    let mut found = Vec::new();
    for look in [Look { width: phone, is_dark: false }, Look { width: desk, is_dark: true }] {
        let (barriers, axe, overflow) =
            tab.in_window(look, || Ok((tab.barriers()?, tab.axe_findings()?, tab.overflow()?)))?;
        found.extend(barriers.into_iter().chain(axe).map(|barrier| format!("{look}: {barrier}")));
        if overflow > 0 {
            found.push(format!("{look}: {overflow} pixels too wide"));
        }
    }
    ensure(found.is_empty(), || format!("{what} is not as it should be:\n  {}", found.join("\n  ")))
}

/// A player's name that would run a script, were it markup.
pub(crate) const MARKUP_NAME: &str = "<img src=x onerror='window.markupRan = 1'>";

/// Checks that a name or a text like [`MARKUP_NAME`] became no element of a page that shows it, and ran no script
/// there.
///
/// # Errors
/// [`Failure::NotSo`] if one did.
pub(crate) fn names_are_no_markup(tab: &Tab) -> Result<(), Failure> {
    let made = tab.evaluate("document.querySelectorAll('[onerror], img[src=x]').length")?;
    ensure(made == 0, || format!("a name or a text has become {made} elements of the page"))?;
    let ran = tab.evaluate("window.markupRan !== undefined")?;
    ensure(ran == false, || "a name or a text has run as a script".to_owned())
}

/// A harmless warning: a server that sends this header cannot know whether a proxy adds encryption.
const HARMLESS: &str =
    "The Cross-Origin-Opener-Policy header has been ignored, because the URL's origin was untrustworthy";

/// The host and port of a URL.
fn origin(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_and_their_web_sockets_are_of_one_origin() {
        assert_eq!(origin("http://127.0.0.1:7780/#lobby"), "127.0.0.1:7780");
        assert_eq!(origin("ws://127.0.0.1:7780/api/voice/main/signal"), "127.0.0.1:7780");
        assert_ne!(origin("http://127.0.0.1:7781/"), origin("http://127.0.0.1:7780/"));
    }
}
