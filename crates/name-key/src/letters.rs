//! What one letter is taken for, whatever its case and script.

use alloc::string::String;

use unicode_security::confusable_detection::skeleton;

/// Appends what a letter is taken for. The letter is one of a compatibility decomposition (NFKD).
///
/// Case and looks are one relation here: `B` and `b` are one letter, the Cyrillic `В` looks like `B`, so `в` is that
/// letter, too. Of letters whose two cases look like two different Latin letters (Greek `Ν` and `ν` like N and v) the
/// one that is written counts if there are Latin letters beside it, and the small one otherwise: in a Greek name both
/// cases are one letter, and in a Latin one it is there for its looks.
pub(crate) fn push(letter: char, is_beside_latin: bool, out: &mut String) {
    if letter.is_ascii() {
        return push_ascii(letter, out);
    }
    let upper: String = letter.to_uppercase().collect();
    let small = letter.to_lowercase().flat_map(char::to_uppercase).flat_map(char::to_lowercase);
    let small: String = small.collect();
    let is_small = small.chars().eq([letter]);
    match (latin(&small), latin(&upper)) {
        (Some(small), Some(upper)) if small != upper && is_beside_latin && !is_small => out.push_str(&upper),
        (Some(latin), _) | (None, Some(latin)) => out.push_str(&latin),
        (None, None) => out.extend(skeleton(&small)),
    }
}

/// Appends what an ASCII letter is taken for (UTS 39, confusables.txt, in both cases).
pub(crate) fn push_ascii(letter: char, out: &mut String) {
    match letter.to_ascii_lowercase() {
        'i' | '1' | '|' => out.push('l'),
        '0' => out.push('o'),
        'm' => out.push_str("rn"),
        '"' => out.push_str("''"),
        '`' => out.push('\''),
        other => out.push(other),
    }
}

/// What a text that looks like ASCII is taken for; none if it does not look so.
fn latin(text: &str) -> Option<String> {
    let mut taken = String::new();
    for letter in skeleton(text) {
        if !letter.is_ascii_graphic() {
            return None;
        }
        push_ascii(letter, &mut taken);
    }
    (!taken.is_empty()).then_some(taken)
}
