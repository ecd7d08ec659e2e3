//! A level meter in the terminal.

use std::io::{IsTerminal, Write, stderr};

use consonance::audio::BLOCK_SAMPLES;

use super::level::Level;
use crate::logging::complain;

/// The quietest level that is shown.
const FLOOR_DBFS: f64 = -60.0;
/// Blocks that are shown together: twenty times per second is as fast as one can see.
const BLOCKS: usize = 5;
/// The decay of the bar per update: 26 dB per second.
const FALL_DB: f64 = 1.3;
/// Columns of the bar; 2.5 dB each.
const BAR: usize = 24;
/// Columns that are cleared at the end: the line, and the terminal's echo of Ctrl-C after it.
const LINE: usize = 78;

/// Shows the level of blocks in one line, which is cleared when this is dropped. Without a terminal it shows nothing.
pub(crate) struct Meter {
    what: &'static str,
    is_shown: bool,
    blocks_left: usize,
    level: Level,
    shown_dbfs: f64,
    loudest_dbfs: Option<f64>,
}

impl Meter {
    /// A meter for this many blocks.
    pub(crate) fn new(what: &'static str, blocks: usize) -> Self {
        Self {
            what,
            is_shown: stderr().is_terminal(),
            blocks_left: blocks,
            level: Level::default(),
            shown_dbfs: FLOOR_DBFS,
            loudest_dbfs: None,
        }
    }

    pub(crate) fn show(&mut self, block: &[f32; BLOCK_SAMPLES]) {
        self.level.add(block);
        self.blocks_left = self.blocks_left.saturating_sub(1);
        if !self.blocks_left.is_multiple_of(BLOCKS) {
            return;
        }
        let peak = std::mem::take(&mut self.level).peak_dbfs();
        self.shown_dbfs = peak.unwrap_or(FLOOR_DBFS).max(self.shown_dbfs - FALL_DB).max(FLOOR_DBFS);
        // Silence is `None`, which is less than any number.
        self.loudest_dbfs = if self.loudest_dbfs < peak { peak } else { self.loudest_dbfs };
        if self.is_shown {
            let words = words(peak, self.loudest_dbfs, self.blocks_left);
            // A meter that cannot be shown is not a reason to stop.
            let _ = write!(stderr(), "\r{:>9} [{}] {words}", self.what, bar(self.shown_dbfs));
        }
    }

    /// Prints a message without disturbing the meter.
    pub(crate) fn say(&self, words: &str) {
        self.clear();
        complain(&words);
    }

    fn clear(&self) {
        if self.is_shown {
            let _ = write!(stderr(), "\r{:LINE$}\r", "");
        }
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.clear();
    }
}

fn bar(dbfs: f64) -> String {
    let filled = ((1.0 - dbfs / FLOOR_DBFS) * BAR as f64).round() as usize;
    format!("{:BAR$}", "=".repeat(filled.min(BAR)))
}

fn words(peak: Option<f64>, loudest: Option<f64>, blocks_left: usize) -> String {
    let number = |dbfs: Option<f64>| dbfs.map_or("silence".into(), |dbfs| format!("{dbfs:.0} dB"));
    format!("{:>7}, loudest {:>7}, {} s left", number(peak), number(loudest), blocks_left.div_ceil(100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_beside_the_bar_stay_where_they_are() {
        assert_eq!(words(Some(-23.4), Some(-6.02), 300), " -23 dB, loudest   -6 dB, 3 s left");
        assert_eq!(words(None, None, 1), "silence, loudest silence, 1 s left");
    }

    #[test]
    fn the_bar_is_as_long_as_the_sound_is_loud() {
        let length = |dbfs| bar(dbfs).trim_end().len();
        assert_eq!((length(FLOOR_DBFS), length(-30.0), length(0.0), length(6.0)), (0, 12, 24, 24));
        assert_eq!(bar(-30.0).len(), BAR);
    }

    #[test]
    fn the_bar_rises_at_once_and_falls_slowly() {
        let mut meter = Meter::new("recording", 1_000);
        let feed = |meter: &mut Meter, sample: f32| {
            for _ in 0..BLOCKS {
                meter.show(&[sample; BLOCK_SAMPLES]);
            }
            meter.shown_dbfs
        };
        assert!(feed(&mut meter, 1.0).abs() < 0.01);
        assert!((feed(&mut meter, 0.0) + FALL_DB).abs() < 0.01);
        assert!((feed(&mut meter, 0.0) + 2.0 * FALL_DB).abs() < 0.01);
        assert!((meter.loudest_dbfs.unwrap()).abs() < 0.01);
    }
}
