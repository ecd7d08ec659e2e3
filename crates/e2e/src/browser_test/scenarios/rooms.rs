//! Changes of routes: rooms, whispers, mutes.

use consonance_testing::stage::Failure;

use crate::browser_test::person::{Person, WITH_PAGE};
use crate::browser_test::stage::Stage;
use crate::browser_test::voices::Voice;

/// No player is heard where it should not be.
pub(crate) fn play(stage: &Stage<'_>) -> Result<(), Failure> {
    let mut server = stage.server(NAME, WITH_PAGE)?;
    let address = server.said_address("quic://")?;
    let alice = Person::join(stage, &server, "Alice", Voice::First)?;
    let bob = Person::join(stage, &server, "Bob", Voice::Second)?;
    alice.sees(&["Bob"])?;
    bob.sees(&["Alice"])?;
    a_whisper_is_for_one(stage, &address, &alice, &bob)?;
    mutes_silence(stage, &alice, &bob)?;
    rooms_are_apart(stage, &alice, &bob)?;
    server.end()
}

fn a_whisper_is_for_one(
    stage: &Stage<'_>,
    address: &str,
    alice: &Person,
    bob: &Person,
) -> Result<(), Failure> {
    let nell = stage.native(NAME, address, "Nell", None)?;
    alice.sees(&["Nell"])?;
    alice.tab.hold("Whisper to Bob: hold", || {
        alice.tab.wait_for_text("Only Bob hears you.")?;
        bob.hears(stage, "Alice", Voice::First)?;
        stage.photograph(&bob.tab, "whispered-to")
    })?;
    stage.is_silent("Nell", &nell.leave()?)?;
    bob.hears_nothing(stage)
}

fn mutes_silence(stage: &Stage<'_>, alice: &Person, bob: &Person) -> Result<(), Failure> {
    bob.tab.click("Volume and more for Alice")?;
    stage.photograph(&bob.tab, "volume-and-more")?;
    bob.tab.click("Mute Alice for me")?;
    bob.tab.wait_for_text("muted by you")?;
    alice.talks(|| bob.hears_nothing(stage))?;
    bob.tab.click("Mute Alice for me")?;
    alice.talks(|| bob.hears(stage, "Alice", Voice::First))?;

    alice.tab.click("Mute")?;
    alice.tab.wait_for_text("You are muted.")?;
    stage.photograph(&alice.tab, "muted")?;
    alice.talks(|| bob.hears_nothing(stage))?;
    alice.tab.click("Unmute")?;
    alice.is_in()
}

fn rooms_are_apart(stage: &Stage<'_>, alice: &Person, bob: &Person) -> Result<(), Failure> {
    bob.tab.fill("Another room", "attic")?;
    bob.tab.click("Join")?;
    bob.tab.wait_for_text("lobby and attic")?;
    stage.photograph(&bob.tab, "two-rooms")?;
    bob.tab.click("Leave lobby")?;
    bob.tab.wait_for_text("Hold Space or the button to talk to attic.")?;
    alice.sees(&["attic"])?;
    alice.talks(|| bob.hears_nothing(stage))?;
    bob.talks(|| alice.hears_nothing(stage))?;
    alice.tab.click("Join attic")?;
    alice.tab.wait_for_text("lobby and attic")?;
    bob.talks(|| alice.hears(stage, "Bob", Voice::Second))
}

const NAME: &str = "rooms";
