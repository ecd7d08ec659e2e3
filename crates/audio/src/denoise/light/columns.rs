//! The values between layers: all channels at each frequency.

use super::bands::BANDS;

/// Channels of all layers, and half of them.
pub(super) const CHANNELS: usize = 16;
pub(super) const HALF: usize = CHANNELS / 2;

/// Frequencies after the first layer, and in the middle of the network.
pub(super) const BETWEEN: usize = BANDS / 2 + 1;
pub(super) const WIDTH: usize = BETWEEN / 2 + 1;

/// All channels at one frequency.
pub(super) type Column = [f32; CHANNELS];

/// All channels at all frequencies in the middle of the network.
pub(super) type Columns = [Column; WIDTH];

/// A rectifier that lets a share of what is negative through (He et al., "Delving deep into rectifiers", 2015).
pub(super) fn rectify(values: &mut Column, slope: f32) {
    for value in values {
        *value = value.max(0.0) + slope * value.min(0.0);
    }
}

/// Adds columns to others.
pub(super) fn add(columns: &[Column], sums: &mut [Column]) {
    for (sum, value) in sums.as_flattened_mut().iter_mut().zip(columns.as_flattened()) {
        *sum += value;
    }
}
