//! The frames of one connection, after its upgrade.

use std::io::{self, Read, Write};
use std::time::Instant;

use tungstenite::error::ProtocolError;
use tungstenite::protocol::frame::FrameHeader;
use tungstenite::protocol::frame::coding::{Data, OpCode};
use tungstenite::protocol::{CloseFrame, Role, WebSocketConfig, WebSocketContext};
use tungstenite::{Error, Message};

use super::close_code;
use super::frame_budget::FrameBudget;
use crate::gateway::streams::{Found, StreamViolation};

/// One end of a `WebSocket` with binary messages.
#[derive(Debug)]
pub(super) struct Socket {
    context: WebSocketContext,
    budget: FrameBudget,
    role: Role,
    is_lenient: bool,
    message_bytes_max: usize,
    /// The library holds nothing of what has come.
    is_drained: bool,
    violation_code: u16,
}

impl Socket {
    /// A server's end, for messages of at most this many bytes. A lenient one accepts empty messages and ignores
    /// texts; another one treats both as violations.
    pub(super) fn server(message_bytes_max: usize, is_lenient: bool) -> Self {
        Self::new(Role::Server, message_bytes_max, is_lenient)
    }

    /// The same for a client.
    pub(super) fn client(message_bytes_max: usize, is_lenient: bool) -> Self {
        Self::new(Role::Client, message_bytes_max, is_lenient)
    }

    fn new(role: Role, message_bytes_max: usize, is_lenient: bool) -> Self {
        let config = WebSocketConfig::default()
            .max_message_size(Some(message_bytes_max))
            .max_frame_size(Some(message_bytes_max))
            .read_buffer_size(READ_BYTES)
            // The caller does the buffering.
            .write_buffer_size(0);
        let context = WebSocketContext::new(role, Some(config));
        let budget = FrameBudget::new(Instant::now());
        let violation_code = close_code::PROTOCOL_ERROR;
        Self { context, budget, role, is_lenient, message_bytes_max, is_drained: true, violation_code }
    }

    /// Reads as [`MessageStream::read`](crate::gateway::streams::MessageStream::read) does. Answers pings and the close
    /// frame.
    pub(super) fn read(
        &mut self,
        stream: &[u8],
        message: &mut Vec<u8>,
        out: &mut Vec<u8>,
    ) -> Result<(usize, Found), StreamViolation> {
        // Voice comes in whole frames, which need no copy for the library.
        if self.is_drained
            && let Some(frame) = self.whole_message(stream)
        {
            frame.unmask(message);
            return Ok((frame.bytes, Found::Message));
        }
        let mut pipe = Pipe { stream, out, budget: Some(&mut self.budget) };
        let found = loop {
            match self.context.read(&mut pipe) {
                Ok(Message::Binary(payload)) => {
                    if payload.is_empty() && !self.is_lenient {
                        return Err(StreamViolation("an empty message"));
                    }
                    message.extend_from_slice(&payload);
                    break Found::Message;
                }
                Ok(Message::Text(_)) if !self.is_lenient => return Err(TEXT),
                Ok(Message::Text(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => {}
                Ok(Message::Close(close)) => {
                    // After the reply to a close frame, the library reports the end of the connection as an error.
                    let _ = self.context.flush(&mut pipe);
                    let words = close.as_ref().map_or("", |close| close.reason.as_str());
                    message.extend_from_slice(words.as_bytes());
                    break Found::End;
                }
                Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => break Found::Nothing,
                Err(Error::Io(error)) if error.kind() == io::ErrorKind::InvalidData => {
                    self.violation_code = close_code::POLICY;
                    return Err(TOO_MANY_FRAMES);
                }
                Err(error) => return Err(self.violation(&error)),
            }
        };
        let taken = stream.len() - pipe.stream.len();
        self.is_drained = found == Found::Nothing && self.budget.is_between_messages();
        Ok((taken, found))
    }

    /// The frame at the beginning of the stream if it is a whole message that breaks no rule. The library judges all
    /// others.
    fn whole_message<'s>(&self, stream: &'s [u8]) -> Option<WholeMessage<'s>> {
        let (&[first, second], behind) = stream.split_first_chunk()?;
        let is_masked = second & 0x80 != 0;
        if first != FINAL_BINARY || is_masked != (self.role == Role::Server) {
            return None;
        }
        let (length, behind) = match second & 0x7f {
            126 => {
                let (length, behind) = behind.split_first_chunk()?;
                (u16::from_be_bytes(*length).into(), behind)
            }
            // Longer than voice.
            127 => return None,
            length => (usize::from(length), behind),
        };
        if length > self.message_bytes_max || (length == 0 && !self.is_lenient) {
            return None;
        }
        let (mask, behind) = if is_masked { behind.split_first_chunk()? } else { (&[0; 4], behind) };
        let payload = behind.get(..length)?;
        Some(WholeMessage { mask: *mask, payload, bytes: stream.len() - behind.len() + length })
    }

