//! The implementation for targets on which miniaudio's declarations are not known: no device can be opened.

use std::convert::Infallible;

use crate::miniaudio::{AudioSystem, ListedDevice, MiniaudioError, StreamConfig};

/// The connection to one sound system; there is none on this target.
#[derive(Debug)]
pub struct Context(Infallible);

impl Context {
    /// Connects to a sound system.
    ///
    /// # Errors
    /// [`MiniaudioError::Missing`] always.
    pub fn new(_backend: AudioSystem) -> Result<Self, MiniaudioError> {
        Err(MiniaudioError::NO_BACKEND)
    }

    /// The devices of the system.
    ///
    /// # Errors
    /// None: there is no context.
    pub fn devices(&mut self) -> Result<Vec<ListedDevice>, MiniaudioError> {
        match self.0 {}
    }
}

/// The identifier of a device; there is none on this target.
#[derive(Clone, Copy, Debug)]
pub enum DeviceId {}

/// An open device; there is none on this target.
#[derive(Debug)]
pub struct Device(Infallible);

impl Device {
    /// Opens a microphone.
    ///
    /// # Errors
    /// None: there is no context.
    pub fn open_input(
        context: &mut Context,
        _id: Option<&DeviceId>,
        _settings: StreamConfig,
        _handler: impl FnMut(&[f32]) + Send + 'static,
    ) -> Result<Self, MiniaudioError> {
        match context.0 {}
    }

    /// Opens a loudspeaker.
    ///
    /// # Errors
    /// None: there is no context.
    pub fn open_output(
        context: &mut Context,
        _id: Option<&DeviceId>,
        _settings: StreamConfig,
        _handler: impl FnMut(&mut [f32]) + Send + 'static,
    ) -> Result<Self, MiniaudioError> {
        match context.0 {}
    }

    /// Starts the device's callbacks.
    ///
    /// # Errors
    /// None: there is no device.
    pub fn start(&mut self) -> Result<(), MiniaudioError> {
        match self.0 {}
    }

    /// Ends the device's callbacks.
    ///
    /// # Errors
    /// None: there is no device.
    pub fn stop(&mut self) -> Result<(), MiniaudioError> {
        match self.0 {}
    }

    /// Whether the system has moved the stream to another device since the last call.
    pub fn take_rerouted(&self) -> bool {
        match self.0 {}
    }
}
