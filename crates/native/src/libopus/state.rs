//! A state of libopus, owned and destroyed by one value.

use std::ffi::c_int;
use std::ptr::NonNull;

use crate::libopus::error::Error;

/// Owns one state. The pointer is the return value of the library's `create`, is passed only to calls of the library,
/// and is destroyed once.
#[derive(Debug)]
pub(crate) struct State<T> {
    pointer: NonNull<T>,
    destroy: unsafe extern "C" fn(*mut T),
}

// SAFETY: states of libopus are not tied to a thread and share no mutable data.
#[expect(unsafe_code, reason = "a pointer is not sent by itself")]
unsafe impl<T> Send for State<T> {}

impl<T> State<T> {
    /// Owns the state that `create` makes; `destroy` must be its counterpart.
    pub(crate) fn new(
        create: impl FnOnce(*mut c_int) -> *mut T,
        destroy: unsafe extern "C" fn(*mut T),
    ) -> Result<Self, Error> {
        let mut code = 0;
        let state = create(&raw mut code);
        Error::check(code)?;
        NonNull::new(state).map(|pointer| Self { pointer, destroy }).ok_or(Error::NO_MEMORY)
    }

    /// For calls that read or change it.
    pub(crate) fn as_mut(&mut self) -> *mut T {
        self.pointer.as_ptr()
    }

    /// For calls that only read it.
    pub(crate) fn as_ref(&self) -> *const T {
        self.pointer.as_ptr()
    }
}

impl<T> Drop for State<T> {
    #[expect(unsafe_code, reason = "gives the state back to libopus")]
    fn drop(&mut self) {
        // SAFETY: the pointer came from the `create` that belongs to this `destroy`, and there is no other copy of it.
        unsafe { (self.destroy)(self.pointer.as_ptr()) }
    }
}
