//! Zip archives of which each byte follows from their entries.

use std::io::Write as _;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

use super::moment::Moment;
use super::tree::{Entry, Tree};
use crate::failure::Failure;

/// The archive of a tree, all of the same time.
///
/// # Errors
/// [`Failure::Entry`] if it is too large for the format.
pub(super) fn of(tree: &Tree, moment: Moment) -> Result<Vec<u8>, Failure> {
    let (mut archive, mut directory, mut count) = (Vec::new(), Vec::new(), 0);
    for (path, entry) in tree.entries() {
        let too_large =
            || Failure::Entry { path: path.to_owned(), why: "it is too large for a zip archive".into() };
        let packed = Packed::of(path, entry)
            .map_err(|error| Failure::Entry { path: path.to_owned(), why: error.to_string() })?;
        let at = u32::try_from(archive.len()).map_err(|_| too_large())?;
        let fields = packed.fields(moment).ok_or_else(too_large)?;
        archive.extend(b"PK\x03\x04");
        archive.extend(&fields);
        archive.extend(packed.name.as_bytes());
        archive.extend(&packed.content);
        directory.extend(b"PK\x01\x02");
        directory.extend(MADE_BY.to_le_bytes());
        directory.extend(&fields);
        // No comment, the first disk, no attributes of MS-DOS.
        directory.extend([0; 6]);
        directory.extend((entry.mode << 16 | kind(entry) << 28).to_le_bytes());
        directory.extend(at.to_le_bytes());
        directory.extend(packed.name.as_bytes());
        count += 1;
    }
    let at = archive.len();
    archive.extend(&directory);
    archive.extend(end(at, directory.len(), count).ok_or_else(|| Failure::Entry {
        path: "the list of entries".to_owned(),
        why: "it is too large for a zip archive".to_owned(),
    })?);
    Ok(archive)
}

/// Unix, by version 2.0 of the format.
const MADE_BY: u16 = (3 << 8) + 20;

/// What Unix calls a folder and a file.
fn kind(entry: &Entry) -> u32 {
    if entry.content.is_none() { 0o04 } else { 0o10 }
}

struct Packed {
    name: String,
    is_folder: bool,
    sum: u32,
    size: usize,
    content: Vec<u8>,
}

impl Packed {
    fn of(path: &str, entry: &Entry) -> std::io::Result<Self> {
        let Some(content) = &entry.content else {
            let name = format!("{path}/");
            return Ok(Self { name, is_folder: true, sum: 0, size: 0, content: Vec::new() });
        };
        let mut sum = Crc::new();
        sum.update(content);
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(content)?;
        let packed = encoder.finish()?;
        Ok(Self {
            name: path.to_owned(),
            is_folder: false,
            sum: sum.sum(),
            size: content.len(),
            content: packed,
        })
    }

    /// What stands both before the content and in the list at the end.
    fn fields(&self, moment: Moment) -> Option<Vec<u8>> {
        let (time, date) = moment.dos();
        let method: u16 = if self.is_folder { 0 } else { 8 };
        let mut fields = Vec::new();
        // Version 2.0, and names in UTF-8.
        for number in [20, 1 << 11, method, time, date] {
            fields.extend(u16::to_le_bytes(number));
        }
        for number in [self.sum, u32::try_from(self.content.len()).ok()?, u32::try_from(self.size).ok()?] {
            fields.extend(number.to_le_bytes());
        }
        fields.extend(u16::try_from(self.name.len()).ok()?.to_le_bytes());
        fields.extend([0; 2]);
        Some(fields)
    }
}

fn end(at: usize, size: usize, count: u16) -> Option<Vec<u8>> {
    let mut end = b"PK\x05\x06\0\0\0\0".to_vec();
    end.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
    end.extend(u32::try_from(size).ok()?.to_le_bytes());
    end.extend(u32::try_from(at).ok()?.to_le_bytes());
    end.extend([0; 2]);
    Some(end)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    fn archive() -> Vec<u8> {
        let mut tree = Tree::default();
        tree.program("b/run.exe", "hello hello hello");
        tree.file("a.txt", "");
        of(&tree, Moment::at(951_827_696)).unwrap()
    }

    fn number(bytes: &[u8], at: usize) -> usize {
        u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize
    }

    /// Where the list at the end has entries.
    fn listed(archive: &[u8]) -> Vec<usize> {
        (0..archive.len()).filter(|at| archive[*at..].starts_with(b"PK\x01\x02")).collect()
    }

    #[test]
    fn the_list_at_the_end_is_sorted_dated_and_leads_to_each_entry() {
        let archive = archive();
        let (time, date) = Moment::at(951_827_696).dos();
        let mut names = Vec::new();
        for at in listed(&archive) {
            let length = usize::from(archive[at + 28]);
            let name = str::from_utf8(&archive[at + 46..][..length]).unwrap();
            assert_eq!(archive[at + 12..][..4], [time.to_le_bytes(), date.to_le_bytes()].concat());
            let entry = number(&archive, at + 42);
            assert!(archive[entry..].starts_with(b"PK\x03\x04"));
            assert!(archive[entry + 30..].starts_with(name.as_bytes()));
            names.push((name, number(&archive, at + 38) >> 16));
        }
        assert_eq!(names, [("a.txt", 0o100_644), ("b/", 0o040_755), ("b/run.exe", 0o100_755)]);
    }

    #[test]
    fn the_end_says_how_many_entries_there_are_and_where() {
        let archive = archive();
        let (end, list) = (archive.len() - 22, listed(&archive)[0]);
        assert_eq!(archive[end..end + 4], *b"PK\x05\x06");
        assert_eq!((archive[end + 8], archive[end + 10]), (3, 3));
        assert_eq!((number(&archive, end + 16), number(&archive, end + 12)), (list, end - list));
    }

    #[test]
    fn a_file_is_what_was_put_in() {
        let archive = archive();
        let at = *listed(&archive).last().unwrap();
        let (sum, packed, entry) =
            (number(&archive, at + 16), number(&archive, at + 20), number(&archive, at + 42));
        let content = &archive[entry + 30 + "b/run.exe".len()..][..packed];
        let mut text = String::new();
        flate2::read::DeflateDecoder::new(content).read_to_string(&mut text).unwrap();
        assert_eq!(text, "hello hello hello");
        let mut crc = Crc::new();
        crc.update(text.as_bytes());
        assert_eq!(crc.sum() as usize, sum);
    }
}
