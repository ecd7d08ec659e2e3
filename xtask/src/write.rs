//! `cargo xtask write`: regenerates the generated files that are checked in, so that a build needs no generator.

use std::path::Path;

use clap::Subcommand;

use crate::failure::Failure;
use crate::{declarations, header, licences, metas, web};

/// What to write.
#[derive(Subcommand)]
pub(crate) enum Files {
    /// The header of the C library, `crates/ffi/include/consonance.h`, which needs cbindgen.
    Header(header::Plan),
    /// The declarations of plain data in C#, Python and TypeScript, from `crates/ffi`.
    Declarations,
    /// A `.meta` for each file of the package for Unity that has none.
    Metas(metas::Plan),
    /// What pages without WebRTC and pages of encrypted sessions load, `web/dist/*.wasm`, which needs the target
    /// wasm32-unknown-unknown.
    Wasm(web::wasm::Plan),
    /// `docs/licences.md`, and the texts of licences.
    Licences(licences::Plan),
}

/// Writes them, or compares them where the plan says so.
///
/// # Errors
/// [`Failure`] where they cannot be made, or differ.
pub(crate) fn run(root: &Path, files: &Files) -> Result<(), Failure> {
    match files {
        Files::Header(plan) => header::run(root, plan),
        Files::Declarations => declarations::run(root),
        Files::Metas(plan) => metas::run(root, plan),
        Files::Wasm(plan) => web::wasm::run(root, plan),
        Files::Licences(plan) => licences::run(root, plan),
    }
}
