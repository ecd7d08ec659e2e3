//! A level meter in the terminal.

use std::io::{IsTerminal, stderr};

use consonance::audio::BLOCK_SAMPLES;
use indicatif::{ProgressBar, ProgressStyle};

use super::level::Level;
use crate::complain;

/// The quietest level that is shown.
const FLOOR_DBFS: f64 = -60.0;
/// Blocks that are shown together: twenty times per second is as fast as one can see.
const BLOCKS: usize = 5;
/// By how much the bar falls each time: 26 dB per second.
const FALL_DB: f64 = 1.3;

/// Shows how loud blocks are, until it is dropped. Without a terminal it shows nothing.
pub(crate) struct Meter {
    bar: ProgressBar,
    blocks_left: usize,
    level: Level,
    shown_dbfs: f64,
    loudest_dbfs: Option<f64>,
}

impl Meter {
    /// For so many blocks.
    pub(crate) fn new(what: &'static str, blocks: usize) -> Self {
        let bar = if stderr().is_terminal() {
            let bar = ProgressBar::new((-FLOOR_DBFS * 10.0) as u64);
            // On 80 columns that leaves room for the terminal's own ^C, which would else begin a new line.
            let style = ProgressStyle::with_template("{prefix:>9} [{bar:30}] {msg}");
            let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
            bar.with_style(style.progress_chars("=> ")).with_prefix(what)
        } else {
            ProgressBar::hidden()
        };
        Self { bar, blocks_left: blocks, level: Level::default(), shown_dbfs: FLOOR_DBFS, loudest_dbfs: None }
    }

    pub(crate) fn show(&mut self, block: &[f32; BLOCK_SAMPLES]) {
        self.level.add(block);
        self.blocks_left = self.blocks_left.saturating_sub(1);
        if !self.blocks_left.is_multiple_of(BLOCKS) {
            return;
        }
        let peak = std::mem::take(&mut self.level).peak_dbfs();
        self.shown_dbfs = peak.unwrap_or(FLOOR_DBFS).max(self.shown_dbfs - FALL_DB).max(FLOOR_DBFS);
        // Silence is less than any number.
        self.loudest_dbfs = if self.loudest_dbfs < peak { peak } else { self.loudest_dbfs };
        self.bar.set_position(((self.shown_dbfs - FLOOR_DBFS) * 10.0) as u64);
        self.bar.set_message(words(peak, self.loudest_dbfs, self.blocks_left));
        self.bar.tick();
    }

    /// Says something without spoiling the meter.
    pub(crate) fn say(&self, words: &str) {
        self.bar.suspend(|| complain(&words));
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
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
