//! A page is reloaded: it is the same player as before, and the others do not see it leave.

use consonance_testing::stage::Failure;

use crate::browser_test::fixture::Fixture;
use crate::browser_test::person::{Person, WITH_PAGE};
use crate::browser_test::voices::Voice;

/// The player keeps its state; the others see it without interruption.
pub(crate) fn play(fixture: &Fixture<'_>) -> Result<(), Failure> {
    let mut server = fixture.server("reload", WITH_PAGE)?;
    let alice = Person::join(fixture, &server, "Alice", Voice::First)?;
    let bob = Person::join(fixture, &server, "Bob", Voice::Second)?;
    alice.tab.wait_for_text("Bob came.")?;
    alice.tab.evaluate(WATCH)?;
    for _ in 0..TIMES {
        bob.tab.reload()?;
        bob.is_in()?;
        bob.sees(&["Alice"])?;
    }
    // A page cannot play sound before the first gesture.
    bob.tab.click("Switch sound on")?;
    alice.talks(|| bob.hears(fixture, "Alice", Voice::First))?;
    bob.talks(|| alice.hears(fixture, "Bob", Voice::Second))?;
    alice.tab.wait_until("no player left or joined", "movements.length === 0")?;

    bob.tab.click("Mute")?;
    bob.tab.wait_for_text(MUTED)?;
    bob.tab.reload()?;
    bob.tab.wait_for_text(MUTED)?;
    bob.talks(|| alice.hears_nothing(fixture))?;

    bob.tab.click("Leave")?;
    bob.tab.wait_for_text("You have left")?;
    alice.tab.wait_until("that was a real one", "movements.length === 1 && movements[0] === 'Bob left.'")?;
    bob.tab.reload()?;
    bob.tab.wait_for_text("Join the voice chat")?;
    server.end()
}

/// Logs the players that are announced as left or joined.
const WATCH: &str = "globalThis.movements = []; \
     const said = document.querySelector('.unseen[role=status]'); \
     new MutationObserver(() => { if (/ (left|came)\\./.test(said.textContent)) movements.push(said.textContent); }) \
     .observe(said, { childList: true, characterData: true, subtree: true })";
const MUTED: &str = "You are muted.";
const TIMES: usize = 3;
