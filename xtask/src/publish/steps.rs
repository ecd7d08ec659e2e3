//! All steps of publishing, in their order.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, Package};

use super::files::ReleaseFiles;
use super::step::{Action, Step};
use crate::failure::Failure;
use crate::workspace;

/// The workspace's version.
///
/// # Errors
/// [`Failure::NoPackage`] without the crate that games use.
pub(super) fn version(workspace: &Metadata) -> Result<String, Failure> {
    let package = workspace.packages.iter().find(|package| package.name.as_str() == FACADE);
    package.map(|package| package.version.to_string()).ok_or_else(|| Failure::NoPackage(FACADE.to_owned()))
}

/// Crates first, as everything else can be made again of them; the release with all files last, as it is what people
/// are told of.
pub(super) fn all(workspace: &Metadata, files: &ReleaseFiles) -> Vec<Step> {
    let cargo = |what: String, more: &[&str]| {
        let arguments = ["publish", "--locked"].iter().chain(more).map(|word| (*word).to_owned()).collect();
        Step { what, credential: "CARGO_REGISTRY_TOKEN", action: Action::Cargo { arguments } }
    };
    let mut steps: Vec<_> = in_order(workspace)
        .into_iter()
        .map(|name| cargo(format!("crate {name}"), &["--package", name]))
        .collect();
    steps.push(cargo("crate bevy_consonance".into(), &["--manifest-path", BEVY]));
    steps.push(Step {
        what: "npm package consonance".into(),
        credential: "NODE_AUTH_TOKEN",
        action: Action::Npm { file: files.npm.clone() },
    });
    steps.push(program(
        "wheels consonance-voice",
        "TWINE_PASSWORD",
        "twine",
        ["upload", "--non-interactive"]
            .map(str::to_owned)
            .into_iter()
            .chain(files.wheels.iter().map(in_files)),
        &[("TWINE_USERNAME", "__token__")],
    ));
    steps.push(Step {
        what: "NuGet package Consonance".into(),
        credential: "NUGET_API_KEY",
        action: Action::NuGet { file: files.nupkg.clone() },
    });
    let image = format!("docker://ghcr.io/consonance-voice/consonance:{}", files.version);
    let copy = ["copy".to_owned(), format!("oci-archive:{{files}}/{}", files.image), image];
    steps.push(program("container consonance", "REGISTRY_AUTH_FILE", "skopeo", copy, &[]));
    let release = ["release", "create", "--verify-tag", "--generate-notes"].map(str::to_owned);
    let release = release.into_iter().chain([format!("v{}", files.version)]);
    let release = release.chain(files.of_release().into_iter().map(in_files));
    steps.push(program("release with all files, sums and SBOMs", "GH_TOKEN", "gh", release, &[]));
    steps
}

fn program(
    what: &str,
    credential: &'static str,
    name: &'static str,
    arguments: impl IntoIterator<Item = String>,
    variables: &'static [(&'static str, &'static str)],
) -> Step {
    let arguments = arguments.into_iter().collect();
    Step { what: what.to_owned(), credential, action: Action::Program { name, arguments, variables } }
}

fn in_files(name: impl AsRef<str>) -> String {
    format!("{{files}}/{}", name.as_ref())
}

/// The published crates, each after those that it depends on; of several that could be next, the first by name.
fn in_order(workspace: &Metadata) -> Vec<&str> {
    let packages = workspace.packages.iter().filter(|package| workspace::is_published(package));
    let mut left: BTreeMap<&str, &Package> =
        packages.map(|package| (package.name.as_str(), package)).collect();
    let mut order = Vec::new();
    while !left.is_empty() {
        let needs = |package: &Package| -> BTreeSet<String> {
            let linked =
                package.dependencies.iter().filter(|needed| needed.kind != DependencyKind::Development);
            linked.map(|needed| needed.name.clone()).filter(|name| left.contains_key(&**name)).collect()
        };
        // Cargo allows no cycles, so that one is always free.
        let next = left.iter().find(|(_, package)| needs(package).is_empty()).map(|(name, _)| *name);
        let Some(next) = next else { break };
        left.remove(next);
        order.push(next);
    }
    order
}

const FACADE: &str = "consonance";
const BEVY: &str = "bevy/bevy_consonance/Cargo.toml";
