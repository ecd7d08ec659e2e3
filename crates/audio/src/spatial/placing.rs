//! The placement of voices for one listener, depending on whether the listener wears headphones.

use super::hrtf::Head;
use super::{SpatialMode, SpatialSettings};

/// Settings whose mode is not up to the headphones, and the head that they need.
///
/// The measured head is mentioned only where it may be asked for, so that a program that never asks has not got it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Placing {
    pub(super) settings: SpatialSettings,
    /// There is one for [`SpatialMode::Hrtf`].
    pub(super) head: Option<&'static Head>,
}

impl Placing {
    pub(crate) fn new(settings: SpatialSettings, headphones: bool) -> Self {
        let mode = match settings.mode {
            SpatialMode::Automatic if headphones => SpatialMode::Hrtf,
            SpatialMode::Automatic => SpatialMode::Panning,
            mode => mode,
        };
        let head = (mode == SpatialMode::Hrtf).then_some(&Head::KEMAR);
        Self { settings: SpatialSettings { mode, ..settings }, head }
    }
}
