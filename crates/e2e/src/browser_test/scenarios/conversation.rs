//! Two people with browsers and one with the native player talk, one after the other.

use consonance_testing::stage::Failure;

use crate::browser_test::fixture::Fixture;
use crate::browser_test::page_rules;
use crate::browser_test::person::{Person, WITH_PAGE};
use crate::browser_test::voices::Voice;

/// Each hears the others, but neither itself nor a silent player.
pub(crate) fn play(fixture: &Fixture<'_>) -> Result<(), Failure> {
    let mut server = fixture.server(NAME, WITH_PAGE)?;
    let address = server.said_address("quic://")?;
    let page = server.page("127.0.0.1", "/");
    let bob = Person::join(fixture, &server, "Bob", Voice::Second)?;
    fixture.photograph(&bob.tab, "alone")?;
    let alice = Person::join(fixture, &server, "Alice", Voice::First)?;
    for (speaker, listener) in [(&alice, &bob), (&bob, &alice)] {
        listener.sees(&[speaker.name])?;
        let nell = fixture.native(NAME, &address, "Nell", None)?;
        speaker.sees(&["Nell"])?;
        speaker.talks(|| {
            listener.hears(fixture, speaker.name, speaker.voice)?;
            fixture.photograph(&listener.tab, &format!("{}-speaks", speaker.name))?;
            speaker.hears_nothing(fixture)
        })?;
        listener.hears_nothing(fixture)?;
        let title = format!("Nell hears {}", speaker.name);
        fixture.understands_somewhere(&title, &nell.leave()?, speaker.voice)?;
    }
    let nell = fixture.native(NAME, &address, "Nell", Some(Voice::Third))?;
    for listener in [&alice, &bob] {
        listener.hears(fixture, "Nell", Voice::Third)?;
    }
    nell.leave()?;
    for person in [&alice, &bob] {
        page_rules::are_kept(&person.tab, &page)?;
    }
    server.end()
}

const NAME: &str = "conversation";
