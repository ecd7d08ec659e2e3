//! Headers for a collector, from a file, since one of them may be a token.

use std::path::Path;

use consonance_server::SecretText;
use consonance_server_config::{ConfigProblem, LoadedConfig};

use crate::secret_text;
use crate::serve::joining::note_if_others_can_read;

pub(super) const KEY: &str = "telemetry.headers_file";

/// Reads the headers, one in each non-empty line.
pub(super) fn read(
    loaded: &LoadedConfig,
    path: &Path,
    notes: &mut Vec<String>,
) -> Result<Vec<(String, SecretText)>, ConfigProblem> {
    let text = secret_text::read(path).map_err(|what| loaded.problem(KEY, what))?;
    note_if_others_can_read(path, "these headers", notes);
    let lines = (1_usize..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let headers = lines.map(|(number, line)| {
        let (name, value) = line.split_once(':').ok_or(number)?;
        Ok((name.trim().to_owned(), SecretText::new(value.trim())))
    });
    // The line itself may be secret, so the error shows only its number.
    headers.collect::<Result<_, usize>>().map_err(|number| {
        loaded.problem(KEY, format!("{}:{number}: invalid header, expected `Name: value`", path.display()))
    })
}
