//! Voice: Opus packets that no test decodes.

use std::time::Duration;

/// The duration of a page's frame.
pub(crate) const FRAME: Duration = Duration::from_millis(20);

/// The first byte of a packet with one frame of 20 ms, of SILK in wideband.
pub(crate) const MS_20: u8 = 9 << 3;
/// The same for 40 ms.
pub(crate) const MS_40: u8 = 10 << 3;

/// A packet of 20 ms with distinct content.
pub(crate) fn frame(nth: u16) -> Vec<u8> {
    let [high, low] = nth.to_be_bytes();
    vec![MS_20, 0x80, high, low]
}
