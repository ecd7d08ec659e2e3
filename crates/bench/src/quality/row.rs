//! One row of the results.

use serde_json::{Value, json};

use super::condition::{BURST_PACKETS, Condition, Listener};
use super::measurement::Measurement;

/// The result of one listener under one condition.
#[derive(Clone, Copy)]
pub(super) struct Row {
    pub(super) condition: Condition,
    pub(super) listener: Listener,
    pub(super) measured: Measurement,
}

impl Row {
    pub(super) fn heading() -> String {
        format!(
            "{:<35}{:<23}{:>7}{:>9}{:>9}{:>9}{:>11}",
            "network", "listener", "score", "mean ms", "p95 ms", "made up", "recovered"
        )
    }

    pub(super) fn line(&self) -> String {
        let Self { condition, listener, measured } = self;
        format!(
            "{:<35}{:<23}{:>7.2}{:>9.1}{:>9.1}{:>7.1} %{:>9.1} %",
            name(*condition),
            listener.name(),
            measured.score,
            measured.delay_mean_ms,
            measured.delay_p95_ms,
            measured.concealed_percent,
            measured.recovered_percent
        )
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "network": name(self.condition),
            "frame_ms": self.condition.frame.samples() / 48,
            "loss_percent": self.condition.loss_percent,
            "burst_packets": if self.condition.bursts { BURST_PACKETS } else { 1.0 },
            "jitter_ms": self.condition.jitter_ms,
            "listener": self.listener.name(),
            "measured": self.measured,
        })
    }
}

/// The name of the network, in a line.
pub(super) fn name(condition: Condition) -> String {
    let even = || format!("loss {}, jitter {} ms", loss(condition), condition.jitter_ms);
    condition.name().map_or_else(even, str::to_owned)
}

/// The loss, as shown in tables.
pub(super) fn loss(condition: Condition) -> String {
    match condition {
        Condition { loss_percent: 0, .. } => "none".to_owned(),
        Condition { loss_percent, bursts: false, .. } => format!("{loss_percent} %"),
        Condition { loss_percent, bursts: true, .. } => format!("{loss_percent} %, bursts"),
    }
}
