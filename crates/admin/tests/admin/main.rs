//! What operators and their programs read.

mod grafana;
mod metrics;
mod otlp;
mod token;
