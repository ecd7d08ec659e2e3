//! A container image with the static program and nothing else, in the image layout of the OCI (version 1.0), as a tar
//! archive.
//!
//! Written by hand: a layout is three small JSON files and one compressed tar archive, each named by its digest.

use serde_json::{Value, json};

use super::digest::sha256;
use super::program::Program;
use super::release::Release;
use super::tar;
use super::tree::Tree;
use crate::failure::Failure;

/// The image's name, and the image.
///
/// # Errors
/// [`Failure`] if a file cannot be read.
pub(super) fn of(release: &Release, program: &Program) -> Result<(String, Vec<u8>), Failure> {
    let layout = layout(release, &root(release, program)?)?;
    Ok((name(release), tar::of(&layout, release.moment)?))
}

/// The files of an image whose one layer has these files.
fn layout(release: &Release, root: &Tree) -> Result<Tree, Failure> {
    let layer = tar::of(root, release.moment)?;
    let packed = tar::gzip(&layer)?;
    let labels = labels(release);
    let config = config(&labels, release, &sha256(&layer)).to_string().into_bytes();
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": descriptor(CONFIG, &config),
        "layers": [descriptor(LAYER, &packed)],
        "annotations": labels,
    });
    let manifest = manifest.to_string().into_bytes();
    let mut entry = descriptor(MANIFEST, &manifest);
    entry["annotations"] = json!({REFERENCE: format!("consonance:{}", release.version)});
    entry["platform"] = json!({"architecture": "amd64", "os": "linux"});
    let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]});
    let mut layout = Tree::default();
    layout.file("oci-layout", json!({"imageLayoutVersion": "1.0.0"}).to_string());
    layout.file("index.json", index.to_string());
    for blob in [packed, config, manifest] {
        layout.file(&format!("blobs/sha256/{}", sha256(&blob)), blob);
    }
    Ok(layout)
}

/// The image's name.
pub(super) fn name(release: &Release) -> String {
    format!("consonance-{}-oci.tar", release.version)
}

const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// The annotation with the name under which tools load the image.
const REFERENCE: &str = "org.opencontainers.image.ref.name";

/// The same places as in `packaging/Containerfile`.
const PROGRAM: &str = "usr/local/bin/consonance";
const SETTINGS: &str = "etc/consonance/voice.toml";
const STATE: &str = "var/lib/consonance";
/// A user without a name, which owns the state and nothing else.
pub(super) const USER: u32 = 10_001;

fn root(release: &Release, program: &Program) -> Result<Tree, Failure> {
    let mut root = Tree::default();
    root.program(PROGRAM, &*program.bytes);
    // An empty file means the defaults.
    root.file(SETTINGS, "");
    root.folder(STATE, 0o700, USER);
    for (name, content) in program.contents.licence_files(release)? {
        root.file(&format!("usr/share/doc/consonance/{name}"), content);
    }
    Ok(root)
}

fn config(labels: &Value, release: &Release, layer: &str) -> Value {
    json!({
        "created": release.moment.rfc3339(),
        "architecture": "amd64",
        "os": "linux",
        "config": {
            "User": format!("{USER}:{USER}"),
            "Env": ["PATH=/usr/local/bin", format!("STATE_DIRECTORY=/{STATE}")],
            "ExposedPorts": {"7777/udp": {}},
            "Volumes": {format!("/{STATE}"): {}},
            "Entrypoint": [format!("/{PROGRAM}")],
            "Cmd": ["serve", "--config", format!("/{SETTINGS}")],
            "StopSignal": "SIGTERM",
            "Labels": labels,
        },
        "rootfs": {"type": "layers", "diff_ids": [format!("sha256:{layer}")]},
        "history": [{"created": release.moment.rfc3339(), "created_by": "cargo xtask dist"}],
    })
}

fn labels(release: &Release) -> Value {
    json!({
        "org.opencontainers.image.title": "consonance",
        "org.opencontainers.image.description": "Voice chat for games: the server",
        "org.opencontainers.image.version": release.version,
        "org.opencontainers.image.created": release.moment.rfc3339(),
        "org.opencontainers.image.licenses": "MIT OR Apache-2.0",
        "org.opencontainers.image.source": "https://github.com/consonance-voice/consonance",
    })
}

fn descriptor(media_type: &str, bytes: &[u8]) -> Value {
    json!({
        "mediaType": media_type,
        "digest": format!("sha256:{}", sha256(bytes)),
        "size": bytes.len(),
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    /// The content that a descriptor points to.
    fn blob(layout: &Tree, descriptor: &Value) -> Vec<u8> {
        let path = descriptor["digest"].as_str().unwrap().replace(':', "/");
        let (_, entry) = layout.entries().find(|(name, _)| *name == format!("blobs/{path}")).unwrap();
        let content = entry.content.clone().unwrap();
        assert_eq!(path, format!("sha256/{}", sha256(&content)));
        assert_eq!(descriptor["size"], content.len());
        content
    }

    fn parse(bytes: &[u8]) -> Value {
        serde_json::from_slice(bytes).unwrap()
    }

    #[test]
    fn an_index_leads_to_a_manifest_and_that_to_a_layer_and_its_user() {
        let mut root = Tree::default();
        root.program(PROGRAM, "run");
        let release = Release::of_test("target/dist".into());
        let layout = layout(&release, &root).unwrap();
        let (_, index) = layout.entries().find(|(name, _)| *name == "index.json").unwrap();
        let index = parse(index.content.as_ref().unwrap());
        assert_eq!(index["manifests"][0]["annotations"][REFERENCE], "consonance:0.1.0");
        let manifest = parse(&blob(&layout, &index["manifests"][0]));
        let config = parse(&blob(&layout, &manifest["config"]));
        let mut layer = Vec::new();
        let packed = blob(&layout, &manifest["layers"][0]);
        flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut layer).unwrap();
        assert_eq!(layer, tar::of(&root, release.moment).unwrap());
        assert_eq!(config["rootfs"]["diff_ids"][0], format!("sha256:{}", sha256(&layer)));
        assert_eq!(config["config"]["User"], "10001:10001");
    }

    #[test]
    fn an_image_runs_as_one_of_the_containerfile_does() {
        let release = Release::of_test("target/dist".into());
        let file = release.read_text("packaging/Containerfile").unwrap();
        let config = &config(&labels(&release), &release, "")["config"];
        let line =
            |start: &str| file.lines().filter_map(|line| line.strip_prefix(start)).next_back().unwrap();
        assert_eq!(config["Entrypoint"], parse(line("ENTRYPOINT ").as_bytes()));
        assert_eq!(config["Cmd"], parse(line("CMD ").as_bytes()));
        assert_eq!(config["User"], line("USER "));
        assert_eq!(config["StopSignal"], line("STOPSIGNAL "));
        assert_eq!(config["Env"][1], line("ENV "));
        assert!(config["ExposedPorts"].get(line("EXPOSE ")).is_some());
        assert!(config["Volumes"].get(line("VOLUME ")).is_some());
    }
}
