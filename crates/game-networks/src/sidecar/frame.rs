//! The protocol of a link: frames, each after its length. `docs/networks/sidecar.md` is the specification.

use consonance_link::Delivery;

/// The largest voice packet that crosses a link, in bytes: no peer of the original accepts a larger one.
pub const PACKET_BYTES_MAX: usize = 1024;
/// The largest length of a frame, that is, its kind and its body. The longest frame that we send is a packet for
/// [`RECEIVERS_MAX`] players, with 3068 bytes.
pub(crate) const FRAME_BYTES_MAX: usize = 4096;
/// The largest length of a frame before the proofs.
pub(crate) const GREETING_BYTES_MAX: usize = 512;
/// Players of one [`Frame::Deliver`].
pub(crate) const RECEIVERS_MAX: usize = 255;
/// The only protocol version so far.
pub(crate) const VERSION: u8 = 1;
/// The first bytes of a link's first frame, after its kind: "CVSL".
pub(crate) const MAGIC: [u8; 4] = *b"CVSL";
/// Random bytes that either end draws for each link.
pub(crate) const NONCE_BYTES: usize = 16;
/// HMAC-SHA-256.
pub(crate) const PROOF_BYTES: usize = 32;
const LENGTH_BYTES: usize = 2;
const RELIABLE: u8 = 1;
const WAS_THERE: u8 = 1;

/// A player's number on a link: chosen by the adapter, and never reused for another player on the same link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlayerNumber(pub u64);

