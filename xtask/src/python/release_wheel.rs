//! The wheel that a build from source makes for this machine, whatever the version of Python.

use std::path::Path;

use super::environment::Environment;
use crate::command;
use crate::failure::Failure;

/// Makes the wheel in a folder below this one, and imports it.
///
/// # Errors
/// [`Failure`] where something does not compile, or Python does not take it.
pub(super) fn make(root: &Path, environment: &Environment, folder: &Path) -> Result<(), Failure> {
    let wheel = environment.maturin(root, &folder.join("wheels"), &["--release"])?;
    let bytes = std::fs::metadata(&wheel).map_or(0, |file| file.len());
    let name = wheel.file_name().unwrap_or_default().display().to_string();
    println!("python: {name}, {:.1} MB", bytes as f64 / 1e6);
    environment.install(&wheel)?;
    let says = ["-c", "import consonance; print(consonance.__doc__.splitlines()[0])"];
    command::run(environment.python(root).args(says))
}
