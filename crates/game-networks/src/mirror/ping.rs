//! Pings and pongs, in the forms of all versions.

use crate::mirror::{IdHash, MessageId, MessageKind};

/// The times in a ping, in seconds of its sender's clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MirrorPing {
    /// Up to v82.3: one time.
    Time(f64),
    /// Since v82.4.
    Times {
        /// The sender's clock.
        local: f64,
        /// The sender's prediction of the receiver's clock when this arrives.
        predicted: f64,
    },
}

impl MirrorPing {
    /// Reads a ping's body of 8 or 16 bytes; `None` for any other.
    pub fn read(body: &[u8]) -> Option<Self> {
        Some(match body.as_chunks::<8>() {
            ([time], []) => Self::Time(f64::from_le_bytes(*time)),
            ([local, predicted], []) => {
                Self::Times { local: f64::from_le_bytes(*local), predicted: f64::from_le_bytes(*predicted) }
            }
            _ => return None,
        })
    }

    /// The body of this ping.
    pub fn body(self) -> TimesBody {
        match self {
            Self::Time(time) => TimesBody::new(&[time]),
            Self::Times { local, predicted } => TimesBody::new(&[local, predicted]),
        }
    }

    /// The body of the answer, at `seconds` on the answering side's clock: the clock of the time stamps of its batches.
    /// A ping with two times has one form of answer, whatever `form` says.
    pub fn pong(self, form: PongForm, seconds: f64) -> TimesBody {
        match (self, form) {
            (Self::Time(time), PongForm::Echo) => TimesBody::new(&[time]),
            (Self::Time(time), PongForm::EchoAndTime) => TimesBody::new(&[time, seconds]),
            (Self::Time(time), PongForm::Either) => TimesBody::new(&[time, time_or_messages(seconds)]),
            (Self::Times { local, predicted }, _) => {
                TimesBody::new(&[local, seconds - local, seconds - predicted])
            }
        }
    }
}

/// The answer to a ping with one time. The versions' pings do not differ, but where messages do not carry their
/// lengths, a client disconnects on the other version's pong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PongForm {
    /// Up to v78.2.0: the ping's time, then the answering side's.
    EchoAndTime,
    /// Since v78.2.1: the ping's time.
    Echo,
    /// v42.2 to v80, where it is not known which: the ping's time and eight bytes that are a time for the older ones,
    /// and two more messages for the newer ones, which change nothing there: a time snapshot, and an object to
    /// hide whose number a server without a game never gives out. The time is early by up to one part in 2²⁰.
    ///
    /// Newer clients accept those messages once they are authenticated, and disconnect for them before.
    Either,
}

/// A time of which the upper half is that of `seconds`, and the lower half two message ids; as messages, the upper half
/// is the body of the second.
fn time_or_messages(seconds: f64) -> f64 {
    const NO_BODY: MessageId = id_up_to_v82_5(MessageKind::TimeSnapshot);
    const NUMBER_BODY: MessageId = id_up_to_v82_5(MessageKind::ObjectHide);
    let lower = u64::from(NO_BODY.0) | u64::from(NUMBER_BODY.0) << 16;
    f64::from_bits(seconds.to_bits() & !0xffff_ffff | lower)
}

const fn id_up_to_v82_5(kind: MessageKind) -> MessageId {
    match kind.type_name() {
        Some(name) => MessageId::of_ascii(name, IdHash::Times31),
        None => panic!("only voice has no name of its own"),
    }
}

/// The body of a ping or a pong: up to three times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimesBody {
    bytes: [u8; 24],
    length: usize,
}

impl TimesBody {
    fn new(times: &[f64]) -> Self {
        let mut bytes = [0; 24];
        for (place, time) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(times) {
            *place = time.to_le_bytes();
        }
        Self { bytes, length: 8 * times.len() }
    }
}

impl AsRef<[u8]> for TimesBody {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}
