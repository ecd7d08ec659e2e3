//! The program is started without arguments, its page is opened twice, and the second one hears the first.

use std::time::{Duration, Instant};

use consonance_testing::stage::{Failure, ensure};

use crate::browser_test::fixture::Fixture;
use crate::browser_test::person::Person;
use crate::browser_test::voices::Voice;

/// Measures the time from the start of the program until a voice was understood, including the four seconds of that
/// voice.
pub(crate) fn play(fixture: &Fixture<'_>) -> Result<(), Failure> {
    let begun = Instant::now();
    let mut server = fixture.server_without_arguments("first-sound")?;
    let bob = Person::join(fixture, &server, "Bob", Voice::Second)?;
    let alice = Person::join(fixture, &server, "Alice", Voice::First)?;
    bob.sees(&["Alice"])?;
    alice.talks(|| bob.hears(fixture, "Alice", Voice::First))?;
    let taken = begun.elapsed();
    fixture.note(format!("first sound understood after {:.1} s", taken.as_secs_f64()));
    ensure(taken < PROMISED, || format!("the first sound took {taken:?}"))?;
    server.end()
}

/// The README's promise.
const PROMISED: Duration = Duration::from_mins(1);
