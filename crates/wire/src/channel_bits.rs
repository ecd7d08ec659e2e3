//! The 16 bits that describe a channel in a voice packet.

use core::cmp::Ordering;

/// Kind, flags, priority, own session and amplitude of a channel.
///
/// | bits | meaning |
/// |---|---|
/// | 0 | 1 room, 0 player: the opposite of a text message's recipient type |
/// | 1 | positional |
/// | 2 | closing |
/// | 3–4 | priority |
/// | 5–6 | the channel's own session |
/// | 7 | unused |
/// | 8–15 | amplitude |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ChannelBits(pub u16);

/// The kind of recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChannelKind {
    /// One player, by client id.
    Player,
    /// All listeners of a room, by room id.
    Room,
}

/// Speech priority: a listener ducks lower ones. In rising order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Priority {
    /// Below the default.
    Low,
    /// The default.
    #[default]
    Default,
    /// Above the default.
    Medium,
    /// Above all.
    High,
}

impl ChannelBits {
    /// A channel of this kind: not positional, not closing, default priority, own session 0, amplitude 1.
    pub fn new(kind: ChannelKind) -> Self {
        let room = matches!(kind, ChannelKind::Room);
        Self(0).with(ROOM, room).with_amplitude(1.0)
    }

    /// The kind of recipient.
    #[inline]
    pub const fn kind(self) -> ChannelKind {
        if self.has(ROOM) { ChannelKind::Room } else { ChannelKind::Player }
    }

    /// Whether the voice is to be heard from where the speaker stands.
    #[inline]
    pub const fn is_positional(self) -> bool {
        self.has(POSITIONAL)
    }

    /// Whether this is the channel's last packet.
    #[inline]
    pub const fn is_closing(self) -> bool {
        self.has(CLOSING)
    }

    /// The channel's priority.
    #[inline]
    pub const fn priority(self) -> Priority {
        match self.0 >> PRIORITY_SHIFT & 3 {
            0 => Priority::Default,
            1 => Priority::Low,
            2 => Priority::Medium,
            _ => Priority::High,
        }
    }

    /// The channel's own session, 0 to 3: it changes when the channel was closed and opened again.
    #[inline]
    pub const fn own_session(self) -> u8 {
        (self.0 >> OWN_SESSION_SHIFT & 3) as u8
    }

    /// The factor to multiply the samples with, from 0 to 2 in 255 steps.
    #[inline]
    pub fn amplitude(self) -> f32 {
        f32::from((self.0 >> AMPLITUDE_SHIFT) as u8) / 255.0 * 2.0
    }

    /// The same channel, positional or not.
    #[must_use]
    pub const fn with_positional(self, positional: bool) -> Self {
        self.with(POSITIONAL, positional)
    }

    /// The same channel, closing or not.
    #[must_use]
    pub const fn with_closing(self, closing: bool) -> Self {
        self.with(CLOSING, closing)
    }

    /// The same channel with this priority.
    #[must_use]
    pub const fn with_priority(self, priority: Priority) -> Self {
        let number = match priority {
            Priority::Default => 0,
            Priority::Low => 1,
            Priority::Medium => 2,
            Priority::High => 3,
        };
        Self(self.0 & !(3 << PRIORITY_SHIFT) | number << PRIORITY_SHIFT)
    }

    /// The same channel with this own session, modulo 4; no sender of ours or the original's needs it.
    #[doc(hidden)]
    #[must_use]
    pub const fn with_own_session(self, own_session: u8) -> Self {
        let number = (own_session & 3) as u16;
        Self(self.0 & !(3 << OWN_SESSION_SHIFT) | number << OWN_SESSION_SHIFT)
    }

    /// The same channel with this amplitude, clamped to 0 to 2 and rounded to the nearest step.
    /// Not a number counts as 0.
    #[must_use]
    pub fn with_amplitude(self, amplitude: f32) -> Self {
        let byte = round_half_even(amplitude.clamp(0.0, 2.0) / 2.0 * 255.0);
        Self(self.0 & !(0xFF << AMPLITUDE_SHIFT) | u16::from(byte) << AMPLITUDE_SHIFT)
    }

    const fn has(self, flag: u16) -> bool {
        self.0 & flag != 0
    }

    const fn with(self, flag: u16, set: bool) -> Self {
        Self(if set { self.0 | flag } else { self.0 & !flag })
    }
}

const ROOM: u16 = 1 << 0;
const POSITIONAL: u16 = 1 << 1;
const CLOSING: u16 = 1 << 2;
const PRIORITY_SHIFT: u16 = 3;
const OWN_SESSION_SHIFT: u16 = 5;
const AMPLITUDE_SHIFT: u16 = 8;

/// Rounds to the nearest whole number, halves to the even one, which `core` has no function for.
/// `value` is 0 to 255, where the difference to its whole part is exact, or not a number, which gives 0.
fn round_half_even(value: f32) -> u8 {
    let whole = value as u8;
    let up = match (value - f32::from(whole)).partial_cmp(&0.5) {
        Some(Ordering::Greater) => 1,
        Some(Ordering::Equal) => whole % 2,
        Some(Ordering::Less) | None => 0,
    };
    whole + up
}