    /// Appends a message.
    pub(super) fn write(&mut self, message: &[u8], out: &mut Vec<u8>) {
        match self.role {
            // Voice goes to many clients and needs no masking, so it is written directly, without a copy for the
            // library.
            Role::Server => {
                let header = FrameHeader { opcode: OpCode::Data(Data::Binary), ..FrameHeader::default() };
                // Writing to a vector cannot fail.
                let _ = header.format(message.len() as u64, out);
                out.extend_from_slice(message);
            }
            Role::Client => self.send(Message::binary(message.to_vec()), out),
        }
    }

    /// Pings the other end.
    pub(super) fn ping(&mut self, out: &mut Vec<u8>) {
        self.send(Message::Ping(tungstenite::Bytes::new()), out);
    }

    /// Closes, with a reason that is cut to the 123 bytes that fit.
    pub(super) fn close(&mut self, code: u16, reason: &str, out: &mut Vec<u8>) {
        let reason = &reason[..reason.floor_char_boundary(REASON_BYTES_MAX)];
        let close = CloseFrame { code: code.into(), reason: reason.into() };
        self.send(Message::Close(Some(close)), out);
    }

    /// How the other end is told of the rule that it broke, if [`read`](Self::read) found one.
    pub(super) fn violation_code(&self) -> u16 {
        self.violation_code
    }

    fn send(&mut self, message: Message, out: &mut Vec<u8>) {
        // Nothing can be sent after a close frame, and writing to a vector cannot fail.
        let _ = self.context.write(&mut Pipe { stream: &[], out, budget: None }, message);
    }

    fn violation(&mut self, error: &Error) -> StreamViolation {
        if matches!(error, Error::Capacity(_)) {
            self.violation_code = close_code::TOO_LONG;
        }
        match error {
            Error::Capacity(_) => StreamViolation("a message that is too long"),
            Error::Utf8(_) => TEXT,
            Error::Protocol(error) => StreamViolation(words_of(error)),
            _ => StreamViolation(NO_FRAME),
        }
    }
}

/// A frame with all of a message.
struct WholeMessage<'s> {
    mask: [u8; 4],
    payload: &'s [u8],
    /// The length of the frame.
    bytes: usize,
}

impl WholeMessage<'_> {
    fn unmask(&self, message: &mut Vec<u8>) {
        let bytes = self.payload.iter().enumerate();
        message.extend(bytes.map(|(index, byte)| byte ^ self.mask[index % 4]));
    }
}

/// Received bytes that are not read yet, and the buffer for the output of this end.
struct Pipe<'a> {
    stream: &'a [u8],
    out: &'a mut Vec<u8>,
    /// For what is read.
    budget: Option<&'a mut FrameBudget>,
}

impl Read for Pipe<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.stream.is_empty() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let length = self.stream.read(buffer)?;
        if let Some(budget) = &mut self.budget {
            let noted = budget.note(Instant::now(), &buffer[..length]);
            noted.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        }
        Ok(length)
    }
}

