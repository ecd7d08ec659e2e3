//! A voice that opens the microphone by itself, in a room in which a fan is running.

use std::time::Duration;

use consonance_testing::sound::likeness;
use consonance_testing::stage::{Failure, KeyboardKey};

use crate::browser_test::fixture::Fixture;
use crate::browser_test::hearing::is_silence;
use crate::browser_test::person::{Activation, Person, Visitor, WITH_PAGE};
use crate::browser_test::voices::{Manner, Voice};

/// A speaker is heard from the first syllable, the room is not heard, and no voice is below the threshold.
pub(crate) fn play(fixture: &Fixture<'_>) -> Result<(), Failure> {
    let mut server = fixture.server("voice-activation", WITH_PAGE)?;
    let (manner, activation) = (Manner::InTurns, Activation::Voice);
    let alice = Visitor { manner, activation, ..Visitor::new("Alice", Voice::First) };
    let alice = Person::join_as(fixture, &server, alice)?;
    let bob = Person::join(fixture, &server, "Bob", Voice::Second)?;
    bob.sees(&["Alice"])?;

    bob.sees_speaking("Alice")?;
    nothing_is_sent(fixture, &alice, &bob, WITHIN_A_PAUSE)?;
    an_utterance_is_heard_from_its_beginning(fixture, &alice, &bob)?;

    alice.tab.focus(MARK)?;
    alice.tab.press(KeyboardKey::End)?;
    fixture.photograph(&alice.tab, "voice-activation-mark")?;
    nothing_is_sent(fixture, &alice, &bob, ROUND)?;

    alice.tab.press(KeyboardKey::Home)?;
    for _ in 0..3 {
        alice.tab.press(KeyboardKey::PageUp)?;
    }
    an_utterance_is_heard_from_its_beginning(fixture, &alice, &bob)?;
    server.end()
}

/// Checks that nothing leaves the page of a silent player, and that nothing arrives at a listener. On an overloaded
/// machine a pause may be over before the check; then it waits for another one.
fn nothing_is_sent(
    fixture: &Fixture<'_>,
    alice: &Person,
    bob: &Person,
    span: Duration,
) -> Result<(), Failure> {
    let (mut packets, mut energy) = (0, 0.0);
    for _ in 0..PATIENCE {
        bob.sees_silent("Alice")?;
        bob.tab.listen_again_for(TAIL)?;
        let before = (bob.tab.voice_packets()?, alice.tab.energy_sent()?);
        bob.tab.listen_again_for(span)?;
        packets = bob.tab.voice_packets()? - before.0;
        energy = alice.tab.energy_sent()? - before.1;
        fixture.note(format!("in {} s without speech {packets} packets come to Bob", span.as_secs()));
        let heard = bob.tab.heard()?;
        if packets == 0 && energy == 0.0 && is_silence(&heard) {
            return fixture.is_silent(bob.name, &heard);
        }
    }
    Err(Failure::NotSo(format!(
        "while nothing is said {packets} packets come, {energy} of the room's noise is sent, or something is heard"
    )))
}

fn an_utterance_is_heard_from_its_beginning(
    fixture: &Fixture<'_>,
    alice: &Person,
    bob: &Person,
) -> Result<(), Failure> {
    for _ in 0..PATIENCE {
        bob.sees_silent("Alice")?;
        bob.tab.listen_from_now()?;
        bob.sees_speaking("Alice")?;
        bob.sees_silent("Alice")?;
        let heard = bob.tab.heard()?;
        let coverage = alice.voice.coverage_in(Manner::InTurns, &heard);
        let likeness = likeness(&alice.voice.utterance(), &heard);
        let (cut, lost): (Vec<usize>, Vec<usize>) =
            coverage.missing.iter().partition(|missing| (BEGINNING..CAUGHT_UP).contains(*missing));
        let lost_share = lost.len() as f64 / coverage.speech.max(1) as f64;
        let is_whole = lost_share <= fixture.missing_max() && cut.len() <= CUT_MAX;
        let begins = coverage.missing.first().is_none_or(|missing| *missing > BEGINNING);
        fixture.say(&format!("Bob hears Alice: {likeness:.2}, {coverage:?}"));
        fixture.keep_hearing("Bob hears Alice from the beginning", &heard, likeness, coverage)?;
        if is_whole && begins {
            return Ok(());
        }
    }
    Err(Failure::NotSo("Bob does not hear an utterance as a whole".to_owned()))
}

const MARK: &str = "Voice is sent above this level";
/// Sound in flight has been heard after this time.
const TAIL: Duration = Duration::from_millis(800);
/// Shorter than a pause, with some margin for delays.
const WITHIN_A_PAUSE: Duration = Duration::from_secs(2);
/// Longer than a pause and an utterance.
const ROUND: Duration = Duration::from_secs(10);
/// Attempts until everything is as expected.
const PATIENCE: usize = 6;
/// In frames of 20 ms: the first syllable, without its end, where the page may catch up if the fan has opened the
/// microphone.
const BEGINNING: usize = 12;
/// The frame by which the page has caught up after its pre-roll.
const CAUGHT_UP: usize = 50;
/// The maximum number of altered frames while the page catches up after a pre-roll of 120 ms, in pieces of 2.5 to 15
/// ms.
const CUT_MAX: usize = 14;
