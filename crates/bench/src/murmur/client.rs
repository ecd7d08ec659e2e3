//! A client of Mumble without sound: control messages over TLS, voice over UDP.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};

use super::message::{self, Field, Message, kind, write_voice_number};
use super::ocb2::Sealer;

pub(super) struct MurmurClient {
    control: StreamOwned<ClientConnection, TcpStream>,
    voice: UdpSocket,
    sealer: Option<Sealer>,
    /// Its number, as soon as it is in.
    pub(super) number: Option<u64>,
    /// Where it was moved to.
    pub(super) channel: Option<u64>,
    /// The numbers of channels, by name.
    pub(super) channels: BTreeMap<String, u64>,
    received: Vec<u8>,
    sequence: u32,
    packet: Vec<u8>,
    datagram: Vec<u8>,
}

/// Mumble 1.3.4, as the server that is measured.
const VERSION: u64 = 0x01_03_04;
/// Voice in Opus, for all in the channel.
const OPUS: u8 = 4 << 5;
const UDP_PING: u8 = 1 << 5;
/// Frames are numbered in steps of 10 ms.
const STEP: u32 = 2;
/// Voice is longer than that, and an answer to a ping shorter.
const VOICE_BYTES_MIN: usize = 60;

impl MurmurClient {
    /// Connects, and asks to be let in.
    pub(super) fn dial(
        server: SocketAddr,
        tls: &Arc<ClientConfig>,
        name: &str,
        password: Option<&str>,
    ) -> Result<Self, Box<dyn Error>> {
        let stream = TcpStream::connect(server)?;
        stream.set_nodelay(true)?;
        let connection = ClientConnection::new(Arc::clone(tls), ServerName::try_from("localhost")?)?;
        let mut control = StreamOwned::new(connection, stream);
        let login = Message::new(kind::AUTHENTICATE).text(1, name);
        let login = password.into_iter().fold(login, |login, password| login.text(2, password));
        control.write_all(&Message::new(kind::VERSION).number(1, VERSION).bytes())?;
        control.write_all(&login.number(5, 1).bytes())?;
        control.flush()?;
        control.sock.set_nonblocking(true)?;
        let voice = UdpSocket::bind((server.ip(), 0))?;
        voice.connect(server)?;
        voice.set_nonblocking(true)?;
        Ok(Self {
            control,
            voice,
            sealer: None,
            number: None,
            channel: None,
            channels: BTreeMap::new(),
            received: Vec::new(),
            sequence: 0,
            packet: Vec::new(),
            datagram: Vec::new(),
        })
    }

    /// Takes the control messages that came.
    pub(super) fn run_once(&mut self) -> Result<(), Box<dyn Error>> {
        let (mut buffer, mut is_closed) = ([0; 16 * 1024], false);
        while !is_closed {
            match self.control.read(&mut buffer) {
                Ok(0) => is_closed = true,
                Ok(bytes) => self.received.extend_from_slice(&buffer[..bytes]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error.into()),
            }
        }
        let received = std::mem::take(&mut self.received);
        let mut rest = &received[..];
        while let Some((kind, fields, length)) = message::first(rest) {
            self.handle(kind, fields)?;
            rest = &rest[length..];
        }
        self.received = rest.to_vec();
        if is_closed { Err("Murmur has closed a connection".into()) } else { Ok(()) }
    }

    /// Whether voice can be sent.
    pub(super) fn is_in(&self) -> bool {
        self.number.is_some() && self.sealer.is_some()
    }

    pub(super) fn send(&mut self, message: Message) -> io::Result<()> {
        self.control.sock.set_nonblocking(false)?;
        self.control.write_all(&message.bytes())?;
        self.control.flush()?;
        self.control.sock.set_nonblocking(true)
    }

    /// So that the server knows where voice is to go, and that the client is there.
    pub(super) fn ping(&mut self) -> io::Result<()> {
        self.send(Message::new(kind::PING).number(1, 1))?;
        self.packet.clear();
        self.packet.extend_from_slice(&[UDP_PING, 1]);
        self.send_packet()
    }

    /// Says a frame to its channel.
    pub(super) fn speak(&mut self, frame: &[u8]) -> io::Result<()> {
        self.sequence = (self.sequence + STEP) & 0x1f_ffff;
        self.packet.clear();
        self.packet.push(OPUS);
        write_voice_number(self.sequence, &mut self.packet);
        write_voice_number(frame.len() as u32, &mut self.packet);
        self.packet.extend_from_slice(frame);
        self.send_packet()
    }

    /// How many frames have come.
    pub(super) fn hear(&mut self) -> u64 {
        let (mut buffer, mut frames) = ([0; 2048], 0);
        while let Ok(bytes) = self.voice.recv(&mut buffer) {
            frames += u64::from(bytes >= VOICE_BYTES_MIN);
        }
        frames
    }

    fn send_packet(&mut self) -> io::Result<()> {
        let Some(sealer) = &mut self.sealer else { return Ok(()) };
        sealer.seal(&self.packet, &mut self.datagram);
        self.voice.send(&self.datagram).map(|_| ())
    }

    fn handle(&mut self, kind: u16, fields: &[u8]) -> Result<(), Box<dyn Error>> {
        let number = |wanted| match message::field(fields, wanted) {
            Some(Field::Number(number)) => Some(number),
            _ => None,
        };
        let bytes = |wanted| match message::field(fields, wanted) {
            Some(Field::Bytes(bytes)) => Some(bytes),
            _ => None,
        };
        match kind {
            kind::REJECT => {
                let why = bytes(2).map(String::from_utf8_lossy).unwrap_or_default();
                return Err(format!("Murmur does not let a client in: {why}").into());
            }
            kind::CRYPT_SETUP => {
                if let (Some(key), Some(nonce)) = (bytes(1), bytes(2)) {
                    self.sealer = Some(Sealer::new(key.try_into()?, nonce.try_into()?));
                }
            }
            kind::SERVER_SYNC => self.number = number(1),
            kind::USER_STATE if number(1) == self.number => self.channel = number(5).or(self.channel),
            kind::CHANNEL_STATE => {
                if let Some(name) = bytes(3) {
                    let name = String::from_utf8_lossy(name).into_owned();
                    self.channels.insert(name, number(1).unwrap_or(0));
                }
            }
            _ => {}
        }
        Ok(())
    }
}
