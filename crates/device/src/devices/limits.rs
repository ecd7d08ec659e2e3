//! Every bound of the devices: the number, why, and which counter moves when it is hit.

use std::time::Duration;

/// The requested frames per callback: 10 ms, like the beat. Systems may choose other numbers.
pub const PERIOD_FRAMES: u32 = 480;

/// How long a device that called before may be silent before it counts as lost: fifty periods.
pub const WATCHDOG: Duration = Duration::from_millis(500);

/// How long a device that was just opened may take until its first callback: Bluetooth takes a second or two.
pub const FIRST_CALLBACK: Duration = Duration::from_secs(3);

/// How often the devices are listed while one is open, to follow the default and to return to the selected one.
pub const LIST_INTERVAL: Duration = Duration::from_secs(2);

/// The first and the longest pause between attempts to open a device; each is twice the one before.
pub const RETRY: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(3)];

/// The longest pause between attempts to open a device that is listed but cannot be opened, while another one is in
/// use.
pub const LONGEST_RETURN: Duration = Duration::from_mins(1);

/// Devices listed in each direction; further ones are left out.
pub const LISTED_MAX: usize = 64;

/// Events waiting to be polled; beyond that the oldest are dropped.
pub const EVENTS_MAX: usize = 64;
