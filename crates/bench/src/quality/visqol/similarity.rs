//! How alike two patches are: the neurogram similarity index (Hines and Harte, "Speech intelligibility prediction
//! using a Neurogram Similarity Index Measure", Speech Communication 54, 2012).

use super::gammatone::{BANDS, PATCH_FRAMES, Patch};

/// Weights of a neighbourhood of three by three: a Gaussian of half a cell.
const CORNER: f64 = 0.011_303_391;
const EDGE: f64 = 0.083_825_148;
const CENTRE: f64 = 0.619_485_846;
const WEIGHTS: [[f64; 3]; 3] = [[CORNER, EDGE, CORNER], [EDGE, CENTRE, EDGE], [CORNER, EDGE, CORNER]];

/// Constants that keep the quotients of intensity and structure finite, for an intensity range of 1 as in `ViSQOL`.
const INTENSITY: f64 = 1e-4;
const STRUCTURE: f64 = 4.5e-4;

/// The mean over all cells of intensity times structure: 1 if the patches are the same.
pub(super) fn similarity(a: &Patch, b: &Patch) -> f64 {
    let mut sum = 0.0;
    for frame in 0..PATCH_FRAMES {
        for band in 0..BANDS {
            sum += cell(&neighbourhood(a, frame, band), &neighbourhood(b, frame, band));
        }
    }
    sum / (PATCH_FRAMES * BANDS) as f64
}

fn cell(a: &[[f64; 3]; 3], b: &[[f64; 3]; 3]) -> f64 {
    let (mut mean_a, mut mean_b, mut square_a, mut square_b, mut product) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (weights, (a, b)) in WEIGHTS.iter().zip(a.iter().zip(b)) {
        for (weight, (a, b)) in weights.iter().zip(a.iter().zip(b)) {
            mean_a += weight * a;
            mean_b += weight * b;
            square_a += weight * a * a;
            square_b += weight * b * b;
            product += weight * a * b;
        }
    }
    let deviation_a = (square_a - mean_a * mean_a).max(0.0).sqrt();
    let deviation_b = (square_b - mean_b * mean_b).max(0.0).sqrt();
    let intensity = (2.0 * mean_a * mean_b + INTENSITY) / (mean_a * mean_a + mean_b * mean_b + INTENSITY);
    let structure = (product - mean_a * mean_b + STRUCTURE) / (deviation_a * deviation_b + STRUCTURE);
    intensity * structure
}

/// The cells around one; the edge is repeated beyond itself.
fn neighbourhood(patch: &Patch, frame: usize, band: usize) -> [[f64; 3]; 3] {
    let around = |middle: usize, end: usize| [middle.saturating_sub(1), middle, (middle + 1).min(end - 1)];
    around(frame, PATCH_FRAMES).map(|frame| around(band, BANDS).map(|band| f64::from(patch[frame][band])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slope(by_frame: f32, by_band: f32) -> Patch {
        let mut patch = [[0.0; BANDS]; PATCH_FRAMES];
        for (i, frame) in patch.iter_mut().enumerate() {
            for (k, cell) in frame.iter_mut().enumerate() {
                *cell = 20.0 + by_frame * i as f32 + by_band * k as f32;
            }
        }
        patch
    }

    #[test]
    fn a_patch_is_like_itself_and_less_like_others() {
        let patch = slope(0.3, -0.8);
        assert!((similarity(&patch, &patch) - 1.0).abs() < 1e-9);
        let near = similarity(&patch, &slope(0.3, -0.7));
        let far = similarity(&patch, &slope(-0.3, 0.8));
        assert!(near > 0.9 && far < 0.2, "{near}, {far}");
    }
}
