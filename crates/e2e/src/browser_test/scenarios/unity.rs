//! A person with a browser and one with a game of the Unity package talk.

use consonance_testing::stage::Failure;

use crate::browser_test::fixture::Fixture;
use crate::browser_test::person::{Person, WITH_PAGE};
use crate::browser_test::voices::Voice;

/// The page hears the game's player, and the game's listener the page.
pub(crate) fn play(fixture: &Fixture<'_>) -> Result<(), Failure> {
    let mut server = fixture.server(NAME, WITH_PAGE)?;
    let address = server.said_address("quic://")?;
    let una = fixture.unity_game(NAME, &address, "Una", Voice::Third)?;
    let alice = Person::join(fixture, &server, "Alice", Voice::First)?;
    alice.sees(&["Una"])?;
    alice.hears(fixture, "Una", Voice::Third)?;
    // Alice talks long enough for several sentences; the game's recording must contain one of them in full.
    alice.talks(|| (0..SENTENCES).try_for_each(|_| alice.hears(fixture, "Una", Voice::Third)))?;
    fixture.understands_somewhere("Una hears Alice", &una.leave()?, alice.voice)?;
    server.end()
}

const NAME: &str = "unity";
const SENTENCES: usize = 4;
