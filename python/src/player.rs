//! A player of the session, as the façade has it.

use std::sync::Arc;

use consonance::audio::SpeakerPlace;
use consonance::{PlayerState, VoiceChat};
use pyo3::prelude::*;

/// A player; its values are at most 10 ms old, and are read without waiting for the voice thread.
#[pyclass(frozen, module = "consonance._native")]
pub(crate) struct Player {
    state: Arc<PlayerState>,
    /// How it is heard.
    handle: consonance::Player,
}

impl Player {
    pub(crate) fn new(voice: &VoiceChat, state: Arc<PlayerState>) -> Self {
        let handle = voice.player(state.name());
        Self { state, handle }
    }
}

#[pymethods]
impl Player {
    #[getter]
    fn name(&self) -> &str {
        self.state.name()
    }

    #[getter]
    fn is_local(&self) -> bool {
        self.state.is_local()
    }

    #[getter]
    fn is_connected(&self) -> bool {
        self.state.is_connected()
    }

    #[getter]
    fn is_speaking(&self) -> bool {
        self.state.is_speaking()
    }

    #[getter]
    fn amplitude(&self) -> f32 {
        self.state.amplitude()
    }

    #[getter]
    fn rooms(&self) -> Vec<String> {
        self.state.rooms()
    }

    #[getter]
    fn packet_loss(&self) -> Option<f32> {
        self.state.packet_loss()
    }

    #[getter]
    fn volume(&self) -> f32 {
        self.state.volume()
    }

    fn set_volume(&self, volume: f32) {
        self.handle.set_volume(volume);
    }

    #[getter]
    fn is_muted(&self) -> bool {
        self.state.is_muted()
    }

    fn set_muted(&self, muted: bool) {
        self.handle.set_muted(muted);
    }

    /// In metres, with what is in between from 0 to 1; none if it is not known any more.
    fn set_place(&self, position_m: Option<[f32; 3]>, occlusion: f32) {
        self.handle.set_place(position_m.map(|position_m| SpeakerPlace { position_m, occlusion }));
    }
}
