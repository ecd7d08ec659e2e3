//! Whether a session is encrypted from end to end.

/// What a session asks of its clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Encryption {
    /// Nothing is encrypted from end to end.
    #[default]
    Off,
    /// Clients that can are members of a group and encrypt; a room is not encrypted while a client that cannot listens
    /// to it, which all members see.
    Allowed,
    /// Only clients that can may join, and everything is encrypted.
    Required,
}
