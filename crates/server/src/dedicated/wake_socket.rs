//! A socket pair that wakes a thread: one end can be waited for together with descriptors, the other can be written
//! to from any thread.

use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// The end that a thread waits at.
#[derive(Debug)]
pub(super) struct WakeSocket(UnixStream);

/// The end that wakes it.
#[derive(Debug)]
pub(super) struct WakeSender(UnixStream);

impl WakeSocket {
    /// # Errors
    /// When the process has no descriptors left.
    pub(super) fn new() -> io::Result<(WakeSender, Self)> {
        let (sender, socket) = UnixStream::pair()?;
        sender.set_nonblocking(true)?;
        socket.set_nonblocking(true)?;
        Ok((WakeSender(sender), Self(socket)))
    }

    /// Waits until it is woken, one of these is readable, or the time is over; says whether it was woken.
    pub(super) fn wait<'d>(
        &'d self,
        descriptors: impl Iterator<Item = BorrowedFd<'d>>,
        at_most: Duration,
    ) -> bool {
        let readable = |descriptor| PollFd::from_borrowed_fd(descriptor, PollFlags::IN);
        let mut all: Vec<PollFd<'_>> =
            [self.0.as_fd()].into_iter().chain(descriptors).map(readable).collect();
        let at_most = Timespec::try_from(at_most).ok();
        // Waking early, as after a signal, only costs a poll of the networks.
        poll(&mut all, at_most.as_ref()).is_ok() && all[0].revents().contains(PollFlags::IN)
    }

    /// Forgets that it was woken.
    pub(super) fn clear(&self) {
        let _ = (&self.0).read(&mut [0; 64]);
    }
}

impl WakeSender {
    pub(super) fn wake(&self) {
        // If the socket is full, it is readable already.
        let _ = (&self.0).write(&[1]);
    }
}
