//! Two people with browsers and one with the native player talk, one after the other.

use consonance_testing::stage::Failure;

use crate::browser_test::page_rules;
use crate::browser_test::person::{Person, WITH_PAGE};
use crate::browser_test::stage::Stage;
use crate::browser_test::voices::Voice;

/// Each hears the others, but neither itself nor a silent player.
pub(crate) fn play(stage: &Stage<'_>) -> Result<(), Failure> {
    let mut server = stage.server(NAME, WITH_PAGE)?;
    let address = server.said_address("quic://")?;
    let page = server.page("127.0.0.1", "/");
    let bob = Person::join(stage, &server, "Bob", Voice::Second)?;
    stage.photograph(&bob.tab, "alone")?;
    let alice = Person::join(stage, &server, "Alice", Voice::First)?;
    for (speaker, listener) in [(&alice, &bob), (&bob, &alice)] {
        listener.sees(&[speaker.name])?;
        let nell = stage.native(NAME, &address, "Nell", None)?;
        speaker.sees(&["Nell"])?;
        speaker.talks(|| {
            listener.hears(stage, speaker.name, speaker.voice)?;
            stage.photograph(&listener.tab, &format!("{}-speaks", speaker.name))?;
            speaker.hears_nothing(stage)
        })?;
        listener.hears_nothing(stage)?;
        let title = format!("Nell hears {}", speaker.name);
        stage.understands_somewhere(&title, &nell.leave()?, speaker.voice)?;
    }
    let nell = stage.native(NAME, &address, "Nell", Some(Voice::Third))?;
    for listener in [&alice, &bob] {
        listener.hears(stage, "Nell", Voice::Third)?;
    }
    nell.leave()?;
    for person in [&alice, &bob] {
        page_rules::are_kept(&person.tab, &page)?;
    }
    server.end()
}

const NAME: &str = "conversation";
