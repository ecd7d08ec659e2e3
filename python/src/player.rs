//! A player of the session, as the façade has it.

use consonance::audio::SpeakerPlace;
use pyo3::prelude::*;

/// A player; its values are at most 10 ms old, and are read without waiting for the voice thread.
#[pyclass(frozen, module = "consonance._native")]
pub(crate) struct Player(pub(crate) consonance::Player);

#[pymethods]
impl Player {
    #[getter]
    fn name(&self) -> &str {
        self.0.name()
    }

    #[getter]
    fn is_local(&self) -> bool {
        self.0.is_local()
    }

    #[getter]
    fn is_connected(&self) -> bool {
        self.0.is_connected()
    }

    #[getter]
    fn is_speaking(&self) -> bool {
        self.0.is_speaking()
    }

    #[getter]
    fn amplitude(&self) -> f32 {
        self.0.amplitude()
    }

    #[getter]
    fn rooms(&self) -> Vec<String> {
        self.0.rooms()
    }

    #[getter]
    fn packet_loss(&self) -> Option<f32> {
        self.0.packet_loss()
    }

    #[getter]
    fn volume(&self) -> f32 {
        self.0.volume()
    }

    fn set_volume(&self, volume: f32) {
        self.0.set_volume(volume);
    }

    #[getter]
    fn is_muted(&self) -> bool {
        self.0.is_muted()
    }

    fn set_muted(&self, muted: bool) {
        self.0.set_muted(muted);
    }

    /// In metres, with what is in between from 0 to 1; none if it is not known any more.
    fn set_place(&self, position_m: Option<[f32; 3]>, occlusion: f32) {
        self.0.set_place(position_m.map(|position_m| SpeakerPlace { position_m, occlusion }));
    }
}
