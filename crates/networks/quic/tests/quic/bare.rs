//! The baseline that servers are measured against delivers every frame.

use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use consonance_link::Delivery;
use consonance_quic::sans_io::CoreEvent;
use consonance_quic::{BareFanOut, Identity, QuicServerSettings};

use crate::sans_io::Carried;
use crate::support::{PATIENCE, address_of};

#[test]
fn every_frame_reaches_every_listener() {
    const LISTENERS: usize = 3;
    const FRAMES: usize = 20;
    let identity = Identity::self_signed(["localhost"]).unwrap();
    let mut floor = BareFanOut::bind(&identity, &QuicServerSettings::default()).unwrap();
    let remote = floor.local_addr().unwrap();
    let address = address_of(remote, Some(floor.fingerprint()));
    let listeners = thread::spawn(move || {
        let mut clients: Vec<_> =
            (0..LISTENERS).map(|_| Carried::dial_to(&address, remote, "main")).collect();
        let deadline = Instant::now() + PATIENCE;
        let has_all = |client: &Carried| client.packets(Delivery::Unreliable).len() >= FRAMES;
        while !clients.iter().all(has_all) && Instant::now() < deadline {
            clients.iter_mut().for_each(Carried::carry);
            thread::sleep(Duration::from_millis(1));
        }
        clients
    });
    floor.accept(LISTENERS).unwrap();
    let frames: Vec<Bytes> = (0..FRAMES as u8).map(|index| vec![index; 120].into()).collect();
    for frame in &frames {
        floor.send(frame);
    }
    while !listeners.is_finished() {
        floor.rest(Duration::from_millis(1));
    }
    for client in listeners.join().unwrap() {
        assert_eq!(client.packets(Delivery::Unreliable), frames);
        assert!(client.events.contains(&CoreEvent::Connected));
    }
}
