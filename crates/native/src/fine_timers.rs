//! Timers with a resolution of one millisecond, on Windows too.
//!
//! A thread that runs every 10 ms parks until it is due. On Windows such a wait ends with the system timer, every 15.6
//! ms unless a program requests a finer resolution; other systems need no request.
//!
//! ```
//! use consonance_native::fine_timers::FineTimers;
//!
//! // Keep it for as long as threads need fine timers.
//! let timers = FineTimers::request();
//! assert!(timers.are_granted());
//! ```

/// As long as it lives, waits of this process are precise to a millisecond. Many may live at the same time.
#[derive(Debug)]
pub struct FineTimers {
    is_granted: bool,
}

impl FineTimers {
    /// Asks the system for it. Windows may refuse in theory; waits are as they were then.
    pub fn request() -> Self {
        Self { is_granted: system::begin() }
    }

    /// Whether the system has agreed, or need not be asked.
    pub fn are_granted(&self) -> bool {
        self.is_granted
    }
}

impl Drop for FineTimers {
    fn drop(&mut self) {
        if self.is_granted {
            system::end();
        }
    }
}

#[cfg(windows)]
mod system {
    //! Windows counts how often it was asked, and forgets it when as many have ended.

    use windows_sys::Win32::Media::{TIMERR_NOERROR, timeBeginPeriod, timeEndPeriod};

    const PERIOD_MS: u32 = 1;

    #[expect(unsafe_code, reason = "Windows is asked in C")]
    pub(super) fn begin() -> bool {
        // SAFETY: any period may be asked for; one that is not possible is refused.
        unsafe { timeBeginPeriod(PERIOD_MS) == TIMERR_NOERROR }
    }

    #[expect(unsafe_code, reason = "Windows is told in C")]
    pub(super) fn end() {
        // SAFETY: the same period was asked for, and granted, once for each call.
        unsafe { timeEndPeriod(PERIOD_MS) };
    }
}

#[cfg(not(windows))]
mod system {
    //! Waits are precise anyway.

    pub(super) fn begin() -> bool {
        true
    }

    pub(super) fn end() {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_may_ask_and_end_in_any_order() {
        let (first, second) = (FineTimers::request(), FineTimers::request());
        drop(first);
        assert!(second.are_granted());
        drop(second);
        assert!(FineTimers::request().are_granted());
    }
}
