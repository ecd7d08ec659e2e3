//! Plain data as other languages declare it, made from `crates/ffi`: what C has, no other language writes by hand.

mod csharp;
mod lines;
mod model;
mod words;

use std::fs;
use std::path::Path;

use clap::Args;

use crate::failure::Failure;
use model::{BadDeclaration, Declarations};

/// What to do with them; without options, they are written.
#[derive(Args)]
pub(crate) struct Plan {
    /// Writes nothing, and compares what is checked in with what the sources make.
    #[arg(long)]
    verify: bool,
}

/// Writes or compares every file.
///
/// # Errors
/// [`Failure::Declaration`] if the sources declare what another language cannot, or a file is not what they make;
/// [`Failure::File`] if one cannot be read or written.
pub(crate) fn run(root: &Path, plan: &Plan) -> Result<(), Failure> {
    let sources = sources(root)?;
    let sources = sources.iter().map(|(path, source)| (path.as_str(), source.as_str()));
    for (path, text) in made(sources).map_err(|bad| Failure::Declaration(bad.to_string()))? {
        let place = root.join(&path);
        if !plan.verify {
            fs::write(&place, text).map_err(|cause| Failure::File { path: place, cause })?;
        } else if fs::read_to_string(&place).ok().as_ref() != Some(&text) {
            return Err(Failure::Declaration(format!("{path} is not what the sources make; run `{MAKE}`")));
        }
    }
    Ok(())
}

/// Whether a file declares something.
pub(crate) fn is_source(path: &str) -> bool {
    FOLDERS.iter().any(|folder| path.starts_with(folder))
        && Path::new(path).extension().is_some_and(|extension| extension == "rs")
}

/// Every file that is made from these sources, with its text.
///
/// # Errors
/// [`BadDeclaration`] if they declare what another language cannot.
pub(crate) fn made<'s>(
    sources: impl IntoIterator<Item = (&'s str, &'s str)>,
) -> Result<Vec<(String, String)>, BadDeclaration> {
    let mut all = Declarations::default();
    for (path, source) in sources {
        all.read(path, source)?;
    }
    let made = [
        ("dotnet/Consonance/Native/NativeStructs.cs", csharp::native_structs(&all)?),
        ("dotnet/Consonance/Native/NativeMethods.cs", csharp::native_methods(&all)?),
        ("dotnet/Consonance/Enums.cs", csharp::enums(&all)?),
        ("python/package/consonance/_declarations.py", words::python(&all)?),
        ("web/src/voice/declarations.ts", words::type_script(&all)?),
    ];
    let structs = csharp::plain_data(&all)?.into_iter();
    let structs = structs.map(|(name, text)| (format!("dotnet/Consonance/{name}.Fields.cs"), text));
    Ok(made.into_iter().map(|(path, text)| (path.to_owned(), text)).chain(structs).collect())
}

/// The sources in the order of their paths.
fn sources(root: &Path) -> Result<Vec<(String, String)>, Failure> {
    let mut sources = Vec::new();
    for folder in FOLDERS {
        let folder_path = root.join(folder);
        let unusable = |cause| Failure::File { path: folder_path.clone(), cause };
        for entry in fs::read_dir(&folder_path).map_err(unusable)? {
            let name = entry.map_err(unusable)?.file_name().to_string_lossy().into_owned();
            let path = format!("{folder}{name}");
            if is_source(&path) {
                let place = root.join(&path);
                let source =
                    fs::read_to_string(&place).map_err(|cause| Failure::File { path: place, cause })?;
                sources.push((path, source));
            }
        }
    }
    sources.sort();
    Ok(sources)
}

/// Where the sources are.
const FOLDERS: &[&str] = &["crates/ffi/src/exports/", "crates/ffi/src/structs/"];

/// The command that makes the files.
pub(crate) const MAKE: &str = "cargo xtask declarations";
