//! `consonance page-hash`: the hash of the page's code, to compare with what a browser shows.

use std::error::Error;
use std::io::{Write as _, stdout};

/// Prints it.
pub(crate) fn print() -> Result<(), Box<dyn Error>> {
    Ok(writeln!(stdout(), "{}", consonance_web::page_hash())?)
}
