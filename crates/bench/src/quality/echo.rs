//! `consonance-bench quality echo`: the residue of an echo, and the quality of a voice over it, in realistic rooms.

mod canceller;
mod far_end;
mod howl;
mod loudspeaker;
mod microphone;
mod outcome;
mod scene;

use std::error::Error;
use std::fmt::Write as _;
use std::io::{Write as _, stdout};
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use self::canceller::Canceller;
use self::howl::Howl;
use self::outcome::FarEndAlone;
use self::scene::SCENES;
use super::report::fill_page;
use super::visqol::Reference;
use crate::offline_call::write_wav;
use crate::recordings::at_16_khz;

/// The start of the near voice, in samples: 6 s.
const NEAR_BEGINS: usize = 6 * 48_000;

/// Echo cancelling, in simulated rooms.
#[derive(Debug, Args)]
pub(crate) struct Echo {
    /// Print one JSON object per line instead of a table.
    #[arg(long)]
    json: bool,
    /// Put the table into `quality.md` of this folder.
    #[arg(long, value_name = "FOLDER")]
    write: Option<PathBuf>,
    /// Keep what comes out as WAV files in this folder, for other measures.
    #[arg(long, value_name = "FOLDER")]
    wavs: Option<PathBuf>,
    /// Measure another canceller, too: a program that is called with three WAV files, microphone, loudspeaker and the
    /// one to write.
    #[arg(long, value_name = "NAME=COMMAND", value_parser = Canceller::program)]
    also: Vec<Canceller>,
}

/// The result of one scene with one canceller.
#[derive(Debug, Serialize)]
struct Row<'a> {
    scene: &'a str,
    canceller: &'a str,
    alone: FarEndAlone,
    /// The level of the near voice over the echo in dB, and its score.
    scores: Vec<(f32, f64)>,
}

pub(super) fn run(echo: &Echo, recordings: &[Vec<f32>]) -> Result<(), Box<dyn Error>> {
    let near = near(recordings).ok_or("there is no recording")?;
    let talking = NEAR_BEGINS..NEAR_BEGINS + recordings.last().map_or(0, Vec::len);
    let reference = Reference::new(&at_16_khz(&near[talking.clone()])?);
    let folder = std::env::temp_dir();
    let cancellers = [Canceller::Nothing, Canceller::Ours].into_iter().chain(echo.also.iter().cloned());
    let cancellers = cancellers
        .map(|canceller| Ok((canceller.delay(&near, &folder)?, canceller)))
        .collect::<Result<Vec<_>, Box<dyn Error>>>()?;
    let shown = cancellers.iter().filter(|(_, canceller)| canceller.is_in_table());
    let names: Vec<_> = shown.map(|(_, canceller)| canceller.name()).collect();
    let mut table = format!("| room | {} |\n|---|{}\n", names.join(" | "), "---|".repeat(names.len()));
    for (number, scene) in SCENES.iter().enumerate() {
        let far = scene.far.sound(recordings);
        let arrived = scene.echo(&far);
        let mut cells = format!("| {} |", scene.name);
        for (delay, canceller) in &cancellers {
            let process = |microphone: &[f32], name: &str| -> Result<Vec<f32>, Box<dyn Error>> {
                let mut out = canceller.process(microphone, &far, &folder)?;
                out.drain(..(*delay).min(out.len()));
                out.resize(microphone.len(), 0.0);
                keep(echo.wavs.as_deref(), &format!("{number:02}-{}-{name}", canceller.name()), &out)?;
                Ok(out)
            };
            let microphone = scene.far_end_alone(&arrived);
            let judged = scene.judged_blocks(microphone.len());
            let alone = FarEndAlone::of(&microphone, &process(&microphone, "alone")?, &judged);
            let mut scores = Vec::new();
            for &over_db in scene.near_db {
                let microphone = scene.double_talk(&near, &arrived, talking.clone(), over_db);
                let out = process(&microphone, &format!("{over_db}"))?;
                scores.push((over_db, reference.score(&at_16_khz(&out[talking.clone()])?)));
            }
            let row = Row { scene: scene.name, canceller: canceller.name(), alone, scores };
            let line = if echo.json { serde_json::to_string(&row)? } else { row.line() };
            writeln!(stdout(), "{line}")?;
            if canceller.is_in_table() {
                let _ = write!(cells, " {} |", row.cell());
            }
        }
        if scene.is_in_table() {
            let _ = writeln!(table, "{cells}");
        }
    }
    let said = recordings.concat();
    let howls = [Howl::unprocessed(&said), Howl::ours(&said)];
    for howl in &howls {
        let line = if echo.json { serde_json::to_string(howl)? } else { howl.line() };
        writeln!(stdout(), "{line}")?;
    }
    let [unprocessed, ours] = howls.map(|howl| howl.in_words());
    let _ =
        writeln!(table, "\nTwo players in one room, loudest second and last 30 s: {unprocessed}; {ours}.");
    echo.write
        .as_ref()
        .map_or(Ok(()), |folder| fill_page(folder, "consonance-bench quality echo", &(table + "\n")))
}

/// The near voice: silence, then the last recording; as long as all recordings.
fn near(recordings: &[Vec<f32>]) -> Option<Vec<f32>> {
    let mut near = vec![0.0; NEAR_BEGINS];
    near.extend(recordings.last()?);
    near.resize(recordings.iter().map(Vec::len).sum::<usize>().max(near.len()), 0.0);
    Some(near)
}

fn keep(folder: Option<&Path>, name: &str, sound: &[f32]) -> Result<(), Box<dyn Error>> {
    folder.map_or(Ok(()), |folder| write_wav(&folder.join(format!("{name}.wav")), sound))
}

impl Row<'_> {
    fn line(&self) -> String {
        let FarEndAlone { quieter_db, heard_ms, .. } = self.alone;
        let parts = quieter_db.map(|db| format!("{db:.0}")).join(" ");
        let score = |(over_db, score): &(f32, f64)| format!("{over_db:+.0} dB **{score:.2}**");
        let scores: Vec<String> = self.scores.iter().map(score).collect();
        format!("| {} | {} | {parts} | {heard_ms} ms | {} |", self.scene, self.canceller, scores.join(", "))
    }

    /// The row in short, for the page: the first and the last part, what is heard, and the scores.
    fn cell(&self) -> String {
        let FarEndAlone { quieter_db: [first, .., last], heard_ms, .. } = self.alone;
        let scores: Vec<String> = self.scores.iter().map(|(_, score)| format!("{score:.2}")).collect();
        format!("{first:.0}/{last:.0}, {heard_ms}, {}", scores.join("/"))
    }
}
