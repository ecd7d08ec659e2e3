//! The body of a voice message: `[bytes u16][packet]`.

/// The largest voice packet, in bytes: the buffer into which players' clients copy it. A
/// longer one would throw them out.
pub const VOICE_BYTES_MAX: usize = 1024;

/// The packet in the body of a voice message; `None` if the length is not that of the rest, or above
/// [`VOICE_BYTES_MAX`].
pub(crate) fn read(body: &[u8]) -> Option<&[u8]> {
    let (length, packet) = body.split_first_chunk()?;
    let length = usize::from(u16::from_le_bytes(*length));
    (length == packet.len() && length <= VOICE_BYTES_MAX).then_some(packet)
}

/// How many bytes the body at the start of `bytes` takes.
pub(crate) fn bytes_of(bytes: &[u8]) -> Option<usize> {
    let length = bytes.first_chunk()?;
    Some(2 + usize::from(u16::from_le_bytes(*length)))
}