impl Write for Pipe<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn words_of(error: &ProtocolError) -> &'static str {
    use ProtocolError as E;
    match error {
        E::NonZeroReservedBits => "a frame of an extension that was not negotiated",
        E::InvalidOpcode(_) | E::UnknownControlFrameType(_) | E::UnknownDataFrameType(_) => {
            "a frame of an unknown kind"
        }
        E::UnmaskedFrameFromClient | E::MaskedFrameFromServer => "a frame is masked the wrong way round",
        E::FragmentedControlFrame | E::ControlFrameTooBig => "a control frame that is too long or in pieces",
        E::UnexpectedContinueFrame | E::ExpectedFragment(_) => "the pieces of a message are mixed up",
        _ => NO_FRAME,
    }
}

const TEXT: StreamViolation = StreamViolation("a frame of text, where only binary ones are known");
const TOO_MANY_FRAMES: StreamViolation = StreamViolation("a message in too many pieces, or too many pings");
const NO_FRAME: &str = "invalid WebSocket frame";

/// The first byte of a frame with all of a binary message (section 5.2).
const FINAL_BINARY: u8 = 0x82;

/// The size of the library's read buffer before it knows a frame's length, in bytes; most packets fit. Each connection
/// has this much memory, more after a longer message, and never less afterwards.
const READ_BYTES: usize = 512;

