//! The error where there is no Python for a machine.

use crate::failure::Failure;

pub(super) fn unavailable(why: &str) -> Failure {
    Failure::Unavailable { what: "Python for it", why: why.to_owned() }
}
