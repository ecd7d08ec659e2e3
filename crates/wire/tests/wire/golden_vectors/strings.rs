//! Room names, and text that need not be UTF-8.

use consonance_wire::{RoomId, WireStr, fnv1a_utf16};

use crate::golden_vectors::entry::{Entry, Verdict, same, same_bytes};

/// A room's name and its id. A name with lone surrogates is given as UTF-16 only.
pub(crate) fn room_id(entry: Entry<'_>) -> Verdict {
    entry.only(&["name", "utf16", "id", "fnv"])?;
    let units = entry.utf16("utf16")?;
    let id = RoomId(entry.number("id")?);
    same("fnv", &entry.number("fnv")?, &fnv1a_utf16(units.iter().copied()))?;
    same("id from UTF-16", &id, &RoomId::of_utf16(units.iter().copied()))?;
    if !entry.has("name") {
        return Ok(());
    }
    let name = entry.words("name")?;
    same("utf16", &units, &name.encode_utf16().collect())?;
    same("id", &id, &RoomId::of(name))?;
    same("id from a packet's string", &id, &RoomId::of_utf16(WireStr::from(name).encode_utf16()))
}

/// Bytes and the text that they decode to.
pub(crate) fn utf8_decode(entry: Entry<'_>) -> Verdict {
    entry.only(&["bytes", "text", "utf16"])?;
    let bytes = entry.bytes("bytes")?;
    let text = entry.words("text")?;
    let string = WireStr::from_bytes(&bytes);
    same("text", &text, &string.to_str().as_ref())?;
    same("utf16", &entry.utf16("utf16")?, &string.encode_utf16().collect())?;
    same("characters", &text.to_owned(), &string.chars().collect())?;
    same_bytes("bytes", &bytes, string.as_bytes())?;
    same("valid text", &(text.as_bytes() == bytes).then_some(text), &string.as_valid())
}
