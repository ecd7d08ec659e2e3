//! Unpacks the stored corpora into folders for the fuzzer, and packs the folders again.
//!
//! ```sh
//! cargo run -p consonance-testing --example corpus -- unpack fuzz/corpus
//! cargo run -p consonance-testing --example corpus -- pack fuzz/corpus
//! ```
//!
//! The first unpacks each `.pack` file into a folder, the second does the opposite. See docs/fuzzing.md.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use consonance_testing::sim::fuzz::{pack, unpack};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["unpack", folder] => unpack_all(Path::new(folder)),
        ["pack", folder] => pack_all(Path::new(folder)),
        _ => Err("say `unpack FOLDER` or `pack FOLDER`".into()),
    }
}

fn unpack_all(folder: &Path) -> Result<(), Box<dyn Error>> {
    for file in entries(folder)?.into_iter().filter(|path| path.extension().is_some_and(|end| end == "pack"))
    {
        let packed = fs::read(&file)?;
        let target = file.with_extension("");
        fs::create_dir_all(&target)?;
        // The fuzzer may have found the same inputs and saved them under other names.
        let present = entries(&target)?.iter().map(fs::read).collect::<Result<BTreeSet<_>, _>>()?;
        for (number, input) in unpack(&packed).enumerate().filter(|(_, input)| !present.contains(*input)) {
            fs::write(target.join(format!("{number:05}")), input)?;
        }
    }
    Ok(())
}

fn pack_all(folder: &Path) -> Result<(), Box<dyn Error>> {
    for target in entries(folder)?.into_iter().filter(|path| path.is_dir()) {
        let mut inputs = entries(&target)?.iter().map(fs::read).collect::<Result<Vec<_>, _>>()?;
        inputs.sort_by(|one, other| (one.len(), one).cmp(&(other.len(), other)));
        inputs.dedup();
        let mut bytes = 0;
        inputs.retain(|input| {
            bytes += input.len();
            bytes <= PACKED_BYTES_MAX
        });
        // An order independent of file names keeps changes to the file as small as those to the corpus.
        inputs.sort();
        fs::write(target.with_extension("pack"), pack(inputs.iter().map(Vec::as_slice)))?;
    }
    Ok(())
}

/// The repository rejects files of more than a mebibyte. The longest inputs, which are also the slowest, are left out.
const PACKED_BYTES_MAX: usize = 1_000_000;

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let paths = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    let mut paths = paths.collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    Ok(paths)
}
