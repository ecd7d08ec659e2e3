//! An open device, and its callbacks.

use std::cell::UnsafeCell;
use std::ffi::c_void;
use std::fmt;
use std::mem::MaybeUninit;
use std::panic::{self, AssertUnwindSafe};
use std::ptr::{self, NonNull};
use std::slice;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use maudio_sys::ffi;

use super::context::{Connection, Context, DeviceId};
use super::result::check;
use crate::miniaudio::{MiniaudioError, StreamConfig};

/// An open microphone or loudspeaker. Dropping it ends its callbacks and closes it.
pub struct Device {
    /// An initialised `ma_device`, which is never moved: miniaudio's threads point to it.
    raw: NonNull<ffi::ma_device>,
    shared: Arc<Shared>,
    /// Kept until the device is closed.
    _connection: Arc<Connection>,
}

/// Data shared with miniaudio's threads, which have a pointer to it.
struct Shared {
    handler: UnsafeCell<Handler>,
    channels: usize,
    was_rerouted: AtomicBool,
}

type InputHandler = dyn FnMut(&[f32]) + Send;
type OutputHandler = dyn FnMut(&mut [f32]) + Send;

enum Handler {
    Input(Box<InputHandler>),
    Output(Box<OutputHandler>),
}

// SAFETY: only `on_data` touches the handler, in one call at a time, on whatever thread; the rest is atomic or
// immutable.
#[expect(unsafe_code, reason = "miniaudio calls from threads of its own")]
unsafe impl Sync for Shared {}

// SAFETY: miniaudio allows its calls on a device from any thread, one after the other, and `&mut self` makes them so.
#[expect(unsafe_code, reason = "miniaudio's devices are used from any thread, one call after the other")]
unsafe impl Send for Device {}

impl Device {
    /// Opens a microphone, or the default one; `handler` gets its samples, interleaved, on one of the system's threads.
    ///
    /// # Errors
    /// [`MiniaudioError`] if it cannot be opened.
    pub fn open_input(
        context: &mut Context,
        id: Option<&DeviceId>,
        settings: StreamConfig,
        handler: impl FnMut(&[f32]) + Send + 'static,
    ) -> Result<Self, MiniaudioError> {
        let mut config = config(ffi::ma_device_type_ma_device_type_capture, settings);
        config.capture.format = ffi::ma_format_ma_format_f32;
        config.capture.channels = settings.channels;
        config.capture.pDeviceID = pointer(id);
        Self::open(context, config, settings, Handler::Input(Box::new(handler)))
    }

    /// Opens a loudspeaker, or the default one; `handler` fills its buffer of interleaved samples, initially silent, on
    /// one of the system's threads.
    ///
    /// # Errors
    /// [`MiniaudioError`] if it cannot be opened.
    pub fn open_output(
        context: &mut Context,
        id: Option<&DeviceId>,
        settings: StreamConfig,
        handler: impl FnMut(&mut [f32]) + Send + 'static,
    ) -> Result<Self, MiniaudioError> {
        let mut config = config(ffi::ma_device_type_ma_device_type_playback, settings);
        config.playback.format = ffi::ma_format_ma_format_f32;
        config.playback.channels = settings.channels;
        config.playback.pDeviceID = pointer(id);
        Self::open(context, config, settings, Handler::Output(Box::new(handler)))
    }

    #[expect(unsafe_code, reason = "calls miniaudio")]
    fn open(
        context: &mut Context,
        mut config: ffi::ma_device_config,
        settings: StreamConfig,
        handler: Handler,
    ) -> Result<Self, MiniaudioError> {
        let channels = settings.channels as usize;
        let handler = UnsafeCell::new(handler);
        let shared = Arc::new(Shared { handler, channels, was_rerouted: AtomicBool::new(false) });
        config.pUserData = Arc::as_ptr(&shared).cast_mut().cast();
        let connection = Arc::clone(context.connection());
        let place = Box::into_raw(Box::new(MaybeUninit::<ffi::ma_device>::uninit()));
        // SAFETY: the context is initialised, and no other device is opened with it meanwhile (`&mut`); what the
        // configuration points to outlives the call (the id) or the device (`shared`); `place` is room for a device.
        let result = unsafe { ffi::ma_device_init(connection.raw(), &raw const config, place.cast()) };
        match (check(result), NonNull::new(place.cast())) {
            (Ok(()), Some(raw)) => Ok(Self { raw, shared, _connection: connection }),
            (outcome, _) => {
                // SAFETY: the pointer is from `Box::into_raw` above, and miniaudio keeps no reference to it after a
                // failed call.
                drop(unsafe { Box::from_raw(place) });
                outcome.and(Err(MiniaudioError::NO_BACKEND))
            }
        }
    }

