//! The terms on which a session ends or moves to another process.

use alloc::boxed::Box;
use core::time::Duration;

use consonance_wire::limits::ONWARD_ADDRESS_BYTES_MAX;

/// The terms on which a session is drained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draining {
    /// The maximum remaining time. The engine only announces it; the driver has to
    /// [stop](crate::Server::stop) the session.
    pub ends_in: Duration,
    /// The server where clients of ours continue; without it they are only told when the session ends.
    pub redirect: Option<DrainTarget>,
}

/// Another server for the clients of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrainTarget {
    /// The address of the session there, in the network's own format: 1 to 512 bytes; any other is not sent.
    pub address: Box<str>,
    /// Clients are sent off evenly over this time, so that thousands do not connect there at once.
    pub window: Duration,
}

impl Draining {
    /// The other server, if its address can be sent.
    pub(super) fn usable_redirect(&self) -> Option<&DrainTarget> {
        let fits = |target: &&DrainTarget| (1..=ONWARD_ADDRESS_BYTES_MAX).contains(&target.address.len());
        self.redirect.as_ref().filter(fits)
    }
}
