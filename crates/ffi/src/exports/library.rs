//! The library as a whole: its version, what its numbers mean, and its log.

use std::ffi::c_char;

use crate::c::{ArrayOut, Out};
use crate::error::{CError, guard, last_words};
use crate::log_lines;

/// Changes when programs that were compiled with an older header can no longer use the library.
pub const CONSONANCE_ABI: u32 = 1;

/// The `CONSONANCE_ABI` of the library. A program that was compiled with a different one must not use the library.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_abi_version() -> u32 {
    CONSONANCE_ABI
}

/// The version of the library, such as `0.2.0`.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_version() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}

/// A short sentence for an error, in English; never null.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_error_text(error: i32) -> *const c_char {
    let known = CError::ALL.into_iter().find(|known| *known as i32 == error);
    known.map_or(c"unknown error", CError::text).as_ptr()
}

/// The message of the last function that failed on this thread: what failed, the value, what is expected.
///
/// `length` receives its length without the terminating zero, and may be null.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_last_error(
    buffer: ArrayOut<c_char>,
    capacity: usize,
    length: Out<usize>,
) -> CError {
    let words = last_words();
    guard(|| buffer.write_text(capacity, length, &words))
}

/// Sets which log lines are kept for `consonance_poll_log`: 0 none (the default), 1 errors, 2 warnings, 3 information,
/// 4 details, 5 everything.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_set_log_level(level: u32) -> CError {
    guard(|| {
        log_lines::set_level(level);
        Ok(())
    })
}

/// Takes the oldest log line, of at most 1024 bytes. If more than 1024 lines are queued, the oldest are dropped.
///
/// `level` is as in `consonance_set_log_level`; it and `length` may be null. Returns `CONSONANCE_ERROR_NOTHING` if no
/// line is queued.
#[unsafe(no_mangle)]
pub extern "C" fn consonance_poll_log(
    level: Out<u32>,
    buffer: ArrayOut<c_char>,
    capacity: usize,
    length: Out<usize>,
) -> CError {
    guard(|| {
        let taken = log_lines::with_next(|line| {
            level.write_if_wanted(line.level);
            buffer.write_text(capacity, length, &line.text)
        });
        taken.unwrap_or(Err(CError::Nothing.into()))
    })
}
