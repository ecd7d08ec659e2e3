//! Recognizes ALSA devices that are sound cards: the library lists its plug-ins as devices too, on machines without
//! any card.

use std::fs;

/// The names of the sound cards of this machine, as ALSA's devices begin with them.
pub(crate) fn names() -> Vec<String> {
    fs::read_to_string("/proc/asound/cards").map_or_else(|_| Vec::new(), |cards| parse(&cards))
}

/// Each card has two lines, of which the first ends with its short name behind a dash (Linux kernel documentation,
/// "Proc Files of ALSA Drivers").
fn parse(cards: &str) -> Vec<String> {
    let first_lines = cards.lines().filter(|line| line.contains("]: "));
    first_lines.filter_map(|line| Some(line.split_once(" - ")?.1.trim().to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_are_known_by_their_short_names() {
        let cards = " 0 [PCH            ]: HDA-Intel - HDA Intel PCH\n                      \
                     HDA Intel PCH at 0xf1330000 irq 128\n \
                     1 [Headset        ]: USB-Audio - Jabra - Evolve\n                      GN Audio\n";
        assert_eq!(parse(cards), ["HDA Intel PCH", "Jabra - Evolve"]);
        assert_eq!(parse("--- no soundcards ---\n"), [""; 0]);
    }
}
