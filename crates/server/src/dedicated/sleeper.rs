//! Sleeping until there is something to do: a waker was called, a descriptor is readable, or the time has come.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use super::batching::Batching;
#[cfg(unix)]
use super::wake_socket::{WakeSender, WakeSocket};
use crate::session_loop::SessionLoop;

/// Networks that cannot wake the thread are looked at this often, at least.
const LONGEST_BLIND_SLEEP: Duration = Duration::from_millis(5);
/// A loop that is woken for everything still updates its gauges this often.
const LONGEST_SLEEP: Duration = Duration::from_millis(250);

/// How the thread that made it sleeps.
#[derive(Debug)]
pub(super) struct Sleeper {
    waker: Arc<ThreadWaker>,
    longest: Duration,
    batching: Batching,
    /// Wakes a thread that waits for descriptors; one that has none is parked.
    #[cfg(unix)]
    wake_socket: Option<WakeSocket>,
}

#[derive(Debug)]
struct ThreadWaker {
    /// Since the last sleep ended: waking again is free.
    is_woken: AtomicBool,
    thread: Thread,
    #[cfg(unix)]
    wake_sender: Option<WakeSender>,
}

impl Sleeper {
    /// For the current thread, which drives this loop; its networks must be there already.
    pub(super) fn new(session_loop: &SessionLoop) -> Self {
        #[cfg(unix)]
        let has_descriptors = session_loop.descriptors().next().is_some();
        #[cfg(unix)]
        let (wake_sender, wake_socket) = has_descriptors.then(|| WakeSocket::new().ok()).flatten().unzip();
        #[cfg(unix)]
        let wakes_for_all = session_loop.networks().all_wake() && (wake_socket.is_some() || !has_descriptors);
        #[cfg(not(unix))]
        let wakes_for_all = session_loop.networks().all_wake();
        let waker = ThreadWaker {
            is_woken: AtomicBool::new(false),
            thread: thread::current(),
            #[cfg(unix)]
            wake_sender,
        };
        Self {
            waker: Arc::new(waker),
            longest: if wakes_for_all { LONGEST_SLEEP } else { LONGEST_BLIND_SLEEP },
            batching: Batching::default(),
            #[cfg(unix)]
            wake_socket,
        }
    }

    /// Ends the present sleep, or the next one before it begins.
    pub(super) fn waker(&self) -> Waker {
        Waker::from(Arc::clone(&self.waker))
    }

    /// Sleeps until the waker was called since the last sleep ended, a network can be read, or the time is over; or for
    /// a [pause](Batching), if packets were found and come fast.
    pub(super) fn sleep(&mut self, session_loop: &SessionLoop, at_most: Duration, found_packets: bool) {
        let at_most = at_most.min(self.longest);
        if let Some(pause) = self.batching.next(found_packets) {
            return thread::sleep(at_most.min(pause));
        }
        let from = Instant::now();
        self.wait(session_loop, at_most);
        self.batching.note_sleep(from.elapsed(), at_most);
    }

    fn wait(&self, session_loop: &SessionLoop, at_most: Duration) {
        #[cfg(unix)]
        if let Some(wake_socket) = &self.wake_socket {
            let is_woken = self.waker.is_woken.load(Ordering::Acquire)
                || wake_socket.wait(session_loop.descriptors(), at_most);
            if is_woken {
                self.waker.is_woken.store(false, Ordering::Release);
                wake_socket.clear();
            }
            return;
        }
        #[cfg(not(unix))]
        let _ = session_loop;
        thread::park_timeout(at_most);
        self.waker.is_woken.store(false, Ordering::Release);
    }
}

