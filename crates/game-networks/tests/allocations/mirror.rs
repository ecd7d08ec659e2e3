//! In steady state nothing is allocated: not for voice in either direction, not for pings, and not for messages that
//! a proxy cuts or passes on.

use std::time::{Duration, Instant};

use consonance_game_networks::mirror::{
    Dialect, MessageKind, MirrorPing, MirrorProxy, MirrorVoiceOnly, ProxySettings, Version,
    VoiceOnlySettings, VoiceType,
};
use consonance_link::Delivery;
use consonance_link::gateway::{Envelope, EnvelopeKind as _, MessageChannel, MessageParts};
use consonance_testing::cost::alone;
use stats_alloc::Region;

use crate::ALLOCATOR;

/// The test harness has a thread that allocates now and then; at least one round must be free of allocations.
const ROUNDS: usize = 5;

#[test]
fn nothing_is_allocated_for_voice_and_what_comes_with_it() {
    alone(no_allocation_in_envelopes);
}

fn no_allocation_in_envelopes() {
    let now = Instant::now();
    let mut server = MirrorVoiceOnly::new(VoiceOnlySettings::default()).open(now);
    let mut proxy = MirrorProxy::new(ProxySettings::default()).open(now);
    let batches = batches();
    let (mut parts, mut message) = (MessageParts::default(), Vec::with_capacity(2000));
    let mut run = |turns: u32| {
        for turn in 0..turns {
            let now = now + turn * Duration::from_millis(20);
            let envelopes: [&mut dyn Envelope; 2] = [&mut server, &mut proxy];
            for envelope in envelopes {
                for batch in &batches {
                    envelope.handle_from_client(now, MessageChannel(1), batch, &mut parts);
                    while parts.pop().is_some() {}
                    envelope.handle_from_game(now, MessageChannel(1), batch, &mut parts);
                    while parts.pop().is_some() {}
                }
                message.clear();
                let channel = envelope.wrap(now, Delivery::Unreliable, &[7; 500], &mut message);
                assert_eq!(channel, Some(MessageChannel(1)));
            }
        }
    };
    run(3);
    let allocations = (0..ROUNDS).map(|_| {
        let region = Region::new(ALLOCATOR);
        run(100);
        let change = region.change();
        change.allocations + change.reallocations
    });
    assert_eq!(allocations.min(), Some(0));
}

/// A ping, voice alone, and voice between two messages of the game.
fn batches() -> [Vec<u8>; 3] {
    let dialect = Dialect::new(Version::NEWEST, VoiceType::STOCK);
    let batch = |write: &dyn Fn(&mut Vec<u8>)| {
        let mut batch = Vec::new();
        dialect.begin_batch(1.0, &mut batch);
        write(&mut batch);
        batch
    };
    let voice = |batch: &mut Vec<u8>| dialect.write_voice(&[7; 200], batch).expect("it is short enough");
    let ping = MirrorPing::Times { local: 1.0, predicted: 1.0 };
    [
        batch(&|batch| dialect.write_message(MessageKind::Ping, &[ping.body().as_ref()], batch)),
        batch(&voice),
        batch(&|batch| {
            dialect.write_message(MessageKind::Command, &[&[1; 40]], batch);
            voice(batch);
            dialect.write_message(MessageKind::TimeSnapshot, &[], batch);
        }),
    ]
}
