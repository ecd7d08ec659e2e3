//! Pings and pongs, in the forms of all versions.

use crate::Framing;

/// The times in a ping, in seconds of its sender's clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ping {
    /// Up to v82.3: one time.
    Time(f64),
    /// Since v82.4.
    Times {
        /// The sender's clock.
        local: f64,
        /// What the sender believes the receiver's clock to say when this arrives.
        predicted: f64,
    },
}

impl Ping {
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

    /// The body of the answer, from who has this on its clock, in seconds: the same as in
    /// the time stamps of its batches.
    pub fn pong(self, framing: Framing, seconds: f64) -> TimesBody {
        match self {
            Self::Time(time) if framing == Framing::Prefixed => TimesBody::new(&[time]),
            Self::Time(time) => TimesBody::new(&[time, seconds]),
            Self::Times { local, predicted } => {
                TimesBody::new(&[local, seconds - local, seconds - predicted])
            }
        }
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
