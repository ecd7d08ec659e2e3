//! Choices that C makes by their place in a list, and numbers that have a range.

use consonance::Priority;

use crate::error::Failure;

pub(crate) const PRIORITIES: [Priority; 4] =
    [Priority::Low, Priority::Default, Priority::Medium, Priority::High];

/// The place of a choice; −1 where it has none.
pub(crate) fn number<T: PartialEq>(choices: &[T], choice: &T) -> i32 {
    choices.iter().position(|other| other == choice).map_or(-1, |place| place as i32)
}

/// The choice at a place.
///
/// # Errors
/// If there is none; it is called `what`.
pub(crate) fn choice<T: Copy>(what: &'static str, choices: &[T], number: i32) -> Result<T, Failure> {
    let chosen = usize::try_from(number).ok().and_then(|number| choices.get(number));
    chosen.copied().ok_or_else(|| Failure::value(what, number, format!("0 to {}", choices.len() - 1)))
}

/// The number, if it is from 0 to this bound.
///
/// # Errors
/// If it is not; it is called `what`.
pub(crate) fn up_to(what: &'static str, bound: f32, number: f32) -> Result<f32, Failure> {
    if (0.0..=bound).contains(&number) {
        return Ok(number);
    }
    Err(Failure::value(what, number, format!("0 to {bound}")))
}
