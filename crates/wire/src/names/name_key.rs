//! The key of a name, and patterns of names.

use alloc::boxed::Box;
use alloc::string::String;

use unicode_normalization::UnicodeNormalization;

use crate::names::is_invisible;
use crate::names::letters::{self, Ascii};

/// A name without everything in which spellings of one name may differ: two names are one identity if their keys are
/// equal.
///
/// A compatibility decomposition (NFKD, which equates what NFKC equates), without invisible characters and marks of
/// writing direction, with white space trimmed and collapsed into single spaces, without case, and with every letter as
/// the one it is mistaken for (UTS 39): `1`, `I`, `i`, `l` and `|` are one letter, `0` and `o` another. A name of
/// nothing but invisible characters has an empty key.
///
/// Opaque: compare keys, show and store names. At most 64 times as long as the name, in bytes; computed in time
/// proportional to the name's length, and for ASCII in one pass.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameKey(Box<str>);

/// A name, or with a trailing `*` a prefix of names, compared as [`NameKey`] compares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NamePattern {
    /// All spellings of one name.
    Name(NameKey),
    /// Every name that begins with this text.
    Beginning(Box<str>),
}

impl NameKey {
    /// The key of a name.
    pub fn of(name: &str) -> Self {
        Self(if name.is_ascii() { ascii_key(name) } else { key(name).into() })
    }

    /// The key as text: for comparisons only.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl NamePattern {
    /// Parses a name, or a prefix of names followed by `*`.
    pub fn new(pattern: &str) -> Self {
        let Some(beginning) = pattern.strip_suffix('*') else { return Self::Name(NameKey::of(pattern)) };
        let mut begins = key(beginning);
        // The space before a `*` separates words and counts, unlike one at the end of a name.
        if beginning.ends_with(char::is_whitespace) && !begins.is_empty() {
            begins.push(' ');
        }
        Self::Beginning(begins.into())
    }

    /// Whether a name with this key matches.
    pub fn matches(&self, name: &NameKey) -> bool {
        match self {
            Self::Name(key) => key == name,
            Self::Beginning(beginning) => name.as_str().starts_with(&**beginning),
        }
    }
}

/// The key of an ASCII name, in one pass: the letter that an ASCII letter is mistaken for is never mistaken for a
/// third one. The text has its final capacity from the start, unless characters are removed, so that it is allocated
/// once.
fn ascii_key(name: &str) -> Box<str> {
    let doubled = name.bytes().filter(|letter| matches!(letters::ascii(*letter), Ascii::Two(..))).count();
    let mut key = Spaced::with_capacity(name.len() + doubled);
    for letter in name.bytes() {
        match letters::ascii(letter) {
            Ascii::Invisible => {}
            Ascii::Space => key.space(),
            Ascii::Letter(letter) => key.letter().push(char::from(letter)),
            Ascii::Two(first, second) => {
                let text = key.letter();
                text.push(char::from(first));
                text.push(char::from(second));
            }
        }
    }
    key.text.into()
}

/// Steps until nothing changes: a letter may decompose into letters that are mistaken for others.
fn key(name: &str) -> String {
    let mut key = step(name);
    for _ in 1..STEPS_MAX {
        if key.is_ascii() && name.is_ascii() {
            break;
        }
        let next = step(&key);
        if next == key {
            break;
        }
        key = next;
    }
    key
}

/// More than any letter needs; a test tries all of them.
const STEPS_MAX: usize = 8;

fn step(name: &str) -> String {
    if name.is_ascii() {
        return ascii_key(name).into();
    }
    let mut out = Spaced::with_capacity(name.len());
    let is_beside_latin = name.nfkd().any(|letter| letter.is_ascii_alphabetic());
    for letter in name.nfkd() {
        if letter.is_whitespace() {
            out.space();
        } else if !is_invisible(letter) {
            letters::push(letter, is_beside_latin, out.letter());
        }
    }
    out.text
}

/// Text in which white space is a single space, and none at either end.
struct Spaced {
    text: String,
    is_due: bool,
}

