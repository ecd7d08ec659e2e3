//! `CoreCLR` 3.1, the runtime of games outside of Unity.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use super::download::{Download, Package};
use crate::failure::Failure;

/// The runtime, unpacked.
#[derive(Debug)]
pub(super) struct CoreClr {
    folder: PathBuf,
    settings: PathBuf,
}

impl CoreClr {
    /// Downloads it into a folder, where it is not there yet.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where it cannot be had; as [`Download::install`].
    pub(super) fn install(folder: &Path) -> Result<Self, Failure> {
        if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
            let why = "only for Linux on x86-64".to_owned();
            return Err(Failure::Unavailable { what: RUNTIME.what, why });
        }
        let settings = folder.join("core-clr.runtimeconfig.json");
        let folder = folder.join(format!("core-clr-{VERSION}"));
        RUNTIME.install(&folder)?;
        fs::write(&settings, self::settings())
            .map_err(|cause| Failure::File { path: settings.clone(), cause })?;
        Ok(Self { folder, settings })
    }

    /// The assemblies that sources are compiled against: its own.
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

    /// Runs a program.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(self.folder.join("dotnet"));
        command.args(["exec", "--runtimeconfig"]).arg(&self.settings).arg(program);
        command
    }
}

/// The newest that a registry which is used here has.
const VERSION: &str = "3.1.23";

const RUNTIME: Download = Download {
    what: "CoreCLR",
    package: Package::Wheel("dotnetcore2==3.1.23", &["--platform", "manylinux1_x86_64"]),
    file: "dotnetcore2-3.1.23-py3-none-manylinux1_x86_64.whl",
    sha256: "5f076ddc39da0c685e7de20ecb91ee81185928918ec86fbeb3bffc55dd867ab5",
    contents: &[("dotnetcore2/bin/", "")],
};

/// What `dotnet` is told of the runtime: without the tables of languages of a library that may not be installed.
fn settings() -> String {
    let framework = json!({"name": "Microsoft.NETCore.App", "version": VERSION});
    let properties = json!({"System.Globalization.Invariant": true});
    json!({"runtimeOptions": {"framework": framework, "configProperties": properties}}).to_string()
}
