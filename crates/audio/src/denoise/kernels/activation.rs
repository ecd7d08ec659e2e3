//! Activation functions over slices.

use std::f32::consts::LOG2_E;

/// max(x, 0).
pub(crate) fn relu(values: &mut [f32]) {
    for value in values {
        *value = value.max(0.0);
    }
}

/// 1 / (1 + e^−x).
pub(crate) fn sigmoid(values: &mut [f32]) {
    for value in values {
        *value = 1.0 / (1.0 + exp(-*value));
    }
}

/// The hyperbolic tangent, 1 − 2 / (e^2x + 1).
pub(crate) fn tanh(values: &mut [f32]) {
    for value in values {
        *value = 1.0 - 2.0 / (exp(2.0 * *value) + 1.0);
    }
}

/// 1.5 · 2²³: to add it rounds to a whole number, which is then in the lowest bits.
pub(crate) const ROUND: f32 = 12_582_912.0;

/// e^x within 3e-7 of its value, for x limited to ±80: 2^n by the exponent's bits, the rest by its Taylor series.
fn exp(x: f32) -> f32 {
    let x = x.clamp(-80.0, 80.0) * LOG2_E;
    let shifted = x + ROUND;
    let rest = x - (shifted - ROUND);
    let power = SERIES.iter().fold(0.0, |sum, factor| sum * rest + factor);
    let exponent = shifted.to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(127) << 23;
    power * f32::from_bits(exponent)
}

/// ln(2)^k / k!, from k = 6 down to 0.
const SERIES: [f32; 7] =
    [1.540_353e-4, 1.333_355_8e-3, 9.618_129e-3, 5.550_411e-2, 2.402_265e-1, 6.931_472e-1, 1.0];

#[cfg(test)]
mod tests {
    use super::*;

    fn largest_error(function: fn(&mut [f32]), exact: fn(f64) -> f64) -> f64 {
        let inputs: Vec<f32> = (-4000..=4000).map(|i| i as f32 / 200.0).collect();
        let mut outputs = inputs.clone();
        function(&mut outputs);
        let errors = inputs.iter().zip(outputs).map(|(x, y)| (exact(f64::from(*x)) - f64::from(y)).abs());
        errors.fold(0.0, f64::max)
    }

    #[test]
    fn sigmoid_and_tanh_are_exact_to_six_digits() {
        assert!(largest_error(sigmoid, |x| 1.0 / (1.0 + (-x).exp())) < 1e-6);
        assert!(largest_error(tanh, f64::tanh) < 1e-6);
    }

    #[test]
    fn any_input_has_an_output_in_range() {
        let mut values = [f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN, 0.0];
        sigmoid(&mut values);
        assert!(values.iter().all(|value| (0.0..=1.0).contains(value)), "{values:?}");
    }
}
