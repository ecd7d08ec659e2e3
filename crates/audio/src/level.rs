//! The level of a block.

/// The least level, that of silence.
pub(crate) const SILENCE_DBFS: f32 = -100.0;

/// The root mean square of a block, in dB of full scale.
pub(crate) fn dbfs(block: &[f32]) -> f32 {
    let power = block.iter().map(|sample| sample * sample).sum::<f32>() / block.len().max(1) as f32;
    (10.0 * power.max(f32::MIN_POSITIVE).log10()).max(SILENCE_DBFS)
}

/// The mean absolute value of a block.
pub(crate) fn mean_absolute(block: &[f32]) -> f32 {
    block.iter().map(|sample| sample.abs()).sum::<f32>() / block.len().max(1) as f32
}

/// Decibels as a factor.
pub(crate) fn factor(db: f32) -> f32 {
    10.0_f32.powf(db / 20.0)
}
