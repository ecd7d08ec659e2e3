//! Each speaker has one colour on the whole page: a class that the style sheet turns into one.

use crate::demo::report::Report;

/// The class of a player by its place in the order of joining.
pub(super) fn class(report: &Report, name: &str) -> &'static str {
    match report.players.iter().position(|player| player.name == name) {
        Some(place) => CLASSES[place % CLASSES.len()],
        None => UNKNOWN,
    }
}

/// Sound that no known speaker accounts for.
pub(super) const UNKNOWN: &str = "unknown";

/// As many colours as people tell apart, whatever their eyes (after Okabe and Ito, "Color Universal Design"). If
/// there are more players, they share colours, and the name beside every colour tells them apart.
const CLASSES: [&str; 8] = ["s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7"];
