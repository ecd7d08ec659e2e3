//! The report of a run, as a page: the scenarios, each visitor's recordings, pictures of every state.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use consonance_testing::sound::Coverage;
use consonance_testing::stage::{Failure, Look};

/// A scenario that is over.
#[derive(Debug)]
pub(crate) struct Played {
    pub(crate) name: &'static str,
    pub(crate) outcome: Result<(), Failure>,
    pub(crate) took: Duration,
    pub(crate) chapter: Chapter,
}

impl Played {
    pub(crate) fn outcome_in_words(&self) -> String {
        let seconds = self.took.as_secs_f64();
        match &self.outcome {
            Ok(()) => format!("passed {seconds:>6.1} s"),
            Err(Failure::Lacking(what)) => format!("skipped: {what}"),
            Err(failure) => format!("FAILED {seconds:>6.1} s: {failure}"),
        }
    }
}

/// A scenario's part of the report.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chapter {
    pub(crate) hearings: Vec<Hearing>,
    /// Other figures, in sentences.
    pub(crate) notes: Vec<Note>,
    pictures: Vec<Picture>,
}

/// A pair of speaker and listener: a row of the report.
#[derive(Clone, Debug)]
pub(crate) struct Hearing {
    /// The speaker and the listener.
    pub(crate) title: String,
    /// The likeness to the intended voice.
    pub(crate) likeness: f64,
    /// The frames of it that were present or missing.
    pub(crate) coverage: Coverage,
    /// The recording, within the folder of the report.
    pub(crate) file: String,
}

/// A figure, in a sentence.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    pub(crate) words: String,
    /// The recording that it was taken from, within the folder of the report.
    pub(crate) file: Option<String>,
}

#[derive(Clone, Debug)]
struct Picture {
    state: String,
    look: Look,
    file: String,
}

impl Chapter {
    /// Adds a picture of a state; the file is in the folder of the report.
    pub(crate) fn hang(&mut self, state: &str, look: Look, file: String) {
        self.pictures.push(Picture { state: state.to_owned(), look, file });
    }
}

/// Writes the page into this folder; returns its path.
///
/// # Errors
/// If it cannot be written.
pub(crate) fn write(folder: &Path, played: &[Played]) -> Result<PathBuf, Failure> {
    let file = folder.join("index.html");
    fs::write(&file, page(played)).map_err(Failure::io(format!("{}", file.display())))?;
    Ok(file)
}

fn page(played: &[Played]) -> String {
    let sections: String = played.iter().map(section).collect();
    format!("{HEAD}{sections}")
}

fn section(played: &Played) -> String {
    let Chapter { hearings, notes, pictures } = &played.chapter;
    let outcome = text(&played.outcome_in_words());
    let notes: String = notes.iter().map(item).collect();
    let rows: String = hearings.iter().map(row).collect();
    let table = if rows.is_empty() { rows } else { format!("<table>\n{COLUMNS}{rows}</table>\n") };
    let states = pictures.chunk_by(|one, other| one.state == other.state);
    let states: String = states.map(state).collect();
    format!("<h2>{}</h2>\n<p>{outcome}</p>\n<ul>\n{notes}</ul>\n{table}{states}", text(played.name))
}

fn state(pictures: &[Picture]) -> String {
    let images: String = pictures.iter().map(image).collect();
    format!("<h3>{}</h3>\n{images}", text(&pictures[0].state))
}

fn item(Note { words, file }: &Note) -> String {
    let sound = file.as_deref().map(player).unwrap_or_default();
    format!("<li>{} {sound}\n", text(words))
}

fn row(hearing: &Hearing) -> String {
    let Hearing { title, likeness, coverage, file } = hearing;
    let (missing, speech) = (coverage.missing.len(), coverage.speech);
    let (share, gap) = (coverage.missing_share() * 100.0, coverage.longest_gap * 20);
    format!(
        "<tr><td>{}<td>{likeness:.2}<td>{missing} of {speech}<td>{share:.1} %<td>{gap} ms\
         <td>{}\n",
        text(title),
        player(file)
    )
}

fn player(file: &str) -> String {
    format!("<audio controls preload=\"none\" src=\"{}\"></audio>", text(file))
}

fn image(Picture { look, file, .. }: &Picture) -> String {
    let file = text(file);
    format!("<img src=\"{file}\" alt=\"{file}\" width=\"{}\" loading=\"lazy\">\n", look.width / 2)
}

/// Escapes text, so that it is never markup.
fn text(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

const HEAD: &str = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>The page in a real browser</title>\n\
                    <style>body { font-family: sans-serif } img { border: 1px solid gray; vertical-align: top }\n\
                    td, th { padding: 2px 12px 2px 0; text-align: left }</style>\n\
                    <h1>The page in a real browser</h1>\n";
/// A frame is 20 ms of speech.
const COLUMNS: &str =
    "<tr><th>Speaker and listener<th>Likeness<th>Frames missing<th>Share<th>Longest gap<th>Recording\n";

#[cfg(test)]
mod tests {
    use consonance_testing::sound::Coverage;

    use super::*;

    #[test]
    fn the_page_has_each_state_under_one_heading_and_each_hearing_in_a_row() {
        let look = |width, is_dark| Look { width, is_dark };
        let mut chapter = Chapter::default();
        chapter.hang("join", look(360, false), "join-360-light.png".to_owned());
        chapter.hang("join", look(360, true), "join-360-dark.png".to_owned());
        chapter.hang("room", look(1_280, false), "room-1280-light.png".to_owned());
        let coverage = Coverage { speech: 200, missing: vec![3, 4, 9], longest_gap: 2 };
        let title = "<i>Mallory</i> hears Bob".to_owned();
        chapter.hearings.push(Hearing { title, likeness: 0.85, coverage, file: "talk/01.wav".to_owned() });
        let played = Played { name: "talk", outcome: Ok(()), took: Duration::from_secs(1), chapter };

        let page = page(&[played]);
        assert_eq!(page.matches("<h3>").count(), 2);
        assert!(page.contains("<img src=\"room-1280-light.png\" alt=\"room-1280-light.png\" width=\"640\""));
        assert!(page.contains("<td>0.85<td>3 of 200<td>1.5 %<td>40 ms"), "{page}");
        assert!(page.contains("&lt;i&gt;Mallory&lt;/i&gt; hears Bob") && !page.contains("<i>"));
    }
}
