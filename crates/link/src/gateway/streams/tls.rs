//! TLS around the stream of either end, without sockets: bytes of records go in and come out.

use std::io::{self, Read as _, Write as _};
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, Connection, ServerConfig, ServerConnection};

use super::{Found, MessageStream, StreamProtocol, StreamViolation};

/// A protocol of messages in streams, inside of TLS.
#[derive(Clone, Debug)]
pub struct TlsEnd<P> {
    inner: P,
    side: Side,
}

#[derive(Clone, Debug)]
enum Side {
    Client { config: Arc<ClientConfig>, host: ServerName<'static> },
    Server(Arc<ServerConfig>),
}

impl<P> TlsEnd<P> {
    /// A client's end. `host` is the subject of the certificate: a name or an IP address, without brackets.
    ///
    /// # Errors
    ///
    /// The host cannot be in a certificate.
    pub fn client(inner: P, host: &str, config: Arc<ClientConfig>) -> io::Result<Self> {
        let host = ServerName::try_from(host.to_owned())
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, format!("{host:?}: {error}")))?;
        Ok(Self { inner, side: Side::Client { config, host } })
    }

    /// A server's end.
    pub fn server(inner: P, config: Arc<ServerConfig>) -> Self {
        Self { inner, side: Side::Server(config) }
    }
}

impl<P: StreamProtocol> StreamProtocol for TlsEnd<P> {
    type Stream = TlsStream<P::Stream>;

    fn open(&mut self) -> TlsStream<P::Stream> {
        let (inner, message_bytes_max) = (self.inner.open(), self.inner.message_bytes_max());
        match &self.side {
            Side::Client { config, host } => {
                TlsStream::client(inner, host.clone(), Arc::clone(config), message_bytes_max)
            }
            Side::Server(config) => TlsStream::server(inner, Arc::clone(config), message_bytes_max),
        }
    }

    fn message_bytes_max(&self) -> usize {
        self.inner.message_bytes_max()
    }

    fn carries_empty_messages(&self) -> bool {
        self.inner.carries_empty_messages()
    }

    fn carries_end_reasons(&self) -> bool {
        self.inner.carries_end_reasons()
    }

    fn network(&self) -> &'static str {
        self.inner.network()
    }
}

/// One connection: a stream inside of TLS, or one without.
#[derive(Debug)]
pub struct TlsStream<S> {
    layer: Layer,
    inner: S,
    /// Decrypted bytes that are not consumed yet: at most one incomplete message of the inner stream, and the contents
    /// of the records of one read.
    received: Vec<u8>,
    /// How many bytes at its beginning are consumed.
    consumed: usize,
    /// Output of the inner stream before it is encrypted.
    plain: Vec<u8>,
    /// The most bytes that are kept for an inner stream that does not consume them.
    received_bytes_max: usize,
    /// The inner stream knows the certificate of the other end, if there is one.
    knows_certificate: bool,
}

/// The layer between the stream and its connection.
#[derive(Debug)]
enum Layer {
    Nothing,
    Tls(Box<Connection>),
    /// TLS that could not begin.
    Broken,
}

impl Layer {
    /// A broken layer only results from a configuration that the TLS library rejects for every connection.
    fn of(connection: Result<Connection, rustls::Error>) -> Self {
        connection.map_or(Self::Broken, |mut tls| {
            // The queue of outgoing bytes is limited by the TCP connection.
            tls.set_buffer_limit(None);
            Self::Tls(Box::new(tls))
        })
    }
}

impl<S: MessageStream> TlsStream<S> {
    /// A client's end, for a server with a certificate for this host, around messages of at most this many bytes.
    pub fn client(
        inner: S,
        host: ServerName<'static>,
        config: Arc<ClientConfig>,
        message_bytes_max: usize,
    ) -> Self {
        let layer = Layer::of(ClientConnection::new(config, host).map(Connection::from));
        Self::new(layer, inner, message_bytes_max)
    }

    /// A server's end.
    pub fn server(inner: S, config: Arc<ServerConfig>, message_bytes_max: usize) -> Self {
        let layer = Layer::of(ServerConnection::new(config).map(Connection::from));
        Self::new(layer, inner, message_bytes_max)
    }

    /// A stream without TLS, for networks where a setting decides.
    pub fn plain(inner: S) -> Self {
        Self::new(Layer::Nothing, inner, 0)
    }

    fn new(layer: Layer, inner: S, message_bytes_max: usize) -> Self {
        Self {
            layer,
            inner,
            received: Vec::new(),
            consumed: 0,
            plain: Vec::new(),
            received_bytes_max: 2 * message_bytes_max + RECORDS_BYTES_MAX,
            knows_certificate: false,
        }
    }

    /// Lets the inner stream produce its goodbye, and appends it to `out`.
    pub fn say_last(&mut self, out: &mut Vec<u8>, say: impl FnOnce(&mut S, &mut Vec<u8>)) {
        self.say(out, say);
        if let Layer::Tls(tls) = &mut self.layer {
            tls.send_close_notify();
            write_records(tls, out);
        }
    }

