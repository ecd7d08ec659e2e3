//! Plain data as other languages declare it, made from `crates/ffi`: what C has, no other language writes by hand.

mod csharp;
mod lines;
mod model;
mod words;

use std::fs;
use std::path::Path;

use crate::failure::Failure;
use crate::tidy::repository::Repository;
use model::{BadDeclaration, Declarations};

/// Writes every file.
///
/// # Errors
/// [`Failure::Declaration`] if the sources declare what another language cannot; otherwise the reason why the
/// repository could not be read, or a file written.
pub(crate) fn run(root: &Path) -> Result<(), Failure> {
    let repository = Repository::load(root)?;
    for (path, text) in made(sources(&repository)).map_err(|bad| Failure::Declaration(bad.to_string()))? {
        let place = root.join(&path);
        fs::write(&place, text).map_err(|cause| Failure::File { path: place, cause })?;
    }
    Ok(())
}

/// The files that declare something, in the order of their paths, with their texts.
pub(crate) fn sources(repository: &Repository) -> Vec<(&str, &str)> {
    let is_source = |path: &str| FOLDERS.iter().any(|folder| path.starts_with(folder));
    let texts = repository.texts(&[".rs"]).map(|(file, text)| (file.path.as_str(), text));
    texts.filter(|(path, _)| is_source(path)).collect()
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

/// Where the sources are.
const FOLDERS: &[&str] = &["crates/ffi/src/exports/", "crates/ffi/src/structs/"];

/// The command that makes the files.
pub(crate) const MAKE: &str = "cargo xtask write declarations";
