//! The crate that the mutants of a copied workspace ask whether they are the one that is wanted.

use std::path::{Path, PathBuf};

/// Its name in Rust.
pub(super) const IDENTIFIER: &str = "mutant_switch";

/// The variable with the number of the mutant that is wanted.
pub(super) const SELECTED: &str = "MUTANT_SELECTED";

/// The variable with the file that the numbers of mutants are appended to that were reached, two bytes each.
pub(super) const REACHED: &str = "MUTANTS_REACHED";

/// Its folder in the copy of a workspace.
pub(super) fn folder(copy: &Path) -> PathBuf {
    copy.join("mutant-switch")
}

/// Its files: path in its folder, and text.
pub(super) const FILES: [(&str, &str); 2] = [("Cargo.toml", MANIFEST), ("src/lib.rs", LIBRARY)];

const MANIFEST: &str = r#"[package]
name = "mutant-switch"
version = "0.0.0"
edition = "2024"
publish = false
"#;

/// There are at most 65 536 mutants at a time. After its first call it allocates nothing, since some tests count
/// allocations.
const LIBRARY: &str = r#"//! Tells a mutant whether it is the one that is wanted.
use std::env;
use std::fs::File;
use std::io::Write as _;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

static RUN: OnceLock<Run> = OnceLock::new();
static SEEN: [AtomicBool; 65_536] = [const { AtomicBool::new(false) }; 65_536];

struct Run {
    selected: Option<u16>,
    reached: Option<File>,
}

/// Whether the mutant with this number is wanted.
pub fn is_on(number: u16) -> bool {
    let run = RUN.get_or_init(|| Run {
        selected: env::var("MUTANT_SELECTED").ok().and_then(|text| text.parse().ok()),
        reached: env::var_os("MUTANTS_REACHED")
            .and_then(|path| File::options().append(true).create(true).open(path).ok()),
    });
    if let Some(mut file) = run.reached.as_ref()
        && !SEEN[number as usize].swap(true, Ordering::Relaxed)
    {
        let _ = file.write_all(&number.to_le_bytes());
    }
    run.selected == Some(number)
}
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crate_reads_the_variables_that_are_set() {
        for text in [SELECTED, REACHED] {
            assert!(LIBRARY.contains(text), "{text}");
        }
        syn::parse_file(LIBRARY).unwrap();
    }
}
