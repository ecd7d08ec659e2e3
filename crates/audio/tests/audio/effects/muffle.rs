//! Muffled voices: through a wall, a helmet, water.

use consonance_audio::BLOCK_SAMPLES;
use consonance_testing::tone::tone;

use super::measure::{assert_within, band_db, dbfs, direct_current};
use super::sounds::{said, speech_through, through};

fn gain_db(chain: &str, hz: f32) -> f32 {
    let sound = tone(hz, 0.3, 48_000);
    dbfs(&through(chain, &sound)[24_000..]) - dbfs(&sound[24_000..])
}

#[test]
fn a_wall_takes_9_db_and_the_high_tones() {
    assert_within(gain_db("wall", 100.0), -9.0, 0.2, "low tones");
    assert_within(gain_db("wall", 700.0), -12.0, 0.2, "the cut-off");
    assert_within(gain_db("wall", 2_800.0), -9.0 - 48.2, 1.0, "24 dB per octave");
}

#[test]
fn a_helmet_resonates_and_leaves_consonants_dull() {
    assert_within(gain_db("helmet", 900.0), -4.0 + 8.0, 0.3, "the resonance");
    assert_within(gain_db("helmet", 100.0), -4.0, 0.3, "low tones");
    assert!(gain_db("helmet", 6_000.0) < -30.0);
}

#[test]
fn under_water_the_cut_off_sways() {
    let sound = through("underwater", &tone(500.0, 0.3, 96_000));
    let levels: Vec<f32> = sound[4_800..].chunks_exact(10 * BLOCK_SAMPLES).map(dbfs).collect();
    let (low, high) = levels.iter().fold((0.0_f32, -100.0_f32), |(l, h), &x| (l.min(x), h.max(x)));
    assert!((3.0..12.0).contains(&(high - low)), "from {low} to {high} dB");
}

#[test]
fn speech_through_something_keeps_what_is_low_and_loses_what_is_high() {
    let open = said();
    for (name, low_hz, high_hz) in
        [("wall", 300.0, 1_500.0), ("helmet", 1_000.0, 5_000.0), ("underwater", 200.0, 1_300.0)]
    {
        let heard = speech_through(name, name);
        let change = |from, to| band_db(&heard, from, to) - band_db(&open, from, to);
        let (low, high) = (change(90.0, low_hz), change(high_hz, 20_000.0));
        assert!((-11.0..8.0).contains(&low), "{name}: {low} dB where it is low");
        assert!(high < low - 25.0, "{name}: {high} dB where it is high, {low} dB where it is low");
        assert_within(direct_current(&heard), 0.0, 1e-4, "direct current");
    }
}
