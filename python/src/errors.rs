//! Failures as the exceptions of `consonance.errors`, each with a code that does not change.

use pyo3::prelude::*;

/// An exception of this class with a code and words.
pub(crate) fn raise(class: &str, code: &str, words: &str) -> PyErr {
    // The thread is already attached wherever a method fails.
    Python::attach(|py| {
        let made =
            py.import("consonance.errors").and_then(|errors| errors.getattr(class)?.call1((code, words)));
        made.map_or_else(|failed| failed, PyErr::from_value)
    })
}

/// A setting or an argument that cannot be used.
pub(crate) fn setting(code: &str, words: &str) -> PyErr {
    raise("SettingsError", code, words)
}

/// A word that is not one of those that are expected.
pub(crate) fn word(what: &str, given: &str, expected: &[&str]) -> PyErr {
    setting(what, &format!("invalid {what} {given:?}, expected one of {}", expected.join(", ")))
}
