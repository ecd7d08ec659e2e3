//! Gated recurrent units side by side (Cho et al., 2014; the reset gate comes after the matrix), each with its own
//! inputs: a grouped layer, its two directions, or a single unit. Together they have 16 values, so that one kernel
//! serves them all.

use super::columns::{CHANNELS, Column};
use crate::denoise::kernels::{sigmoid, tanh};
use crate::denoise::weights::{Weights, WeightsError};

/// Inputs of each unit.
pub(super) const INPUTS: usize = 8;

/// Update gate, reset gate, candidate.
pub(super) type Gates = [Column; 3];

/// `UNITS` units of `HIDDEN` values.
pub(super) struct GroupedGru<const UNITS: usize, const HIDDEN: usize> {
    /// For each gate a row of values for each input of the units.
    of_input: [[Column; INPUTS]; 3],
    of_state: [[Column; HIDDEN]; 3],
    input_biases: Gates,
    state_biases: Gates,
}

impl<const UNITS: usize, const HIDDEN: usize> GroupedGru<UNITS, HIDDEN> {
    pub(super) fn read(weights: &mut Weights) -> Result<Self, WeightsError> {
        const { assert!(UNITS * HIDDEN == CHANNELS) };
        let of_input = gates(&weights.table(3 * INPUTS)?);
        let of_state = gates(&weights.table(3 * HIDDEN)?);
        let biases: Box<[Column]> = weights.table(6)?;
        Ok(Self {
            of_input,
            of_state,
            input_biases: std::array::from_fn(|gate| biases[gate]),
            state_biases: std::array::from_fn(|gate| biases[3 + gate]),
        })
    }

    /// The contribution of each unit's inputs to the gates.
    pub(super) fn input_gates(&self, inputs: [&[f32; INPUTS]; UNITS]) -> Gates {
        let mut gates = self.input_biases;
        for (sums, rows) in gates.iter_mut().zip(&self.of_input) {
            for (input, row) in rows.iter().enumerate() {
                add_products(sums, inputs.map(|inputs| inputs[input]), row);
            }
        }
        gates
    }

    /// Moves `state` on by one step.
    pub(super) fn step(&self, from_input: &Gates, state: &mut Column) {
        let mut from_state = self.state_biases;
        for (sums, rows) in from_state.iter_mut().zip(&self.of_state) {
            for (value, row) in rows.iter().enumerate() {
                add_products(
                    sums,
                    std::array::from_fn::<f32, UNITS, _>(|unit| state[unit * HIDDEN + value]),
                    row,
                );
            }
        }
        let [mut update, mut reset, mut candidate] = *from_input;
        for lane in 0..CHANNELS {
            update[lane] += from_state[0][lane];
            reset[lane] += from_state[1][lane];
        }
        sigmoid(&mut update);
        sigmoid(&mut reset);
        for lane in 0..CHANNELS {
            candidate[lane] += reset[lane] * from_state[2][lane];
        }
        tanh(&mut candidate);
        for lane in 0..CHANNELS {
            state[lane] = candidate[lane] + update[lane] * (state[lane] - candidate[lane]);
        }
    }
}

fn gates<const ROWS: usize>(rows: &[Column]) -> [[Column; ROWS]; 3] {
    std::array::from_fn(|gate| std::array::from_fn(|row| rows[gate * ROWS + row]))
}

/// Each unit has a value of its own, and an equal share of the lanes.
fn add_products<const UNITS: usize>(sums: &mut Column, values: [f32; UNITS], row: &Column) {
    let share = CHANNELS / UNITS;
    for (unit, value) in values.iter().enumerate() {
        for lane in unit * share..(unit + 1) * share {
            sums[lane] += value * row[lane];
        }
    }
}
