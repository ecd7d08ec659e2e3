//! Replaces HTTP in builds without it: a server with a hook does not start, rather than skip it.

use super::{Answer, HookError, HookFailure, HookSettings};

/// There is none.
pub(super) enum Caller {}

impl Caller {
    pub(super) fn new(_: &HookSettings) -> Result<Self, HookError> {
        Err(HookError::NotBuiltIn)
    }

    pub(super) fn call(&self, _: &[u8]) -> Result<Answer, HookFailure> {
        match *self {}
    }
}

#[cfg(test)]
mod tests {
    use crate::{Hook, HookError, HookSettings};

    #[test]
    fn a_hook_that_cannot_be_asked_is_an_error_and_no_open_door() {
        let refused = Hook::new(HookSettings::new("https://example.org/join"));
        assert_eq!(refused.map(drop), Err(HookError::NotBuiltIn));
    }
}