/// One frame. Texts for people are UTF-8; the reader sanitizes them for display.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Frame<'a> {
    /// From the adapter: the first frame of a link.
    Hello(Hello<'a>),
    /// From the server: a request for a proof.
    Challenge { version: u8, nonce: [u8; NONCE_BYTES] },
    /// From the adapter: the proof that it knows the secret.
    Proof([u8; PROOF_BYTES]),
    /// From the server: the same proof; the link is up.
    Welcome { proof: [u8; PROOF_BYTES], idle_s: u16, players_max: u32, pace_ms: Option<u16> },
    /// From either end: the end of the link, with the reason.
    Bye { reason: &'a [u8] },
    /// A heartbeat after a silence; `pace_ms` is the longest time until the sender's next frame, if it says so.
    Alive { pace_ms: Option<u16> },
    /// From the adapter: a voice packet of a player.
    Packet { player: PlayerNumber, delivery: Delivery, packet: &'a [u8] },
    /// From the server: a voice packet for players.
    Deliver { to: Receivers<'a>, delivery: Delivery, packet: &'a [u8] },
    /// From the adapter: a player is present, with its address as far as that is known.
    Joined { player: PlayerNumber, was_there: bool, address: &'a [u8] },
    /// From the server: a player is admitted.
    Admitted { player: PlayerNumber },
    /// From the adapter: a player has left.
    Left { player: PlayerNumber },
    /// From the server: a player is to be disconnected.
    Kick { player: PlayerNumber, reason: &'a [u8] },
    /// A kind of a later version, which is ignored.
    Unknown,
}

/// The adapter's first frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hello<'a> {
    pub(crate) version: u8,
    pub(crate) nonce: [u8; NONCE_BYTES],
    /// The session that its players join; empty for the server's only session.
    pub(crate) session: &'a str,
    /// The name of the game server in logs.
    pub(crate) name: &'a str,
}

/// The players' numbers in a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Receivers<'a>(&'a [[u8; 8]]);

impl Receivers<'_> {
    pub(crate) fn players(&self) -> impl Iterator<Item = PlayerNumber> {
        self.0.iter().map(|bytes| PlayerNumber(u64::from_be_bytes(*bytes)))
    }
}

impl<'a> Frame<'a> {
    /// Reads a frame without its length; the error is a description.
    pub(crate) fn parse(frame: &'a [u8]) -> Result<Self, &'static str> {
        let (kind, body) = frame.split_first().ok_or("a frame without a kind")?;
        let mut rest = Rest(body);
        let short = "a frame that is too short for its kind";
        let parsed = match *kind {
            1 => return Self::parse_hello(rest).ok_or("a hello that is none"),
            2 => rest
                .byte()
                .and_then(|version| Some(Self::Challenge { version, nonce: *rest.array()? }))
                .ok_or(short)?,
            3 => Self::Proof(*rest.array().ok_or(short)?),
            4 => rest
                .array()
                .and_then(|proof| {
                    let (idle_s, players_max) = (rest.u16()?, u32::from_be_bytes(*rest.array()?));
                    let pace_ms = rest.u16();
                    Some(Self::Welcome { proof: *proof, idle_s, players_max, pace_ms })
                })
                .ok_or(short)?,
            5 => Self::Bye { reason: rest.0 },
            6 => Self::Alive { pace_ms: rest.u16() },
            16 => {
                let delivery = rest.delivery().ok_or(short)?;
                let player = rest.player().ok_or(short)?;
                Self::Packet { player, delivery, packet: rest.packet()? }
            }
            17 => {
                let delivery = rest.delivery().ok_or(short)?;
                let to = rest.receivers().ok_or(short)?;
                Self::Deliver { to, delivery, packet: rest.packet()? }
            }
            18 => rest
                .byte()
                .and_then(|flags| {
                    let player = rest.player()?;
                    Some(Self::Joined { player, was_there: flags & WAS_THERE != 0, address: rest.0 })
                })
                .ok_or(short)?,
            19 => Self::Admitted { player: rest.player().ok_or(short)? },
            20 => Self::Left { player: rest.player().ok_or(short)? },
            21 => Self::Kick { player: rest.player().ok_or(short)?, reason: rest.0 },
            _ => Self::Unknown,
        };
        Ok(parsed)
    }

    fn parse_hello(mut rest: Rest<'a>) -> Option<Self> {
        if *rest.array()? != MAGIC {
            return None;
        }
        let (version, nonce) = (rest.byte()?, *rest.array()?);
        let (session, name) = (rest.text()?, rest.text()?);
        Some(Self::Hello(Hello { version, nonce, session, name }))
    }

    /// Appends the frame with its length. Texts and packets are within their limits; see [`cut`].
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        frame(out, self.kind(), |out| self.write_body(out));
    }

    pub(crate) fn write_body(&self, out: &mut Vec<u8>) {
        match self {
            Self::Hello(hello) => {
                out.extend(MAGIC);
                out.push(hello.version);
                out.extend(hello.nonce);
                for text in [hello.session, hello.name] {
                    out.push(text.len() as u8);
                    out.extend(text.as_bytes());
                }
            }
            Self::Challenge { version, nonce } => {
                out.push(*version);
                out.extend(nonce);
            }
            Self::Proof(proof) => out.extend(proof),
            Self::Welcome { proof, idle_s, players_max, pace_ms } => {
                out.extend(proof);
                out.extend(idle_s.to_be_bytes());
                out.extend(players_max.to_be_bytes());
                out.extend(pace_ms.iter().flat_map(|pace_ms| pace_ms.to_be_bytes()));
            }
            Self::Bye { reason } => out.extend(*reason),
            Self::Alive { pace_ms } => out.extend(pace_ms.iter().flat_map(|pace_ms| pace_ms.to_be_bytes())),
            Self::Unknown => {}
            Self::Packet { player, delivery, packet } => {
                out.push(flags_of(*delivery));
                out.extend(player.0.to_be_bytes());
                out.extend(*packet);
            }
            Self::Deliver { to, delivery, packet } => {
                write_deliver_head(out, *delivery, to.players());
                out.extend(*packet);
            }
            Self::Joined { player, was_there, address } => {
                out.push(if *was_there { WAS_THERE } else { 0 });
                out.extend(player.0.to_be_bytes());
                out.extend(*address);
            }
            Self::Admitted { player } | Self::Left { player } => out.extend(player.0.to_be_bytes()),
            Self::Kick { player, reason } => {
                out.extend(player.0.to_be_bytes());
                out.extend(*reason);
            }
        }
    }

    fn kind(&self) -> u8 {
        match self {
            Self::Hello(_) => 1,
            Self::Challenge { .. } => 2,
            Self::Proof(_) => 3,
            Self::Welcome { .. } => 4,
            Self::Bye { .. } => 5,
            Self::Alive { .. } => 6,
            Self::Packet { .. } => 16,
            Self::Deliver { .. } => DELIVER,
            Self::Joined { .. } => 18,
            Self::Admitted { .. } => 19,
            Self::Left { .. } => 20,
            Self::Kick { .. } => 21,
            Self::Unknown => u8::MAX,
        }
    }
}

/// Appends a [`Frame::Deliver`] without a list of its receivers: at most [`RECEIVERS_MAX`] of them.
pub(crate) fn write_deliver(
    out: &mut Vec<u8>,
    delivery: Delivery,
    to: impl ExactSizeIterator<Item = PlayerNumber>,
    packet: &[u8],
) {
    frame(out, DELIVER, |out| {
        write_deliver_head(out, delivery, to);
        out.extend(packet);
    });
}

const DELIVER: u8 = 17;

fn write_deliver_head(out: &mut Vec<u8>, delivery: Delivery, to: impl Iterator<Item = PlayerNumber>) {
    out.push(flags_of(delivery));
    let count_at = out.len();
    out.push(0);
    for player in to {
        out.extend(player.0.to_be_bytes());
        out[count_at] += 1;
    }
}

fn frame(out: &mut Vec<u8>, kind: u8, write_body: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend([0; LENGTH_BYTES]);
    out.push(kind);
    write_body(out);
    let length = (out.len() - start - LENGTH_BYTES) as u16;
    out[start..start + LENGTH_BYTES].copy_from_slice(&length.to_be_bytes());
}

fn flags_of(delivery: Delivery) -> u8 {
    match delivery {
        Delivery::Reliable => RELIABLE,
        Delivery::Unreliable => 0,
    }
}

/// The beginning of a text, at most this many bytes, without a partial character at its end.
pub(crate) fn cut(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}

/// The unread rest of a body.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn byte(&mut self) -> Option<u8> {
        self.array().map(|[byte]| *byte)
    }

    fn array<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(array)
    }

    fn u16(&mut self) -> Option<u16> {
        self.array().map(|bytes| u16::from_be_bytes(*bytes))
    }

    fn player(&mut self) -> Option<PlayerNumber> {
        self.array().map(|bytes| PlayerNumber(u64::from_be_bytes(*bytes)))
    }

    fn delivery(&mut self) -> Option<Delivery> {
        let flags = self.byte()?;
        Some(if flags & RELIABLE == 0 { Delivery::Unreliable } else { Delivery::Reliable })
    }

    fn receivers(&mut self) -> Option<Receivers<'a>> {
        let count = usize::from(self.byte()?);
        let (numbers, rest) = self.0.split_at_checked(count * size_of::<u64>())?;
        self.0 = rest;
        Some(Receivers(numbers.as_chunks().0))
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = usize::from(self.byte()?);
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        str::from_utf8(text).ok()
    }

    /// The remaining bytes, as a voice packet.
    fn packet(&self) -> Result<&'a [u8], &'static str> {
        if self.0.len() <= PACKET_BYTES_MAX { Ok(self.0) } else { Err("a voice packet above 1024 bytes") }
    }
}
