//! Repair of files that a crash has cut off.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom};
use std::path::Path;

use crate::ogg_opus::{OggPacketWriter, PRE_SKIP_SAMPLES};
use crate::ogg_page::PageRead;
use crate::page_source::PageSource;
use crate::sealed_track::SealedTrackWriter;

/// Ends a file of [`OggPacketWriter`] after its last undamaged page, unless it is complete already, and returns its
/// length in samples at 48 kHz. Everything after that page is removed.
///
/// # Errors
/// If the file cannot be read or written, or does not even start like such a file.
pub fn repair_ogg_opus(path: &Path) -> io::Result<u64> {
    match repair(path)? {
        (_, last) if last.is_last => Ok(last.granule.saturating_sub(PRE_SKIP_SAMPLES)),
        (file, last) => {
            let pages = last.sequence.wrapping_add(1);
            OggPacketWriter::go_on(file, last.serial, pages, last.granule).finish()?;
            Ok(last.granule)
        }
    }
}

/// The same for a file of [`SealedTrackWriter`].
///
/// # Errors
/// As [`repair_ogg_opus`].
pub fn repair_sealed_track(path: &Path) -> io::Result<u64> {
    let (file, last) = repair(path)?;
    if !last.is_last {
        let pages = last.sequence.wrapping_add(1);
        SealedTrackWriter::go_on(file, last.serial, pages, last.granule).finish()?;
    }
    Ok(last.granule)
}

/// Removes everything after the last whole page; returns the file, positioned after that page, and the page.
fn repair(path: &Path) -> io::Result<(File, PageRead)> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let (kept, last) = whole_pages(&mut file)?;
    let Some(last) = last.filter(|page| page.sequence >= 1) else {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the headers of the stream are missing"));
    };
    if !last.is_last {
        file.set_len(kept)?;
        file.seek(SeekFrom::End(0))?;
    }
    Ok((file, last))
}

/// The number of bytes in whole pages at the start of the file, and the last of these pages.
fn whole_pages(file: &mut File) -> io::Result<(u64, Option<PageRead>)> {
    let (mut kept, mut last, mut pages) = (0, None, PageSource::new(file));
    while let Some(page) = pages.next_page()? {
        kept += page.bytes as u64;
        last = Some(page);
        if page.is_last {
            break;
        }
    }
    Ok((kept, last))
}