impl Spaced {
    fn with_capacity(bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes), is_due: false }
    }

    fn space(&mut self) {
        self.is_due = !self.text.is_empty();
    }

    /// The text, to which the next letter is appended.
    fn letter(&mut self) -> &mut String {
        if core::mem::take(&mut self.is_due) {
            self.text.push(' ');
        }
        &mut self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::ToString;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    fn is_one(names: &[&str]) {
        for name in names {
            assert_eq!(NameKey::of(name), NameKey::of(names[0]), "{name:?}");
        }
    }

    #[test]
    fn spellings_that_look_the_same_are_one_name() {
        is_one(&[
            "Bob",
            "bob",
            "Bob ",
            "\tBOB",
            "Bob\u{200b}",
            "\u{ff22}ob",
            "\u{0412}ob",
            "\u{202e}Bob\u{202c}",
        ]);
        is_one(&[
            "Alice",
            "A\u{04c0}ice",
            "AIice",
            "a1ice",
            "\u{0391}lice",
            "\u{0430}lice",
            "Ali\u{ad}ce",
            "𝐀𝓁𝕚𝖼𝚎",
        ]);
        is_one(&["Red Baron", "red  baron", "Red\u{a0}Baron", "Red\u{3000}\u{200d} Baron"]);
        is_one(&["Straße", "STRASSE", "strasse"]);
        is_one(&["Zoë", "ZOE\u{308}", "zo\u{0451}"]);
        is_one(&["Νίκος", "ΝΊΚΟΣ", "νίκοσ"]);
        is_one(&["Nick", "\u{039d}ick"]);
        is_one(&["victor", "\u{03bd}ictor"]);
        is_one(&["Вова", "ВОВА", "вова"]);
        is_one(&["\u{200b}", "\u{2800}", "\u{3164}", ""]);
    }

    #[test]
    fn names_that_look_different_are_different_names() {
        let names =
            ["Bob", "Rob", "Bo b", "Zoe", "Zoë", "Ärger", "Arger", "Νίκος", "Вова", "player 1", "player 2"];
        for (place, name) in names.iter().enumerate() {
            for other in &names[..place] {
                assert_ne!(NameKey::of(name), NameKey::of(other), "{name:?} and {other:?}");
            }
        }
    }

    #[test]
    fn a_pattern_matches_every_spelling_of_a_name_or_of_its_beginning() {
        let matches = |pattern: &str, name: &str| NamePattern::new(pattern).matches(&NameKey::of(name));
        assert!(matches("Admin", "\u{0410}DMIN") && !matches("Admin", "Admin 2"));
        assert!(matches("Mod *", "mod Bob") && matches("Mod *", "M\u{200b}od\u{a0}Bob"));
        assert!(!matches("Mod *", "moderate") && matches("Mod*", "moderate"));
        assert!(matches("*", "Bob") && matches("*", ""));
    }

    /// Every character but those of large blocks that decompose by rule or not at all (ideographs, Hangul syllables,
    /// private use).
    fn letters() -> impl Iterator<Item = char> {
        let blocks = [
            0..0x3400,
            0x9FFF..0xAC10,
            0xD7A0..0xE010,
            0xF8F0..0x2_0010,
            0x2_F800..0x2_FA20,
            0xE_0000..0xE_1010,
        ];
        blocks.into_iter().flatten().filter_map(char::from_u32)
    }

    #[test]
    fn the_key_of_every_letter_is_its_own_key_and_bounded() {
        for letter in letters() {
            for name in [letter.to_string(), format!("a{letter}b")] {
                let once = key(&name);
                assert_eq!(key(&once), once, "{letter:?}");
                assert!(once.len() <= 64 * name.len(), "{letter:?} has a key of {} bytes", once.len());
            }
        }
    }

    #[test]
    fn both_cases_of_every_letter_are_one_letter() {
        for letter in letters() {
            let cases: Vec<char> = letter.to_uppercase().chain(letter.to_lowercase()).collect();
            // Some letters change case to several letters, and İ has a dot that i does not have.
            if let [upper, lower] = cases[..]
                && letter != '\u{130}'
            {
                let keys = [upper, lower].map(|case| key(&case.to_string()));
                assert_eq!(keys[0], keys[1], "{letter:?}");
            }
        }
    }

    fn decorated(name: &str, at: &[(usize, char)]) -> String {
        let mut letters: Vec<char> = name.chars().collect();
        for (place, letter) in at {
            letters.insert(place % (letters.len() + 1), *letter);
        }
        letters.into_iter().collect()
    }

    fn full_width(name: &str) -> String {
        let wide = |letter: char| match letter {
            '!'..='~' => char::from_u32(u32::from(letter) + 0xFEE0).expect("full-width forms follow ASCII"),
            other => other,
        };
        name.chars().map(wide).collect()
    }

    proptest! {
        #[test]
        fn the_key_of_a_key_is_that_key(name in "\\PC{0,40}") {
            let once = key(&name);
            prop_assert_eq!(key(&once), once);
        }

        #[test]
        fn invisible_characters_do_not_change_a_key(
            name in "[ -~а-яА-Яα-ωäöüÄÖÜßéè]{0,32}",
            at in prop::collection::vec(
                (0usize..64, prop::sample::select(&['\u{200b}', '\u{200d}', '\u{ad}', '\u{202e}', '\u{2066}', '\u{fe0f}', '\u{7}'][..])),
                0..6,
            ),
        ) {
            prop_assert_eq!(key(&decorated(&name, &at)), key(&name));
        }

        #[test]
        fn case_width_and_white_space_do_not_change_a_key(name in "[ -~]{0,32}") {
            let expected = key(&name);
            prop_assert_eq!(&key(&name.to_uppercase()), &expected);
            prop_assert_eq!(&key(&name.to_lowercase()), &expected);
            prop_assert_eq!(&key(&full_width(&name)), &expected);
            let spaced = format!("\u{3000}{} \t", name.replace(' ', "\u{a0}\u{2003} "));
            prop_assert_eq!(&key(&spaced), &expected);
        }

        #[test]
        fn case_does_not_change_the_key_of_a_name_in_another_script(name in "[а-яА-Я ]{0,32}") {
            prop_assert_eq!(key(&name.to_uppercase()), key(&name.to_lowercase()));
        }
    }
}
