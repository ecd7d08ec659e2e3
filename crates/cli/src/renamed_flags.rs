//! Hints for flags of version 0.1 that have a new name.

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Adds the new name to the error of an unknown flag that version 0.1 had.
pub(crate) fn explain(mut error: Error) -> Error {
    if error.kind() == ErrorKind::UnknownArgument
        && let Some(ContextValue::String(given)) = error.get(ContextKind::InvalidArg)
        && let Some((former, new)) = RENAMED.iter().find(|(former, _)| *former == given.as_str())
    {
        error.remove(ContextKind::SuggestedArg);
        let tip = format!("'{former}' is now '{new}'").into();
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip]));
    }
    error
}

const RENAMED: [(&str, &str); 12] = [
    ("--background", "--voice-isolation"),
    ("--for", "--duration"),
    ("--key", "--private-key', '--signing-key', '--token-key' or '--set"),
    ("--needs", "--room-token"),
    ("--needs-to-listen", "--listen-token"),
    ("--needs-to-speak", "--speak-token"),
    ("--onward", "--redirect"),
    ("--onward-window", "--redirect-window"),
    ("--process", "--process-input"),
    ("--seconds", "--duration"),
    ("--talk", "--speak"),
    ("--voice-closed-ends-game", "--disconnect-on-voice-kick"),
];
