//! What differs between networks of messages in streams.

/// How one end of a network speaks; makes the state of each connection.
pub trait StreamProtocol: Send {
    /// One connection's.
    type Stream: MessageStream;

    /// The state of a new connection, which is up as far as TCP is concerned.
    fn open(&mut self) -> Self::Stream;

    /// The largest message, in bytes.
    fn message_bytes_max(&self) -> usize;

    /// Whether a message may be empty.
    fn carries_empty_messages(&self) -> bool;

    /// Whether what [`MessageStream::refuse`] and [`MessageStream::end`] say is encoded reasons; see
    /// [`ServerNetwork::carries_end_reasons`](consonance_transport::ServerNetwork::carries_end_reasons).
    fn carries_end_reasons(&self) -> bool {
        false
    }

    /// What kind of network this is, for counters: one word in lower case.
    fn network(&self) -> &'static str;
}

/// Messages and what is said around them in one connection's stream, seen from one end. Whatever this
/// end says is appended to `out`.
pub trait MessageStream: Send {
    /// The connection is up: what this end says first. True if there is no handshake to wait for.
    fn begin(&mut self, out: &mut Vec<u8>) -> bool;

    /// TLS around the stream is up, and the other end has shown this certificate (X.509, DER) and that it has its key.
    /// Comes before anything is [read](Self::read); clients show one only where they are asked to.
    fn handle_certificate(&mut self, _certificate: &[u8]) {}

    /// Reads what the beginning of the stream holds: how many bytes that took, and what it was. With 0
    /// bytes and [`Found::Nothing`], more has to come first. Greetings, messages and words are put
    /// into `message`, which is empty.
    ///
    /// # Errors
    ///
    /// What came breaks the protocol: the connection has to end, and is not read again.
    fn read(
        &mut self,
        stream: &[u8],
        message: &mut Vec<u8>,
        out: &mut Vec<u8>,
    ) -> Result<(usize, Found), StreamViolation>;

    /// The server takes the client in.
    fn accept(&mut self, _out: &mut Vec<u8>) {}

    /// The server does not.
    fn refuse(&mut self, _reason: &str, _out: &mut Vec<u8>) {}

    /// A message, not larger than allowed, for the other end.
    fn write(&mut self, message: &[u8], out: &mut Vec<u8>);

    /// Asks the other end whether it is there. Nothing where the protocol cannot ask.
    fn ping(&mut self, _out: &mut Vec<u8>) {}

    /// The last words of this end, after `begin`.
    fn end(&mut self, _reason: &str, _out: &mut Vec<u8>) {}

    /// The server's last words to a client that has broken the protocol. Nothing where it has
    /// none: such a client is cut off.
    fn expel(&mut self, _violation: StreamViolation, _out: &mut Vec<u8>) {}

    /// The server's last words to a client for which too much waits, at most [`TOO_SLOW_BYTES_MAX`] bytes. Nothing
    /// where it has none: such a client is cut off.
    fn end_as_too_slow(&mut self, _out: &mut Vec<u8>) {}
}

/// The longest words of [`MessageStream::end_as_too_slow`], in bytes; so much room is kept for them.
pub const TOO_SLOW_BYTES_MAX: usize = 256;

/// What was found in a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing to report.
    Nothing,
    /// The other end did its part of the handshake: a client wants to be admitted, or the server has admitted us. What
    /// it said of itself is the greeting.
    Greeting,
    /// A message.
    Message,
    /// The server does not take us in, in these words.
    Refusal,
    /// The other end says goodbye, in these words.
    End,
}

/// Which rule of the protocol was broken, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct StreamViolation(pub &'static str);