/// The longest reason in a close frame (section 5.5, without the code).
const REASON_BYTES_MAX: usize = 123;

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE_BYTES_MAX: usize = 70_000;
    const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

    /// The examples of RFC 6455, section 5.7, with a binary frame instead of a text frame.
    #[test]
    fn frames_are_those_of_the_standard() {
        for (message, expected) in [
            (b"Hello".to_vec(), "820548656c6c6f"),
            (vec![7; 256], "827e0100"),
            (vec![7; 65_536], "827f0000000000010000"),
        ] {
            let mut frame = Vec::new();
            server().write(&message, &mut frame);
            assert!(hex(&frame).starts_with(expected), "{expected}");
            assert_eq!(read(&mut client(), &frame, 1000), Ok(vec![(Found::Message, message)]));
        }
        let mut ping = Vec::new();
        server().ping(&mut ping);
        assert_eq!(hex(&ping), "8900");
        let masked = [0x82, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
        for piece_bytes in 1..masked.len() {
            let found = read(&mut server(), &masked, piece_bytes);
            assert_eq!(found, Ok(vec![(Found::Message, b"Hello".to_vec())]), "in pieces of {piece_bytes}");
        }
    }

    #[test]
    fn a_clients_frames_are_masked_and_a_server_reads_them() {
        let (mut client, mut server, mut frames) = (client(), server(), Vec::new());
        for message in [vec![1], vec![2; 300], vec![3; MESSAGE_BYTES_MAX]] {
            client.write(&message, &mut frames);
        }
        let found = read(&mut server, &frames, 1000).unwrap();
        let lengths: Vec<usize> = found.iter().map(|(_, message)| message.len()).collect();
        assert_eq!(lengths, [1, 300, MESSAGE_BYTES_MAX]);
        assert!(frames[1] & 0x80 != 0);
    }

    #[test]
    fn each_ping_and_the_close_frame_are_answered() {
        let (mut client, mut frames, mut out) = (client(), Vec::new(), Vec::new());
        client.ping(&mut frames);
        client.ping(&mut frames);
        client.close(close_code::NORMAL, &"ü".repeat(100), &mut frames);
        let (mut server, mut words) = (server(), Vec::new());
        let read = server.read(&frames, &mut words, &mut out);
        assert_eq!(
            (read, String::from_utf8(words).unwrap()),
            (Ok((frames.len(), Found::End)), "ü".repeat(61))
        );
        assert_eq!(hex(&out[..8]), "8a008a00887c03e8", "two pongs, and the close frame with its code");
    }

    #[test]
    fn what_breaks_the_standard_is_a_violation() {
        let head = |first: u8, second: u8| [&[first, second | 0x80], &MASK[..], &[0; 126]].concat();
        let too_long = [&[0x82, 0xff], &u64::MAX.to_be_bytes()[..], &MASK].concat();
        for (frame, code, words) in [
            (head(0xc2, 1), 1002, "a frame of an extension"),
            (head(0x83, 1), 1002, "a frame of an unknown kind"),
            (head(0x8b, 1), 1002, "a frame of an unknown kind"),
            (head(0x09, 1), 1002, "a control frame"),
            ([[0x89, 0xfe, 0, 126].as_slice(), &MASK, &[0; 126]].concat(), 1002, "a control frame"),
            (head(0x80, 1), 1002, "the pieces of a message"),
            ([&head(0x02, 1)[..7], &head(0x82, 1)].concat(), 1002, "the pieces of a message"),
            (head(0x81, 1), 1002, "a frame of text"),
            (head(0x82, 0), 1002, "an empty message"),
            (head(0x88, 1), 1002, "invalid WebSocket frame"),
            (vec![0x82, 1, 42], 1002, "a frame is masked"),
            (too_long, 1009, "a message that is too long"),
        ] {
            let mut server = server();
            let StreamViolation(said) = read(&mut server, &frame, 1000).unwrap_err();
            assert!(said.starts_with(words), "{said}, not {words}");
            assert_eq!(server.violation_code(), code, "{words}");
        }
    }

    #[test]
    fn whole_messages_among_pieces_and_pings_arrive_in_order() {
        let frame = |first: u8, payload: &str| {
            [&[first, 0x80 | payload.len() as u8], &[0; 4][..], payload.as_bytes()].concat()
        };
        let pieces = [frame(2, "2"), frame(0x89, ""), frame(0x80, "3")].concat();
        let stream = [frame(0x82, "1"), pieces, frame(0x82, "4"), frame(0x82, "5")].concat();
        for piece_bytes in 1..=stream.len() {
            let found = read(&mut server(), &stream, piece_bytes).unwrap();
            let messages: Vec<_> = found.iter().map(|(_, message)| message.as_slice()).collect();
            assert_eq!(messages, [b"1".as_slice(), b"23", b"4", b"5"], "in pieces of {piece_bytes}");
        }
    }

    #[test]
    fn a_lenient_end_takes_empty_messages_and_ignores_texts() {
        let frames = [[0x81, 0x81, 0, 0, 0, 0, b'a'].as_slice(), &[0x82, 0x80, 0, 0, 0, 0]].concat();
        let mut lenient = Socket::server(100, true);
        assert_eq!(read(&mut lenient, &frames, 3), Ok(vec![(Found::Message, Vec::new())]));
    }

    #[test]
    fn a_message_whose_empty_pieces_do_not_end_is_a_violation() {
        let pieces = [&[0x02, 0x80, 0, 0, 0, 0][..], &[0, 0x80, 0, 0, 0, 0].repeat(1000)].concat();
        for is_lenient in [false, true] {
            let mut server = Socket::server(MESSAGE_BYTES_MAX, is_lenient);
            assert_eq!(read(&mut server, &pieces, 100), Err(TOO_MANY_FRAMES));
            assert_eq!(server.violation_code(), close_code::POLICY);
        }
    }

    fn server() -> Socket {
        Socket::server(MESSAGE_BYTES_MAX, false)
    }

    fn client() -> Socket {
        Socket::client(MESSAGE_BYTES_MAX, false)
    }

    /// Everything in a stream that arrives in pieces.
    fn read(
        socket: &mut Socket,
        stream: &[u8],
        piece_bytes: usize,
    ) -> Result<Vec<(Found, Vec<u8>)>, StreamViolation> {
        let (mut all, mut out) = (Vec::new(), Vec::new());
        for mut piece in stream.chunks(piece_bytes) {
            loop {
                let mut message = Vec::new();
                let (taken, found) = socket.read(piece, &mut message, &mut out)?;
                piece = &piece[taken..];
                if found == Found::Nothing {
                    assert!(piece.is_empty(), "everything is taken");
                    break;
                }
                all.push((found, message));
            }
        }
        Ok(all)
    }

    fn hex(bytes: &[u8]) -> String {
        let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
    }
}
