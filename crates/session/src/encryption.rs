//! Whether a session is encrypted from end to end.

use consonance_settings::SettingChoice;

/// The encryption that a session requires of its clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Encryption {
    /// There is no end-to-end encryption.
    #[default]
    Off,
    /// Capable clients are members of a group and encrypt; a room is not encrypted while an incapable client listens
    /// to it, which all members see.
    Allowed,
    /// Only capable clients may join, and everything is encrypted.
    Required,
}

impl SettingChoice for Encryption {
    const CHOICES: &'static [(&'static str, Self)] =
        &[("off", Self::Off), ("allowed", Self::Allowed), ("required", Self::Required)];
}
