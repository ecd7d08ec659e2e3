//! The kinds of browsers, and starting one of them.

use std::path::Path;

use clap::ValueEnum;

use crate::stage::browser::{Browser, Owner};
use crate::stage::chromium::Chromium;
use crate::stage::failure::Failure;
use crate::stage::firefox::Firefox;

/// Which browser it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Chromium, or one that is made of it.
    Chromium,
    /// Firefox.
    Firefox,
}

impl Kind {
    /// Starts a browser for a visitor.
    ///
    /// # Errors
    /// If there is no such program, or it does not answer.
    pub fn start(self, program: &Path, owner: &Owner) -> Result<Box<dyn Browser>, Failure> {
        Ok(match self {
            Self::Chromium => Box::new(Chromium::start(program, owner)?),
            Self::Firefox => Box::new(Firefox::start(program, owner)?),
        })
    }
}
