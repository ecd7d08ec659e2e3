//! The kind of run for a seed: each one leaves some kinds of faults out altogether, so that the rest shows in
//! combinations that an average of everything would hide (Groce and others, Swarm Testing, 2012).

use std::time::Duration;

use crate::sim::action::Kind;
use crate::sim::dice::Dice;
use crate::sim::network::Weather;

/// The faults of one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Swarm {
    pub(crate) weather: Weather,
    /// The frequency of each kind of action, relative to the others.
    pub(crate) weights: Vec<(Kind, u32)>,
    pub(crate) clocks_are_skewed: bool,
    /// Talks may end without closing their channels.
    pub(crate) mutes: bool,
    /// Talks may be to players.
    pub(crate) talks_to_players: bool,
}

impl Swarm {
    pub(crate) fn draw(dice: &mut Dice) -> Self {
        let weights =
            Kind::ALL.iter().filter(|_| !dice.chance(OFF)).map(|kind| (*kind, kind.weight())).collect();
        Self {
            weather: weather(dice),
            weights,
            clocks_are_skewed: !dice.chance(OFF),
            mutes: !dice.chance(OFF),
            talks_to_players: !dice.chance(OFF),
        }
    }

    /// Everything that players make happen themselves, each kind as often as the others.
    pub(crate) fn of_players(self) -> Self {
        let kinds = Kind::ALL.into_iter().filter(|kind| !kind.is_the_networks());
        let weights = kinds.map(|kind| (kind, 1)).collect();
        Self { weights, mutes: true, talks_to_players: true, ..self }
    }
}

/// The share of runs without a given kind of fault, per million.
const OFF: u32 = 300_000;

fn weather(dice: &mut Dice) -> Weather {
    let mut sometimes = |from: u64, to: u64| {
        if dice.chance(OFF) { 0 } else { (from + dice.below(to - from)) as u32 }
    };
    let (loss, burst_begins, repeat) =
        (sometimes(1000, 100_000), sometimes(500, 10_000), sometimes(500, 50_000));
    let (late, refusal) = (sometimes(500, 50_000), sometimes(10_000, 300_000));
    let jitter = Duration::from_millis(sometimes(1, 60).into());
    Weather {
        latency: dice.millis(1, 120),
        jitter,
        loss,
        burst_begins,
        burst_ends: 200_000,
        repeat,
        late,
        refusal,
    }
}
