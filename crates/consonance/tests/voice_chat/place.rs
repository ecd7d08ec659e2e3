//! Places for tests that examine sound: if more run at once than the machine can handle, all of them hear gaps.

use std::sync::{Condvar, Mutex, PoisonError};
use std::thread::available_parallelism;

/// Waits until fewer tests than there are places have players, and keeps a place until this test's thread ends. A chat
/// takes a quarter of a processor in an unoptimised build, and processors of a virtual machine are at times half as
/// fast.
pub(crate) fn take() {
    thread_local!(static PLACE: Place = Place::free());
    PLACE.with(|_| ());
}

static TAKEN: Mutex<usize> = Mutex::new(0);
static LEFT: Condvar = Condvar::new();

struct Place;

impl Place {
    fn free() -> Self {
        let places = available_parallelism().map_or(1, |processors| processors.get() * 3 / 2).max(1);
        let taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full = |taken: &mut usize| *taken >= places;
        *LEFT.wait_while(taken, is_full).unwrap_or_else(PoisonError::into_inner) += 1;
        Self
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        *TAKEN.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        LEFT.notify_one();
    }
}
