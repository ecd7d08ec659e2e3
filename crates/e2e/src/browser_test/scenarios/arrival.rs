//! The page before any player has joined: its size, and its explanations if there is no microphone.

use consonance_testing::stage::{FOREIGN_NAME, Failure, Owner, Tab, ensure};

use crate::browser_test::fixture::Fixture;
use crate::browser_test::page_rules;
use crate::browser_test::person::WITH_PAGE;
use crate::browser_test::server::Server;
use crate::browser_test::voices::{Manner, Voice};

/// The page loads quickly, and explains each reason why a microphone is off.
pub(crate) fn play(fixture: &Fixture<'_>) -> Result<(), Failure> {
    let mut server = fixture.server("arrival", &format!("{WITH_PAGE}host_names = ['{FOREIGN_NAME}']\n"))?;
    let page = server.page("127.0.0.1", "/");
    let with_microphone = Owner {
        speech: Some(Voice::First.file(Manner::AsRecorded, &fixture.own_folder()?)?),
        ..Owner::default()
    };

    let mut browser = fixture.browser(&with_microphone)?;
    let tab = browser.tab()?;
    tab.go_to(&page)?;
    tab.wait_for_text("Join the voice chat")?;
    the_first_load_is_small(&tab)?;
    page_rules::are_kept(&tab, &page)?;
    fixture.photograph(&tab, "join")?;
    tab.click("Join and talk")?;
    tab.wait_for_text("Please enter a name.")?;
    fixture.photograph(&tab, "join-nameless")?;
    tab.click("Test the microphone")?;
    tab.wait_for_text("Record 3 seconds")?;
    fixture.photograph(&tab, "join-microphone")?;
    page_rules::are_kept(&tab, &page)?;

    let foreign = browser.tab()?;
    let page = server.page(FOREIGN_NAME, "/");
    foreign.go_to(&page)?;
    foreign.wait_for_text("The microphone is off because this page came over plain HTTP.")?;
    page_rules::are_kept(&foreign, &page)?;
    fixture.photograph(&foreign, "join-plain-http")?;

    a_missing_microphone_is_explained(fixture, &server)?;
    a_denied_microphone_is_explained(fixture, &server, &with_microphone)?;
    server.end()
}

/// Everything that is loaded before the page is usable takes less than 150 kB (of 1000 bytes).
fn the_first_load_is_small(tab: &Tab) -> Result<(), Failure> {
    let bytes = tab.loaded_bytes();
    println!("the first load has {bytes} bytes");
    ensure(bytes > 1_000.0 && bytes < 150_000.0, || format!("the first load has {bytes} bytes"))
}

fn a_denied_microphone_is_explained(
    fixture: &Fixture<'_>,
    server: &Server,
    owner: &Owner,
) -> Result<(), Failure> {
    let mut browser = fixture.browser(&Owner { has_denied: true, ..owner.clone() })?;
    is_explained(
        fixture,
        &browser.tab()?,
        server,
        "The microphone is off because this page may not use it.",
        "denied",
    )
}

/// And a second tab of the same browser proposes a name that the first one does not have.
fn a_missing_microphone_is_explained(fixture: &Fixture<'_>, server: &Server) -> Result<(), Failure> {
    let mut browser = fixture.browser(&Owner::default())?;
    let why = "The microphone is off because none was found.";
    let first = browser.tab()?;
    is_explained(fixture, &first, server, why, "missing")?;
    let second = browser.tab()?;
    second.go_to(&server.page("127.0.0.1", "/"))?;
    second.wait_until("a second tab has a free name", "document.querySelector('input').value === 'Carol 2'")
}

/// A visitor that wants to talk is told why it cannot, and can still listen.
fn is_explained(
    fixture: &Fixture<'_>,
    tab: &Tab,
    server: &Server,
    why: &str,
    picture: &str,
) -> Result<(), Failure> {
    let page = server.page("127.0.0.1", "/");
    tab.go_to(&page)?;
    tab.fill("Your name", "Carol")?;
    tab.click("Join and talk")?;
    tab.wait_for_text(why)?;
    page_rules::are_kept(tab, &page)?;
    fixture.photograph(tab, &format!("join-{picture}"))?;
    tab.click("Just listen")?;
    tab.wait_for_text("You only listen.")?;
    page_rules::are_kept(tab, &page)?;
    fixture.photograph(tab, &format!("listening-{picture}"))
}