impl Wake for ThreadWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.is_woken.swap(true, Ordering::AcqRel) {
            return;
        }
        #[cfg(unix)]
        if let Some(sender) = &self.wake_sender {
            return sender.wake();
        }
        self.thread.unpark();
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::os::fd::{AsFd as _, BorrowedFd};
    use std::os::unix::net::UnixStream;

    use consonance_link::memory::{MemoryNetwork, MemoryServer};
    use consonance_link::{Delivery, NetworkStatistics, PacketLimits, Peer, ServerLinkEvent, ServerNetwork};

    use super::*;
    use crate::SessionsSettings;

    /// A loop that sleeps this long was not woken.
    const FOREVER: Duration = Duration::from_mins(5);

    /// A network that wakes the loop only through its descriptor.
    struct WithDescriptor(MemoryServer, UnixStream);

    impl ServerNetwork for WithDescriptor {
        fn disconnect(&mut self, now: Instant, peer: Peer, reason: &str) {
            self.0.disconnect(now, peer, reason);
        }

        fn shutdown(&mut self, now: Instant) {
            self.0.shutdown(now);
        }

        fn wakes(&self) -> bool {
            true
        }

        fn descriptor(&self) -> Option<BorrowedFd<'_>> {
            Some(self.1.as_fd())
        }

        fn statistics(&self) -> NetworkStatistics {
            self.0.statistics()
        }

        fn poll_event(&mut self, now: Instant, bytes: &mut Vec<u8>) -> Option<ServerLinkEvent> {
            self.0.poll_event(now, bytes)
        }

        fn send(&mut self, now: Instant, peers: &[Peer], delivery: Delivery, packet: &[u8]) {
            self.0.send(now, peers, delivery, packet);
        }

        fn limits(&self) -> PacketLimits {
            self.0.limits()
        }
    }

    /// A loop with one network of each kind, and the stream that makes the second one readable.
    fn session_loop() -> (SessionLoop, UnixStream) {
        let mut session_loop = SessionLoop::new(&SessionsSettings::new(["main"]).unwrap());
        let (far, near) = UnixStream::pair().unwrap();
        session_loop.add_network(Box::new(MemoryNetwork::new().listen()));
        session_loop.add_network(Box::new(WithDescriptor(MemoryNetwork::new().listen(), near)));
        (session_loop, far)
    }

    fn slept_through(sleeper: &Sleeper, session_loop: &SessionLoop) -> bool {
        let from = Instant::now();
        sleeper.wait(session_loop, FOREVER);
        from.elapsed() >= FOREVER
    }

    #[test]
    fn a_loop_that_is_woken_for_everything_sleeps_long() {
        let (session_loop, _far) = session_loop();
        assert_eq!(Sleeper::new(&session_loop).longest, LONGEST_SLEEP);
    }

    #[test]
    fn a_readable_descriptor_ends_every_sleep_until_it_is_read() {
        let (session_loop, mut far) = session_loop();
        let sleeper = Sleeper::new(&session_loop);
        thread::scope(|scope| {
            scope.spawn(|| far.write_all(b"a packet").unwrap());
            assert!(!slept_through(&sleeper, &session_loop));
            assert!(!slept_through(&sleeper, &session_loop));
        });
    }

    #[test]
    fn a_waker_ends_a_sleep_beside_descriptors_and_one_that_has_not_begun() {
        let (session_loop, _far) = session_loop();
        let sleeper = Sleeper::new(&session_loop);
        let waker = sleeper.waker();
        waker.wake_by_ref();
        waker.wake_by_ref();
        assert!(!slept_through(&sleeper, &session_loop));
        thread::scope(|scope| {
            scope.spawn(|| waker.wake_by_ref());
            assert!(!slept_through(&sleeper, &session_loop));
        });
    }

    #[test]
    fn a_sleep_beside_descriptors_ends_when_its_time_is_over_though_it_was_woken_before() {
        let (session_loop, _far) = session_loop();
        let sleeper = Sleeper::new(&session_loop);
        sleeper.waker().wake();
        sleeper.wait(&session_loop, FOREVER);
        let (from, short) = (Instant::now(), Duration::from_millis(20));
        sleeper.wait(&session_loop, short);
        assert!(from.elapsed() >= short, "one call wakes once");
    }

    #[test]
    fn without_descriptors_a_waker_ends_the_sleep() {
        let mut session_loop = SessionLoop::new(&SessionsSettings::new(["main"]).unwrap());
        session_loop.add_network(Box::new(MemoryNetwork::new().listen()));
        let sleeper = Sleeper::new(&session_loop);
        let waker = sleeper.waker();
        thread::scope(|scope| {
            scope.spawn(|| waker.wake_by_ref());
            assert!(!slept_through(&sleeper, &session_loop));
        });
    }
}
