//! A connection to one sound system, and its list of devices.

use std::ffi::c_char;
use std::fmt;
use std::mem::MaybeUninit;
use std::ptr::{self, NonNull};
use std::slice;
use std::sync::Arc;

use maudio_sys::ffi;

use super::result::check;
use crate::miniaudio::{AudioSystem, ListedDevice, StreamDirection, MiniaudioError};

/// The connection to one sound system. It ends when it and its devices are dropped.
pub struct Context(Arc<Connection>);

/// The identifier of a device of a [`Context`].
#[derive(Clone, Copy)]
pub struct DeviceId(pub(super) ffi::ma_device_id);

/// An initialised `ma_context`, which is never moved: miniaudio's threads and devices point to it.
pub(super) struct Connection(NonNull<ffi::ma_context>);

// SAFETY: only `Context`, which is borrowed mutably for that, lists and opens devices, so these calls never run
// concurrently; a device uses the context by miniaudio's own rules, from any thread; the last owner ends it.
#[expect(unsafe_code, reason = "miniaudio's contexts are used from any thread, one call after the other")]
unsafe impl Send for Connection {}
// SAFETY: as above; a shared reference only keeps the context alive.
#[expect(unsafe_code, reason = "miniaudio's contexts are used from any thread, one call after the other")]
unsafe impl Sync for Connection {}

impl Context {
    /// Connects to a sound system.
    ///
    /// # Errors
    /// [`MiniaudioError`] if the machine does not have the system, or if it does not answer.
    #[expect(unsafe_code, reason = "calls miniaudio")]
    pub fn new(backend: AudioSystem) -> Result<Self, MiniaudioError> {
        let backend = code_of(backend);
        let place = Box::into_raw(Box::new(MaybeUninit::<ffi::ma_context>::uninit()));
        // SAFETY: one backend, no configuration (its defaults), and room for a context, which the call fills.
        let result = unsafe { ffi::ma_context_init(&raw const backend, 1, ptr::null(), place.cast()) };
        match (check(result), NonNull::new(place.cast())) {
            (Ok(()), Some(context)) => Ok(Self(Arc::new(Connection(context)))),
            (outcome, _) => {
                // SAFETY: the pointer is from `Box::into_raw` above, and miniaudio keeps no reference to it after a
                // failed call.
                drop(unsafe { Box::from_raw(place) });
                outcome.and(Err(MiniaudioError::NO_BACKEND))
            }
        }
    }

    /// The devices that the system currently has.
    ///
    /// # Errors
    /// [`MiniaudioError`] if the system no longer answers.
    #[expect(unsafe_code, reason = "calls miniaudio")]
    pub fn devices(&mut self) -> Result<Vec<ListedDevice>, MiniaudioError> {
        let (mut outputs, mut inputs) = (ptr::null_mut(), ptr::null_mut());
        let (mut output_count, mut input_count) = (0, 0);
        // SAFETY: the context is initialised, and no other call lists devices meanwhile; the other arguments are places
        // to fill.
        let result = unsafe {
            ffi::ma_context_get_devices(
                self.0.raw(),
                &raw mut outputs,
                &raw mut output_count,
                &raw mut inputs,
                &raw mut input_count,
            )
        };
        check(result)?;
        let listed = |direction, infos: *mut ffi::ma_device_info, count: u32| {
            let infos: &[ffi::ma_device_info] = match NonNull::new(infos) {
                // SAFETY: the call has filled `count` entries, which stay valid until the next such call, which is
                // after this borrow.
                Some(infos) => unsafe { slice::from_raw_parts(infos.as_ptr(), count as usize) },
                None => &[],
            };
            infos.iter().map(|info| device(direction, info)).collect::<Vec<_>>()
        };
        let mut devices = listed(StreamDirection::Input, inputs, input_count);
        devices.extend(listed(StreamDirection::Output, outputs, output_count));
        Ok(devices)
    }

    pub(super) fn connection(&self) -> &Arc<Connection> {
        &self.0
    }
}

impl Connection {
    pub(super) fn raw(&self) -> *mut ffi::ma_context {
        self.0.as_ptr()
    }
}

impl Drop for Connection {
    #[expect(unsafe_code, reason = "calls miniaudio")]
    fn drop(&mut self) {
        // SAFETY: initialised in `Context::new`, and no device is left, since each keeps it.
        unsafe { ffi::ma_context_uninit(self.raw()) };
        // SAFETY: the pointer is from `Box::into_raw` in `Context::new`, for memory that may be uninitialised.
        drop(unsafe { Box::from_raw(self.raw().cast::<MaybeUninit<ffi::ma_context>>()) });
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Context")
    }
}

impl fmt::Debug for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeviceId")
    }
}

fn device(direction: StreamDirection, info: &ffi::ma_device_info) -> ListedDevice {
    let is_end = |letter: &c_char| *letter == 0;
    let name = info.name.split(is_end).next().unwrap_or_default();
    let name: Vec<u8> = name.iter().map(|letter| u8::from_ne_bytes(letter.to_ne_bytes())).collect();
    ListedDevice {
        direction,
        name: String::from_utf8_lossy(&name).into_owned(),
        is_default: info.isDefault != 0,
        id: DeviceId(info.id),
    }
}

fn code_of(backend: AudioSystem) -> ffi::ma_backend {
    match backend {
        AudioSystem::Wasapi => ffi::ma_backend_ma_backend_wasapi,
        AudioSystem::DirectSound => ffi::ma_backend_ma_backend_dsound,
        AudioSystem::WinMm => ffi::ma_backend_ma_backend_winmm,
        AudioSystem::CoreAudio => ffi::ma_backend_ma_backend_coreaudio,
        AudioSystem::Sndio => ffi::ma_backend_ma_backend_sndio,
        AudioSystem::Audio4 => ffi::ma_backend_ma_backend_audio4,
        AudioSystem::Oss => ffi::ma_backend_ma_backend_oss,
        AudioSystem::PulseAudio => ffi::ma_backend_ma_backend_pulseaudio,
        AudioSystem::Alsa => ffi::ma_backend_ma_backend_alsa,
        AudioSystem::AAudio => ffi::ma_backend_ma_backend_aaudio,
        AudioSystem::OpenSl => ffi::ma_backend_ma_backend_opensl,
        AudioSystem::Null => ffi::ma_backend_ma_backend_null,
    }
}
