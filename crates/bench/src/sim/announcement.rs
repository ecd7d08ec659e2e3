//! The first line of the output.

use std::io::{self, Write as _, stderr, stdout};

/// Prints the kind of run and its seed first, so that even a run that hangs can be repeated; to standard error if the
/// output is JSON.
pub(super) fn announce(opening: &str, is_json: bool) -> io::Result<()> {
    if is_json {
        return writeln!(stderr(), "{opening}");
    }
    writeln!(stdout(), "{opening}")?;
    stdout().flush()
}
