//! `consonance-bench frames`: what it costs to seal and open a voice frame end to end, and to derive a key, beside the
//! back end that the crate `sframe` brings, and its AES-128-GCM.

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use consonance_e2ee::sframe::{BASE_KEY_BYTES, EpochSecret, Opener, Sealer};
use sframe::CipherSuite;
use sframe::frame::{EncryptedFrameView, MediaFrameView, MonotonicCounter};
use sframe::key::{DecryptionKey, EncryptionKey};

use super::table::Table;

/// Opus at 24 and at 64 kbit/s, frames of 20 ms.
const FRAME_BYTES: [usize; 2] = [60, 160];
/// The header of a voice packet.
const METADATA: [u8; 20] = [0x5A; 20];
/// A leaf whose key ids have two bytes, as for most members.
const LEAF: u32 = 300;
const EPOCH: u64 = 7;
const BASE_KEY: [u8; BASE_KEY_BYTES] = [0x42; BASE_KEY_BYTES];
const FRAMES_PER_ROUND: usize = 2000;
/// All implementations take turns, and the shortest round of each counts, as longer ones are due to other load on the
/// machine.
const ROUNDS: usize = 100;

pub(crate) fn run(json: bool) -> Result<(), Box<dyn Error>> {
    let fields = [
        "frame_bytes",
        "seal_ns",
        "open_ns",
        "derive_ns",
        "sframe_seal_ns",
        "sframe_open_ns",
        "sframe_derive_ns",
        "gcm_seal_ns",
        "gcm_open_ns",
        "gcm_derive_ns",
    ];
    let table = Table::start(fields, json)?;
    for frame_bytes in FRAME_BYTES {
        let frame = vec![0xF8; frame_bytes];
        let mut shortest = [[f64::INFINITY; 3]; 3];
        for _ in 0..ROUNDS {
            let round = [
                ours(&frame)?,
                by_sframe(CipherSuite::AesCtr128HmacSha256_80, &frame)?,
                by_sframe(CipherSuite::AesGcm128Sha256, &frame)?,
            ];
            for (shortest, took) in shortest.iter_mut().flatten().zip(round.into_iter().flatten()) {
                *shortest = shortest.min(took);
            }
        }
        let mut row = [frame_bytes as f64; 10];
        row[1..].copy_from_slice(shortest.as_flattened());
        table.row(row)?;
    }
    Ok(())
}

/// The times to seal a frame, to open it, and to derive a key, in nanoseconds.
fn ours(frame: &[u8]) -> Result<[f64; 3], Box<dyn Error>> {
    let secret = EpochSecret::new(EPOCH, BASE_KEY);
    let mut sealer = Sealer::new(&secret, LEAF)?;
    let mut opener = Opener::new();
    opener.add_epoch(Duration::ZERO, secret.clone(), LEAF + 1)?;
    let mut frames = buffers();
    let seal = per_frame(|number| sealer.seal(&METADATA, frame, &mut frames[number]).is_ok())?;
    let mut out = Vec::with_capacity(400);
    // Opening the first frame derives the sender's key.
    opener.open(Duration::ZERO, &METADATA, &frames[0], &mut out)?;
    let mut rest = frames.iter().skip(1);
    let open = per_frame_of(FRAMES_PER_ROUND - 1, |_| {
        out.clear();
        rest.next().is_some_and(|sealed| opener.open(Duration::ZERO, &METADATA, sealed, &mut out).is_ok())
    })?;
    let derive = per_frame_of(KEYS_PER_ROUND, |_| black_box(Sealer::new(&secret, LEAF)).is_ok())?;
    Ok([seal, open, derive])
}

/// The same with the crate's own back end, which has no replay window and no epochs.
fn by_sframe(suite: CipherSuite, frame: &[u8]) -> Result<[f64; 3], Box<dyn Error>> {
    let key_id = u64::from(LEAF) << 4 | EPOCH;
    let key = EncryptionKey::derive_from(suite, key_id, BASE_KEY)?;
    let opening_key = DecryptionKey::derive_from(suite, key_id, BASE_KEY)?;
    let mut counter = MonotonicCounter::default();
    let mut sealed = buffers();
    let seal = per_frame(|number| {
        let frame = MediaFrameView::try_with_meta_data(&mut counter, frame, &METADATA);
        frame.is_ok_and(|frame| frame.encrypt_into(&key, &mut sealed[number]).is_ok())
    })?;
    let mut out = Vec::with_capacity(400);
    let open = per_frame(|number| {
        // This format has the metadata in front of the frame.
        let sealed = EncryptedFrameView::try_with_meta_data(&sealed[number][METADATA.len()..], &METADATA);
        sealed.is_ok_and(|sealed| sealed.decrypt_into(&opening_key, &mut out).is_ok())
    })?;
    let derive = per_frame_of(KEYS_PER_ROUND, |_| {
        black_box(EncryptionKey::derive_from(suite, key_id, BASE_KEY)).is_ok()
    })?;
    Ok([seal, open, derive])
}

const KEYS_PER_ROUND: usize = 200;

/// One buffer for each frame, with room for it and its metadata.
fn buffers() -> Vec<Vec<u8>> {
    (0..FRAMES_PER_ROUND).map(|_| Vec::with_capacity(400)).collect()
}

fn per_frame(work: impl FnMut(usize) -> bool) -> Result<f64, Box<dyn Error>> {
    per_frame_of(FRAMES_PER_ROUND, work)
}

/// The time of each call of `work`, in nanoseconds; `work` returns whether it succeeded.
fn per_frame_of(count: usize, mut work: impl FnMut(usize) -> bool) -> Result<f64, Box<dyn Error>> {
    let start = Instant::now();
    let done = (0..count).filter(|number| work(*number)).count();
    let took = start.elapsed();
    if done < count {
        return Err(format!("{} of {count} frames or keys failed", count - done).into());
    }
    Ok(took.as_nanos() as f64 / count as f64)
}
