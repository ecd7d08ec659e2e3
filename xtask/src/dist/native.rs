//! The library for C under the names by which C# knows it, for each machine that packages are made for.

use std::rc::Rc;

use super::c_library::CLibrary;
use super::contents::Contents;
use super::release::Release;
use super::sources::Sources;
use super::tree::Tree;
use crate::cross_target::{ARM, CrossTarget, GLIBC, WINDOWS};
use crate::failure::Failure;
use crate::licences::Linked;

/// The library for one machine.
pub(super) struct Native {
    /// The machine, as .NET calls it.
    pub(super) machine: &'static str,
    pub(super) library: Rc<CLibrary>,
}

/// All machines, with the targets that their libraries are compiled for.
pub(super) const MACHINES: [(&str, &CrossTarget); 3] =
    [("linux-x64", &GLIBC), ("linux-arm64", &ARM), ("win-x64", &WINDOWS)];

impl Native {
    /// The file name that .NET derives from the `consonance` of C#.
    pub(super) fn file_name(&self) -> &'static str {
        file_name(self.library.target)
    }

    /// Adds each library at its place.
    pub(super) fn add_all(natives: &[Self], tree: &mut Tree, place: impl Fn(&Self) -> String) {
        for native in natives {
            tree.program(&place(native), &*native.library.shared);
        }
    }

    /// The combined contents of all of them.
    ///
    /// # Errors
    /// [`Failure`] if Cargo does not know.
    pub(super) fn contents(natives: &[Self], release: &Release) -> Result<Contents, Failure> {
        let targets: Vec<&str> = natives.iter().map(|native| native.library.target.name).collect();
        let linked = Linked::of_all(&release.root, PACKAGE, &targets)?;
        let mut parts = Vec::new();
        for part in natives.iter().flat_map(|native| &native.library.contents.parts) {
            if !parts.contains(part) {
                parts.push(part.clone());
            }
        }
        Ok(Contents { name: PACKAGE, kind: "library", sources: Sources::Main, linked, parts })
    }
}

const PACKAGE: &str = "consonance-ffi";

fn file_name(target: &CrossTarget) -> &'static str {
    if target.is_windows() { "consonance.dll" } else { "libconsonance.so" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_is_named_as_its_system_looks_for_it() {
        let names = MACHINES.map(|(_, target)| file_name(target));
        assert_eq!(names, ["libconsonance.so", "libconsonance.so", "consonance.dll"]);
    }
}
