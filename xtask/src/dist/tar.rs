//! Tar archives (POSIX.1-1988, "ustar") of which each byte follows from their entries, alone or by gzip.
//!
//! Written here: a header is a dozen fields, and each of them has to be chosen anyway.

use std::io::Write as _;

use flate2::{Compression, GzBuilder};

use super::moment::Moment;
use super::tree::{Entry, Tree};
use crate::failure::Failure;

/// The archive of a tree, all of the same time.
///
/// # Errors
/// [`Failure::Entry`] if a path or a file is too long for the format.
pub(super) fn of(tree: &Tree, moment: Moment) -> Result<Vec<u8>, Failure> {
    let mut archive = Vec::new();
    for (path, entry) in tree.entries() {
        let content = entry.content.as_deref().unwrap_or_default();
        archive.extend(header(path, entry, moment)?);
        archive.extend(content);
        archive.resize(archive.len().next_multiple_of(BLOCK), 0);
    }
    archive.resize(archive.len() + 2 * BLOCK, 0);
    Ok(archive)
}

/// Compressed, without a name, a time or a system.
///
/// # Errors
/// [`Failure::Entry`]; it is not expected, since memory is what is written to.
pub(super) fn gzip(bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut encoder = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.map_err(|error| Failure::Entry { path: "gzip".to_owned(), why: error.to_string() })
}

const BLOCK: usize = 512;

fn header(path: &str, entry: &Entry, moment: Moment) -> Result<[u8; BLOCK], Failure> {
    let is_folder = entry.content.is_none();
    let name = if is_folder { format!("{path}/") } else { path.to_owned() };
    let size = entry.content.as_ref().map_or(0, Vec::len) as u64;
    let mut header = [0; BLOCK];
    let mut put = |from: usize, bytes: &[u8]| header[from..from + bytes.len()].copy_from_slice(bytes);
    if name.len() > NAME_MAX || size > SIZE_MAX {
        return Err(Failure::Entry { path: path.to_owned(), why: "it is too long for a tar archive".into() });
    }
    put(0, name.as_bytes());
    put(100, format!("{:07o}", entry.mode).as_bytes());
    put(108, format!("{:07o}", entry.owner).as_bytes());
    put(116, format!("{:07o}", entry.owner).as_bytes());
    put(124, format!("{size:011o}").as_bytes());
    put(136, format!("{:011o}", moment.seconds()).as_bytes());
    // The sum counts itself as spaces.
    put(148, b"        ");
    put(156, if is_folder { b"5" } else { b"0" });
    put(257, b"ustar\x0000");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    Ok(header)
}

const NAME_MAX: usize = 100;
/// What eleven octal digits say.
const SIZE_MAX: u64 = 0o777_7777_7777;

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

    /// Of an entry's header.
    fn fields(header: &[u8]) -> Vec<&str> {
        [0..100, 100..108, 108..116, 116..124, 124..136, 136..148, 156..157]
            .map(|range| str::from_utf8(&header[range]).unwrap().trim_end_matches('\0'))
            .into()
    }

    #[test]
    fn entries_are_sorted_and_have_the_moment_and_a_fixed_owner() {
        let archive = of(&tree(), Moment::at(8)).unwrap();
        let [folder, kept, run, content] = [0, 1, 2, 3].map(|block| &archive[block * BLOCK..][..BLOCK]);
        let (zero, time) = ("0000000", "00000000010");
        assert_eq!(fields(folder), ["a/", "0000755", zero, zero, "00000000000", time, "5"]);
        assert_eq!(fields(kept), ["a/kept/", "0000700", "0023421", "0023421", "00000000000", time, "5"]);
        assert_eq!(fields(run), ["a/run", "0000755", zero, zero, "00000000005", time, "0"]);
        assert_eq!(&content[..6], b"hello\0");
        assert_eq!(archive.len(), 6 * BLOCK, "two empty blocks end it");
    }

    #[test]
    fn the_sum_of_a_header_counts_itself_as_spaces() {
        let header = &of(&tree(), Moment::at(8)).unwrap()[..BLOCK];
        let others: u32 = header
            .iter()
            .enumerate()
            .filter(|(at, _)| !(148..156).contains(at))
            .map(|(_, byte)| u32::from(*byte))
            .sum();
        assert_eq!(&header[148..156], format!("{:06o}\0 ", others + 8 * 32).as_bytes());
    }

    #[test]
    fn a_path_that_would_be_cut_is_refused() {
        let mut tree = Tree::default();
        tree.file(&"a".repeat(101), "");
        let failure = of(&tree, Moment::at(0)).unwrap_err().to_string();
        assert!(failure.contains("too long for a tar archive"), "{failure}");
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
