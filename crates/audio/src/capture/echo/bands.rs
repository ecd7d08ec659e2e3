//! The ear's bands: narrow at the bottom, wide at the top. All judgements are made per band.

use std::ops::Range;

use super::linear_filter::LINEAR_BINS;

/// Bands below 8 kHz, where the echo is predicted.
pub(crate) const BANDS: usize = 20;

/// First bin of each band, and the end of the last.
const EDGES: [usize; BANDS + 1] =
    [0, 4, 6, 8, 10, 12, 14, 17, 20, 24, 28, 33, 39, 46, 54, 64, 76, 90, 107, 130, LINEAR_BINS];

/// The bins of a band.
pub(crate) fn bins(band: usize) -> Range<usize> {
    EDGES[band]..EDGES[band + 1]
}
