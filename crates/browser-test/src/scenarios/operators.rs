//! The pages that are not for players: the operators' own, and the inspector.

use std::fs;

use consonance_test_stage::{Failure, Key, Owner};

use crate::page_rules;
use crate::stage::Stage;

/// Somebody is here, and both pages show it.
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
    tab.press(Key::Enter)?;
    tab.wait_for_text("Nell")?;
    page_rules::are_kept(&tab, &page)?;
    stage.photograph(&tab, "operators")?;

    let inspector = browser.tab()?;
    let page = server.said_address("http://127.0.0.1")?;
    inspector.go_to(&page)?;
    inspector.wait_for_text("Nell")?;
    page_rules::are_kept(&inspector, &page)?;
    stage.photograph(&inspector, "inspector")?;
    nell.leave()?;

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

const SETTINGS: &str = "[admin]\nlisten = \"127.0.0.1:PORT\"\ntoken_file = \"admin-token\"\n\
                        [watching]\ninspector_port = 0\n";
