//! The package of `NuGet` is unpacked as `NuGet` does, and a program uses it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use super::native;
use crate::command;
use crate::dist::native::Native;
use crate::dist::nupkg::place;
use crate::dist::release::Release;
use crate::dist::tree;
use crate::dotnet::{Build, Part, Runtime, Toolchain};
use crate::failure::Failure;

/// Tries the package of this name: every native library loads, and a program that was compiled with the assembly meets
/// a player, in Mono and in `CoreCLR`, where the native library is found by the package's own folders.
///
/// # Errors
/// [`Failure::Trial`], or another one if the package cannot be unpacked.
pub(in crate::dist) fn nupkg(
    release: &Release,
    toolchain: &Toolchain,
    natives: &[Native],
    name: &str,
) -> Result<(), Failure> {
    let trial = release.work.join("trial/nupkg");
    // The path that a game's project file would name, too.
    let unpacked = trial.join("packages/consonance").join(&release.version);
    tree::empty(&trial)?;
    tree::empty(&unpacked)?;
    command::run(Command::new("unzip").arg("-q").arg(release.out.join(name)).arg("-d").arg(&unpacked))?;
    native::load_all(release, name, natives, &unpacked, place)?;
    let application = publish(release, toolchain, natives, &trial.join("application"), &unpacked)?;
    let program = application.join(PROGRAM);
    let (library, nowhere) = (unpacked.join("runtimes/linux-x64/native"), trial.join("nowhere"));
    for (runtime, libraries) in [(Runtime::Mono, &library), (Runtime::CoreClr, &nowhere)] {
        let mut hello = toolchain.command(runtime, &program, libraries)?;
        let said = command::capture(hello.args(["offline:", "Alice"]))?;
        if said.trim() != format!("{}: Loopback is here", release.version) {
            let why = format!("in {}, the program says {said:?}", runtime.name());
            return Err(Failure::Trial { file: name.to_owned(), why });
        }
    }
    Ok(())
}

const PROGRAM: &str = "Hello.exe";

/// The folder of a program as `dotnet publish` makes it for any machine: with the assembly beside it, the package's
/// native libraries, and a list of both.
fn publish(
    release: &Release,
    toolchain: &Toolchain,
    natives: &[Native],
    folder: &Path,
    unpacked: &Path,
) -> Result<PathBuf, Failure> {
    tree::empty(folder)?;
    let copy = |from: &str, to: &str| {
        let (from, to) = (unpacked.join(from), folder.join(to));
        let made = to.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::copy(&from, &to));
        made.map(drop).map_err(|cause| Failure::File { path: from, cause })
    };
    copy("lib/netstandard2.0/Consonance.dll", "Consonance.dll")?;
    for native in natives {
        copy(&place(native), &place(native))?;
    }
    let sources = vec![release.root.join("packaging/nuget/Hello.cs")];
    let hello = Part { output: PROGRAM.to_owned(), sources, ..Part::default() };
    toolchain.compile(Build::Mcs, folder, &[hello.with_references(["Consonance.dll"])])?;
    let list = folder.join("Hello.deps.json");
    fs::write(&list, dependencies(release, natives)).map_err(|cause| Failure::File { path: list, cause })?;
    Ok(folder.to_owned())
}

/// The file `.deps.json` beside a program: the package of each file, and the machine that it is for.
fn dependencies(release: &Release, natives: &[Native]) -> String {
    let package = format!("Consonance/{}", release.version);
    let of_machine = |native: &Native| (place(native), json!({"rid": native.machine, "assetType": "native"}));
    let targets: serde_json::Map<_, _> = natives.iter().map(of_machine).collect();
    let framework = ".NETCoreApp,Version=v3.1";
    json!({
        "runtimeTarget": {"name": framework},
        "targets": {framework: {
            "Hello/1.0.0": {"dependencies": {"Consonance": release.version}, "runtime": {PROGRAM: {}}},
            &package: {"runtime": {"lib/netstandard2.0/Consonance.dll": {}}, "runtimeTargets": targets},
        }},
        "libraries": {
            "Hello/1.0.0": {"type": "project", "serviceable": false, "sha512": ""},
            &package: {"type": "package", "serviceable": true, "sha512": ""},
        },
    })
    .to_string()
}
