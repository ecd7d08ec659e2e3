//! Drivers that sleep until they are woken.

use std::sync::{Arc, Condvar, Mutex};
use std::task::{Wake, Waker};
use std::time::Instant;

use consonance_link::{ClientLinkEvent, ClientNetwork as _, Delivery, ServerNetwork as _};

use crate::support::{PATIENCE, TestServer, client};

/// Counts wakes, for a thread that waits for the next one.
#[derive(Default)]
struct Alarm {
    wakes: Mutex<u64>,
    rung: Condvar,
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        *self.wakes.lock().unwrap() += 1;
        self.rung.notify_one();
    }
}

impl Alarm {
    /// Sleeps until there is a wake beyond those in `heard`.
    fn sleep(&self, heard: &mut u64) {
        let wakes = self.wakes.lock().unwrap();
        let (wakes, slept) = self.rung.wait_timeout_while(wakes, PATIENCE, |wakes| *wakes == *heard).unwrap();
        assert!(!slept.timed_out(), "something happened without a wake-up");
        *heard = *wakes;
    }
}

#[test]
fn a_driver_that_polls_only_when_woken_misses_nothing() {
    let alarm = Arc::new(Alarm::default());
    let mut heard = 0;
    let mut server = TestServer::new();
    server.transport.set_waker(Waker::from(Arc::clone(&alarm)));
    let mut client = client(server.address());
    client.set_waker(Waker::from(Arc::clone(&alarm)));

    client.connect(Instant::now());
    let mut echoes = 0;
    while echoes < 100 {
        server.poll();
        for (peer, delivery, packet) in server.packets.drain(..) {
            server.transport.send(Instant::now(), &[peer], delivery, &packet);
        }
        let mut sends = false;
        while let Some(event) = client.poll_event(Instant::now(), &mut Vec::new()) {
            sends |= matches!(event, ClientLinkEvent::Connected | ClientLinkEvent::Packet { .. });
            echoes += u32::from(matches!(event, ClientLinkEvent::Packet { .. }));
        }
        if sends {
            client.send(Instant::now(), Delivery::Reliable, b"echo");
        } else {
            alarm.sleep(&mut heard);
        }
    }
}
