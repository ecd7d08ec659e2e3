//! A name for a player that chose none.

use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, process};

/// The user's own name on this machine, or a guest's if that says nothing about a person.
pub(super) fn proposed_name() -> String {
    let names = ["USER", "LOGNAME", "USERNAME"].into_iter().filter_map(|variable| env::var(variable).ok());
    of_user(names).unwrap_or_else(|| guest(seed()))
}

fn of_user(mut names: impl Iterator<Item = String>) -> Option<String> {
    names.find(|name| {
        let is_person = !NO_PERSON.iter().any(|other| name.eq_ignore_ascii_case(other));
        is_person && (1..=LONGEST).contains(&name.len()) && !name.chars().any(char::is_control)
    })
}

fn guest(seed: u64) -> String {
    format!("Guest-{:04}", seed % 10_000)
}

/// Two guests that start at the same moment are two processes.
fn seed() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::from(now.subsec_micros()) + u64::from(process::id()).wrapping_mul(7919)
}

/// Accounts that programs run under.
const NO_PERSON: &[&str] = &["root", "administrator", "system", "nobody", "user", "ubuntu", "runner"];
/// Bytes of a name that is short enough for every session.
const LONGEST: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_users_name_is_proposed_unless_it_is_no_persons() {
        let of = |names: &[&str]| of_user(names.iter().map(|name| (*name).to_owned()));
        assert_eq!(of(&["ann"]).as_deref(), Some("ann"));
        assert_eq!(of(&["root", "", "a\nb", "ben"]).as_deref(), Some("ben"));
        assert_eq!(of(&["Administrator"]), None);
        assert_eq!(guest(123_456), "Guest-3456");
    }
}
