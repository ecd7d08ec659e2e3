//! The grouped temporal convolution (Rong et al., 2024): half of the channels go through a convolution over three
//! spectra, some apart, and are then interleaved with the other half.

use super::attention::Attention;
use super::columns::{CHANNELS, Column, Columns, HALF, WIDTH, rectify};
use crate::denoise::weights::{Weights, WeightsError};

/// Taps over frequency and over time.
const TAPS: usize = 3;

/// The layer and its state.
pub(super) struct TemporalConv {
    /// For each neighbour a row for each channel.
    expand: Box<[Column]>,
    expand_bias: Box<Column>,
    expand_slope: f32,
    /// Taps over frequency for the oldest spectrum, then for the next.
    taps: Box<[Column]>,
    taps_bias: Box<Column>,
    taps_slope: f32,
    shrink: Box<[[f32; HALF]]>,
    shrink_bias: Box<[f32; HALF]>,
    attention: Attention,
    /// The last spectra, of which the layer uses the oldest and the one half as old.
    last: Vec<Columns>,
    /// The place of the oldest one.
    oldest: usize,
}

impl TemporalConv {
    /// `reach` is the age of the oldest spectrum that the layer uses.
    pub(super) fn read(weights: &mut Weights, reach: usize) -> Result<Self, WeightsError> {
        Ok(Self {
            expand: weights.table(TAPS * HALF)?,
            expand_bias: weights.vector()?,
            expand_slope: weights.vector::<1>()?[0],
            taps: weights.table(TAPS * TAPS)?,
            taps_bias: weights.vector()?,
            taps_slope: weights.vector::<1>()?[0],
            shrink: weights.table(CHANNELS)?,
            shrink_bias: weights.vector()?,
            attention: Attention::read(weights)?,
            last: vec![[[0.0; CHANNELS]; WIDTH]; reach],
            oldest: 0,
        })
    }

    pub(super) fn reset(&mut self) {
        self.attention.reset();
        self.last.fill([[0.0; CHANNELS]; WIDTH]);
    }

    pub(super) fn process(&mut self, columns: &mut Columns) {
        let expanded = self.expand(columns);
        let filtered = self.filter(&expanded);
        self.last[self.oldest] = expanded;
        self.oldest = (self.oldest + 1) % self.last.len();
        let shrunk = filtered.map(|column| {
            let mut sums = *self.shrink_bias;
            for (value, row) in column.iter().zip(&self.shrink) {
                for (sum, weight) in sums.iter_mut().zip(row) {
                    *sum += value * weight;
                }
            }
            sums
        });
        let factors = self.attention.process(&shrunk);
        for (column, shrunk) in columns.iter_mut().zip(&shrunk) {
            let kept = *column;
            for channel in 0..HALF {
                column[2 * channel] = shrunk[channel] * factors[channel];
                column[2 * channel + 1] = kept[HALF + channel];
            }
        }
    }

    /// From the first half of the channels, with those of the neighbours, to all.
    fn expand(&self, columns: &Columns) -> Columns {
        std::array::from_fn(|place| {
            let mut sums = *self.expand_bias;
            for (offset, rows) in self.expand.as_chunks::<HALF>().0.iter().enumerate() {
                // Frequencies beyond the edges are silent.
                let Some(column) = columns.get((place + offset).wrapping_sub(1)) else { continue };
                for (value, row) in column.iter().zip(rows) {
                    for (sum, weight) in sums.iter_mut().zip(row) {
                        *sum += value * weight;
                    }
                }
            }
            rectify(&mut sums, self.expand_slope);
            sums
        })
    }

    /// Each channel over three spectra and three frequencies.
    fn filter(&self, newest: &Columns) -> Columns {
        let reach = self.last.len();
        let spectra = [&self.last[self.oldest], &self.last[(self.oldest + reach / 2) % reach], newest];
        std::array::from_fn(|place| {
            let mut sums = *self.taps_bias;
            for (spectrum, taps) in spectra.iter().zip(self.taps.as_chunks::<TAPS>().0) {
                for (offset, taps) in taps.iter().enumerate() {
                    let Some(column) = spectrum.get((place + offset).wrapping_sub(1)) else { continue };
                    for channel in 0..CHANNELS {
                        sums[channel] += column[channel] * taps[channel];
                    }
                }
            }
            rectify(&mut sums, self.taps_slope);
            sums
        })
    }
}
