//! Many sockets behind one descriptor that is readable when one of them is: epoll, on Linux. Elsewhere there is none.

#[cfg(target_os = "linux")]
pub(crate) use linux::Readiness;

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

    use rustix::event::epoll;

    #[derive(Debug)]
    pub(crate) struct Readiness(OwnedFd);

    impl Readiness {
        pub(crate) fn new() -> io::Result<Self> {
            Ok(Self(epoll::create(epoll::CreateFlags::CLOEXEC)?))
        }

        /// Watches a socket until it is closed.
        pub(crate) fn watch(&self, socket: impl AsFd) -> io::Result<()> {
            let data = epoll::EventData::new_u64(0);
            Ok(epoll::add(&self.0, socket, data, epoll::EventFlags::IN)?)
        }

        pub(crate) fn descriptor(&self) -> BorrowedFd<'_> {
            self.0.as_fd()
        }
    }
}

#[cfg(not(target_os = "linux"))]
#[derive(Debug)]
pub(crate) struct Readiness;

#[cfg(not(target_os = "linux"))]
impl Readiness {
    pub(crate) fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    pub(crate) fn watch<S>(&self, _socket: S) -> std::io::Result<()> {
        Ok(())
    }
}
