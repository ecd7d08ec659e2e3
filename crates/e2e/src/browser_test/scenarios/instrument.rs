//! A test of the instrument itself: it hears the sound that was played, and finds all faults.

use std::time::Duration;

use consonance_testing::stage::{FOREIGN_NAME, Failure, KeyboardKey, Look, Owner, Tab, WIDTHS, ensure};

use crate::browser_test::fixture::Fixture;
use crate::browser_test::page_rules;
use crate::browser_test::site::{File, Site};
use crate::browser_test::voices::{Manner, Voice};

/// Checks a page that calls itself, and a page with every kind of fault that the rules know.
pub(crate) fn play(fixture: &Fixture<'_>) -> Result<(), Failure> {
    let site = Site::open(FILES)?;
    let speech = Some(Voice::First.file(Manner::AsRecorded, &fixture.own_folder()?)?);
    let mut browser = fixture.browser(&Owner { speech: speech.clone(), ..Owner::default() })?;
    let tab = browser.tab()?;
    tab.go_to(&site.url("127.0.0.1", "/"))?;
    a_good_page_is_found_good(&tab, &site)?;
    what_is_pressed_is_held(&tab)?;
    what_is_said_is_heard(fixture, &tab)?;
    fixture.photograph(&tab, "instrument")?;
    a_bad_page_is_found_bad(&browser.tab()?, &site)?;
    a_foreign_name_is_not_secure(&browser.tab()?, &site)?;
    a_denied_microphone_is_denied(fixture, &site, &Owner { has_denied: true, speech, ..Owner::default() })
}

fn a_good_page_is_found_good(tab: &Tab, site: &Site) -> Result<(), Failure> {
    tab.fill("Your name", "Ada")?;
    tab.press(KeyboardKey::Tab)?;
    let name = tab.evaluate("document.querySelector('#name').value")?;
    ensure(name == "Ada", || format!("{name} was typed instead of Ada"))?;
    let own = site.url("127.0.0.1", "/");
    let bytes = tab.loaded_bytes();
    ensure((500.0..10_000.0).contains(&bytes), || format!("a page of about 2 kB took {bytes} bytes"))?;
    page_rules::are_kept(tab, &own)
}

fn what_is_pressed_is_held(tab: &Tab) -> Result<(), Failure> {
    tab.reload()?;
    let held = || tab.wait_until("a button is held", "document.querySelector('[aria-pressed=true]')");
    let free = || tab.wait_until("no button is held", "document.querySelector('[aria-pressed=false]')");
    tab.hold("Hold me", held)?;
    free()?;
    tab.hold_key(KeyboardKey::Space, held)?;
    free()
}

fn what_is_said_is_heard(fixture: &Fixture<'_>, tab: &Tab) -> Result<(), Failure> {
    tab.evaluate("document.querySelector('#call').focus()")?;
    tab.press(KeyboardKey::Enter)?;
    tab.wait_until("the call stands", "document.querySelector('#state').textContent === 'called'")?;
    tab.listen_for(Duration::from_secs(8))?;
    let heard = tab.heard()?;
    fixture.understands_somewhere("The instrument hears itself", &heard, Voice::First)?;
    tab.hold("Hold me", || fixture.falls_silent("The instrument, muted,", tab))
}

fn a_bad_page_is_found_bad(tab: &Tab, site: &Site) -> Result<(), Failure> {
    tab.go_to(&site.url("127.0.0.1", "/bad"))?;
    let (barriers, complaints) = (tab.barriers()?.join("\n"), tab.complaints()?.join("\n"));
    for wanted in [
        "a button without a name",
        "a textbox without a name",
        "\"Can you read this?\" has a contrast of 2.3",
    ] {
        ensure(barriers.contains(wanted), || format!("{wanted:?} was not found: {barriers}"))?;
    }
    for wanted in ["style-src", "script-src", "elsewhere.test", "uncaught"] {
        ensure(complaints.contains(wanted), || format!("{wanted:?} was not complained of: {complaints}"))?;
    }
    let requests = tab.requests();
    let is_seen = requests.iter().any(|url| url.starts_with("http://elsewhere.test/"));
    ensure(is_seen, || format!("a request to another host was not seen: {requests:?}"))?;
    let overflow = tab.in_window(Look { width: WIDTHS[0], is_dark: false }, || tab.overflow())?;
    ensure(overflow > 1_000, || format!("a page that is too wide is so by {overflow} pixels"))
}

fn a_foreign_name_is_not_secure(tab: &Tab, site: &Site) -> Result<(), Failure> {
    tab.go_to(&site.url(FOREIGN_NAME, "/"))?;
    tab.click("Call myself")?;
    let refused = "document.querySelector('#state').textContent === 'no microphone on plain HTTP'";
    tab.wait_until("a page on plain HTTP gets no microphone", refused)
}

fn a_denied_microphone_is_denied(fixture: &Fixture<'_>, site: &Site, owner: &Owner) -> Result<(), Failure> {
    let mut browser = fixture.browser(owner)?;
    let tab = browser.tab()?;
    tab.go_to(&site.url("127.0.0.1", "/"))?;
    tab.click("Call myself")?;
    let denied = "document.querySelector('#state').textContent === 'NotAllowedError'";
    tab.wait_until("a denied microphone is denied", denied)
}

const FILES: &[File] = &[
    ("/", "text/html", include_str!("instrument/good.html")),
    ("/call.js", "text/javascript", include_str!("instrument/call.js")),
    ("/bad", "text/html", include_str!("instrument/bad.html")),
    ("/bad.css", "text/css", include_str!("instrument/bad.css")),
    ("/bad.js", "text/javascript", include_str!("instrument/bad.js")),
];
