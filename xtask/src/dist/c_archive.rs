//! The library for C in one folder, as pkg-config, `CMake` and a programmer expect it, and that as an archive.

use super::c_header;
use super::c_library::CLibrary;
use super::release::Release;
use super::tree::Tree;
use super::{tar, zip};
use crate::cross_target::CrossTarget;
use crate::failure::Failure;

/// The archive's name, and the archive.
///
/// # Errors
/// [`Failure`] if a file cannot be read.
pub(super) fn of(release: &Release, library: &CLibrary) -> Result<(String, Vec<u8>), Failure> {
    let folder = folder(release, library);
    let tree = tree(release, library)?.inside(&folder);
    if library.target.is_windows() {
        return Ok((format!("{folder}.zip"), zip::of(&tree, release.moment)?));
    }
    Ok((format!("{folder}.tar.gz"), tar::gzip(&tar::of(&tree, release.moment)?)?))
}

/// The one folder in it.
pub(super) fn folder(release: &Release, library: &CLibrary) -> String {
    format!("consonance-{}-c-{}", release.version, library.target.name)
}

/// The static library.
pub(super) const STATIC: &str = "lib/libconsonance.a";

/// The shared library, which programs need when they start.
pub(super) fn shared(library: &CLibrary) -> String {
    shared_path(library.target, &library.shared_name())
}

fn shared_path(target: &CrossTarget, name: &str) -> String {
    format!("{}/{name}", if target.is_windows() { "bin" } else { "lib" })
}

fn tree(release: &Release, library: &CLibrary) -> Result<Tree, Failure> {
    let mut tree = Tree::default();
    for name in ["consonance.h", "consonance.hpp"] {
        tree.file(&format!("include/{name}"), release.read(&format!("{}/{name}", c_header::FOLDER))?);
    }
    tree.program(&shared(library), &*library.shared);
    tree.file(STATIC, &*library.fixed);
    match &library.import {
        Some(import) => {
            tree.file("lib/libconsonance.dll.a", &*import.library);
            tree.file("lib/consonance.def", &*import.definitions);
        }
        // Compilers look for it under this name, and so do programs that load it at run time.
        None => tree.link("lib/libconsonance.so", &library.shared_name()),
    }
    let values = values(&release.version, library.target, &library.shared_name(), &library.system);
    for (name, path) in FORMS {
        tree.file(path, fill(&release.read_text(&format!("packaging/c/{name}"))?, &values));
    }
    tree.file("example/hello.c", release.read("crates/ffi/examples/hello.c")?);
    for (name, content) in library.contents.licence_files(release)? {
        tree.file(name, content);
    }
    Ok(tree)
}

/// Forms, and the paths of the filled-in files.
const FORMS: [(&str, &str); 5] = [
    ("consonance.pc", "lib/pkgconfig/consonance.pc"),
    ("ConsonanceConfig.cmake", "lib/cmake/Consonance/ConsonanceConfig.cmake"),
    ("ConsonanceConfigVersion.cmake", "lib/cmake/Consonance/ConsonanceConfigVersion.cmake"),
    ("CMakeLists.txt", "example/CMakeLists.txt"),
    ("unpacked.txt", "README.txt"),
];

/// The placeholders of the forms, and their values.
fn values(version: &str, target: &CrossTarget, name: &str, system: &[String]) -> Vec<(&'static str, String)> {
    let series: Vec<&str> = version.split('.').take(2).collect();
    let (import, files, notes, run) = if target.is_windows() {
        (WINDOWS_IMPORT.to_owned(), WINDOWS_FILES, WINDOWS_NOTES, WINDOWS_RUN)
    } else {
        (format!("IMPORTED_SONAME \"{name}\""), LINUX_FILES, LINUX_NOTES, LINUX_RUN)
    };
    vec![
        ("@VERSION@", version.to_owned()),
        ("@SERIES@", series.join(".")),
        ("@SHARED_LIBRARY@", shared_path(target, name)),
        ("@IMPORT@", import),
        ("@SYSTEM_LIBRARIES@", system.join(" ")),
        ("@SYSTEM_LIBRARY_LIST@", system.join(";")),
        ("@FILES@", files.replace("@NAME@", name)),
        ("@NOTES@", notes.replace("@NAME@", name)),
        ("@RUN@", run.to_owned()),
    ]
}

fn fill(form: &str, values: &[(&str, String)]) -> String {
    values.iter().fold(form.to_owned(), |text, (name, value)| text.replace(name, value))
}

const WINDOWS_IMPORT: &str = "IMPORTED_IMPLIB \"${consonance_folder}/lib/libconsonance.dll.a\"";

const WINDOWS_FILES: &str = "    bin                     @NAME@, which has to be beside your program
    lib                     what programs are linked with: libconsonance.dll.a, or libconsonance.a, which is static";

const WINDOWS_NOTES: &str = "\
The libraries are MinGW's. Visual C++ uses the same @NAME@, by a library of its own kind:

    lib /machine:x64 /def:lib\\consonance.def /out:consonance.lib";

const LINUX_FILES: &str =
    "    lib                     @NAME@, which is shared, and libconsonance.a, which is static";

const LINUX_NOTES: &str = "\
Programs ask for @NAME@ when they start: put it beside yours, and link that with -Wl,-rpath,'$ORIGIN'.";

const WINDOWS_RUN: &str = "    copy bin\\consonance.dll .
    hello \"quic://…\" Alice";
const LINUX_RUN: &str = "    LD_LIBRARY_PATH=lib ./hello 'quic://…' Alice";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cross_target::{ARM, GLIBC, WINDOWS};

    fn filled(target: &CrossTarget, name: &str) -> Vec<String> {
        let system = ["-lm", "-lc"].map(str::to_owned);
        let values = values("1.2.3", target, name, &system);
        let release = Release::of_test("target/dist".into());
        let read = |form: &str| release.read_text(&format!("packaging/c/{form}")).unwrap();
        FORMS.iter().map(|(form, _)| fill(&read(form), &values)).collect()
    }

    #[test]
    fn no_form_has_a_gap_and_each_names_the_library_of_its_system() {
        for (target, name) in
            [(&GLIBC, "libconsonance.so.7"), (&ARM, "libconsonance.so.7"), (&WINDOWS, "consonance.dll")]
        {
            let texts = filled(target, name);
            assert!(texts.iter().all(|text| !text.contains('@')), "{texts:?}");
            let [pkg_config, config, version, example, readme] = &texts[..] else { panic!("{texts:?}") };
            assert!(
                pkg_config.contains("\nVersion: 1.2.3\n")
                    && pkg_config.ends_with("\nLibs.private: -lm -lc\n")
            );
            assert!(config.contains(&format!("/{name}\"")) && config.contains("\"-lm;-lc\""), "{config}");
            assert!(version.contains("set(PACKAGE_VERSION \"1.2.3\")"), "{version}");
            assert!(example.contains("find_package(Consonance 1.2 REQUIRED)"), "{example}");
            assert!(readme.contains(name), "{readme}");
        }
    }
}
