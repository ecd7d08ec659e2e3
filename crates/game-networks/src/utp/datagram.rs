//! Datagrams, without the content of their pipelines.

/// The identifier of a connection, in both directions: a random number chosen by the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(pub [u8; 8]);

/// The largest datagram that Unity Transport sends, in bytes of UDP payload.
pub const DATAGRAM_BYTES_MAX: usize = 1400;

/// The largest greeting that fits into a handshake, in bytes.
pub const GREETING_BYTES_MAX: usize = DATAGRAM_BYTES_MAX - HANDSHAKE_BYTES - 2;

/// A datagram and its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Datagram<'a> {
    /// The connection that it belongs to.
    pub token: Token,
    /// The kind, with its content.
    pub kind: DatagramKind<'a>,
}

/// The kind of a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatagramKind<'a> {
    /// A client requests a connection. The greeting is the game's; in Netcode for GameObjects it is empty.
    Request {
        /// The client's greeting.
        greeting: &'a [u8],
    },
    /// The server accepts the connection.
    Accept {
        /// The server's greeting.
        greeting: &'a [u8],
    },
    /// Data for one of the pipelines.
    Data {
        /// The number of the pipeline.
        pipeline: u8,
        /// The headers of its stages, and the payload.
        body: &'a [u8],
    },
    /// The sender has closed the connection.
    Disconnect,
    /// The sender is still connected.
    Heartbeat,
    /// A query whether a datagram of this size arrives.
    MtuCheck {
        /// Its size, in bytes.
        datagram_bytes: u16,
    },
    /// A datagram of this size arrived.
    MtuAck {
        /// Its size, in bytes.
        datagram_bytes: u16,
    },
}

/// Why something is not a datagram of Unity Transport 2.x.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DatagramError {
    /// It ends within its header.
    #[error("the datagram is cut off; drop it")]
    CutOff,
    /// Its type is not one of the five.
    #[error(
        "no datagram has the type {0}; drop it, or look for a client with Unity Transport 1.x or encryption"
    )]
    UnknownType(u8),
    /// It is a handshake of a version other than 1.
    #[error("unknown version {0} of the handshake, expected 1; drop it")]
    OtherVersion(u8),
    /// It is a handshake that neither asks nor accepts.
    #[error("unknown kind of handshake {0}; drop it")]
    UnknownHandshake(u8),
    /// An MTU check whose size field does not match its length.
    #[error("the size in an MTU check does not match its length; drop it")]
    WrongMtuCheck,
}

impl DatagramError {
    /// A code for logs and bindings: unlike the text, it does not change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::CutOff => "cut-off",
            Self::UnknownType(_) => "unknown-type",
            Self::OtherVersion(_) => "other-version",
            Self::UnknownHandshake(_) => "unknown-handshake",
            Self::WrongMtuCheck => "wrong-mtu-check",
        }
    }
}

const HANDSHAKE: [u8; 3] = *b"UTP";
const VERSION: u8 = 1;
const REQUEST: u8 = 1;
const ACCEPT: u8 = 2;
const HANDSHAKE_BYTES: usize = 13;

/// The size of a goodbye.
pub(crate) const GOODBYE_BYTES: usize = 9;

/// The size of a heartbeat.
pub(crate) const HEARTBEAT_BYTES: usize = 9;

/// The bytes of data before the headers of its pipeline: type, token, and the pipeline's number.
pub(crate) const DATA_BYTES: usize = 10;

const DATA: u8 = 1;
const DISCONNECT: u8 = 2;
const HEARTBEAT: u8 = 3;
const MTU_CHECK: u8 = 4;
const MTU_ACK: u8 = 5;
/// Type, token and count of an MTU check.
const MTU_CHECK_BYTES: usize = 11;

