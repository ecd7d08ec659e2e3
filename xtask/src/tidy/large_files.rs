//! The repository stays small, and contains no build products.

use super::finding::Finding;
use super::repository::{Repository, TrackedFile};

/// No file exceeds a mebibyte or is a build product, except those that cargo alone could not make.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    repository.files.iter().filter_map(judge).collect()
}

/// The largest size in bytes.
const LARGEST: usize = 1 << 20;

/// How the files of compilers and linkers begin: ELF, archive, Mach-O (both byte orders, fat), WebAssembly.
const PRODUCTS: [&[u8]; 6] =
    [b"\x7fELF", b"!<arch>\n", b"\xfe\xed\xfa\xcf", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"\0asm"];

/// File name endings of products that have no distinctive first bytes.
const ENDINGS: [&str; 6] = [".dll", ".exe", ".pdb", ".pyc", ".rlib", ".rmeta"];

/// Products that are checked in: a server is built with them on a machine without a compiler for pages.
const CHECKED_IN: [&str; 2] = ["web/dist/consonance.wasm", "web/dist/e2ee.wasm"];

fn judge(file: &TrackedFile) -> Option<Finding> {
    let product =
        !CHECKED_IN.contains(&&*file.path) && PRODUCTS.iter().any(|start| file.head.starts_with(start));
    if product || ENDINGS.iter().any(|ending| file.path.ends_with(ending)) {
        let instead = "remove it, and let the build make it";
        return Some(Finding::new(&file.path, 1, "product of a build", instead));
    }
    let what = || format!("{} bytes, at most {LARGEST}", file.size);
    (file.size > LARGEST)
        .then(|| Finding::new(&file.path, 1, what(), "make it smaller, or make it where it is used"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::{self, lines};

    fn found(path: &str, bytes: Vec<u8>) -> Vec<String> {
        let mut repository = fixture::repository(&[]);
        repository.files.push(TrackedFile::new(path.to_owned(), bytes));
        lines(&check(&repository))
    }

    #[test]
    fn a_mebibyte_fits() {
        assert_eq!(found("speech.wav", vec![0; 1 << 20]), [""; 0]);
        assert_eq!(
            found("speech.wav", vec![0; (1 << 20) + 1]),
            ["speech.wav:1: 1048577 bytes, at most 1048576 — make it smaller, or make it where it is used"]
        );
    }

    #[test]
    fn products_are_known_by_their_first_bytes_or_their_name() {
        let expected =
            |path| [format!("{path}:1: product of a build — remove it, and let the build make it")];
        assert_eq!(found("tool", b"\x7fELF\x02\x01\x01".to_vec()), expected("tool"));
        assert_eq!(found("page.wasm", b"\0asm\x01\0\0\0".to_vec()), expected("page.wasm"));
        assert_eq!(found("web/dist/consonance.wasm", b"\0asm\x01\0\0\0".to_vec()), [""; 0]);
        assert_eq!(found("a.dll", b"MZ".to_vec()), expected("a.dll"));
        assert_eq!(found("a.txt", b"MZ is how a DLL begins".to_vec()), [""; 0]);
    }
}
