//! The time of day, in which ends of bans and mutes are written.

use std::time::{SystemTime, UNIX_EPOCH};

pub(crate) fn seconds_since_1970() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
