//! What is packed into batches comes out again in order.

use consonance_mirror::{Batch, Batcher, Dialect, KCP_G4_BATCH_BYTES_MAX, Kind, Version, VoiceType};
use proptest::prelude::*;

const NEWEST: Version = Version::NEWEST;

#[test]
fn messages_of_one_moment_share_a_batch_and_others_begin_another() {
    let mut batcher = Batcher::new(dialect(NEWEST), KCP_G4_BATCH_BYTES_MAX);
    let ready = message(NEWEST, Kind::Ready, &[]);
    let mut sent = Vec::new();
    for seconds in [1.0, 1.0, 2.0] {
        batcher.add(seconds, &ready, |batch| sent.push(batch.to_vec()));
    }
    batcher.finish(|batch| sent.push(batch.to_vec()));
    batcher.finish(|batch| sent.push(batch.to_vec()));
    let stamp = |seconds: f64| seconds.to_le_bytes().to_vec();
    assert_eq!(sent, [[stamp(1.0), ready.clone(), ready.clone()].concat(), [stamp(2.0), ready].concat()]);
}

#[test]
fn before_batches_each_message_goes_alone() {
    let mut batcher = Batcher::new(dialect(Version::BeforeBatches), KCP_G4_BATCH_BYTES_MAX);
    let ready = message(Version::BeforeBatches, Kind::Ready, &[]);
    let mut sent = Vec::new();
    for _ in 0..2 {
        batcher.add(1.0, &ready, |batch| sent.push(batch.to_vec()));
    }
    batcher.finish(|batch| sent.push(batch.to_vec()));
    assert_eq!(sent, [ready.clone(), ready]);
}

proptest! {
    #[test]
    fn packing_keeps_order_and_bytes_and_exceeds_the_limit_only_for_one_message_alone(
        bodies in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..20),
        batch_bytes_max in 0_usize..600,
    ) {
        let mut batcher = Batcher::new(dialect(NEWEST), batch_bytes_max);
        let mut sent: Vec<Vec<u8>> = Vec::new();
        for body in &bodies {
            batcher.add(1.0, &message(NEWEST, Kind::Command, body), |batch| sent.push(batch.to_vec()));
        }
        batcher.finish(|batch| sent.push(batch.to_vec()));
        let mut unpacked = Vec::new();
        for bytes in &sent {
            let batch = Batch::parse(dialect(NEWEST).framing(), bytes).expect("it has a time stamp");
            let before = unpacked.len();
            unpacked.extend(batch.messages(dialect(NEWEST)).map(|message| message.expect("whole").body.to_vec()));
            prop_assert!(bytes.len() <= batch_bytes_max || unpacked.len() == before + 1);
        }
        prop_assert_eq!(unpacked, bodies);
    }
}

fn dialect(version: Version) -> Dialect {
    Dialect::new(version, VoiceType::STOCK)
}

fn message(version: Version, kind: Kind, body: &[u8]) -> Vec<u8> {
    let mut message = Vec::new();
    dialect(version).write_message(kind, &[body], &mut message);
    message
}
