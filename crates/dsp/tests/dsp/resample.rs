//! Recordings at other rates: the same sound at the same time.

use consonance_dsp::resample;

/// A short burst of 440 Hz whose middle lies at `middle_s`.
fn burst(rate_hz: u32, middle_s: f64) -> Vec<f32> {
    let at = |i: u32| f64::from(i) / f64::from(rate_hz) - middle_s;
    (0..rate_hz)
        .map(|i| ((-(at(i) / 0.01).powi(2)).exp() * (at(i) * 440.0 * std::f64::consts::TAU).cos()) as f32)
        .collect()
}

#[test]
fn sound_stays_where_it_was_at_every_rate() {
    for rate_hz in [8_000, 11_025, 16_000, 22_050, 44_100, 96_000, 176_400, 192_000] {
        for middle_s in [0.02, 0.5, 0.98] {
            let converted = resample(&burst(rate_hz, middle_s), rate_hz, 48_000).unwrap();
            let expected = burst(48_000, middle_s);
            assert_eq!(converted.len(), 48_000, "{rate_hz} Hz");
            let error =
                converted.iter().zip(&expected).fold(0.0, |largest: f32, (a, b)| largest.max((a - b).abs()));
            assert!(error < 0.01, "{rate_hz} Hz at {middle_s} s: {error}");
        }
    }
}

#[test]
fn lengths_round_up() {
    assert_eq!(resample(&[], 8_000, 48_000).unwrap(), []);
    assert_eq!(resample(&[0.0], 8_000, 48_000).unwrap().len(), 6);
    assert_eq!(resample(&[0.0], 44_100, 48_000).unwrap().len(), 2);
    assert_eq!(resample(&[0.0; 5], 192_000, 48_000).unwrap().len(), 2);
}

#[test]
fn odd_rates_work_and_no_rate_is_refused() {
    assert_eq!(resample(&vec![0.0; 47_999], 47_999, 48_000).unwrap().len(), 48_000);
    assert!(resample(&[0.0], 0, 48_000).is_err());
    assert!(resample(&[0.0], 0, 0).is_err());
}
