//! A client, for tests and load: enough of one to log in, to write and to be heard.
//!
//! It does not block and has no thread: its owner calls [`poll`](MumbleClient::poll) until it returns `None`, and
//! again when time has passed.

use std::collections::VecDeque;
use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream, UdpSocket};
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme};

use crate::control::messages::{Authenticate, VersionExchange};
use crate::control::{Control, Frame, TUNNEL};
use crate::crypt::{Crypt, CryptSecrets};
use crate::version::MumbleVersion;
use crate::voice::{Sender, Voice, VoiceFormat, VoicePacket};

/// Login settings of a client.
#[derive(Debug)]
pub struct ClientSettings {
    /// The version that it reports, which decides the format of its voice packets.
    pub version: MumbleVersion,
    /// Name, password, tokens.
    pub authenticate: Authenticate,
    /// Its certificate (X.509, DER) and the key of it.
    pub certificate: Option<(CertificateDer<'static>, PrivateKeyDer<'static>)>,
}

impl ClientSettings {
    /// A client of this name, of version 1.3 and with Opus.
    pub fn new(name: &str) -> Self {
        Self {
            version: MumbleVersion { major: 1, minor: 3, patch: 4 },
            authenticate: Authenticate {
                username: Some(name.to_owned()),
                opus: Some(true),
                ..Authenticate::default()
            },
            certificate: None,
        }
    }
}

/// The path of voice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VoiceWay {
    /// In datagrams.
    Datagram,
    /// In messages of the control channel.
    Tunnel,
}

/// An event at a client.
#[derive(Debug, PartialEq)]
pub enum MumbleClientEvent {
    /// A control message.
    Control(Control),
    /// Voice, and the path on which it came.
    Voice(Voice<'static>, VoiceWay),
    /// The answer to a ping, and the path on which it came.
    Pong(VoiceWay),
    /// The connection is over.
    Closed,
}

/// A client that is connected, or connecting.
pub struct MumbleClient {
    tcp: TcpStream,
    tls: ClientConnection,
    udp: UdpSocket,
    format: VoiceFormat,
    crypt: Option<Crypt>,
    received: Vec<u8>,
    events: VecDeque<MumbleClientEvent>,
    is_closed: bool,
}

impl std::fmt::Debug for MumbleClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MumbleClient").field("format", &self.format).finish_non_exhaustive()
    }
}

