//! Messages out of frames.

use super::close_code;
use super::frame::{CONTROL_BYTES_MAX, Header, Opcode, unmask};
use crate::streams::{Found, StreamViolation};

/// Reads the frames of one direction of a connection.
#[derive(Debug)]
pub struct FrameReader {
    /// Clients mask what they send, servers do not (RFC 6455, section 5.1).
    is_masked: bool,
    message_bytes_max: usize,
    /// What came of a message that is sent in pieces.
    begun: Option<Vec<u8>>,
    close_code: Option<u16>,
    is_too_long: bool,
}

impl FrameReader {
    /// Of what a client sends, masked, or a server, with messages of so many bytes at most.
    pub fn new(is_masked: bool, message_bytes_max: usize) -> Self {
        Self { is_masked, message_bytes_max, begun: None, close_code: None, is_too_long: false }
    }

    /// Takes one frame from the beginning of the stream, and answers it with what `answer` writes, if it
    /// wants an answer: as [`MessageStream::read`](crate::streams::MessageStream::read) does, with the
    /// words of a goodbye as `message`.
    ///
    /// # Errors
    ///
    /// Which rule was broken, such as that no message is empty, a text, or too long.
    pub fn read(
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
            self.is_too_long = true;
            return Err(StreamViolation("a message that is too long"));
        }
        let end = header.bytes + header.payload_bytes as usize;
        let Some(payload) = stream.get(header.bytes..end) else { return Ok(NOT_YET) };
        message.extend_from_slice(payload);
        unmask(header.mask, message);
        let found = match header.opcode {
            Opcode::Binary | Opcode::Continuation => self.read_payload(header, message)?,
            Opcode::Ping => {
                answer(Opcode::Pong, message);
                Found::Nothing
            }
            Opcode::Pong => Found::Nothing,
            Opcode::Close => {
                let code = message.first_chunk().copied();
                answer(Opcode::Close, code.as_ref().map_or(&[], <[u8; 2]>::as_slice));
                self.close_code = code.map(u16::from_be_bytes);
                message.drain(..message.len().min(2));
                Found::End
            }
        };
        Ok((end, found))
    }

    /// Why the other end said goodbye, if it did and said why.
    pub fn close_code(&self) -> Option<u16> {
        self.close_code
    }

    /// How the other end is told of the rule that it broke, if [`read`](Self::read) found one.
    pub fn violation_code(&self) -> u16 {
        if self.is_too_long { close_code::TOO_LONG } else { close_code::PROTOCOL_ERROR }
    }

    /// The length of control frames was looked at with their headers.
    fn payload_bytes_max(&self, opcode: Opcode) -> usize {
        match opcode {
            Opcode::Binary | Opcode::Continuation => {
                self.message_bytes_max - self.begun.as_ref().map_or(0, Vec::len)
            }
            Opcode::Close | Opcode::Ping | Opcode::Pong => CONTROL_BYTES_MAX,
        }
    }

    /// A message, or a piece of one.
    fn read_payload(&mut self, header: Header, message: &mut Vec<u8>) -> Result<Found, StreamViolation> {
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
