//! Zip archives of which each byte follows from their entries.

use std::io::{Cursor, Write as _};

use zip::result::ZipResult;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::moment::Moment;
use super::tree::{Entry, Tree};
use crate::failure::Failure;

/// The archive of a tree; all entries have the same time.
///
/// # Errors
/// [`Failure::Entry`] if it is too large for the format, the format cannot represent the time, or there is a link.
pub(super) fn of(tree: &Tree, moment: Moment) -> Result<Vec<u8>, Failure> {
    of_entries(tree.entries(), moment)
}

/// The archive of a tree without entries for folders, for formats that allow only files.
///
/// # Errors
/// As [`of`].
pub(super) fn of_files(tree: &Tree, moment: Moment) -> Result<Vec<u8>, Failure> {
    of_entries(tree.entries().filter(|(_, entry)| entry.content.is_some()), moment)
}

fn of_entries<'t>(
    entries: impl Iterator<Item = (&'t str, &'t Entry)>,
    moment: Moment,
) -> Result<Vec<u8>, Failure> {
    let failed = |path: &str, why: String| Failure::Entry { path: path.to_owned(), why };
    let time = moment.dos().ok_or_else(|| failed("the time", "before 1980 or after 2107".to_owned()))?;
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, entry) in entries {
        if entry.leads_to.is_some() {
            return Err(failed(path, "Windows unpacks no links".to_owned()));
        }
        add(&mut archive, path, entry, time).map_err(|error| failed(path, error.to_string()))?;
    }
    let archive = archive.finish().map_err(|error| failed("the list of entries", error.to_string()))?;
    Ok(archive.into_inner())
}

fn add(
    archive: &mut ZipWriter<Cursor<Vec<u8>>>,
    path: &str,
    entry: &Entry,
    time: zip::DateTime,
) -> ZipResult<()> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        .last_modified_time(time)
        .unix_permissions(entry.mode);
    match &entry.content {
        None => archive.add_directory(path, options),
        Some(content) => {
            archive.start_file(path, options)?;
            Ok(archive.write_all(content)?)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn entries_are_sorted_and_have_the_moment_and_are_what_was_put_in() {
        let mut tree = Tree::default();
        tree.program("b/run.exe", "hello hello hello");
        tree.file("a.txt", "");
        let archive = of(&tree, Moment::at(951_827_696)).unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
        let mut entries = Vec::new();
        for number in 0..archive.len() {
            let mut entry = archive.by_index(number).unwrap();
            let time = entry.last_modified().unwrap().to_string();
            let (name, mode) = (entry.name().unwrap().into_owned(), entry.unix_mode().unwrap());
            let mut content = String::new();
            entry.read_to_string(&mut content).unwrap();
            entries.push((name, mode, time, content));
        }
        let row = |name: &str, mode, content: &str| {
            (name.to_owned(), mode, "2000-02-29 12:34:56".to_owned(), content.to_owned())
        };
        let expected = [
            row("a.txt", 0o100_644, ""),
            row("b/", 0o040_755, ""),
            row("b/run.exe", 0o100_755, "hello hello hello"),
        ];
        assert_eq!(entries, expected);
    }

    #[test]
    fn where_only_files_may_be_there_are_no_folders() {
        let mut tree = Tree::default();
        tree.file("b/a.txt", "");
        let archive = of_files(&tree, Moment::at(951_827_696)).unwrap();
        let archive = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
        assert_eq!(archive.len(), 1);
    }

    #[test]
    fn a_link_is_refused() {
        let mut tree = Tree::default();
        tree.link("it.dll", "it-1.dll");
        assert!(of(&tree, Moment::at(951_827_696)).unwrap_err().to_string().contains("no links"));
    }

    #[test]
    fn a_time_that_the_format_does_not_know_is_refused() {
        let mut tree = Tree::default();
        tree.file("a.txt", "");
        let failure = of(&tree, Moment::at(0)).unwrap_err().to_string();
        assert!(failure.contains("before 1980"), "{failure}");
    }
}
