//! `cargo xtask write metas`: the `.meta` files of the package for Unity.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use clap::Args;

use crate::failure::Failure;
use crate::tidy;
use crate::tidy::tracked_files;
use crate::unity_package::{FOLDER, UnityPackage};

/// What to do.
#[derive(Args)]
pub(crate) struct Plan {
    /// Writes nothing, and checks that all are there, and that what Unity's files refer to is there, too.
    #[arg(long)]
    verify: bool,
}

/// Writes those that are missing; those that are there never change, since games refer to them.
///
/// # Errors
/// [`Failure::Untidy`] where something does not fit, otherwise what cannot be read or written.
pub(crate) fn run(root: &Path, plan: &Plan) -> Result<(), Failure> {
    if plan.verify {
        return tidy::run_unity(root);
    }
    let files = read(root)?;
    let package = UnityPackage::new(files.iter().map(|(path, text)| (&**path, text.as_deref())));
    let missing = package.missing_metas();
    for (path, text) in &missing {
        let path = root.join(FOLDER).join(path);
        fs::write(&path, text).map_err(|cause| Failure::File { path: path.clone(), cause })?;
        println!("{}", path.strip_prefix(root).unwrap_or(&path).display());
    }
    println!("metas: {} written", missing.len());
    Ok(())
}

/// The files of the package, and what is text.
fn read(root: &Path) -> Result<BTreeMap<String, Option<String>>, Failure> {
    let mut files = BTreeMap::new();
    for path in tracked_files::list(root)? {
        let Some(inside) = path.strip_prefix(FOLDER).and_then(|rest| rest.strip_prefix('/')) else {
            continue;
        };
        let full = root.join(&path);
        let bytes = fs::read(&full).map_err(|cause| Failure::File { path: full, cause })?;
        files.insert(inside.to_owned(), String::from_utf8(bytes).ok());
    }
    Ok(files)
}
