//! What can be waited for beside descriptors and rung from other threads: the two ends of a socket pair.

use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// The end that is waited at.
#[derive(Debug)]
pub(super) struct Bell(UnixStream);

/// The end that is rung.
#[derive(Debug)]
pub(super) struct Ringer(UnixStream);

impl Bell {
    /// # Errors
    /// When the process has no descriptors left.
    pub(super) fn new() -> io::Result<(Ringer, Self)> {
        let (ringer, bell) = UnixStream::pair()?;
        ringer.set_nonblocking(true)?;
        bell.set_nonblocking(true)?;
        Ok((Ringer(ringer), Self(bell)))
    }

    /// Waits until it was rung, one of these can be read, or the time is over; says whether it was rung.
    pub(super) fn wait<'d>(
        &'d self,
        descriptors: impl Iterator<Item = BorrowedFd<'d>>,
        at_most: Duration,
    ) -> bool {
        let readable = |descriptor| PollFd::from_borrowed_fd(descriptor, PollFlags::IN);
        let mut all: Vec<PollFd<'_>> =
            [self.0.as_fd()].into_iter().chain(descriptors).map(readable).collect();
        let at_most = Timespec::try_from(at_most).ok();
        // Waking early, as for a signal, only costs a look at the networks.
        poll(&mut all, at_most.as_ref()).is_ok() && all[0].revents().contains(PollFlags::IN)
    }

    /// Forgets that it was rung.
    pub(super) fn silence(&self) {
        let _ = (&self.0).read(&mut [0; 64]);
    }
}

impl Ringer {
    pub(super) fn ring(&self) {
        // A bell with no room for another ring is ringing.
        let _ = (&self.0).write(&[1]);
    }
}
