//! Decoding UTF-8 that may be broken, with as many U+FFFD as the original makes of it.

use core::ops::RangeInclusive;

/// The characters of bytes that need not be UTF-8.
///
/// One U+FFFD stands for a byte that can begin no character, or for a begun character that ends early.
/// A second byte that continues a character, but is not allowed after its first (overlong forms, surrogates,
/// beyond U+10FFFF), is part of that one U+FFFD.
/// There alone this differs from [`alloc::string::String::from_utf8_lossy`].
#[derive(Clone)]
pub(crate) struct LossyChars<'a> {
    rest: &'a [u8],
}

impl<'a> LossyChars<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }
}

impl Iterator for LossyChars<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        let (&lead, rest) = self.rest.split_first()?;
        self.rest = rest;
        let Some((lead_bits, continuations)) = split_lead(lead) else {
            return Some(char::REPLACEMENT_CHARACTER);
        };
        let mut code = u32::from(lead_bits);
        for index in 0..continuations {
            let Some((&byte @ CONTINUATION_FIRST..=CONTINUATION_LAST, rest)) = self.rest.split_first() else {
                return Some(char::REPLACEMENT_CHARACTER);
            };
            self.rest = rest;
            if index == 0 && !allowed_second(lead).contains(&byte) {
                return Some(char::REPLACEMENT_CHARACTER);
            }
            code = code << 6 | u32::from(byte & 0x3F);
        }
        Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
    }
}

const CONTINUATION_FIRST: u8 = 0x80;
const CONTINUATION_LAST: u8 = 0xBF;

/// The payload bits of a first byte and how many bytes must follow it; none if no character begins so.
const fn split_lead(lead: u8) -> Option<(u8, usize)> {
    match lead {
        0x00..=0x7F => Some((lead, 0)),
        0xC2..=0xDF => Some((lead & 0x1F, 1)),
        0xE0..=0xEF => Some((lead & 0x0F, 2)),
        0xF0..=0xF4 => Some((lead & 0x07, 3)),
        _ => None,
    }
}

/// The second bytes that make a well-formed sequence (The Unicode Standard, table 3-7).
const fn allowed_second(lead: u8) -> RangeInclusive<u8> {
    match lead {
        0xE0 => 0xA0..=CONTINUATION_LAST,
        0xED => CONTINUATION_FIRST..=0x9F,
        0xF0 => 0x90..=CONTINUATION_LAST,
        0xF4 => CONTINUATION_FIRST..=0x8F,
        _ => CONTINUATION_FIRST..=CONTINUATION_LAST,
    }
}
