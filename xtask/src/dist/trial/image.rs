//! An image is read back: each file is what its digest says, and the program starts in what the layer has.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::archive::says_version;
use super::confined;
use super::conversation::Conversation;
use crate::command;
use crate::dist::digest::sha256;
use crate::dist::oci::USER;
use crate::dist::program::Program;
use crate::dist::release::Release;
use crate::dist::tree;
use crate::failure::Failure;
use crate::skips::Skips;

/// Tries the image of this name, with the program as its players; `skopeo` reads it, too, if it is there.
///
/// # Errors
/// [`Failure::Trial`], or another one if the image cannot be unpacked.
pub(in crate::dist) fn image(release: &Release, program: &Program, name: &str) -> Result<Skips, Failure> {
    let file = release.out.join(name);
    let place = release.work.join("trial/oci");
    let (layout, root) = (place.join("layout"), place.join("root"));
    for folder in [&place, &layout, &root] {
        tree::empty(folder)?;
    }
    command::run(Command::new("tar").arg("-xf").arg(&file).arg("-C").arg(&layout))?;
    let image = Image { name, layout: &layout };
    let index = image.parse(&image.read("index.json")?)?;
    let manifest = image.parse(&image.blob(&index["manifests"][0])?)?;
    let config = image.parse(&image.blob(&manifest["config"])?)?;
    let packed = place.join("layer.tar.gz");
    let layer = image.blob(&manifest["layers"][0])?;
    fs::write(&packed, layer).map_err(|cause| Failure::File { path: packed.clone(), cause })?;
    command::run(Command::new("tar").arg("-xzf").arg(&packed).arg("-C").arg(&root))?;
    let config = &config["config"];
    let words = |key: &str| config[key].as_array().into_iter().flatten().filter_map(Value::as_str);
    let entry_point = words("Entrypoint").next().unwrap_or_default();
    let start = || {
        let mut start = confined::inside(&root, Some(USER), entry_point);
        start.env_clear().envs(words("Env").filter_map(|setting| setting.split_once('=')));
        // `chroot` itself is searched on this PATH.
        start.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        start
    };
    says_version(release, name, start())?;
    let mut server = start();
    server.args(words("Cmd"));
    let conversation = Conversation {
        file: name,
        server,
        player: &|| Command::new(&program.file),
        speech: release.root.join("assets/speech/austen-1.wav"),
        folder: &place,
        can_interrupt: true,
    };
    conversation.hold()?;
    inspect(&file, name)
}

/// Reads the image with another reader than ours.
fn inspect(file: &Path, name: &str) -> Result<Skips, Failure> {
    if !command::is_on_path("skopeo") {
        return Ok(Skips::one(format_args!("{name}: a second reader (apt-get install skopeo)")));
    }
    let mut skopeo = Command::new("skopeo");
    command::capture(skopeo.arg("inspect").arg(format!("oci-archive:{}", file.display())))?;
    Ok(Skips::NONE)
}

/// An unpacked layout.
struct Image<'i> {
    name: &'i str,
    layout: &'i Path,
}

impl Image<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, Failure> {
        let path = self.layout.join(path);
        fs::read(&path).map_err(|cause| Failure::File { path, cause })
    }

    fn parse(&self, bytes: &[u8]) -> Result<Value, Failure> {
        serde_json::from_slice(bytes).map_err(|error| self.failed(error.to_string()))
    }

    /// The file that a descriptor points to; its size and digest must match.
    fn blob(&self, descriptor: &Value) -> Result<Vec<u8>, Failure> {
        let digest = descriptor["digest"].as_str().and_then(|digest| digest.strip_prefix("sha256:"));
        let digest = digest.ok_or_else(|| self.failed(format!("no digest in {descriptor}")))?;
        let bytes = self.read(&format!("blobs/sha256/{digest}"))?;
        if sha256(&bytes) == digest && descriptor["size"] == bytes.len() {
            return Ok(bytes);
        }
        Err(self.failed(format!("a file is not what {descriptor} says")))
    }

    fn failed(&self, why: String) -> Failure {
        Failure::Trial { file: self.name.to_owned(), why }
    }
}

#[cfg(test)]
mod tests {
    use std::env;
    use std::process;

    use super::*;

    #[test]
    fn a_file_that_is_not_what_its_digest_says_is_refused() {
        let folder = env::temp_dir().join(format!("consonance-layout-{}", process::id()));
        let digest = sha256(b"abc");
        fs::create_dir_all(folder.join("blobs/sha256")).unwrap();
        let (image, path) =
            (Image { name: "it", layout: &folder }, folder.join("blobs/sha256").join(&digest));
        let descriptor = serde_json::json!({"digest": format!("sha256:{digest}"), "size": 3});
        fs::write(&path, "abc").unwrap();
        assert_eq!(image.blob(&descriptor).unwrap(), b"abc");
        fs::write(&path, "abd").unwrap();
        assert!(image.blob(&descriptor).is_err());
        fs::remove_dir_all(folder).unwrap();
    }
}
