//! The pages that are not for players: the operators' own, and the inspector.

use std::fs;

use consonance_testing::stage::{Failure, KeyboardKey, Look, Owner, Tab, ensure};

use crate::browser_test::fixture::Fixture;
use crate::browser_test::native::Native;
use crate::browser_test::page_rules;
use crate::browser_test::server::Server;

/// Both pages show a visitor.
pub(crate) fn play(fixture: &Fixture<'_>) -> Result<(), Failure> {
    let mut server = fixture.server("operators", SETTINGS)?;
    let address = server.said_address("quic://")?;
    let mut nell = fixture.native("operators", &address, "Nell", None)?;
    let mut browser = fixture.browser(&Owner::default())?;

    let tab = browser.tab()?;
    let page = server.page("127.0.0.1", "/");
    tab.go_to(&page)?;
    tab.wait_for_text("Admin token")?;
    // It says where the token is.
    tab.wait_for_text("admin-token")?;
    page_rules::are_kept(&tab, &page)?;
    fixture.photograph(&tab, "operators-door")?;
    let token = fixture.folder("operators")?.join("admin-token");
    let token = fs::read_to_string(&token).map_err(Failure::io(format!("{}", token.display())))?;
    tab.fill("Admin token", token.trim())?;
    tab.press(KeyboardKey::Enter)?;
    tab.wait_for_text("Nell")?;
    let twisted = fixture.native("operators", &address, "\u{202e}eciveD\u{200b}", None)?;
    let scripted = fixture.native("operators", &address, page_rules::MARKUP_NAME, None)?;
    tab.wait_for_text(TWISTED)?;
    tab.wait_for_text(page_rules::MARKUP_NAME)?;
    page_rules::names_are_no_markup(&tab)?;
    page_rules::are_kept(&tab, &page)?;
    fixture.photograph(&tab, "operators")?;
    all_that_operators_open_is_accessible(fixture, &tab)?;
    let described = server.page("127.0.0.1", "/api/docs");
    let docs = browser.tab()?;
    docs.go_to(&described)?;
    docs.wait_for_text("/api/v1/")?;
    page_rules::is_accessible(&docs, "the description of the API")?;
    tab.evaluate(BAN_MANY)?;
    tab.click("Bans")?;
    tab.wait_for_text("name Mallory 1001")?;
    tab.wait_for_text(&format!("name {} too", page_rules::MARKUP_NAME))?;
    page_rules::names_are_no_markup(&tab)?;
    tab.click("Players")?;

    the_inspectors_show_them(fixture, &mut server, &mut nell, [browser.tab()?, browser.tab()?])?;
    nell.leave()?;
    twisted.leave()?;
    scripted.leave()?;

    server.replace(|| {
        tab.wait_for_text("The server cannot be reached. This page tries again.")?;
        fixture.photograph(&tab, "operators-alone")
    })?;
    tab.wait_until(
        "the page has found the server again",
        "!document.body.innerText.includes('cannot be reached')",
    )?;
    server.end()
}

/// The sections and dialogs of the operators' page. What is offered first for a mute is short.
fn all_that_operators_open_is_accessible(fixture: &Fixture<'_>, tab: &Tab) -> Result<(), Failure> {
    tab.evaluate("document.querySelector('#players button').click()")?;
    tab.wait_until("a mute is short", &format!("{FIRST_TERM} === '10 minutes'"))?;
    page_rules::is_accessible(tab, "the dialog of a player")?;
    fixture.photograph(tab, "operators-mute")?;
    tab.click("Cancel")?;
    all_sections_are_accessible(fixture, tab, "operators", &["Bans", "Reports", "Recordings", "Audit log"])?;
    tab.click("Bans")?;
    tab.click("New ban…")?;
    page_rules::is_accessible(tab, "the dialog of a ban")?;
    fixture.photograph(tab, "operators-new-ban")?;
    tab.click("Cancel")?;
    tab.click("Players")
}

/// The server's inspector and a player's own show all players; names are no markup in them.
fn the_inspectors_show_them(
    fixture: &Fixture<'_>,
    server: &mut Server,
    nell: &mut Native,
    [inspector, own]: [Tab; 2],
) -> Result<(), Failure> {
    let page = server.said_address("http://127.0.0.1")?;
    inspector.go_to(&page)?;
    inspector.wait_for_text("Nell")?;
    inspector.wait_for_text(TWISTED)?;
    inspector.wait_for_text(page_rules::MARKUP_NAME)?;
    page_rules::names_are_no_markup(&inspector)?;
    page_rules::are_kept(&inspector, &page)?;
    fixture.photograph(&inspector, "inspector")?;
    all_sections_are_accessible(fixture, &inspector, "inspector", &["Network", "Log"])?;
    own.go_to(&nell.inspector()?)?;
    own.wait_for_text(TWISTED)?;
    what_one_presses_is_in_sight(&own)?;
    let sections = ["Players", "Network", "Capture", "Devices", "Log"];
    all_sections_are_accessible(fixture, &own, "own-inspector", &sections)
}

/// The sections of a page with this name in pictures, by their tabs.
fn all_sections_are_accessible(
    fixture: &Fixture<'_>,
    tab: &Tab,
    page: &str,
    sections: &[&str],
) -> Result<(), Failure> {
    for section in sections {
        tab.click(section)?;
        page_rules::is_accessible(tab, &format!("{page}: {section}"))?;
        let picture = section.to_lowercase().replace(' ', "-");
        fixture.photograph(tab, &format!("{page}-{picture}"))?;
    }
    Ok(())
}

/// Volume, Mute and Why? of a player's own inspector need no scrolling in a window of 1200 pixels.
fn what_one_presses_is_in_sight(tab: &Tab) -> Result<(), Failure> {
    let hidden = "[...document.querySelectorAll('#players button, #players input')].filter((one) => \
                  one.getBoundingClientRect().right > innerWidth).length";
    let found =
        tab.in_window(Look { width: 1_200, is_dark: false }, || Ok((tab.evaluate(hidden)?, tab.text()?)))?;
    let (hidden, shown) = found;
    ensure(hidden == 0 && ["Volume", "Mute", "Why?"].iter().all(|words| shown.contains(words)), || {
        format!("{hidden} controls are out of sight, in {shown:?}")
    })
}

/// The term that a dialog has chosen.
const FIRST_TERM: &str = "document.querySelector('#field-duration_s').selectedOptions[0].textContent";

/// Makes one ban more than a server lists at once, and one whose name would be a script.
const BAN_MANY: &str = "(async () => {
    const scripted = `<img src=x onerror='window.markupRan = 1'> too`;
    await call('POST', 'bans', { target: { name: scripted }, by: scripted });
    for (let number = 1; number <= 1001; number += 1) {
        await call('POST', 'bans', { target: { name: `Mallory ${number}` }, by: 'page' });
    }
})()";

/// A name with marks that reverse it, in escaped form.
const TWISTED: &str = "\\u{202e}eciveD\\u{200b}";

const SETTINGS: &str = "[admin]\nlisten = \"127.0.0.1:PORT\"\ntoken_file = \"admin-token\"\n\
                        [diagnostics]\ninspector_port = 0\n";
