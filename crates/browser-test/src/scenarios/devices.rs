//! Another microphone and other headphones, while one talks.

use crate::failure::Failure;
use crate::person::{Person, WITH_PAGE};
use crate::stage::Stage;
use crate::voices::Voice;

/// Whoever changes them is heard and hears as before.
pub(crate) fn play(stage: &Stage) -> Result<(), Failure> {
    let mut server = stage.server("devices", WITH_PAGE)?;
    let alice = Person::join(stage, &server, "Alice", Voice::First)?;
    let bob = Person::join(stage, &server, "Bob", Voice::Second)?;
    alice.sees(&["Bob"])?;
    bob.sees(&["Alice"])?;
    bob.tab.choose("Microphone", "Fake Audio Input 2")?;
    bob.tab.choose("Speakers or headphones", "Fake Audio Output 2")?;
    bob.tab.hold("Hold to talk (Space)", || alice.hears(stage, "Bob", Voice::Second))?;
    alice.talks(|| bob.hears(stage, "Alice", Voice::First))?;
    server.end()
}
