//! Protocols of networks with messages in streams.

/// The protocol of one end of a network; creates the state of each connection.
pub trait StreamProtocol: Send {
    /// The state of one connection.
    type Stream: MessageStream;

    /// The state of a new connection, which is up as far as TCP is concerned.
    fn open(&mut self) -> Self::Stream;

    /// The largest message, in bytes.
    fn message_bytes_max(&self) -> usize;

    /// Whether a message may be empty.
    fn carries_empty_messages(&self) -> bool;

    /// Whether what [`MessageStream::refuse`] and [`MessageStream::end`] say is encoded reasons; see
    /// [`ServerNetwork::carries_end_reasons`](crate::ServerNetwork::carries_end_reasons).
    fn carries_end_reasons(&self) -> bool {
        false
    }

    /// The kind of this network, for counters: one word in lower case.
    fn network(&self) -> &'static str;
}

/// The handshake and the messages in one connection's stream, seen from one end. Output of this end is appended to
/// `out`.
pub trait MessageStream: Send {
    /// The connection is up: appends the first output of this end. True if there is no handshake to wait for.
    fn begin(&mut self, out: &mut Vec<u8>) -> bool;

    /// TLS around the stream is up, and the other end has shown this certificate (X.509, DER) and that it has its key.
    /// Comes before anything is [read](Self::read); clients show one only where they are asked to.
    fn handle_certificate(&mut self, _certificate: &[u8]) {}

    /// Reads the next item at the beginning of the stream: returns its length in bytes and its kind. 0 bytes with
    /// [`Found::Nothing`] mean that more data is needed. Greetings, messages and reasons are written to `message`,
    /// which is empty.
    ///
    /// # Errors
    ///
    /// If the data violates the protocol: the connection has to end, and is not read again.
    fn read(
        &mut self,
        stream: &[u8],
        message: &mut Vec<u8>,
        out: &mut Vec<u8>,
    ) -> Result<(usize, Found), StreamViolation>;

    /// The server admits the client.
    fn accept(&mut self, _out: &mut Vec<u8>) {}

    /// The server refuses the client.
    fn refuse(&mut self, _reason: &str, _out: &mut Vec<u8>) {}

    /// A message, not larger than allowed, for the other end.
    fn write(&mut self, message: &[u8], out: &mut Vec<u8>);

    /// Pings the other end. Appends nothing if the protocol has no pings.
    fn ping(&mut self, _out: &mut Vec<u8>) {}

    /// The goodbye of this end, after `begin`.
    fn end(&mut self, _reason: &str, _out: &mut Vec<u8>) {}

    /// The server's goodbye to a client that has broken the protocol. If the protocol has none, such a client is cut
    /// off.
    fn expel(&mut self, _violation: StreamViolation, _out: &mut Vec<u8>) {}

    /// The server's goodbye to a client whose queue is too long, at most [`TOO_SLOW_BYTES_MAX`] bytes. If the protocol
    /// has none, such a client is cut off.
    fn end_as_too_slow(&mut self, _out: &mut Vec<u8>) {}
}

/// The longest goodbye of [`MessageStream::end_as_too_slow`], in bytes; this much room is kept for it.
pub const TOO_SLOW_BYTES_MAX: usize = 256;

/// The kind of an item in a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing to report.
    Nothing,
    /// The other end did its part of the handshake: a client wants to be admitted, or the server has admitted us. The
    /// greeting is the handshake data of the other end.
    Greeting,
    /// A message.
    Message,
    /// The server refuses us, for this reason.
    Refusal,
    /// The other end closes the connection, for this reason.
    End,
}

/// The rule of the protocol that was broken, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct StreamViolation(pub &'static str);