impl<'a> Datagram<'a> {
    /// Reads a datagram. Bytes after a complete one are ignored.
    ///
    /// # Errors
    /// The bytes are not a datagram.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, DatagramError> {
        if let Some(handshake) = bytes.strip_prefix(&HANDSHAKE) {
            return parse_handshake(handshake);
        }
        let (&datagram_type, rest) = bytes.split_first().ok_or(DatagramError::CutOff)?;
        if !(DATA..=MTU_ACK).contains(&datagram_type) {
            return Err(DatagramError::UnknownType(datagram_type));
        }
        let (token, body) = rest.split_first_chunk().ok_or(DatagramError::CutOff)?;
        let kind = match datagram_type {
            DATA => {
                let (&pipeline, body) = body.split_first().ok_or(DatagramError::CutOff)?;
                DatagramKind::Data { pipeline, body }
            }
            DISCONNECT => DatagramKind::Disconnect,
            HEARTBEAT => DatagramKind::Heartbeat,
            MTU_CHECK => parse_mtu_check(body)?,
            _ => {
                let (size, _) =
                    body.get(2..).and_then(<[u8]>::split_first_chunk).ok_or(DatagramError::CutOff)?;
                DatagramKind::MtuAck { datagram_bytes: u16::from_le_bytes(*size) }
            }
        };
        Ok(Self { token: Token(*token), kind })
    }

    /// Appends the datagram.
    pub fn write(&self, datagram: &mut Vec<u8>) {
        match self.kind {
            DatagramKind::Request { greeting } => self.write_handshake(REQUEST, greeting, datagram),
            DatagramKind::Accept { greeting } => self.write_handshake(ACCEPT, greeting, datagram),
            DatagramKind::Data { pipeline, body } => {
                self.write_head(DATA, datagram);
                datagram.push(pipeline);
                datagram.extend_from_slice(body);
            }
            DatagramKind::Disconnect => self.write_head(DISCONNECT, datagram),
            DatagramKind::Heartbeat => self.write_head(HEARTBEAT, datagram),
            DatagramKind::MtuCheck { datagram_bytes } => {
                self.write_head(MTU_CHECK, datagram);
                let zeros = datagram_bytes.saturating_sub(MTU_CHECK_BYTES as u16);
                datagram.extend_from_slice(&zeros.to_le_bytes());
                datagram.resize(datagram.len() + usize::from(zeros), 0);
            }
            DatagramKind::MtuAck { datagram_bytes } => {
                self.write_head(MTU_ACK, datagram);
                datagram.extend_from_slice(&2_u16.to_le_bytes());
                datagram.extend_from_slice(&datagram_bytes.to_le_bytes());
            }
        }
    }

    fn write_head(&self, datagram_type: u8, datagram: &mut Vec<u8>) {
        datagram.push(datagram_type);
        datagram.extend_from_slice(&self.token.0);
    }

    fn write_handshake(&self, kind: u8, greeting: &[u8], datagram: &mut Vec<u8>) {
        datagram.extend_from_slice(&HANDSHAKE);
        datagram.extend_from_slice(&[VERSION, kind]);
        datagram.extend_from_slice(&self.token.0);
        if !greeting.is_empty() {
            let greeting = &greeting[..greeting.len().min(GREETING_BYTES_MAX)];
            datagram.extend_from_slice(&(greeting.len() as u16).to_le_bytes());
            datagram.extend_from_slice(greeting);
        }
    }
}

fn parse_handshake(bytes: &[u8]) -> Result<Datagram<'_>, DatagramError> {
    let (&[version, kind], rest) = bytes.split_first_chunk().ok_or(DatagramError::CutOff)?;
    if version != VERSION {
        return Err(DatagramError::OtherVersion(version));
    }
    let (token, rest) = rest.split_first_chunk().ok_or(DatagramError::CutOff)?;
    let greeting = match rest.split_first_chunk() {
        None => &[],
        Some((length, rest)) => {
            rest.get(..usize::from(u16::from_le_bytes(*length))).ok_or(DatagramError::CutOff)?
        }
    };
    let kind = match kind {
        REQUEST => DatagramKind::Request { greeting },
        ACCEPT => DatagramKind::Accept { greeting },
        other => return Err(DatagramError::UnknownHandshake(other)),
    };
    Ok(Datagram { token: Token(*token), kind })
}

fn parse_mtu_check(body: &[u8]) -> Result<DatagramKind<'_>, DatagramError> {
    let (zeros, rest) = body.split_first_chunk().ok_or(DatagramError::CutOff)?;
    let zeros = u16::from_le_bytes(*zeros);
    if rest.len() != usize::from(zeros) {
        return Err(DatagramError::WrongMtuCheck);
    }
    let datagram_bytes = zeros.checked_add(MTU_CHECK_BYTES as u16).ok_or(DatagramError::WrongMtuCheck)?;
    Ok(DatagramKind::MtuCheck { datagram_bytes })
}
