//! Messages out of frames.

use consonance_gateway::streams::{Found, StreamViolation};

use crate::frame::{self, Header, Opcode, unmask};

/// Reads the frames of one direction of a connection.
#[derive(Debug)]
pub(crate) struct FrameReader {
    /// Clients mask what they send, servers do not (RFC 6455, section 5.1).
    is_masked: bool,
    message_bytes_max: usize,
    /// What came of a message that is sent in pieces.
    begun: Option<Vec<u8>>,
}

/// The status code for an end without trouble (section 7.4.1).
const NORMAL_CLOSURE: u16 = 1000;

impl FrameReader {
    pub(crate) fn new(is_masked: bool, message_bytes_max: usize) -> Self {
        Self { is_masked, message_bytes_max, begun: None }
    }

    /// Takes one frame, and answers it with what `answer` writes, if it wants an answer.
    pub(crate) fn read(
        &mut self,
        stream: &[u8],
        message: &mut Vec<u8>,
        mut answer: impl FnMut(Opcode, &[u8]),
    ) -> Result<(usize, Found), StreamViolation> {
        const NOT_YET: (usize, Found) = (0, Found::Nothing);
        let Some(header) = Header::read(stream)? else { return Ok(NOT_YET) };
        if header.mask.is_some() != self.is_masked {
            return Err(StreamViolation("a frame is masked the wrong way round"));
        }
        if header.payload_bytes > self.payload_bytes_max(header.opcode) as u64 {
            return Err(StreamViolation("a message that is too long"));
        }
        let end = header.bytes + header.payload_bytes as usize;
        let Some(payload) = stream.get(header.bytes..end) else { return Ok(NOT_YET) };
        message.extend_from_slice(payload);
        unmask(header.mask, message);
        let found = match header.opcode {
            Opcode::Binary | Opcode::Continuation => self.take_in(header, message)?,
            Opcode::Ping => {
                answer(Opcode::Pong, message);
                Found::Nothing
            }
            Opcode::Pong => Found::Nothing,
            Opcode::Close => {
                answer(Opcode::Close, message.get(..2).unwrap_or_default());
                message.drain(..message.len().min(2));
                Found::End
            }
        };
        Ok((end, found))
    }

    /// The length of control frames was looked at with their headers.
    fn payload_bytes_max(&self, opcode: Opcode) -> usize {
        match opcode {
            Opcode::Binary | Opcode::Continuation => {
                self.message_bytes_max - self.begun.as_ref().map_or(0, Vec::len)
            }
            Opcode::Close | Opcode::Ping | Opcode::Pong => frame::CONTROL_BYTES_MAX,
        }
    }

    /// A message, or a piece of one.
    fn take_in(&mut self, header: Header, message: &mut Vec<u8>) -> Result<Found, StreamViolation> {
        if self.begun.is_some() != (header.opcode == Opcode::Continuation) {
            return Err(StreamViolation("the pieces of a message are mixed up"));
        }
        if !header.is_final {
            self.begun.get_or_insert_default().extend_from_slice(message);
            return Ok(Found::Nothing);
        }
        if let Some(mut begun) = self.begun.take() {
            begun.extend_from_slice(message);
            *message = begun;
        }
        if message.is_empty() { Err(StreamViolation("an empty message")) } else { Ok(Found::Message) }
    }
}

/// Appends the goodbye, with a reason that is cut to what fits.
pub(crate) fn write_close(mask: Option<[u8; 4]>, reason: &str, out: &mut Vec<u8>) {
    let reason = &reason[..reason.floor_char_boundary(frame::CONTROL_BYTES_MAX - 2)];
    frame::write(Opcode::Close, mask, &[&NORMAL_CLOSURE.to_be_bytes(), reason.as_bytes()], out);
}
