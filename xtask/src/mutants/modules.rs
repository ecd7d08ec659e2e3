//! The files of a library, found as the compiler finds them: from `src/lib.rs` along its `mod` lines.

use std::fs;
use std::path::{Path, PathBuf};

use syn::Item;

use super::active::is_active;
use crate::failure::Failure;

/// A parsed file of a library.
pub(super) struct Module {
    /// Its path.
    pub(super) path: PathBuf,
    /// Its text.
    pub(super) text: String,
    /// The parsed text.
    pub(super) syntax: syn::File,
}

/// The files of the library in `package`, tests and code of other systems left out.
///
/// `fuzz.rs` is left out, too: it is a harness for a fuzzer, which no test runs.
///
/// # Errors
/// [`Failure`] if one cannot be read, or is not Rust.
pub(super) fn of_library(package: &Path) -> Result<Vec<Module>, Failure> {
    let mut modules = Vec::new();
    let mut waiting = vec![(package.join("src/lib.rs"), package.join("src"))];
    while let Some((path, children)) = waiting.pop() {
        let text = fs::read_to_string(&path).map_err(|cause| Failure::File { path: path.clone(), cause })?;
        let syntax = syn::parse_file(&text).map_err(|error| Failure::Answer {
            command: format!("parsing {}", path.display()),
            why: error.to_string(),
        })?;
        for item in &syntax.items {
            if let Item::Mod(module) = item
                && module.content.is_none()
                && is_active(&module.attrs)
                && module.ident != "fuzz"
            {
                let folder = children.join(module.ident.to_string());
                waiting.push((folder.with_extension("rs"), folder));
            }
        }
        modules.push(Module { path, text, syntax });
    }
    modules.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(modules)
}
