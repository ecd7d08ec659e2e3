//! Channel bits, counters and the options byte.

use consonance_wire::{ChannelBits, ChannelKind, Priority, VoiceOptions};

use crate::golden_vectors::entry::{Entry, Verdict, same};

/// An amplitude and its encoded byte.
pub(crate) fn bitfield_encode(entry: Entry<'_>) -> Verdict {
    entry.only(&["amplitude_bits", "amplitude", "byte"])?;
    let amplitude = f32::from_bits(entry.number("amplitude_bits")?);
    if amplitude.is_finite() {
        same("amplitude", &entry.float("amplitude")?, &amplitude)?;
    }
    let bits = ChannelBits::new(ChannelKind::Player).with_amplitude(amplitude);
    same("byte", &entry.number("byte")?, &(bits.0 >> 8))
}

/// Channel bits and the fields that they hold, both ways.
pub(crate) fn bitfield_decode(entry: Entry<'_>) -> Verdict {
    entry.only(&[
        "v",
        "type",
        "closing",
        "positional",
        "priority",
        "session",
        "amplitude",
        "amplitude_bits",
    ])?;
    let bits = ChannelBits(entry.number("v")?);
    check_flags(entry, bits)?;
    same("session", &entry.number("session")?, &bits.own_session())?;
    same("amplitude_bits", &entry.number("amplitude_bits")?, &bits.amplitude().to_bits())?;
    same("amplitude", &entry.float("amplitude")?, &bits.amplitude())?;
    let used = bits.0 & !(1 << 7);
    same("v", &used, &build(entry)?.0)
}

/// Kind, flags and priority of channel bits, as an entry names them.
pub(crate) fn check_flags(entry: Entry<'_>, bits: ChannelBits) -> Verdict {
    same("type", &kind(entry)?, &bits.kind())?;
    same("closing", &entry.boolean("closing")?, &bits.is_closing())?;
    same("positional", &entry.boolean("positional")?, &bits.is_positional())?;
    same("priority", &priority(entry)?, &bits.priority())
}

/// Channel bits from the fields of an entry; its own session may exceed the range of the wire format.
pub(crate) fn build(entry: Entry<'_>) -> Result<ChannelBits, String> {
    let own_session: u16 = entry.number("session")?;
    Ok(ChannelBits::new(kind(entry)?)
        .with_closing(entry.boolean("closing")?)
        .with_positional(entry.boolean("positional")?)
        .with_priority(priority(entry)?)
        .with_own_session(own_session as u8)
        .with_amplitude(entry.float("amplitude")?))
}

/// Distances between two counters, of three widths.
pub(crate) fn wrapped_delta(entry: Entry<'_>) -> Verdict {
    entry.only(&["a", "b", "d16", "d7", "d2"])?;
    let (from, to) = (entry.number("a")?, entry.number("b")?);
    for (key, bits) in [("d16", 16), ("d7", 7), ("d2", 2)] {
        same(key, &entry.number(key)?, &consonance_wire::wrapped_delta(from, to, bits))?;
    }
    Ok(())
}

/// The options byte of a voice packet, and the one that a current sender writes for the same channel session.
pub(crate) fn voice_options(entry: Entry<'_>) -> Verdict {
    entry.only(&["byte", "session", "extended", "range", "packed"])?;
    let options = VoiceOptions(entry.number("byte")?);
    same("session", &entry.number("session")?, &options.channel_session())?;
    same("extended", &entry.boolean("extended")?, &(options.session_bits() == 7))?;
    same("range", &entry.number("range")?, &(1 << options.session_bits()))?;
    same("packed", &entry.number("packed")?, &VoiceOptions::new(options.channel_session()).0)
}

fn kind(entry: Entry<'_>) -> Result<ChannelKind, String> {
    match entry.words("type")? {
        "Player" => Ok(ChannelKind::Player),
        "Room" => Ok(ChannelKind::Room),
        other => Err(format!("unknown channel type `{other}`")),
    }
}

/// `None` is a channel without a priority of its own, whose sender uses the default one.
fn priority(entry: Entry<'_>) -> Result<Priority, String> {
    match entry.words("priority")? {
        "Low" => Ok(Priority::Low),
        "None" | "Default" => Ok(Priority::Default),
        "Medium" => Ok(Priority::Medium),
        "High" => Ok(Priority::High),
        other => Err(format!("unknown priority `{other}`")),
    }
}
