//! Visitors move on the map, and are seen and heard at their positions.

use consonance_testing::sound::place_of;
use consonance_testing::stage::{Failure, KeyboardKey, ensure};

use crate::browser_test::fixture::Fixture;
use crate::browser_test::page_rules;
use crate::browser_test::person::{Activation, Person, Visitor, WITH_PAGE, WORDS};
use crate::browser_test::voices::Voice;

/// Both see each other move, and the voice moves with its speaker.
pub(crate) fn play(fixture: &Fixture<'_>) -> Result<(), Failure> {
    let mut server = fixture.server("map", WITH_PAGE)?;
    let alice = Visitor { activation: Activation::Always, ..Visitor::new("Alice", Voice::First) };
    let alice = Person::join_as(fixture, &server, alice)?;
    let bob = Person::join(fixture, &server, "Bob", Voice::Second)?;
    bob.sees(&["Alice"])?;
    alice.sees(&["Bob"])?;
    // Checked before positional audio is on, which would alter the signal.
    bob.hears(fixture, "Alice", Voice::First)?;
    for person in [&alice, &bob] {
        person.tab.click("Positional voices")?;
        person.tab.wait_for_label("You: right here")?;
    }
    bob.tab.wait_for_label("Alice: right here")?;

    alice.tab.focus("You: right here")?;
    walk(&alice, KeyboardKey::FarLeft, 1)?;
    bob.tab.wait_for_label("Alice: 2 m left")?;
    alice.tab.wait_for_label("Bob: 2 m right")?;
    fixture.photograph(&bob.tab, "map")?;
    page_rules::are_kept(&bob.tab, &server.page("127.0.0.1", "/"))?;
    let left = listen(fixture, &bob, "2 m left")?;

    walk(&alice, KeyboardKey::FarRight, 2)?;
    bob.tab.wait_for_label("Alice: 2 m right")?;
    let right = listen(fixture, &bob, "2 m right")?;
    is_on(&left, Side::Left)?;
    is_on(&right, Side::Right)?;

    walk(&alice, KeyboardKey::FarRight, 4)?;
    bob.tab.wait_for_label("Alice: 10 m right")?;
    let far = listen(fixture, &bob, "10 m right")?;
    let quieter = right.loudness_db - far.loudness_db;
    ensure(quieter > FAR_DB, || format!("five times as far away a voice is quieter by {quieter:.1} dB"))?;

    bob.tab.focus("You: right here")?;
    walk(&bob, KeyboardKey::FarRight, 4)?;
    walk(&bob, KeyboardKey::FarUp, 1)?;
    alice.tab.wait_for_label("Bob: 2 m left, 2 m ahead")?;
    bob.tab.wait_for_label("Alice: 2 m right, 2 m behind")?;
    let followed = listen(fixture, &bob, "2 m right, 2 m behind")?;
    is_on(&followed, Side::Right)?;
    ensure(followed.loudness_db > far.loudness_db + NEARER_DB, || {
        "a nearer listener hears no more".to_owned()
    })?;
    server.end()
}

fn walk(person: &Person, step: KeyboardKey, steps: usize) -> Result<(), Failure> {
    (0..steps).try_for_each(|_| person.tab.press(step))
}

/// How a voice sounds to a listener.
struct Impression {
    /// How much louder it is than the original.
    loudness_db: f64,
    /// How much louder on the left side than on the right one.
    balance_db: f64,
}

fn listen(fixture: &Fixture<'_>, listener: &Person, place: &str) -> Result<Impression, Failure> {
    // Voices glide to their new positions.
    listener.tab.listen_again_for(WORDS / 8)?;
    listener.tab.listen_again_for(WORDS)?;
    let [left, right] = listener.tab.heard_on_both_sides()?;
    let mean: Vec<_> = left.iter().zip(&right).map(|(left, right)| (left + right) / 2.0).collect();
    let said = Voice::First.said();
    let start = place_of(&mean, &said) as usize;
    let said = energy(&said[start..said.len().min(start + mean.len())]);
    let impression = Impression {
        loudness_db: 10.0 * (f64::midpoint(energy(&left), energy(&right)) / said).log10(),
        balance_db: 10.0 * (energy(&left) / energy(&right)).log10(),
    };
    let Impression { loudness_db, balance_db } = impression;
    fixture.note(format!("{place}: {loudness_db:.1} dB, {balance_db:+.1} dB more on the left"));
    Ok(impression)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

fn is_on(impression: &Impression, side: Side) -> Result<(), Failure> {
    let to_this_side = if side == Side::Left { impression.balance_db } else { -impression.balance_db };
    ensure(to_this_side > SIDE_DB, || {
        format!("a voice from the {side:?} is louder there by {to_this_side:.1} dB only")
    })
}

fn energy(sound: &[f32]) -> f64 {
    sound.iter().map(|sample| f64::from(sample * sample)).sum()
}

/// A voice from one side is louder there, since the head is in its way: 3 dB straight from the side.
const SIDE_DB: f64 = 2.0;
/// By the inverse distance law, a voice at 10 m is 14 dB quieter than at 2 m.
const FAR_DB: f64 = 10.0;
/// A voice at 2.8 m is 11 dB louder than at 10 m.
const NEARER_DB: f64 = 7.0;
