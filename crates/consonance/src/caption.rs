//! Captions: a player's speech as text, for players that read rather than hear.
//!
//! A caption travels as an ordinary text message, which any client shows, of this form:
//!
//! ```text
//! [caption] Alice: what Alice said
//! [caption…] Alice: what Alice has said so f
//! ```
//!
//! So it needs no support from the server, reaches clients of the original, and is encrypted wherever texts are.

/// The prefix of a final caption.
const FINAL: &str = "[caption] ";

/// The prefix of a caption that the next one about the same player replaces.
const PARTIAL: &str = "[caption…] ";

/// The separator between the player's name and its words.
const COLON: &str = ": ";

/// A player's speech, transcribed by another player (a bot that recognizes speech, an interpreter).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caption {
    /// The name of the player that speaks.
    pub player: String,
    /// The player's words.
    pub text: String,
    /// False while the player continues: the next caption about it replaces this one.
    pub is_final: bool,
}

impl Caption {
    /// The text message for this caption, for [`Room::send_text`](crate::Room::send_text). A message longer
    /// than [`TEXT_BYTES_MAX`](crate::TEXT_BYTES_MAX) must be sent in parts.
    pub fn to_text(&self) -> String {
        let before = if self.is_final { FINAL } else { PARTIAL };
        format!("{before}{}{COLON}{}", self.player, self.text)
    }

    /// Reads a text message; `None` if it is not a caption of one of these players. If one name is a prefix of another
    /// one up to a colon, the longer one counts.
    pub(crate) fn read<'n>(text: &str, names: impl IntoIterator<Item = &'n str>) -> Option<Self> {
        let (rest, is_final) = match text.strip_prefix(FINAL) {
            Some(rest) => (rest, true),
            None => (text.strip_prefix(PARTIAL)?, false),
        };
        let said_by = |name: &'n str| Some((name, rest.strip_prefix(name)?.strip_prefix(COLON)?));
        let (player, words) = names.into_iter().filter_map(said_by).max_by_key(|(name, _)| name.len())?;
        Some(Self { player: player.to_owned(), text: words.to_owned(), is_final })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 3] = ["Al", "Alice", "Al: B"];

    fn caption(player: &str, text: &str, is_final: bool) -> Caption {
        Caption { player: player.into(), text: text.into(), is_final }
    }

    #[test]
    fn a_caption_is_read_as_it_was_written() {
        for is_final in [true, false] {
            for (player, text) in [("Al", "hello"), ("Alice", ""), ("Alice", "she said: no"), ("Al: B", "hi")]
            {
                let written = caption(player, text, is_final);
                assert_eq!(Caption::read(&written.to_text(), NAMES), Some(written));
            }
        }
    }

    #[test]
    fn other_texts_are_not_captions() {
        for text in [
            "hello",
            "Alice: hello",
            "[caption]Alice: hello",
            "[caption] Alice hello",
            "[caption] Alice:hello",
            "[caption] Bob: hello",
            "[caption] alice: hello",
            "[Caption] Alice: hello",
            " [caption] Alice: hello",
            "[caption] ",
            "",
        ] {
            assert_eq!(Caption::read(text, NAMES), None, "{text:?}");
        }
    }

    #[test]
    fn of_two_names_that_fit_the_longer_one_counts() {
        let text = "[caption] Al: B: hi";
        assert_eq!(Caption::read(text, NAMES), Some(caption("Al: B", "hi", true)));
        assert_eq!(Caption::read(text, ["Al"]), Some(caption("Al", "B: hi", true)));
    }
}
