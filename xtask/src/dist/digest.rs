//! SHA-256 of files, and the list of them that a download is checked with.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use ring::digest;

use crate::failure::Failure;

/// The digest of some bytes, in hexadecimal digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    let digest = digest::digest(&digest::SHA256, bytes);
    digest.as_ref().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The name of the list.
pub(crate) const SUMS: &str = "SHA256SUMS";

/// Writes the list of all files of a folder, as `sha256sum --check` reads it.
///
/// # Errors
/// [`Failure::File`].
pub(super) fn write_sums(folder: &Path) -> Result<(), Failure> {
    let mut files = BTreeMap::new();
    let failed = |path: &Path| {
        let path = path.to_owned();
        |cause| Failure::File { path, cause }
    };
    for entry in fs::read_dir(folder).map_err(failed(folder))? {
        let path = entry.map_err(failed(folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name != SUMS {
            files.insert(name, sha256(&fs::read(&path).map_err(failed(&path))?));
        }
    }
    let path = folder.join(SUMS);
    fs::write(&path, sums(&files)).map_err(|cause| Failure::File { path, cause })
}

/// The list's text, from the digest of each name.
fn sums(files: &BTreeMap<String, String>) -> String {
    let lines = files.iter().map(|(name, digest)| [digest, "  ", name, "\n"].concat());
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OF_ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn a_digest_is_that_of_the_standards_example() {
        assert_eq!(sha256(b"abc"), OF_ABC);
    }

    #[test]
    fn the_list_is_sorted_by_name_and_reads_as_sha256sum_writes_it() {
        let files = ["b.zip", "a.tar"].map(|name| (name.to_owned(), sha256(b"abc")));
        assert_eq!(sums(&files.into()), format!("{OF_ABC}  a.tar\n{OF_ABC}  b.zip\n"));
    }
}
