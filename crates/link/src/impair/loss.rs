//! The choice of lost packets: independently, or in bursts.

use super::Impairment;
use crate::random::Random;

/// Decides the loss of each packet in turn.
#[derive(Clone, Debug)]
pub(super) struct Loss {
    random: Random,
    model: Model,
}

#[derive(Clone, Debug)]
enum Model {
    Independent {
        loss: f64,
    },
    /// Gilbert's two states: all packets pass, or none do.
    Bursts {
        begin: f64,
        end: f64,
        is_losing: bool,
    },
}

impl Loss {
    pub(super) fn new(impairment: &Impairment) -> Self {
        let mut random = Random::new(impairment.seed, "loss");
        let loss = probability(impairment.loss_percent);
        let model = match impairment.burst_packets {
            Some(burst_packets) if loss > 0.0 && loss < 1.0 => {
                let (begin, end) = burst_probabilities(loss, burst_packets);
                Model::Bursts { begin, end, is_losing: random.chance(loss) }
            }
            _ => Model::Independent { loss },
        };
        Self { random, model }
    }

    pub(super) fn loses_next(&mut self) -> bool {
        match &mut self.model {
            Model::Independent { loss } => self.random.chance(*loss),
            Model::Bursts { begin, end, is_losing } => {
                let was_losing = *is_losing;
                let changes = self.random.chance(if was_losing { *end } else { *begin });
                *is_losing = was_losing != changes;
                was_losing
            }
        }
    }
}

/// The probabilities that a burst begins and ends after a packet.
///
/// A burst's length is geometric with mean 1 / end; the share of time in bursts is begin / (begin + end).
fn burst_probabilities(loss: f64, burst_packets: f64) -> (f64, f64) {
    // A gap lasts at least one packet, so a burst lasts at least loss / (1 - loss) packets.
    let shortest = (loss / (1.0 - loss)).max(1.0);
    let end = 1.0 / burst_packets.max(shortest);
    (end * loss / (1.0 - loss), end)
}

/// Converts from percent; NaN counts as 0.
pub(super) fn probability(percent: f64) -> f64 {
    if percent.is_nan() { 0.0 } else { percent.clamp(0.0, 100.0) / 100.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACKETS: usize = 200_000;

    fn losses(loss_percent: f64, burst_packets: Option<f64>, seed: u64) -> Vec<bool> {
        let mut loss = Loss::new(&Impairment { loss_percent, burst_packets, seed, ..Impairment::default() });
        (0..PACKETS).map(|_| loss.loses_next()).collect()
    }

    fn percent_lost(losses: &[bool]) -> f64 {
        100.0 * losses.iter().filter(|&&lost| lost).count() as f64 / losses.len() as f64
    }

    fn mean_burst(losses: &[bool]) -> f64 {
        let lost = losses.iter().filter(|&&lost| lost).count();
        let bursts = losses.windows(2).filter(|pair| !pair[0] && pair[1]).count() + usize::from(losses[0]);
        lost as f64 / bursts as f64
    }

    #[test]
    fn the_asked_share_is_lost_with_and_without_bursts() {
        for burst in [None, Some(1.0), Some(3.0), Some(8.0)] {
            for percent in [0.0, 1.0, 5.0, 20.0, 50.0] {
                for seed in 0..3 {
                    let lost = percent_lost(&losses(percent, burst, seed));
                    // Four standard deviations: losses come in bursts of geometric length.
                    let bursts = PACKETS as f64 * percent / 100.0 / burst.unwrap_or(2.0);
                    let tolerance = if percent > 0.0 { 4.0 * percent * (2.0 / bursts).sqrt() } else { 0.0 };
                    assert!(
                        (lost - percent).abs() <= tolerance,
                        "{percent} % in bursts of {burst:?}: {lost}"
                    );
                }
            }
        }
    }

    #[test]
    fn bursts_have_the_asked_mean_length() {
        for burst in [1.0, 2.0, 5.0, 10.0] {
            let mean = mean_burst(&losses(10.0, Some(burst), 42));
            assert!((mean - burst).abs() <= 0.07 * burst, "asked {burst}, got {mean}");
        }
    }

    #[test]
    fn independent_losses_come_in_runs_by_chance_only() {
        // A run of independent losses has mean length 1 / (1 - loss).
        let mean = mean_burst(&losses(20.0, None, 42));
        assert!((mean - 1.25).abs() < 0.02, "{mean}");
    }

    #[test]
    fn heavy_loss_keeps_its_share_with_longer_bursts_than_asked() {
        let heavy = losses(90.0, Some(2.0), 42);
        assert!((percent_lost(&heavy) - 90.0).abs() < 1.0);
        assert!(mean_burst(&heavy) > 8.0);
    }

    #[test]
    fn everything_nothing_and_nonsense() {
        assert!(losses(100.0, Some(3.0), 1).iter().all(|&lost| lost));
        assert!(losses(250.0, None, 1).iter().all(|&lost| lost));
        for nothing in [0.0, -5.0, f64::NAN] {
            assert!(losses(nothing, Some(f64::NAN), 1).iter().all(|&lost| !lost));
        }
    }
}
