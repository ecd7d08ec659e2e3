//! Changes of routes: rooms, whispers, mutes.

use consonance_testing::stage::Failure;

use crate::browser_test::fixture::Fixture;
use crate::browser_test::person::{Person, WITH_PAGE};
use crate::browser_test::voices::Voice;

/// No player is heard where it should not be.
pub(crate) fn play(fixture: &Fixture<'_>) -> Result<(), Failure> {
    let mut server = fixture.server(NAME, WITH_PAGE)?;
    let address = server.said_address("quic://")?;
    let alice = Person::join(fixture, &server, "Alice", Voice::First)?;
    let bob = Person::join(fixture, &server, "Bob", Voice::Second)?;
    alice.sees(&["Bob"])?;
    bob.sees(&["Alice"])?;
    a_whisper_is_for_one(fixture, &address, &alice, &bob)?;
    mutes_silence(fixture, &alice, &bob)?;
    rooms_are_apart(fixture, &alice, &bob)?;
    server.end()
}

fn a_whisper_is_for_one(
    fixture: &Fixture<'_>,
    address: &str,
    alice: &Person,
    bob: &Person,
) -> Result<(), Failure> {
    let nell = fixture.native(NAME, address, "Nell", None)?;
    alice.sees(&["Nell"])?;
    alice.tab.hold("Whisper to Bob: hold", || {
        alice.tab.wait_for_text("Only Bob hears you.")?;
        bob.hears(fixture, "Alice", Voice::First)?;
        fixture.photograph(&bob.tab, "whispered-to")
    })?;
    fixture.is_silent("Nell", &nell.leave()?)?;
    bob.hears_nothing(fixture)
}

fn mutes_silence(fixture: &Fixture<'_>, alice: &Person, bob: &Person) -> Result<(), Failure> {
    bob.tab.click("Volume and more for Alice")?;
    fixture.photograph(&bob.tab, "volume-and-more")?;
    bob.tab.click("Mute Alice for me")?;
    bob.tab.wait_for_text("muted by you")?;
    alice.talks(|| bob.hears_nothing(fixture))?;
    bob.tab.click("Mute Alice for me")?;
    alice.talks(|| bob.hears(fixture, "Alice", Voice::First))?;

    alice.tab.click("Mute")?;
    alice.tab.wait_for_text("You are muted.")?;
    fixture.photograph(&alice.tab, "muted")?;
    alice.talks(|| bob.hears_nothing(fixture))?;
    alice.tab.click("Unmute")?;
    alice.is_in()
}

fn rooms_are_apart(fixture: &Fixture<'_>, alice: &Person, bob: &Person) -> Result<(), Failure> {
    bob.tab.fill("Another room", "attic")?;
    bob.tab.click("Join")?;
    bob.tab.wait_for_text("lobby and attic")?;
    fixture.photograph(&bob.tab, "two-rooms")?;
    bob.tab.click("Leave lobby")?;
    bob.tab.wait_for_text("Hold Space or the button to talk to attic.")?;
    alice.sees(&["attic"])?;
    alice.talks(|| bob.hears_nothing(fixture))?;
    bob.talks(|| alice.hears_nothing(fixture))?;
    alice.tab.click("Join attic")?;
    alice.tab.wait_for_text("lobby and attic")?;
    bob.talks(|| alice.hears(fixture, "Bob", Voice::Second))
}

const NAME: &str = "rooms";
