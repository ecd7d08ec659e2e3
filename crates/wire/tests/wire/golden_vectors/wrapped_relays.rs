//! Relays whose count byte is the number of destinations modulo 256, and packets that look like them.

use consonance_wire::{Packet, WriteError};

use crate::golden_vectors::entry::{Entry, Verdict, hex, same};

/// One relay as ours reads it; one with more than 255 destinations is never written.
pub(crate) fn wrapped_relay(entry: Entry<'_>) -> Verdict {
    entry.only(&["what", "hex", "dests", "data", "trailing", "throws"])?;
    entry.words("what")?;
    let bytes = entry.bytes("hex")?;
    let parsed = Packet::parse_with_trailing(&bytes);
    if entry.has("throws") {
        return same("refused", &entry.boolean("throws")?, &parsed.is_err());
    }
    let (packet, trailing) = parsed.map_err(|error| format!("parsing: {error}"))?;
    let (Packet::ServerRelayReliable(relay) | Packet::ServerRelayUnreliable(relay)) = packet else {
        return Err(format!("no relay: {packet:?}"));
    };
    let destinations: Vec<_> = relay.destinations.iter().collect();
    same("destinations", &entry.ids("dests")?, &destinations)?;
    same("number of destinations", &destinations.len(), &relay.destinations.len())?;
    same("data", &entry.words("data")?, &hex(relay.packet).as_str())?;
    same("trailing", &entry.number("trailing")?, &trailing.len())?;
    let written = packet.write(&mut vec![0; bytes.len()]);
    let count = destinations.len();
    let expected = if count > 255 {
        Err(WriteError::TooManyItems { what: "relay destinations", count, limit: 255 })
    } else {
        Ok(bytes.len() - trailing.len())
    };
    same("written", &expected, &written)
}
