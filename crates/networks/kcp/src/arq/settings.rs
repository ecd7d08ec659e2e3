//! The numbers of the reliable part.

/// The numbers of KCP as Mirror's transport sets them; a game may have changed each of them. They need not be the same at
/// both ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArqSettings {
    /// How many segments may be under way. Default 4096.
    pub send_window: u32,
    /// How many received segments may wait, at least [`RECEIVE_WINDOW_MIN`](Self::RECEIVE_WINDOW_MIN), so that the largest
    /// message fits. Default 256: about 300 kB for each peer; stock ends have 4096.
    pub receive_window: u16,
    /// What the other side can take, in segments, until it says so. Default 128.
    pub remote_window_first: u16,
    /// The least that is waited for an acknowledgement beyond the round trip, in milliseconds. Default 10.
    pub interval_ms: u32,
    /// A segment is resent when so many later ones were acknowledged before it. Default 2.
    pub fast_resend: u32,
    /// That is done as long as it was sent at most so often. Default 5.
    pub fast_resend_transmissions_max: u32,
    /// A segment that was sent so often and did not arrive means that nothing does. Default 40.
    pub transmissions_max: u32,
    /// The least time after which a segment is resent, in milliseconds. Default 30.
    pub timeout_min_ms: u32,
    /// The same before a round trip is known. Default 200.
    pub timeout_first_ms: u32,
    /// The longest such time, in milliseconds. Default 60 000.
    pub timeout_max_ms: u32,
    /// When a side that could take nothing is first asked whether it can again, in milliseconds. Default 7000.
    pub probe_first_ms: u32,
    /// The longest time between two such questions, in milliseconds. Default 120 000.
    pub probe_max_ms: u32,
}

impl ArqSettings {
    /// One more than the parts of the largest message.
    pub const RECEIVE_WINDOW_MIN: u16 = 256;
}

impl Default for ArqSettings {
    fn default() -> Self {
        Self {
            send_window: 4096,
            receive_window: 256,
            remote_window_first: 128,
            interval_ms: 10,
            fast_resend: 2,
            fast_resend_transmissions_max: 5,
            transmissions_max: 40,
            timeout_min_ms: 30,
            timeout_first_ms: 200,
            timeout_max_ms: 60_000,
            probe_first_ms: 7000,
            probe_max_ms: 120_000,
        }
    }
}
