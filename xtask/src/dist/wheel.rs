//! The package for Python with its module compiled for a machine: a wheel for all versions from 3.10 on.
//!
//! Written here and not by maturin, which asks the interpreter and the linker of this machine.

mod metadata;

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use ring::digest;

use super::compilation::Compilation;
use super::contents::Contents;
use super::glibc;
use super::release::Release;
use super::sources::Sources;
use super::tree::Tree;
use super::zip;
use crate::cross_target::CrossTarget;
use crate::distribution_compiler::DistributionCompiler;
use crate::failure::Failure;
use crate::tidy::tracked_files;

/// The module and its contents.
pub(super) struct PythonModule {
    pub(super) target: &'static CrossTarget,
    pub(super) contents: Contents,
    /// The file as it was compiled.
    pub(super) file: PathBuf,
    bytes: Vec<u8>,
    /// The platform tag of the systems that can install the wheel.
    pub(super) platform: String,
}

impl PythonModule {
    /// Compiles it.
    ///
    /// # Errors
    /// As [`Compilation::run`].
    pub(super) fn build(
        release: &Release,
        target: &'static CrossTarget,
        compiler: &DistributionCompiler,
    ) -> Result<Self, Failure> {
        let sources = Sources::Python;
        let compilation = Compilation { package: PACKAGE, kind: "library", sources, target, compiler };
        let contents = compilation.run(release, &["rustc", "--lib"], &[])?;
        let built = if target.is_windows() { "_native.dll" } else { "lib_native.so" };
        let bytes = compilation.read(release, built)?;
        let file = release.work.join(format!("module-{}{}", target.name, ending(target)));
        fs::write(&file, &bytes).map_err(|cause| Failure::File { path: file.clone(), cause })?;
        let platform = platform(target, &file)?;
        Ok(Self { target, contents, file, bytes, platform })
    }

    /// The path of the module in a wheel.
    pub(super) fn place(&self) -> String {
        format!("consonance/_native{}", ending(self.target))
    }
}

/// The wheel's name, and the wheel.
///
/// # Errors
/// [`Failure`] if a file cannot be read.
pub(super) fn of(release: &Release, module: &PythonModule) -> Result<(String, Vec<u8>), Failure> {
    let tag = format!("{PYTHON}-{}", module.platform);
    let mut tree = package(release)?;
    tree.program(&module.place(), &*module.bytes);
    let information = format!("{DISTRIBUTION}-{}.dist-info", release.version);
    let licences = module.contents.licence_files(release)?;
    let names: Vec<&str> = licences.iter().map(|(name, _)| *name).collect();
    tree.file(&format!("{information}/METADATA"), metadata::of(release, &names)?);
    tree.file(&format!("{information}/WHEEL"), wheel(&release.version, &tag));
    for (name, content) in licences {
        tree.file(&format!("{information}/licenses/{name}"), content);
    }
    let list = format!("{information}/RECORD");
    let record = record(&tree, &list);
    tree.file(&list, record);
    Ok((format!("{DISTRIBUTION}-{}-{tag}.whl", release.version), zip::of_files(&tree, release.moment)?))
}

const PACKAGE: &str = "consonance-python";

/// The distribution's name in names of files. Programs import `consonance`, which on the index is another project's
/// name.
const DISTRIBUTION: &str = "consonance_voice";

/// The tag of `PyO3`'s feature `abi3-py310`.
const PYTHON: &str = "cp310-abi3";

/// The folder of the package's files in the repository.
const FOLDER: &str = "python/package/";

fn ending(target: &CrossTarget) -> &'static str {
    if target.is_windows() { ".pyd" } else { ".abi3.so" }
}

/// The tag of the systems whose C library has everything that the module needs.
fn platform(target: &CrossTarget, file: &std::path::Path) -> Result<String, Failure> {
    if target.is_windows() {
        return Ok("win_amd64".to_owned());
    }
    let machine = target.name.split('-').next().unwrap_or_default();
    // Installers know no tag of an older system for all of these machines.
    let (major, minor) = glibc::needed_by(file)?.unwrap_or_default().max(OLDEST_KNOWN);
    Ok(format!("manylinux_{major}_{minor}_{machine}"))
}

const OLDEST_KNOWN: (u32, u32) = (2, 17);

fn package(release: &Release) -> Result<Tree, Failure> {
    let mut tree = Tree::default();
    for path in tracked_files::list(&release.root)? {
        if let Some(inside) = path.strip_prefix(FOLDER) {
            tree.file(inside, release.read(&path)?);
        }
    }
    Ok(tree)
}

fn wheel(version: &str, tag: &str) -> String {
    format!("Wheel-Version: 1.0\nGenerator: consonance ({version})\nRoot-Is-Purelib: false\nTag: {tag}\n")
}

/// The list of all files, with digests of all but itself.
fn record(tree: &Tree, list: &str) -> String {
    let mut text = String::new();
    for (path, entry) in tree.entries() {
        if let Some(content) = &entry.content {
            let _ = writeln!(text, "{path},sha256={},{}", url_safe_sha256(content), content.len());
        }
    }
    text + list + ",,\n"
}

/// The digest in the URL-safe alphabet of base64, without padding.
fn url_safe_sha256(bytes: &[u8]) -> String {
    let digest = digest::digest(&digest::SHA256, bytes);
    let mut text = String::new();
    for group in digest.as_ref().chunks(3) {
        let number =
            group.iter().enumerate().fold(0_u32, |sum, (at, byte)| sum | u32::from(*byte) << (16 - 8 * at));
        for at in 0..=group.len() {
            text.push(char::from(ALPHABET[(number >> (18 - 6 * at)) as usize & 63]));
        }
    }
    text
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_has_each_file_with_its_digest_and_itself_without() {
        let mut tree = Tree::default();
        tree.file("consonance/abc.py", "abc");
        let expected =
            "consonance/abc.py,sha256=ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0,3\nit/RECORD,,\n";
        assert_eq!(record(&tree, "it/RECORD"), expected);
    }

    #[test]
    fn the_package_has_its_modules_and_says_that_it_is_typed() {
        let tree = package(&Release::of_test("target/dist".into())).unwrap();
        let has = |name: &str| tree.entries().any(|(path, _)| path == format!("consonance/{name}"));
        assert!(["__init__.py", "_native.pyi", "admin.py", "py.typed"].iter().all(|name| has(name)));
    }
}
