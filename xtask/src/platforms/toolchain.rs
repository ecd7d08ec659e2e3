//! The targets that the toolchain at hand can compile for.

use std::env;
use std::fs;
use std::path::Path;

use super::targets::Target;
use crate::command;
use crate::failure::Failure;

/// Whether the `core` library for a target is installed.
///
/// # Errors
/// [`Failure`] where rustc does not know the target.
pub(crate) fn is_installed(root: &Path, target: &str) -> Result<bool, Failure> {
    let mut rustc = command::rustc(root, ["--print", "target-libdir", "--target", target]);
    let folder = command::capture(&mut rustc)?;
    let Ok(entries) = fs::read_dir(folder.trim()) else { return Ok(false) };
    Ok(entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libcore-")))
}

/// Whether C can be compiled for a target: its compiler is on the PATH, or `CC_<target>` names one.
pub(crate) fn has_c_compiler(target: &Target) -> bool {
    let named = [target.name.to_owned(), target.name.replace('-', "_")];
    named.iter().any(|name| env::var_os(format!("CC_{name}")).is_some())
        || command::is_on_path(target.c_compiler)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace_root;

    #[test]
    fn the_target_that_compiled_this_is_installed() {
        let root = workspace_root::find().unwrap();
        assert!(is_installed(&root, &command::host(&root).unwrap()).unwrap());
    }

    #[test]
    fn a_compiler_that_is_not_there_is_not_found() {
        let target = Target {
            name: "none",
            crates: &[],
            pure: true,
            c_compiler: "consonance-no-such-compiler",
            library: "core",
            default_features: true,
            part: "all",
        };
        assert!(!has_c_compiler(&target));
    }
}
