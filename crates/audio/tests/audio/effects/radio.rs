//! The radio effect.

use consonance_audio::BLOCK_SAMPLES;
use consonance_testing::tone::tone;

use super::measure::{assert_within, band_db, dbfs, direct_current};
use super::sounds::{rack, run, said, speech_through, through};

/// The gain for a tone that is too soft for the compressor and the drive to affect.
fn gain_db(chain: &str, hz: f32) -> f32 {
    let soft = tone(hz, 0.001, 48_000);
    dbfs(&through(chain, &soft)[24_000..]) - dbfs(&soft[24_000..])
}

#[test]
fn a_radio_lets_through_300_to_3400_hz() {
    let chain = "radio strength=1 drive-db=0";
    // Even at full strength some noise is left. It would hide what little passes outside the band, so the tone is
    // louder there.
    let middle = gain_db(chain, 1_000.0);
    assert_within(gain_db(chain, 300.0), middle - 3.0, 1.0, "the lower end");
    assert_within(gain_db(chain, 3_400.0), middle - 3.0, 1.0, "the upper end");
    for inside in [500.0, 2_000.0, 2_800.0] {
        assert_within(gain_db(chain, inside), middle, 1.0, "inside of the band");
    }
    for outside in [100.0, 6_800.0, 12_000.0] {
        let loud = tone(outside, 0.01, 48_000);
        let gain = dbfs(&through(chain, &loud)[24_000..]) - dbfs(&loud[24_000..]);
        assert!(gain < middle - 15.0, "{outside} Hz: {gain} dB, {middle} dB in the middle");
    }
}

#[test]
fn speech_over_a_radio_has_the_band_of_a_telephone_and_no_direct_current() {
    let heard = speech_through("radio", "radio");
    let middle = band_db(&heard, 300.0, 3_400.0);
    assert!(band_db(&heard, 20.0, 150.0) < middle - 30.0, "{}", band_db(&heard, 20.0, 150.0) - middle);
    assert!(band_db(&heard, 5_000.0, 20_000.0) < middle - 30.0);
    assert_within(direct_current(&heard), 0.0, 1e-4, "direct current");
    assert_within(dbfs(&heard), dbfs(&said()), 9.0, "it is about as loud as before");
}

#[test]
fn quiet_speech_over_a_radio_is_hardly_softer_than_loud_speech() {
    let loud = said();
    let quiet: Vec<f32> = loud.iter().map(|sample| sample * 0.1).collect();
    let chain = "radio strength=1";
    let difference = dbfs(&through(chain, &loud)) - dbfs(&through(chain, &quiet));
    assert!((1.0..10.0).contains(&difference), "20 dB became {difference} dB");
}

#[test]
fn the_weaker_the_signal_the_louder_the_noise() {
    let silence = vec![0.0; 48_000];
    for (strength, expected_dbfs) in [(1.0, -65.0), (0.5, -42.5), (0.0, -20.0)] {
        let noise = through(&format!("radio strength={strength}"), &silence);
        // Of white noise up to 24 kHz, 3.1 kHz get through.
        assert_within(dbfs(&noise[24_000..]), expected_dbfs - 8.9, 1.0, "the noise");
    }
}

#[test]
fn the_squelch_closes_some_time_after_the_voice_has_ended() {
    for tail_ms in [0, 100, 150, 400] {
        let mut rack = rack(&format!("radio tail-ms={tail_ms}"));
        for block in said()[..48_000].as_chunks::<BLOCK_SAMPLES>().0 {
            run(&mut rack, *block, true);
        }
        let after: Vec<f32> = (0..60).flat_map(|_| run(&mut rack, [0.0; BLOCK_SAMPLES], false)).collect();
        let blocks = after.as_chunks::<BLOCK_SAMPLES>().0;
        // One block for each fade: the rest of the noise, and the filters' ringing.
        for (i, block) in blocks.iter().enumerate() {
            let level = dbfs(block);
            match (i * 10) as i32 - tail_ms {
                ..0 if i > 1 => assert!(level > -40.0, "{tail_ms} ms: {level} dB after {i} blocks"),
                30.. => assert!(level < -90.0, "{tail_ms} ms: {level} dB after {i} blocks"),
                _ => {}
            }
        }
        assert!(rack.is_at_rest(), "{tail_ms} ms");
    }
}

#[test]
fn the_noise_is_the_same_for_the_same_seed_only() {
    let noise = |seed| {
        let mut rack = consonance_audio::EffectRack::new(seed);
        rack.set_chain("walkie-talkie".parse().unwrap());
        (0..10).map(|_| run(&mut rack, [0.0; BLOCK_SAMPLES], true)).collect::<Vec<_>>()
    };
    assert_eq!(noise(3), noise(3));
    assert_ne!(noise(3), noise(4));
}
