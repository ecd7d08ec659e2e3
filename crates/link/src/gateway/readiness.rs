//! Sockets that are ready to be read or written.

/// The events that a socket waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Interest {
    pub(crate) read: bool,
    pub(crate) write: bool,
}

impl Interest {
    pub(crate) const READ: Self = Self { read: true, write: false };
    pub(crate) const NOTHING: Self = Self { read: false, write: false };
}

/// The operations that a socket is ready for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ready {
    pub(crate) key: u64,
    pub(crate) read: bool,
    pub(crate) write: bool,
    /// No more data can arrive or leave: the socket must be read to its end, or closed.
    pub(crate) is_over: bool,
}

#[cfg(not(target_os = "linux"))]
pub(crate) use anywhere::Readiness;
#[cfg(target_os = "linux")]
pub(crate) use linux::Readiness;

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::mem::MaybeUninit;
    use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

    use rustix::event::Timespec;
    use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};

    use super::{Interest, Ready};

    /// How many sockets one call reports; the next call reports the others.
    const EVENTS: usize = 128;

    /// An epoll instance, level-triggered: its descriptor is readable as long as there is something to do.
    #[derive(Debug)]
    pub(crate) struct Readiness {
        epoll: OwnedFd,
    }

    impl Readiness {
        pub(crate) fn new() -> io::Result<Self> {
            let epoll = epoll::create(CreateFlags::CLOEXEC)?;
            Ok(Self { epoll })
        }

        pub(crate) fn descriptor(&self) -> BorrowedFd<'_> {
            self.epoll.as_fd()
        }

        pub(crate) fn add(&mut self, socket: impl AsFd, key: u64, interest: Interest) -> io::Result<()> {
            Ok(epoll::add(&self.epoll, socket, EventData::new_u64(key), flags(interest))?)
        }

        pub(crate) fn change(&mut self, socket: impl AsFd, key: u64, interest: Interest) -> io::Result<()> {
            Ok(epoll::modify(&self.epoll, socket, EventData::new_u64(key), flags(interest))?)
        }

        pub(crate) fn remove(&mut self, socket: impl AsFd, _key: u64) {
            // Closing the socket, which comes next, would remove it too.
            let _ = epoll::delete(&self.epoll, socket);
        }

        /// Appends what is ready now.
        pub(crate) fn look(&mut self, ready: &mut Vec<Ready>) {
            let mut events = [const { MaybeUninit::<Event>::uninit() }; EVENTS];
            let at_once = Some(&Timespec { tv_sec: 0, tv_nsec: 0 });
            // An interrupted wait finds nothing; the next call will.
            let Ok((events, _)) = epoll::wait(&self.epoll, &mut events, at_once) else { return };
            ready.extend(events.iter().map(|event| {
                // The structure is packed on some platforms, so its fields must not be borrowed.
                let (flags, data) = (event.flags, event.data);
                let is_over = flags.intersects(EventFlags::HUP | EventFlags::ERR);
                Ready {
                    key: data.u64(),
                    read: is_over || flags.contains(EventFlags::IN),
                    write: is_over || flags.contains(EventFlags::OUT),
                    is_over,
                }
            }));
        }
    }

    fn flags(interest: Interest) -> EventFlags {
        let mut flags = EventFlags::empty();
        flags.set(EventFlags::IN, interest.read);
        flags.set(EventFlags::OUT, interest.write);
        flags
    }
}

#[cfg(not(target_os = "linux"))]
mod anywhere {
    use std::collections::BTreeMap;
    use std::io;

    use super::{Interest, Ready};

    /// No readiness information: every socket is reported as ready for what it waits for, and is simply tried.
    #[derive(Debug)]
    pub(crate) struct Readiness {
        interests: BTreeMap<u64, Interest>,
    }

    impl Readiness {
        pub(crate) fn new() -> io::Result<Self> {
            Ok(Self { interests: BTreeMap::new() })
        }

        pub(crate) fn add<S>(&mut self, _socket: S, key: u64, interest: Interest) -> io::Result<()> {
            self.interests.insert(key, interest);
            Ok(())
        }

        pub(crate) fn change<S>(&mut self, socket: S, key: u64, interest: Interest) -> io::Result<()> {
            self.add(socket, key, interest)
        }

        pub(crate) fn remove<S>(&mut self, _socket: S, key: u64) {
            self.interests.remove(&key);
        }

        pub(crate) fn look(&mut self, ready: &mut Vec<Ready>) {
            ready.extend(self.interests.iter().map(|(&key, interest)| Ready {
                key,
                read: interest.read,
                write: interest.write,
                is_over: false,
            }));
        }
    }
}
