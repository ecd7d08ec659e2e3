//! `cargo xtask dist`: everything that a user without Rust downloads, made so that the same sources give the same
//! bytes, and tried from the very files.

mod archive;
mod assembly;
mod c_archive;
mod c_header;
mod c_library;
mod compilation;
mod contents;
mod crates;
mod debian;
pub(crate) mod digest;
mod glibc;
mod lock;
mod moment;
mod native;
mod npm;
mod nupkg;
mod oci;
mod part;
mod piece;
mod program;
mod release;
mod sbom;
mod sources;
mod tar;
mod tree;
mod trial;
mod unity;
mod wheel;
mod workshop;
mod zip;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Args, ValueEnum as _};

use crate::failure::Failure;
use crate::interrupt;
use crate::skips::Skips;
use piece::Piece;
use release::Release;
use workshop::Workshop;

/// What to make, and where.
#[derive(Args)]
pub(crate) struct Plan {
    /// Makes only this piece (may be given several times).
    #[arg(long, value_name = "PIECE")]
    only: Vec<Piece>,
    /// The folder for what is made [default: target/dist].
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Packs everything twice, and compares the two.
    #[arg(long)]
    verify: bool,
}

/// Makes the pieces, their bills of materials and the list of digests, and tries each piece. Pieces that cannot be
/// made or tried here are among the skips, which are the last line.
///
/// # Errors
/// [`Failure`] if a piece cannot be made, does not do what it should, or is not the same twice.
pub(crate) fn run(root: &Path, plan: &Plan) -> Result<Skips, Failure> {
    interrupt::handle_signals()?;
    let release = Release::of_sources(root, plan.out.as_deref())?;
    prepare(&release.out, plan.only.is_empty())?;
    let mut workshop = Workshop::new(release, plan.verify);
    let mut skips = Skips::NONE;
    let wanted = |piece: &&Piece| plan.only.is_empty() || plan.only.contains(piece);
    for piece in Piece::value_variants().iter().filter(wanted) {
        println!("── {}", piece.name());
        let start = Instant::now();
        skips = skips.with(workshop.make(*piece)?);
        println!("── {} {:.1} s\n", piece.name(), start.elapsed().as_secs_f64());
    }
    workshop.finish()?;
    println!("{skips}");
    Ok(skips)
}

/// Whether this is the name of a piece, or of the list of digests.
fn is_of_a_run(name: &str) -> bool {
    ["consonance", "com.consonance.", "bevy_consonance-"].iter().any(|start| name.starts_with(start))
        || name == digest::SUMS
}

/// Makes the folder; for a run of all pieces, removes an earlier run's files from it. Other files are an error.
fn prepare(out: &Path, is_for_all: bool) -> Result<(), Failure> {
    let failed = |cause| Failure::File { path: out.to_owned(), cause };
    fs::create_dir_all(out).map_err(failed)?;
    for entry in fs::read_dir(out).map_err(failed)?.flatten().filter(|_| is_for_all) {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if !is_of_a_run(&name) {
            return Err(Failure::NotEmpty(out.to_owned()));
        }
        fs::remove_file(entry.path()).map_err(|cause| Failure::File { path: entry.path(), cause })?;
    }
    Ok(())
}
