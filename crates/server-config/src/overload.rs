//! `[overload]`: what a server gives up when it has too much to do.

use crate::field::Field;
use crate::keys::Key;

pub(super) const OVERLOAD_KEYS: &[Key] = &[
    Key::at_once(
        "overload.shed",
        Field::Flag(|config| &mut config.overload.is_on),
        "Give something up when a worker has too much to do, one step after the other: first newcomers are told to try again later, then in each room only eight are heard at once, then four, then two: by priority, by who is clearly louder, and by who began first. Everything comes back in the reverse order.",
    ),
    Key::at_once(
        "overload.busy_percent_max",
        Field::Number(|config| &mut config.overload.busy_percent_max, 1, 100),
        "In how many hundredths of its time a worker may be busy, and how many hundredths of the processor time that it may use the whole process may use; a step is taken for each second above that, and one back for each five seconds below three quarters of it.",
    ),
    Key::at_once(
        "overload.turn_max_s",
        Field::Seconds(|config| &mut config.overload.turn_max, 0.001, 1.0),
        "How long one turn of a busy worker may take, in seconds: voice that comes meanwhile waits.",
    ),
    Key::at_once(
        "overload.retry_s",
        Field::Number(|config| &mut config.overload.retry_in_s, 1, 3600),
        "After how many seconds newcomers are told to try again.",
    ),
];
