//! Priorities of channels by name, in tokens and arguments.

use consonance_session::Priority;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const NAMES: [(Priority, &str); 4] = [
    (Priority::Low, "low"),
    (Priority::Default, "default"),
    (Priority::Medium, "medium"),
    (Priority::High, "high"),
];

/// `low`, `default`, `medium` or `high`.
pub fn priority_name(priority: Priority) -> &'static str {
    NAMES.iter().find(|(known, _)| *known == priority).map_or("default", |(_, name)| name)
}

/// The priority of this name.
///
/// # Errors
/// With the names that there are, if this is none of them.
pub fn priority_named(name: &str) -> Result<Priority, String> {
    let found = NAMES.iter().find(|(_, known)| *known == name);
    found.map(|(priority, _)| *priority).ok_or_else(|| {
        format!("unknown priority {name:?}, expected one of: {}", NAMES.map(|(_, name)| name).join(", "))
    })
}

#[expect(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
pub(super) fn serialize<S: Serializer>(priority: &Option<Priority>, to: S) -> Result<S::Ok, S::Error> {
    priority.map(priority_name).serialize(to)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Priority>, D::Error> {
    let name = Option::<String>::deserialize(from)?;
    name.map(|name| priority_named(&name).map_err(D::Error::custom)).transpose()
}
