//! Characters without a shape of their own: dropped from keys, and spelled out where an operator reads a name.

use alloc::borrow::Cow;
use alloc::string::String;

/// Whether a character changes a text without being visible in it: control characters, those that are ignored by
/// default (Unicode's `Default_Ignorable_Code_Point`, among them joiners, variation selectors, fillers and all marks of
/// writing direction), interlinear annotations and the empty Braille pattern. White space is not among them.
pub fn is_invisible(letter: char) -> bool {
    if letter.is_ascii() {
        return letter.is_ascii_control();
    }
    let code = u32::from(letter);
    letter.is_control() || RANGES.iter().any(|(first, last)| (*first..=*last).contains(&code))
}

/// A text with every [invisible](is_invisible) character and every line or paragraph separator spelled out, as in
/// `\u{200b}`: two names that differ look different, and none changes the lines or the direction of what is around it.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_spelled_out) {
        return Cow::Borrowed(text);
    }
    let mut written = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        if is_spelled_out(letter) {
            written.extend(letter.escape_unicode());
        } else {
            written.push(letter);
        }
    }
    Cow::Owned(written)
}

fn is_spelled_out(letter: char) -> bool {
    is_invisible(letter) || matches!(letter, '\u{2028}' | '\u{2029}')
}

/// `Default_Ignorable_Code_Point` of Unicode 17.0 (DerivedCoreProperties.txt), U+2800 and U+FFF9 to U+FFFB besides.
const RANGES: &[(u32, u32)] = &[
    (0x00AD, 0x00AD),
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x2800, 0x2800),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFB),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spells_out_what_cannot_be_seen_and_leaves_the_rest() {
        for (given, expected) in [
            ("Zoë Ω 😀", "Zoë Ω 😀"),
            ("Alice\u{200b}", "Alice\\u{200b}"),
            ("\u{202e}ecilA", "\\u{202e}ecilA"),
            ("a\u{1b}[2Jb\n", "a\\u{1b}[2Jb\\u{a}"),
            ("x\u{2066}y\u{2069}\u{e0041}", "x\\u{2066}y\\u{2069}\\u{e0041}"),
            ("a\u{2028}b", "a\\u{2028}b"),
        ] {
            assert_eq!(visible(given), expected);
        }
    }
}