impl MumbleClient {
    /// Connects and logs in.
    ///
    /// # Errors
    /// If the server is not there, or the certificate cannot be shown.
    pub fn connect(server: SocketAddr, settings: ClientSettings) -> io::Result<Self> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(AnyServer(provider)));
        let config = match settings.certificate {
            Some((certificate, key)) => {
                config.with_client_auth_cert(vec![certificate], key).map_err(io::Error::other)?
            }
            None => config.with_no_client_auth(),
        };
        let name = ServerName::from(server.ip());
        let tls = ClientConnection::new(Arc::new(config), name).map_err(io::Error::other)?;
        let tcp = TcpStream::connect(server)?;
        tcp.set_nonblocking(true)?;
        tcp.set_nodelay(true)?;
        let udp = UdpSocket::bind((server.ip(), 0))?;
        udp.connect(server)?;
        udp.set_nonblocking(true)?;
        let mut client = Self {
            tcp,
            tls,
            udp,
            format: VoiceFormat::of(settings.version),
            crypt: None,
            received: Vec::new(),
            events: VecDeque::new(),
            is_closed: false,
        };
        let version = VersionExchange {
            version_v1: Some(settings.version.v1()),
            version_v2: Some(settings.version.v2()),
            release: Some("a client for tests".to_owned()),
            ..VersionExchange::default()
        };
        client.send(&version.into())?;
        client.send(&settings.authenticate.into())?;
        Ok(client)
    }

    /// The next thing that happened.
    ///
    /// # Errors
    /// If the connection breaks, or the data is not Mumble's protocol.
    pub fn poll(&mut self) -> io::Result<Option<MumbleClientEvent>> {
        if self.events.is_empty() && !self.is_closed {
            self.read_stream()?;
            self.read_datagrams();
        }
        Ok(self.events.pop_front())
    }

    /// Closes the connection. Data sent before still arrives, as far as the system accepts it at once.
    pub fn leave(mut self) {
        self.tls.send_close_notify();
        // A connection with an error is already closed.
        let _ = self.write_records();
        let _ = self.tcp.shutdown(Shutdown::Write);
    }

    /// The certificate that the server has shown (X.509, DER), once the handshake is over.
    pub fn server_certificate(&self) -> Option<CertificateDer<'static>> {
        self.tls.peer_certificates()?.first().map(|certificate| certificate.clone().into_owned())
    }

    /// Sends a control message.
    ///
    /// # Errors
    /// If the connection breaks.
    pub fn send(&mut self, control: &Control) -> io::Result<()> {
        let mut bytes = Vec::new();
        control.write(&mut bytes);
        self.send_bytes(&bytes)
    }

    /// Sends a packet of voice.
    ///
    /// # Errors
    /// If it cannot be sent; no key for datagrams has come yet, for example.
    pub fn send_voice(&mut self, voice: &Voice<'_>, way: VoiceWay) -> io::Result<()> {
        let mut packet = Vec::new();
        voice.write(self.format, Sender::Client, &mut packet);
        self.send_packet(&packet, way)
    }

    /// Sends a sign of life, which comes back.
    ///
    /// # Errors
    /// As [`send_voice`](Self::send_voice).
    pub fn ping(&mut self, way: VoiceWay) -> io::Result<()> {
        let packet: &[u8] = match self.format {
            VoiceFormat::Legacy => &[0x20, 7],
            VoiceFormat::Protobuf => &[1, 0x08, 7],
        };
        self.send_packet(packet, way)
    }

    /// Sends a voice packet as it is.
    ///
    /// # Errors
    /// As [`send_voice`](Self::send_voice).
    pub fn send_packet(&mut self, packet: &[u8], way: VoiceWay) -> io::Result<()> {
        if way == VoiceWay::Tunnel {
            let length = (packet.len() as u32).to_be_bytes();
            return self.send_bytes(&[&TUNNEL.to_be_bytes()[..], &length, packet].concat());
        }
        let crypt = self.crypt.as_mut().ok_or(io::ErrorKind::NotConnected)?;
        let mut datagram = Vec::new();
        crypt.seal(packet, &mut datagram);
        self.udp.send(&datagram).map(drop)
    }

    fn send_bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.tls.writer().write_all(bytes)?;
        self.write_records()
    }

    fn write_records(&mut self) -> io::Result<()> {
        while self.tls.wants_write() {
            match self.tls.write_tls(&mut self.tcp) {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn read_stream(&mut self) -> io::Result<()> {
        self.write_records()?;
        loop {
            match self.tls.read_tls(&mut self.tcp) {
                Ok(0) => return self.close(),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return self.close(),
                Err(error) => return Err(error),
            }
            self.tls.process_new_packets().map_err(io::Error::other)?;
            match self.tls.reader().read_to_end(&mut self.received) {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        self.write_records()?;
        self.read_frames()
    }

    fn close(&mut self) -> io::Result<()> {
        self.read_frames()?;
        self.is_closed = true;
        self.events.push_back(MumbleClientEvent::Closed);
        Ok(())
    }

    fn read_frames(&mut self) -> io::Result<()> {
        let invalid = || io::Error::from(io::ErrorKind::InvalidData);
        let received = std::mem::take(&mut self.received);
        let mut rest = &*received;
        while let Some(frame) = Frame::read(rest).map_err(|_| invalid())? {
            rest = &rest[frame.len()..];
            if frame.kind == TUNNEL {
                self.take_packet(frame.body, VoiceWay::Tunnel);
            } else if let Some(control) = Control::read(frame.kind, frame.body).map_err(|_| invalid())? {
                self.take_control(control);
            }
        }
        self.received = rest.to_vec();
        Ok(())
    }

    fn take_control(&mut self, control: Control) {
        if let Control::CryptSetup(setup) = &control {
            let nonce = |bytes: &Option<Vec<u8>>| <[u8; 16]>::try_from(&**bytes.as_ref()?).ok();
            let nonces = nonce(&setup.server_nonce).zip(nonce(&setup.client_nonce));
            if let Some((key, (server_nonce, client_nonce))) = nonce(&setup.key).zip(nonces) {
                // Swapped, because this is the client's end.
                let (client_nonce, server_nonce) = (server_nonce, client_nonce);
                self.crypt = Some(Crypt::new(&CryptSecrets { key, client_nonce, server_nonce }));
            } else if let Some((crypt, server_nonce)) = self.crypt.as_mut().zip(nonce(&setup.server_nonce)) {
                crypt.resync(server_nonce);
            }
        }
        self.events.push_back(MumbleClientEvent::Control(control));
    }

    fn read_datagrams(&mut self) {
        let (mut datagram, mut packet) = ([0; 2048], Vec::new());
        while let Ok(bytes) = self.udp.recv(&mut datagram) {
            let Some(crypt) = &mut self.crypt else { continue };
            if crypt.open(&datagram[..bytes], &mut packet).is_ok() {
                self.take_packet(&packet.clone(), VoiceWay::Datagram);
            }
        }
    }

    fn take_packet(&mut self, packet: &[u8], way: VoiceWay) {
        match VoicePacket::read(self.format, Sender::Server, packet) {
            Ok(VoicePacket::Voice(voice)) => {
                self.events.push_back(MumbleClientEvent::Voice(voice.into_owned(), way));
            }
            Ok(VoicePacket::Ping) => self.events.push_back(MumbleClientEvent::Pong(way)),
            _ => {}
        }
    }
}

/// Accepts any certificate, as on a first connection.
#[derive(Debug)]
struct AnyServer(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyServer {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