    /// Runs a write of the inner stream, and appends its records, and those of TLS itself, to `out`.
    fn say<T>(&mut self, out: &mut Vec<u8>, say: impl FnOnce(&mut S, &mut Vec<u8>) -> T) -> T {
        if matches!(self.layer, Layer::Nothing) {
            return say(&mut self.inner, out);
        }
        self.plain.clear();
        let said = say(&mut self.inner, &mut self.plain);
        if let Layer::Tls(tls) = &mut self.layer {
            // Writing to memory cannot fail.
            let _ = tls.writer().write_all(&self.plain);
            write_records(tls, out);
        }
        said
    }

    /// Reads what was decrypted already.
    fn read_decrypted(
        &mut self,
        message: &mut Vec<u8>,
        out: &mut Vec<u8>,
    ) -> Result<(usize, Found), StreamViolation> {
        let received = std::mem::take(&mut self.received);
        let unread = &received[self.consumed..];
        let read = self.say(out, |inner, plain| inner.read(unread, message, plain));
        self.received = received;
        let (taken, found) = read?;
        self.consumed += taken;
        if self.consumed == self.received.len() {
            self.received.clear();
            self.received.shrink_to(KEPT_BYTES);
            self.consumed = 0;
        }
        Ok((taken, found))
    }

    /// Decrypts the beginning of the stream: how many bytes that took.
    fn decrypt(&mut self, stream: &[u8], out: &mut Vec<u8>) -> Result<usize, StreamViolation> {
        let Layer::Tls(tls) = &mut self.layer else { return Err(NO_CONNECTION) };
        let mut rest = stream;
        let taken = tls.read_tls(&mut rest).map_err(|_| BROKEN)?;
        let processed = tls.process_new_packets();
        // The next handshake record, or the alert that says why the handshake failed.
        write_records(tls, out);
        match processed {
            Ok(_) => {}
            Err(rustls::Error::InvalidCertificate(_)) => return Err(NOT_TRUSTED),
            Err(_) => return Err(BROKEN),
        }
        if !tls.is_handshaking() && !std::mem::replace(&mut self.knows_certificate, true) {
            let certificate = tls.peer_certificates().and_then(<[_]>::first);
            if let Some(certificate) = certificate {
                self.inner.handle_certificate(certificate);
            }
        }
        self.received.drain(..self.consumed);
        self.consumed = 0;
        match tls.reader().read_to_end(&mut self.received) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => return Err(BROKEN),
        }
        if self.received.len() > self.received_bytes_max {
            return Err(TOO_LONG);
        }
        Ok(taken)
    }
}

impl<S: MessageStream> MessageStream for TlsStream<S> {
    fn begin(&mut self, out: &mut Vec<u8>) -> bool {
        self.say(out, MessageStream::begin)
    }

    fn read(
        &mut self,
        stream: &[u8],
        message: &mut Vec<u8>,
        out: &mut Vec<u8>,
    ) -> Result<(usize, Found), StreamViolation> {
        if matches!(self.layer, Layer::Nothing) {
            return self.inner.read(stream, message, out);
        }
        loop {
            match self.read_decrypted(message, out)? {
                (0, Found::Nothing) => {
                    let taken = if stream.is_empty() { 0 } else { self.decrypt(stream, out)? };
                    return Ok((taken, Found::Nothing));
                }
                (_, Found::Nothing) => {}
                (_, found) => return Ok((0, found)),
            }
        }
    }

    fn accept(&mut self, out: &mut Vec<u8>) {
        self.say(out, MessageStream::accept);
    }

    fn refuse(&mut self, reason: &str, out: &mut Vec<u8>) {
        self.say_last(out, |inner, plain| inner.refuse(reason, plain));
    }

    fn write(&mut self, message: &[u8], out: &mut Vec<u8>) {
        self.say(out, |inner, plain| inner.write(message, plain));
    }

    fn ping(&mut self, out: &mut Vec<u8>) {
        self.say(out, MessageStream::ping);
    }

    fn end(&mut self, reason: &str, out: &mut Vec<u8>) {
        self.say_last(out, |inner, plain| inner.end(reason, plain));
    }

    fn expel(&mut self, violation: StreamViolation, out: &mut Vec<u8>) {
        self.say_last(out, |inner, plain| inner.expel(violation, plain));
    }

    fn end_as_too_slow(&mut self, out: &mut Vec<u8>) {
        self.say_last(out, MessageStream::end_as_too_slow);
    }
}

/// Moves the records that wait to `out`.
fn write_records(tls: &mut Connection, out: &mut Vec<u8>) {
    while tls.wants_write() {
        if tls.write_tls(out).is_err() {
            return;
        }
    }
}

/// Above this, an emptied buffer gives its memory back.
const KEPT_BYTES: usize = 16 * 1024;

/// A generous limit for the contents of the records of one read, in bytes: a read takes 64 KiB at most.
const RECORDS_BYTES_MAX: usize = 128 * 1024;

const NO_CONNECTION: StreamViolation = StreamViolation("TLS cannot begin with these settings");
const BROKEN: StreamViolation = StreamViolation("what came is not TLS as this end speaks it");
const TOO_LONG: StreamViolation = StreamViolation("more came than one message may have");
const NOT_TRUSTED: StreamViolation =
    StreamViolation("the certificate is not the one that is expected; ask for the server's current address");
