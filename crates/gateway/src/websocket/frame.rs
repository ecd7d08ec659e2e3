//! One frame of a WebSocket: RFC 6455, section 5.2.

use crate::streams::StreamViolation;

/// What a frame is for. Text is no part of any network here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opcode {
    /// A further piece of a message.
    Continuation,
    /// A message, or its first piece.
    Binary,
    /// The goodbye.
    Close,
    /// Whether the other end is there.
    Ping,
    /// It is.
    Pong,
}

/// A frame's beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) is_final: bool,
    pub(super) opcode: Opcode,
    pub(super) mask: Option<[u8; 4]>,
    /// Of the payload, which follows.
    pub(super) payload_bytes: u64,
    /// Of the header itself.
    pub(super) bytes: usize,
}

/// The longest payload of a frame malformed message, in bytes (section 5.5).
pub const CONTROL_BYTES_MAX: usize = 125;

const FINAL: u8 = 0x80;
const RESERVED: u8 = 0x70;
const MASKED: u8 = 0x80;
const LENGTH_IN_2_BYTES: u8 = 126;
const LENGTH_IN_8_BYTES: u8 = 127;

impl Header {
    /// The header at the beginning of a stream; `None` if more has to come first.
    pub(super) fn read(stream: &[u8]) -> Result<Option<Self>, StreamViolation> {
        let [first, second, rest @ ..] = stream else { return Ok(None) };
        if first & RESERVED != 0 {
            return Err(StreamViolation("a frame of an extension that was not negotiated"));
        }
        let opcode = opcode(first & 0x0f)?;
        let (payload_bytes, rest) = match second & !MASKED {
            LENGTH_IN_2_BYTES => {
                let Some((length, rest)) = rest.split_first_chunk() else { return Ok(None) };
                (u64::from(u16::from_be_bytes(*length)), rest)
            }
            LENGTH_IN_8_BYTES => {
                let Some((length, rest)) = rest.split_first_chunk() else { return Ok(None) };
                (u64::from_be_bytes(*length), rest)
            }
            length => (u64::from(length), rest),
        };
        let (mask, rest) = if second & MASKED == 0 {
            (None, rest)
        } else {
            let Some((mask, rest)) = rest.split_first_chunk() else { return Ok(None) };
            (Some(*mask), rest)
        };
        let is_final = first & FINAL != 0;
        let is_message = matches!(opcode, Opcode::Continuation | Opcode::Binary);
        if !is_message && (!is_final || payload_bytes > CONTROL_BYTES_MAX as u64) {
            return Err(StreamViolation("a control frame that is too long or in pieces"));
        }
        Ok(Some(Self { is_final, opcode, mask, payload_bytes, bytes: stream.len() - rest.len() }))
    }
}

/// Appends a whole frame, whose payload is given in pieces. Clients have to mask what they send, with something
/// unguessable (section 5.3); servers must not.
pub fn write_frame(opcode: Opcode, mask: Option<[u8; 4]>, payload: &[&[u8]], out: &mut Vec<u8>) {
    let payload_bytes: usize = payload.iter().map(|piece| piece.len()).sum();
    let masked = if mask.is_some() { MASKED } else { 0 };
    out.push(FINAL | number(opcode));
    match payload_bytes {
        0..=125 => out.push(masked | payload_bytes as u8),
        126..=0xffff => {
            out.push(masked | LENGTH_IN_2_BYTES);
            out.extend_from_slice(&(payload_bytes as u16).to_be_bytes());
        }
        _ => {
            out.push(masked | LENGTH_IN_8_BYTES);
            out.extend_from_slice(&(payload_bytes as u64).to_be_bytes());
        }
    }
    out.extend_from_slice(mask.as_ref().map_or(&[], |mask| mask.as_slice()));
    let start = out.len();
    for piece in payload {
        out.extend_from_slice(piece);
    }
    unmask(mask, &mut out[start..]);
}

/// Appends the goodbye, with a reason that is cut to the 123 bytes that fit.
pub fn write_close(mask: Option<[u8; 4]>, code: u16, reason: &str, out: &mut Vec<u8>) {
    let reason = &reason[..reason.floor_char_boundary(CONTROL_BYTES_MAX - 2)];
    write_frame(Opcode::Close, mask, &[&code.to_be_bytes(), reason.as_bytes()], out);
}

/// Takes a mask off, or puts it on (section 5.3).
pub(super) fn unmask(mask: Option<[u8; 4]>, payload: &mut [u8]) {
    let Some(mask) = mask else { return };
    for (byte, mask) in payload.iter_mut().zip(mask.into_iter().cycle()) {
        *byte ^= mask;
    }
}

fn opcode(number: u8) -> Result<Opcode, StreamViolation> {
    Ok(match number {
        0 => Opcode::Continuation,
        2 => Opcode::Binary,
        8 => Opcode::Close,
        9 => Opcode::Ping,
        10 => Opcode::Pong,
        1 => return Err(StreamViolation("a frame of text, where only binary ones are known")),
        _ => return Err(StreamViolation("a frame of an unknown kind")),
    })
}

fn number(opcode: Opcode) -> u8 {
    match opcode {
        Opcode::Continuation => 0,
        Opcode::Binary => 2,
        Opcode::Close => 8,
        Opcode::Ping => 9,
        Opcode::Pong => 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of RFC 6455, section 5.7, with a binary frame in the place of one of text.
    #[test]
    fn frames_are_those_of_the_standard() {
        let mask = Some([0x37, 0xfa, 0x21, 0x3d]);
        let rows = [
            (Opcode::Binary, None, b"Hello".to_vec(), "820548656c6c6f"),
            (Opcode::Binary, mask, b"Hello".to_vec(), "828537fa213d7f9f4d5158"),
            (Opcode::Ping, None, b"Hello".to_vec(), "890548656c6c6f"),
            (Opcode::Binary, None, vec![7; 256], "827e0100"),
            (Opcode::Binary, None, vec![7; 65_536], "827f0000000000010000"),
        ];
        for (opcode, mask, payload, expected) in rows {
            let mut frame = Vec::new();
            write_frame(opcode, mask, &[&payload], &mut frame);
            assert!(hex(&frame).starts_with(expected), "{expected}");
            let header = Header::read(&frame).unwrap().unwrap();
            assert_eq!((header.opcode, header.mask, header.is_final), (opcode, mask, true));
            assert_eq!(header.payload_bytes, payload.len() as u64);
            unmask(mask, &mut frame[header.bytes..]);
            assert_eq!(frame[header.bytes..], payload);
            for cut in 0..header.bytes {
                assert_eq!(Header::read(&frame[..cut]), Ok(None), "after {cut} bytes");
            }
        }
    }

    #[test]
    fn extensions_that_were_not_negotiated_are_refused() {
        for beginning in [[0x81, 0x01], [0xc2, 0x01], [0x83, 0x01], [0x09, 0x01], [0x89, 0x7e]] {
            let stream = [beginning.as_slice(), &[1, 0]].concat();
            assert!(Header::read(&stream).is_err(), "{beginning:02x?}");
        }
    }

    fn hex(bytes: &[u8]) -> String {
        let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
    }
}
