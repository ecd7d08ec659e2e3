//! Rust's clock as Python's: seconds of `time.monotonic()`.

use std::sync::OnceLock;
use std::time::Instant;

use pyo3::prelude::*;

/// One moment on both clocks, so that conversion keeps the distances between times.
struct Anchor {
    instant: Instant,
    monotonic: f64,
}

static ANCHOR: OnceLock<Anchor> = OnceLock::new();

/// Reads both clocks, once per process, before anything is converted.
///
/// # Errors
/// If Python's clock cannot be read.
pub(crate) fn start(py: Python<'_>) -> PyResult<()> {
    if ANCHOR.get().is_none() {
        let monotonic = py.import("time")?.call_method0("monotonic")?.extract()?;
        ANCHOR.get_or_init(|| Anchor { instant: Instant::now(), monotonic });
    }
    Ok(())
}

/// A moment in seconds of `time.monotonic()`; 0 before the [start].
pub(crate) fn monotonic(at: Instant) -> f64 {
    let Some(Anchor { instant, monotonic }) = ANCHOR.get() else { return 0.0 };
    match at.checked_duration_since(*instant) {
        Some(later) => monotonic + later.as_secs_f64(),
        None => monotonic - instant.duration_since(at).as_secs_f64(),
    }
}
