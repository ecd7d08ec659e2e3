//! The error of an output, which ended a chat.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use consonance_audio::OutputError;

/// Why the output accepts no more sound. Clones share one error.
#[derive(Clone, Debug)]
pub struct OutputFailure(Arc<OutputError>);

impl OutputFailure {
    pub(crate) fn new(error: OutputError) -> Self {
        Self(Arc::new(error))
    }

    /// The error that the output returned; a custom error is an [`OutputError::Other`] with the game's error inside.
    pub fn error(&self) -> &OutputError {
        &self.0
    }
}

/// Equal if their texts are equal.
impl PartialEq for OutputFailure {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.to_string() == other.to_string()
    }
}

impl Eq for OutputFailure {}

impl fmt::Display for OutputFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for OutputFailure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}
