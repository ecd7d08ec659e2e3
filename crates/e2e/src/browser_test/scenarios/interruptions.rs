//! The server freezes, the server dies: people are reconnected without a click.

use std::time::Duration;

use consonance_testing::stage::Failure;

use crate::browser_test::fixture::Fixture;
use crate::browser_test::person::{Person, WITH_PAGE};
use crate::browser_test::voices::Voice;

/// Both hear each other again after each interruption.
pub(crate) fn play(fixture: &Fixture<'_>) -> Result<(), Failure> {
    let mut server = fixture.server("interruptions", WITH_PAGE)?;
    let alice = Person::join(fixture, &server, "Alice", Voice::First)?;
    let bob = Person::join(fixture, &server, "Bob", Voice::Second)?;
    alice.sees(&["Bob"])?;

    server.freeze(|| {
        for person in [&alice, &bob] {
            person.tab.wait_for_text(LOST)?;
        }
        fixture.photograph(&alice.tab, "reconnecting")
    })?;
    both_are_back(&alice, &bob)?;
    all_is_well(fixture, &alice, &bob)?;

    server.replace(|| alice.tab.wait_for_text(LOST))?;
    both_are_back(&alice, &bob)?;
    all_is_well(fixture, &alice, &bob)?;
    server.end()
}

fn both_are_back(alice: &Person, bob: &Person) -> Result<(), Failure> {
    for person in [alice, bob] {
        let back = format!("!document.body.innerText.includes({LOST:?})");
        person.tab.wait_until_within(BACK, "the connection is back", &back)?;
        person.is_in()?;
    }
    alice.sees(&["Bob"])?;
    bob.sees(&["Alice"])
}

fn all_is_well(fixture: &Fixture<'_>, alice: &Person, bob: &Person) -> Result<(), Failure> {
    alice.talks(|| bob.hears(fixture, "Alice", Voice::First))?;
    bob.talks(|| alice.hears(fixture, "Bob", Voice::Second))
}

const LOST: &str = "The connection was lost. Reconnecting automatically";
/// The limit for reconnecting: pauses between attempts grow.
const BACK: Duration = Duration::from_secs(30);
