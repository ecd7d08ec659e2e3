//! The pages that are not for players: the operators' own, and the inspector.

use std::fs;

use consonance_testing::stage::{Failure, KeyboardKey, Owner};

use crate::browser_test::page_rules;
use crate::browser_test::stage::Stage;

/// Both pages show a visitor.
pub(crate) fn play(stage: &Stage<'_>) -> Result<(), Failure> {
    let mut server = stage.server("operators", SETTINGS)?;
    let address = server.said_address("quic://")?;
    let nell = stage.native("operators", &address, "Nell", None)?;
    let mut browser = stage.browser(&Owner::default())?;

    let tab = browser.tab()?;
    let page = server.page("127.0.0.1", "/");
    tab.go_to(&page)?;
    tab.wait_for_text("Admin token")?;
    page_rules::are_kept(&tab, &page)?;
    stage.photograph(&tab, "operators-door")?;
    let token = stage.folder("operators")?.join("admin-token");
    let token = fs::read_to_string(&token).map_err(Failure::io(format!("{}", token.display())))?;
    tab.fill("Admin token", token.trim())?;
    tab.press(KeyboardKey::Enter)?;
    tab.wait_for_text("Nell")?;
    let twisted = stage.native("operators", &address, "\u{202e}eciveD\u{200b}", None)?;
    let scripted = stage.native("operators", &address, page_rules::MARKUP_NAME, None)?;
    tab.wait_for_text(TWISTED)?;
    tab.wait_for_text(page_rules::MARKUP_NAME)?;
    page_rules::names_are_no_markup(&tab)?;
    page_rules::are_kept(&tab, &page)?;
    stage.photograph(&tab, "operators")?;
    tab.evaluate(BAN_MANY)?;
    tab.click("Bans")?;
    tab.wait_for_text("name Mallory 1001")?;
    tab.wait_for_text(&format!("name {} too", page_rules::MARKUP_NAME))?;
    page_rules::names_are_no_markup(&tab)?;
    tab.click("Players")?;

    let inspector = browser.tab()?;
    let page = server.said_address("http://127.0.0.1")?;
    inspector.go_to(&page)?;
    inspector.wait_for_text("Nell")?;
    inspector.wait_for_text(TWISTED)?;
    inspector.wait_for_text(page_rules::MARKUP_NAME)?;
    page_rules::names_are_no_markup(&inspector)?;
    page_rules::are_kept(&inspector, &page)?;
    stage.photograph(&inspector, "inspector")?;
    nell.leave()?;
    twisted.leave()?;
    scripted.leave()?;

    server.replace(|| {
        tab.wait_for_text("The server cannot be reached. This page tries again.")?;
        stage.photograph(&tab, "operators-alone")
    })?;
    tab.wait_until(
        "the page has found the server again",
        "!document.body.innerText.includes('cannot be reached')",
    )?;
    server.end()
}

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
