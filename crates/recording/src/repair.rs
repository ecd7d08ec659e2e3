//! Files that a crash has cut off become whole ones again.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use crate::ogg_opus::{OggPacketWriter, PRE_SKIP_SAMPLES};
use crate::ogg_page::{PAGE_BYTES_MAX, PageRead};

/// Ends a file of [`OggPacketWriter`] where its last undamaged page does, unless it is whole already; how many samples
/// at 48 kHz it plays. What stood behind that page is gone.
///
/// # Errors
/// If the file cannot be read or written, or does not even begin as such a file does.
pub fn repair_ogg_opus(path: &Path) -> io::Result<u64> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let (kept, last) = whole_pages(&mut file)?;
    let Some(last) = last.filter(|page| page.sequence >= 1) else {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the headers of Ogg Opus are missing"));
    };
    if last.is_last {
        return Ok(last.granule.saturating_sub(PRE_SKIP_SAMPLES));
    }
    file.set_len(kept)?;
    file.seek(SeekFrom::End(0))?;
    OggPacketWriter::go_on(file, last.serial, last.sequence.wrapping_add(1), last.granule).finish()?;
    Ok(last.granule)
}

/// How many bytes of whole pages the file begins with, and the last of them.
fn whole_pages(file: &mut File) -> io::Result<(u64, Option<PageRead>)> {
    let (mut kept, mut last, mut window) = (0, None, Vec::new());
    loop {
        let missing = PAGE_BYTES_MAX.saturating_sub(window.len()) as u64;
        file.by_ref().take(missing).read_to_end(&mut window)?;
        let Some(page) = PageRead::parse(&window) else { return Ok((kept, last)) };
        window.drain(..page.bytes);
        kept += page.bytes as u64;
        if page.is_last {
            return Ok((kept, Some(page)));
        }
        last = Some(page);
    }
}
