//! Switching to another microphone and other headphones in the middle of a sentence.

use consonance_testing::sound::longest_silence;
use consonance_testing::stage::{Failure, ensure};

use crate::browser_test::fixture::Fixture;
use crate::browser_test::person::{Activation, Person, Visitor, WITH_PAGE, WORDS};
use crate::browser_test::voices::{Manner, Voice};

/// A visitor that changes them is heard and hears as before, and hardly anything is lost meanwhile.
pub(crate) fn play(fixture: &Fixture<'_>) -> Result<(), Failure> {
    let mut server = fixture.server("devices", WITH_PAGE)?;
    let alice = Person::join(fixture, &server, "Alice", Voice::First)?;
    let (manner, activation) = (Manner::WithoutPauses, Activation::Always);
    let bea = Visitor { manner, activation, ..Visitor::new("Bea", Voice::Third) };
    let bea = Person::join_as(fixture, &server, bea)?;
    alice.sees_speaking("Bea")?;
    a_microphone_changes_in_mid_sentence(fixture, &bea, &alice)?;
    headphones_change_in_mid_sentence(fixture, &bea, &alice)?;
    bea.tab.click("Mute")?;

    let bob = Person::join(fixture, &server, "Bob", Voice::Second)?;
    alice.sees(&["Bob"])?;
    bob.sees(&["Alice"])?;
    bob.tab.choose("Microphone", "Fake Audio Input 2")?;
    bob.tab.choose("Speakers or headphones", "Fake Audio Output 2")?;
    for (speaker, listener) in [(&bob, &alice), (&alice, &bob)] {
        let heard = || listener.hears(fixture, speaker.name, speaker.voice);
        speaker.tab.hold("Hold to talk (Space)", heard)?;
    }
    server.end()
}

/// The new microphone begins with the beginning of the speech, which has no pauses, so that each silence is a loss.
fn a_microphone_changes_in_mid_sentence(
    fixture: &Fixture<'_>,
    speaker: &Person,
    listener: &Person,
) -> Result<(), Failure> {
    listener.tab.listen_from_now()?;
    speaker.tab.choose("Microphone", "Fake Audio Input 2")?;
    listener.tab.listen_for(WORDS)?;
    let heard = listener.tab.heard()?;
    let lost_ms = longest_silence(&heard) / 48;
    fixture.note_with_sound(format!("another microphone: {lost_ms} ms of silence"), &heard)?;
    ensure(lost_ms < LOST_MS_MAX, || format!("another microphone cost {lost_ms} ms"))?;
    goes_on(fixture, speaker, listener)
}

/// The speech goes on meanwhile, so each frame that is not heard is a loss.
fn headphones_change_in_mid_sentence(
    fixture: &Fixture<'_>,
    speaker: &Person,
    listener: &Person,
) -> Result<(), Failure> {
    listener.tab.listen_from_now()?;
    listener.tab.choose("Speakers or headphones", "Fake Audio Output 2")?;
    listener.tab.listen_for(WORDS)?;
    let heard = listener.tab.heard()?;
    let lost_ms = speaker.voice.coverage_in(Manner::WithoutPauses, &heard).longest_gap * 20;
    fixture.note_with_sound(format!("other headphones: {lost_ms} ms are not heard"), &heard)?;
    ensure(lost_ms < LOST_MS_MAX, || format!("other headphones cost {lost_ms} ms"))?;
    goes_on(fixture, speaker, listener)
}

/// All is heard as before; on an overloaded machine the visitor listens on.
fn goes_on(fixture: &Fixture<'_>, speaker: &Person, listener: &Person) -> Result<(), Failure> {
    for _ in 0..PATIENCE {
        listener.tab.listen_again_for(WORDS)?;
        let coverage = speaker.voice.coverage_in(Manner::WithoutPauses, &listener.tab.heard()?);
        let (missing, speech) = (coverage.missing.len(), coverage.speech);
        fixture.note(format!("afterwards {missing} of {speech} frames are missing"));
        if coverage.missing_share() <= GOES_ON {
            return Ok(());
        }
    }
    Err(Failure::NotSo(format!("{} does not hear {} any more as before", listener.name, speaker.name)))
}

/// The length of a word.
const LOST_MS_MAX: usize = 400;
/// The share that may be missing: pauses that were cut out leave edges that no codec keeps.
const GOES_ON: f64 = 0.1;
const PATIENCE: usize = 6;
