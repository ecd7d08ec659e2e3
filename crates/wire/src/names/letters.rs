//! The letter that each letter stands for in a key, regardless of case and script.

use alloc::string::String;

use unicode_security::confusable_detection::skeleton;

/// Appends the key letters for a letter. The letter is one of a compatibility decomposition (NFKD).
///
/// Case and looks are one relation here: `B` and `b` are one letter, the Cyrillic `В` looks like `B`, so `в` is that
/// letter, too. Of letters whose two cases look like two different Latin letters (Greek `Ν` and `ν` like N and v) the
/// one that is written counts if there are Latin letters beside it, and the small one otherwise: in a Greek name both
/// cases are one letter, and in a Latin one it is there for its looks.
pub(crate) fn push(letter: char, is_beside_latin: bool, out: &mut String) {
    if letter.is_ascii() {
        return push_ascii(letter as u8, out);
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

/// Appends the key letters for an ASCII letter that is neither white space nor a control character.
fn push_ascii(letter: u8, out: &mut String) {
    match ascii(letter) {
        Ascii::Invisible | Ascii::Space => {}
        Ascii::Letter(letter) => out.push(char::from(letter)),
        Ascii::Two(first, second) => out.extend([first, second].map(char::from)),
    }
}

/// The part of a key that an ASCII byte becomes.
#[derive(Clone, Copy)]
pub(crate) enum Ascii {
    Invisible,
    Space,
    Letter(u8),
    Two(u8, u8),
}

pub(crate) fn ascii(letter: u8) -> Ascii {
    ASCII[usize::from(letter & 0x7f)]
}

/// Names are looked up whenever a player joins, and nearly all are ASCII.
const ASCII: [Ascii; 128] = {
    let mut table = [Ascii::Invisible; 128];
    let mut letter = 0;
    while letter < 128 {
        table[letter as usize] = taken_for(letter);
        letter += 1;
    }
    table
};

/// UTS 39, confusables.txt, in both cases.
const fn taken_for(letter: u8) -> Ascii {
    match letter.to_ascii_lowercase() {
        b' ' | b'\t'..=b'\r' => Ascii::Space,
        0..=0x1f | 0x7f => Ascii::Invisible,
        b'i' | b'1' | b'|' => Ascii::Letter(b'l'),
        b'0' => Ascii::Letter(b'o'),
        b'm' => Ascii::Two(b'r', b'n'),
        b'"' => Ascii::Two(b'\'', b'\''),
        b'`' => Ascii::Letter(b'\''),
        other => Ascii::Letter(other),
    }
}

/// The key letters for a text that looks like ASCII; none if it does not.
fn latin(text: &str) -> Option<String> {
    let mut taken = String::new();
    for letter in skeleton(text) {
        if !letter.is_ascii_graphic() {
            return None;
        }
        push_ascii(letter as u8, &mut taken);
    }
    (!taken.is_empty()).then_some(taken)
}
