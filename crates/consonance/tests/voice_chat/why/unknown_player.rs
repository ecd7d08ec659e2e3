//! A speaker with an unknown codec: a session client without any sound of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use consonance::inspector::SilenceCause;
use consonance::transport::ClientNetwork;
use consonance::transport::memory::MemoryClient;
use consonance_session as session;

use crate::why::call::{Call, until_cause};

const TURN: Duration = Duration::from_millis(5);

/// Joins as Alice and stays until told to go.
fn stay(mut link: MemoryClient, is_over: &AtomicBool) {
    let mut settings = session::ClientSettings::new("Alice");
    settings.codec.kind = session::CodecId(7);
    let mut client = session::Client::new(settings);
    let (begun, link_id) = (Instant::now(), session::LinkId(0));
    client.start();
    while !is_over.load(Ordering::Relaxed) {
        let now = Instant::now();
        let at = session::Instant::START + now.saturating_duration_since(begun);
        carry(&mut client, &mut link, now, at, link_id);
        thread::sleep(TURN);
    }
}

fn carry(
    client: &mut session::Client,
    link: &mut MemoryClient,
    now: Instant,
    at: session::Instant,
    id: session::LinkId,
) {
    use consonance::transport::{ClientLinkEvent, Delivery};
    let mut bytes = Vec::new();
    while let Some(event) = link.poll_event(now, &mut bytes) {
        match event {
            ClientLinkEvent::Connected => client.handle_connected(at, id),
            ClientLinkEvent::Packet { .. } => {
                client.handle_packet(at, id, Delivery::Reliable, &bytes);
            }
            _ => {}
        }
    }
    client.handle_timeout(at);
    while let Some(command) = client.poll_command() {
        if let session::LinkCommand::Open = command {
            link.connect(now);
        }
    }
    while let Some(transmit) = client.poll_transmit() {
        link.send(now, Delivery::Reliable, transmit.payload);
    }
    while client.poll_event().is_some() {}
}

#[test]
fn the_listener_does_not_know_the_speakers_codec() {
    let call = Call::open();
    let bob = call.listener("Bob").start().unwrap();
    let is_over = Arc::new(AtomicBool::new(false));
    let ends = Arc::clone(&is_over);
    let link = call.link("main");
    let alice = thread::spawn(move || stay(link, &ends));
    let diagnosis = until_cause(&[&bob], &SilenceCause::Undecodable);
    assert!(diagnosis.verdict().contains('7'), "{diagnosis}");
    is_over.store(true, Ordering::Relaxed);
    alice.join().unwrap();
}
