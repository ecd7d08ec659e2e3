//! Keys that earlier versions had, so that a file which still has one is told why it is refused.

use crate::schema::variable;

/// Each with the reason, and with what to do instead.
const RETIRED: &[(&str, &str)] = &[(
    "fast_path.allow_plain",
    "voice is always encrypted; remove it (docs/server-cost.md says how to measure without encryption)",
)];

/// Why a key of a file is gone; `None` if there never was one of that name.
pub(crate) fn of_key(path: &str) -> Option<&'static str> {
    RETIRED.iter().find(|(key, _)| *key == path).map(|(_, reason)| *reason)
}

/// The same for an environment variable.
pub(crate) fn of_variable(name: &str) -> Option<&'static str> {
    RETIRED.iter().find(|(key, _)| variable(key) == name).map(|(_, reason)| *reason)
}
