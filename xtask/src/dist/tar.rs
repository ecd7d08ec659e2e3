//! Tar archives ("ustar") of which each byte follows from their entries, alone or by gzip.

use std::io::{self, Write as _};

use flate2::{Compression, GzBuilder};
use tar::{Builder, EntryType, Header};

use super::moment::Moment;
use super::tree::{Entry, Tree};
use crate::failure::Failure;

/// The archive of a tree; all entries have the same time.
///
/// # Errors
/// [`Failure::Entry`] if a path or a file is too long for the format.
pub(super) fn of(tree: &Tree, moment: Moment) -> Result<Vec<u8>, Failure> {
    let mut archive = Builder::new(Vec::new());
    for (path, entry) in tree.entries() {
        append(&mut archive, path, entry, moment).map_err(|error| failed(path, &error))?;
    }
    archive.into_inner().map_err(|error| failed("the end", &error))
}

fn append(archive: &mut Builder<Vec<u8>>, path: &str, entry: &Entry, moment: Moment) -> io::Result<()> {
    let mut header = Header::new_ustar();
    let (kind, name) = match (&entry.content, &entry.leads_to) {
        (_, Some(_)) => (EntryType::Symlink, path.to_owned()),
        (Some(_), _) => (EntryType::Regular, path.to_owned()),
        _ => (EntryType::Directory, format!("{path}/")),
    };
    let content = entry.content.as_deref().unwrap_or_default();
    header.set_entry_type(kind);
    header.set_path(name)?;
    if let Some(file) = &entry.leads_to {
        header.set_link_name(file)?;
    }
    header.set_mode(entry.mode);
    header.set_uid(entry.owner.into());
    header.set_gid(entry.owner.into());
    header.set_mtime(moment.seconds());
    header.set_size(content.len() as u64);
    header.set_cksum();
    archive.append(&header, content)
}

/// Compressed, without a name, a time or a system.
///
/// # Errors
/// [`Failure::Entry`]; it is not expected, since memory is what is written to.
pub(super) fn gzip(bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut encoder = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.map_err(|error| failed("gzip", &error))
}

fn failed(path: &str, error: &io::Error) -> Failure {
    Failure::Entry { path: path.to_owned(), why: error.to_string() }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    fn tree() -> Tree {
        let mut tree = Tree::default();
        tree.program("a/run", "hello");
        tree.folder("a/kept", 0o700, 10_001);
        tree
    }

    #[test]
    fn entries_are_sorted_and_have_the_moment_and_a_fixed_owner() {
        let archive = of(&tree(), Moment::at(8)).unwrap();
        let mut archive = tar::Archive::new(&archive[..]);
        let entries = archive.entries().unwrap().map(|entry| {
            let mut entry = entry.unwrap();
            let (path, header) = (entry.path().unwrap().display().to_string(), entry.header().clone());
            let mut content = String::new();
            entry.read_to_string(&mut content).unwrap();
            let owners = (header.uid().unwrap(), header.gid().unwrap());
            (path, header.mode().unwrap(), owners, header.mtime().unwrap(), content)
        });
        let row = |path: &str, mode, owner, content: &str| {
            (path.to_owned(), mode, (owner, owner), 8, content.to_owned())
        };
        let expected =
            [row("a/", 0o755, 0, ""), row("a/kept/", 0o700, 10_001, ""), row("a/run", 0o755, 0, "hello")];
        assert_eq!(entries.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_link_leads_to_a_file_beside_it() {
        let mut tree = Tree::default();
        tree.file("lib/it.so.1", "hello");
        tree.link("lib/it.so", "it.so.1");
        let archive = of(&tree, Moment::at(8)).unwrap();
        let mut archive = tar::Archive::new(&archive[..]);
        let link =
            archive.entries().unwrap().map(Result::unwrap).find(|it| it.link_name().unwrap().is_some());
        let link = link.unwrap();
        assert_eq!(link.header().entry_type(), EntryType::Symlink);
        let names = (link.path().unwrap(), link.link_name().unwrap().unwrap());
        assert_eq!((names.0.to_str(), names.1.to_str()), (Some("lib/it.so"), Some("it.so.1")));
    }

    #[test]
    fn a_path_that_would_be_cut_is_refused() {
        let mut tree = Tree::default();
        tree.file(&"a".repeat(300), "");
        let failure = of(&tree, Moment::at(0)).unwrap_err().to_string();
        assert!(failure.contains("into an archive"), "{failure}");
    }

    #[test]
    fn gzip_has_no_time_and_gives_the_same_back() {
        let packed = gzip(b"hello").unwrap();
        assert_eq!(packed[4..8], [0; 4]);
        let mut text = String::new();
        flate2::read::GzDecoder::new(&packed[..]).read_to_string(&mut text).unwrap();
        assert_eq!(text, "hello");
    }
}
