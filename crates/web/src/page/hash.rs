//! The hash of the page's code, by which people compare what a browser got with what a release has.

use std::fmt::Write as _;

use ring::digest::{Context, SHA256};

use super::files::FILES;

/// The SHA-256 of the page's files in this program, in hexadecimal. A page shows the same of what its browser got; see
/// `web/src/page/page_hash.ts`. It says that a server sent the code of this release, if the page that shows it is
/// honest: a server that sends another page can have it show anything.
pub fn page_hash() -> String {
    hash_of(FILES.iter().map(|file| (file.path, file.body)))
}

/// Of each file in order: its path, a zero byte, its length in eight bytes, and its content.
fn hash_of<'f>(files: impl Iterator<Item = (&'f str, &'f [u8])>) -> String {
    let mut context = Context::new(&SHA256);
    for (path, body) in files {
        context.update(path.as_bytes());
        context.update(&[0]);
        context.update(&(body.len() as u64).to_be_bytes());
        context.update(body);
    }
    context.finish().as_ref().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `web/tests/page/page_hash.test.ts` has the same.
    #[test]
    fn the_hash_is_the_one_that_pages_show() {
        let files = [("/", &b"a"[..]), ("/b.js", b"bc")];
        let expected = "c1380d58bbb703549d2112efb5a91e1aa50c5fd65c3faffa8847c249ce425d63";
        assert_eq!(hash_of(files.into_iter()), expected);
        assert_ne!(hash_of([("/", &b"ab"[..]), ("/b.js", b"c")].into_iter()), expected);
        assert_eq!(page_hash().len(), 64);
    }
}
