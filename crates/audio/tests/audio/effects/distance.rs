//! Voices from far away.

use consonance_audio::air_cutoff_hz;
use consonance_testing::tone::tone;

use super::measure::{assert_within, band_db, dbfs};
use super::sounds::{rack, run, said, speech_through, through};

#[test]
fn air_takes_what_the_table_of_iso_9613_says() {
    // Table 1 of ISO 9613-1 for 20 °C and 50 %, in dB per km.
    for (hz, db_per_km) in [(1_000.0, 4.66), (2_000.0, 9.89), (4_000.0, 29.7), (8_000.0, 105.0)] {
        let distance_m = 3.0 / db_per_km * 1_000.0;
        assert_within(air_cutoff_hz(distance_m), hz, 0.02 * hz, "the frequency that is halved");
    }
    assert!(air_cutoff_hz(0.0) > 19_900.0 && air_cutoff_hz(f32::NAN) > 19_900.0);
    assert!(air_cutoff_hz(f32::INFINITY) < 201.0);
}

#[test]
fn a_voice_loses_half_of_the_power_at_the_cut_off_and_next_to_nothing_below() {
    for distance_m in [10.0, 40.0, 200.0] {
        let chain = format!("distance distance-m={distance_m} strength=10");
        let gain_db = |hz| {
            let sound = tone(hz, 0.3, 48_000);
            dbfs(&through(&chain, &sound)[24_000..]) - dbfs(&sound[24_000..])
        };
        let hz = air_cutoff_hz(10.0 * distance_m);
        assert_within(gain_db(hz), -3.0, 0.2, "the cut-off");
        assert!(gain_db(hz / 8.0) > -0.3, "{}", gain_db(hz / 8.0));
        assert!(gain_db(hz * 2.0) < -7.0, "{}", gain_db(hz * 2.0));
    }
}

#[test]
fn without_a_distance_of_its_own_it_is_that_between_speaker_and_listener() {
    let sound = tone(6_000.0, 0.3, 4_800);
    let block = *sound.first_chunk().unwrap();
    let level = |apart_m| {
        let mut rack = rack("distance");
        rack.set_distance(apart_m);
        (0..9).for_each(|_| _ = run(&mut rack, block, true));
        dbfs(&run(&mut rack, block, true))
    };
    let near = dbfs(&block);
    assert_within(level(None), near, 0.5, "a distance that is not known");
    assert_within(level(Some(1.0)), near, 1.0, "near");
    assert!(level(Some(50.0)) < near - 9.0);
    assert_within(level(Some(f32::NAN)), near, 0.5, "a distance that is not a number");
}

#[test]
fn speech_from_far_away_keeps_its_vowels() {
    let (open, heard) = (said(), speech_through("distance", "distance distance-m=60"));
    let change = |from, to| band_db(&heard, from, to) - band_db(&open, from, to);
    assert!(change(100.0, 500.0) > -1.0, "{}", change(100.0, 500.0));
    assert!(change(5_000.0, 8_000.0) < -15.0, "{}", change(5_000.0, 8_000.0));
}
