//! What the library makes of our requests, and we of its results, seen through a sound system of the test's own.

use std::cell::Cell;

use maudio::MaResult;
use maudio::backend::custom_backend::CustomBackend;
use maudio::backend::custom_context::{BackendDeviceConfig, DeviceDescriptor};
use maudio::device::custom_device::BackendDeviceHandle;
use maudio::logging::LogRef;

use super::*;

thread_local! {
    /// What the device that was asked for last was to be like: true for callbacks of any size.
    static ANY_SIZE: Cell<Option<bool>> = const { Cell::new(None) };
}

/// A sound system without devices.
struct Empty;

impl CustomBackend for Empty {
    type Context = ();
    type Device<'device> = ();

    fn init_context(_log: Option<&LogRef>) -> MaResult<()> {
        Ok(())
    }

    fn init_device(
        _device: BackendDeviceHandle<'_, Self>,
        config: BackendDeviceConfig,
        _playback: Option<&mut DeviceDescriptor>,
        _capture: Option<&mut DeviceDescriptor>,
        _log: Option<&LogRef>,
    ) -> MaResult<()> {
        ANY_SIZE.set(Some(config.no_fixed_size_callback));
        Err(MaudioError::invalid_backend())
    }
}

/// What miniaudio is asked for, and what it answers, if the flag is set to that.
fn open_with(flag: bool) -> (Option<bool>, MaudioError) {
    let context = ContextBuilder::new().preferred_backends([Backend::Custom]).build_custom::<Empty>();
    let context = context.expect("a context without devices");
    let mut builder = DeviceBuilder::capture().f32();
    builder.custom_context(&context).fixed_callback_size(flag);
    let error = builder.with_callback(|_, _| {}).err().expect("there is no device");
    (ANY_SIZE.take(), error)
}

/// Fails with a version of maudio whose flag means what it is called: then `AS_THEY_COME` is to be false.
#[test]
fn the_flag_for_callbacks_of_a_fixed_size_still_means_the_opposite() {
    assert_eq!(open_with(true).0, Some(true), "maudio was mended: turn AS_THEY_COME round");
    assert_eq!(open_with(false).0, Some(false), "maudio was mended: turn AS_THEY_COME round");
    assert_eq!(open_with(AS_THEY_COME).0, Some(true), "callbacks come as they are");
}

#[test]
fn an_error_is_told_by_the_result_code_of_the_library() {
    let (_, error) = open_with(AS_THEY_COME);
    assert_eq!(error.ma_result(), codes::ma_result_MA_NO_BACKEND, "{error}");
    assert_eq!(trouble(&error), DeviceError::Missing);
    for code in [
        codes::ma_result_MA_NO_DEVICE,
        codes::ma_result_MA_NO_BACKEND,
        codes::ma_result_MA_DOES_NOT_EXIST,
        codes::ma_result_MA_API_NOT_FOUND,
    ] {
        assert_eq!(trouble_of(code), DeviceError::Missing, "{code}");
    }
    assert_eq!(trouble_of(codes::ma_result_MA_ACCESS_DENIED), DeviceError::Denied);
    for code in [
        codes::ma_result_MA_BUSY,
        codes::ma_result_MA_ALREADY_IN_USE,
        codes::ma_result_MA_UNAVAILABLE,
        codes::ma_result_MA_ERROR,
        codes::ma_result_MA_SUCCESS,
    ] {
        assert_eq!(trouble_of(code), DeviceError::Busy, "{code}");
    }
}

#[test]
fn the_words_of_an_error_say_nothing() {
    // A device may be called anything, and messages quote its name.
    for words in ["no such card: MA_ACCESS_DENIED", "MA_NO_DEVICE (the card of that name)"] {
        assert_eq!(trouble(&MaudioError::other(words)), DeviceError::Busy, "{words}");
    }
}
