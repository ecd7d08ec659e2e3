//! Replaces HTTP in builds without it: a server with a hook or a webhook does not start, rather than skip it.

use consonance_settings::secrets::SecretText;

use super::{InvalidHeader, RequestRules, ServiceError, ServiceFailure, ServiceSettings};
use crate::spans::OpenSpan;

/// There is none.
#[derive(Debug)]
pub enum ServiceClient {}

/// An answer that never comes.
#[derive(Debug)]
pub enum ServiceAnswer {}

impl ServiceClient {
    /// There is none.
    ///
    /// # Errors
    /// Always.
    pub fn new(_: &ServiceSettings, _: RequestRules) -> Result<Self, ServiceError> {
        Err(ServiceError::NotBuiltIn)
    }

    /// Cannot be called.
    ///
    /// # Errors
    /// None.
    pub fn with_headers(self, _: &[(String, SecretText)]) -> Result<Self, InvalidHeader> {
        match self {}
    }

    /// Cannot be called.
    ///
    /// # Errors
    /// None.
    pub fn post(&self, _: &[u8]) -> Result<ServiceAnswer, ServiceFailure> {
        match *self {}
    }

    /// Cannot be called.
    ///
    /// # Errors
    /// None.
    pub fn post_within(&self, _: &mut OpenSpan, _: &[u8]) -> Result<ServiceAnswer, ServiceFailure> {
        match *self {}
    }
}

impl ServiceAnswer {
    /// Cannot be called.
    pub fn status(&self) -> u16 {
        match *self {}
    }

    /// Cannot be called.
    pub fn header(&self, _: &str) -> Option<&str> {
        match *self {}
    }

    /// Cannot be called.
    ///
    /// # Errors
    /// None.
    pub fn read(&mut self) -> Result<Vec<u8>, ServiceFailure> {
        match *self {}
    }
}

#[cfg(test)]
mod tests {
    use crate::{Hook, HookError, HookSettings};

    #[test]
    fn a_hook_that_cannot_be_asked_is_an_error_and_no_open_door() {
        let refused = Hook::new(HookSettings::new("https://example.org/join".parse().unwrap()));
        assert_eq!(refused.map(drop), Err(HookError::NotBuiltIn));
    }
}
