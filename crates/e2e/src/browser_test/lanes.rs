//! How many scenarios a machine plays side by side.
//!
//! A page that draws its own pictures, as one without a graphics card does, keeps a processor busy for a good part of
//! the time. Too many of them hear each other badly, whatever the server does.

use std::num::NonZero;
use std::thread;

use crate::browser_test::processors::Watch;

/// The number of scenarios that this machine can run at once, if it has run exactly one since `watch` began: at most
/// one for each processor, and that many if the load is unknown.
pub(crate) fn lanes(watch: &Watch) -> usize {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    watch.so_far().map_or(processors, |shares| fitting(shares.busy, processors))
}

/// How many such loads fit on the processors; `busy` is the share of all processors that one of them takes.
fn fitting(busy: f64, processors: usize) -> usize {
    ((USABLE / busy) as usize).clamp(1, processors)
}

/// The highest load at which processors do not delay voices.
const USABLE: f64 = 0.9;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_fit_as_find_the_processors_free() {
        for (busy, processors, lanes) in
            [(0.81, 2, 1), (0.44, 2, 2), (0.1, 2, 2), (0.2, 8, 4), (1.0, 4, 1), (0.0, 4, 4)]
        {
            assert_eq!(fitting(busy, processors), lanes, "{busy} of {processors}");
        }
    }
}
