//! `CoreCLR` 3.1, the runtime of games outside of Unity.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use super::libraries::search_libraries_in;
use crate::download::{Download, Package};
use crate::failure::Failure;

/// The runtime, unpacked.
#[derive(Debug)]
pub(super) struct CoreClr {
    folder: PathBuf,
    openssl: PathBuf,
    settings: PathBuf,
}

impl CoreClr {
    /// Downloads the runtime into a folder, unless it is there already.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where it cannot be downloaded; as [`Download::install`].
    pub(super) fn install(folder: &Path) -> Result<Self, Failure> {
        if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
            let why = "only for Linux on x86-64".to_owned();
            return Err(Failure::Unavailable { what: RUNTIME.what, why });
        }
        let settings = folder.join("core-clr.runtimeconfig.json");
        let openssl = folder.join("openssl-1.1");
        let folder = folder.join(format!("core-clr-{VERSION}"));
        RUNTIME.install(&folder)?;
        OPENSSL.install(&openssl)?;
        fs::write(&settings, self::settings())
            .map_err(|cause| Failure::File { path: settings.clone(), cause })?;
        Ok(Self { folder, openssl, settings })
    }

    /// The assemblies that sources are compiled against: those of the runtime.
    ///
    /// # Errors
    /// [`Failure::File`] if they cannot be listed.
    pub(super) fn api(&self) -> Result<Vec<PathBuf>, Failure> {
        let path = self.folder.join("shared/Microsoft.NETCore.App").join(VERSION);
        let unreadable = |cause| Failure::File { path: path.clone(), cause };
        let mut assemblies = Vec::new();
        for entry in fs::read_dir(&path).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            if path.extension().is_some_and(|extension| extension == "dll") {
                assemblies.push(path);
            }
        }
        assemblies.sort();
        Ok(assemblies)
    }

    /// Runs a program that finds native libraries in these folders.
    pub(super) fn command(&self, program: &Path, natives: &[&Path]) -> Command {
        let mut command = Command::new(self.folder.join("dotnet"));
        command.args(["exec", "--runtimeconfig"]).arg(&self.settings).arg(program);
        search_libraries_in(&[natives, &[&*self.openssl]].concat(), &mut command);
        command
    }
}

/// The newest version in the registries that are used here.
const VERSION: &str = "3.1.23";

const RUNTIME: Download = Download {
    what: "CoreCLR",
    package: Package::Wheel("dotnetcore2==3.1.23", &["--platform", "manylinux1_x86_64"]),
    file: "dotnetcore2-3.1.23-py3-none-manylinux1_x86_64.whl",
    sha256: "5f076ddc39da0c685e7de20ecb91ee81185928918ec86fbeb3bffc55dd867ab5",
    contents: &[("dotnetcore2/bin/", "")],
};

/// All cryptography of `CoreCLR` 3.1, such as the digests that a compiler takes of what it reads, is in OpenSSL 1,
/// which distributions no longer have. The driver of a database brings it.
const OPENSSL: Download = Download {
    what: "OpenSSL 1.1",
    package: Package::Wheel(
        "psycopg2-binary==2.9.5",
        &[
            "--platform",
            "manylinux2014_x86_64",
            "--python-version",
            "3.11",
            "--implementation",
            "cp",
            "--abi",
            "cp311",
        ],
    ),
    file: "psycopg2_binary-2.9.5-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    sha256: "bcda1c84a1c533c528356da5490d464a139b6e84eb77cc0b432e38c5c6dd7882",
    contents: &[
        ("psycopg2_binary.libs/libssl-3a880ada.so.1.1", "libssl.so.1.1"),
        ("psycopg2_binary.libs/libcrypto-2ade47cd.so.1.1", "libcrypto-2ade47cd.so.1.1"),
    ],
};

/// The runtime settings for `dotnet`: without culture data, whose library (ICU) may not be installed.
fn settings() -> String {
    let framework = json!({"name": "Microsoft.NETCore.App", "version": VERSION});
    let properties = json!({"System.Globalization.Invariant": true});
    json!({"runtimeOptions": {"framework": framework, "configProperties": properties}}).to_string()
}
