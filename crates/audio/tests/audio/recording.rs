//! Recordings: files that line up to the sample, whatever is written when.

mod files;
mod names;
mod ogg_opus;
mod time_line;