    /// Starts the device's callbacks.
    ///
    /// # Errors
    /// [`MiniaudioError`] if it does not start.
    #[expect(unsafe_code, reason = "calls miniaudio")]
    pub fn start(&mut self) -> Result<(), MiniaudioError> {
        // SAFETY: the device is initialised.
        check(unsafe { ffi::ma_device_start(self.raw.as_ptr()) })
    }

    /// Ends the device's callbacks; none runs after this returns.
    ///
    /// # Errors
    /// [`MiniaudioError`] if the system does not stop it.
    #[expect(unsafe_code, reason = "calls miniaudio")]
    pub fn stop(&mut self) -> Result<(), MiniaudioError> {
        // SAFETY: the device is initialised.
        check(unsafe { ffi::ma_device_stop(self.raw.as_ptr()) })
    }

    /// Whether the system has moved the stream to another device since the last call.
    pub fn take_rerouted(&self) -> bool {
        self.shared.was_rerouted.swap(false, Ordering::Relaxed)
    }
}

impl Drop for Device {
    #[expect(unsafe_code, reason = "calls miniaudio")]
    fn drop(&mut self) {
        // SAFETY: initialised in `open`, and not used after this; the call ends miniaudio's threads for it.
        unsafe { ffi::ma_device_uninit(self.raw.as_ptr()) };
        // SAFETY: the pointer is from `Box::into_raw` in `open`, for memory that may be uninitialised.
        drop(unsafe { Box::from_raw(self.raw.as_ptr().cast::<MaybeUninit<ffi::ma_device>>()) });
    }
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Device")
    }
}

#[expect(unsafe_code, reason = "calls miniaudio")]
fn config(kind: ffi::ma_device_type, settings: StreamConfig) -> ffi::ma_device_config {
    // SAFETY: it returns a struct of plain values.
    let mut config = unsafe { ffi::ma_device_config_init(kind) };
    config.sampleRate = settings.sample_rate_hz;
    config.periodSizeInFrames = settings.period_frames;
    // Each call has as many frames as the system delivers: equal sizes would add a period of delay.
    config.noFixedSizedCallback = 1;
    config.dataCallback = Some(on_data);
    config.notificationCallback = Some(on_notification);
    config
}

fn pointer(id: Option<&DeviceId>) -> *const ffi::ma_device_id {
    id.map_or(ptr::null(), |id| &raw const id.0)
}

/// # Safety
/// For miniaudio: `device` was opened by `open`; the calls are made by one thread at a time, with `frames` frames of
/// its channels in the buffer of its direction.
#[expect(unsafe_code, reason = "miniaudio calls it")]
unsafe extern "C" fn on_data(
    device: *mut ffi::ma_device,
    output: *mut c_void,
    input: *const c_void,
    frames: ffi::ma_uint32,
) {
    // SAFETY: `open` has set it to a `Shared`, which is dropped after the device.
    let shared = unsafe { &*(*device).pUserData.cast::<Shared>() };
    // SAFETY: only this function takes the handler out, and there is one call at a time.
    let handler = unsafe { &mut *shared.handler.get() };
    let samples = frames as usize * shared.channels;
    let call = || match handler {
        Handler::Input(handler) if !input.is_null() => {
            // SAFETY: `samples` values of f32, as configured, unchanged during the call.
            handler(unsafe { slice::from_raw_parts(input.cast(), samples) });
        }
        Handler::Output(handler) if !output.is_null() => {
            // SAFETY: `samples` values of f32, as configured, silenced before, for this call alone.
            handler(unsafe { slice::from_raw_parts_mut(output.cast(), samples) });
        }
        _ => {}
    };
    // A panic must not unwind into C; the stream goes on with silence.
    let _ = panic::catch_unwind(AssertUnwindSafe(call));
}

/// # Safety
/// For miniaudio: the notification is about a device that was opened by `open`.
#[expect(unsafe_code, reason = "miniaudio calls it")]
unsafe extern "C" fn on_notification(notification: *const ffi::ma_device_notification) {
    // SAFETY: miniaudio's own notification, valid for the duration of the call.
    let notification = unsafe { &*notification };
    if notification.type_ == ffi::ma_device_notification_type_ma_device_notification_type_rerouted {
        // SAFETY: `open` has set it to a `Shared`, which is dropped after the device.
        let shared = unsafe { &*(*notification.pDevice).pUserData.cast::<Shared>() };
        shared.was_rerouted.store(true, Ordering::Relaxed);
    }
}
