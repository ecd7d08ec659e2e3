//! Replaces HTTP in builds without it: a server with a hook or a webhook does not start, rather than skip it.

use super::{ServiceError, ServiceFailure, ServiceSettings};

/// There is none.
#[derive(Debug)]
pub(crate) enum ServiceClient {}

/// An answer that never comes.
#[derive(Debug)]
pub(crate) enum ServiceAnswer {}

impl ServiceClient {
    pub(crate) fn new(_: &ServiceSettings<'_>) -> Result<Self, ServiceError> {
        Err(ServiceError::NotBuiltIn)
    }

    pub(crate) fn post(&self, _: &[u8]) -> Result<ServiceAnswer, ServiceFailure> {
        match *self {}
    }
}

impl ServiceAnswer {
    pub(crate) fn status(&self) -> u16 {
        match *self {}
    }

    pub(crate) fn read(&mut self) -> Result<Vec<u8>, ServiceFailure> {
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
