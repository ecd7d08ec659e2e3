//! The megaphone effect.

use consonance_testing::tone::tone;

use super::measure::{assert_within, band_db, dbfs, direct_current};
use super::sounds::{said, speech_through, through};

#[test]
fn speech_through_a_megaphone_has_the_band_of_a_horn_and_no_direct_current() {
    let heard = speech_through("megaphone", "megaphone");
    let middle = band_db(&heard, 500.0, 4_500.0);
    assert!(band_db(&heard, 20.0, 200.0) < middle - 25.0);
    assert!(band_db(&heard, 8_000.0, 20_000.0) < middle - 25.0);
    assert_within(direct_current(&heard), 0.0, 1e-4, "direct current");
    let peak = heard.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    assert!(peak < 0.999, "nothing is clipped behind it");
}

#[test]
fn a_megaphone_distorts_and_levels() {
    let heard = through("megaphone", &tone(800.0, 0.3, 48_000));
    let third = band_db(&heard[24_000..], 2_350.0, 2_450.0) - band_db(&heard[24_000..], 750.0, 850.0);
    assert!(third > -25.0, "the third harmonic is {third} dB below");
    let (loud, soft) = (said(), said().iter().map(|sample| sample * 0.1).collect::<Vec<f32>>());
    let levelled = dbfs(&through("megaphone", &loud)) - dbfs(&through("megaphone", &soft));
    assert!((1.0..10.0).contains(&levelled), "20 dB became {levelled} dB");
}
