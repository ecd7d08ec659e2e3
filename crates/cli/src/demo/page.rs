//! `report.html`: the report as a page that needs nothing but a browser and the WAV files beside it.
//!
//! Everything is drawn here, as static HTML and SVG. The script adds only the moving cursor while a file plays and
//! quicker tooltips; the style sheet knows light, dark and paper.

mod audience;
mod delay_plot;
mod element;
mod frame_table;
mod headline;
#[cfg(test)]
mod sample;
mod speaker_color;
mod speech_table;
mod svg;
#[cfg(test)]
mod tests;
mod time_line;
mod time_scale;
mod wave_form;
mod words;

use super::report::Report;
use element::Element;

/// The whole page; it expects the listeners' files in its own folder, by the names in the report.
pub(crate) fn render(report: &Report) -> String {
    let sections = [time_line::section, speech_table::section, delay_plot::section, frame_table::section];
    let main = if report.players.is_empty() {
        Element::new("main").child(Element::of_class("p", "card").text("No players."))
    } else {
        Element::new("main").children(sections.map(|section| section(report)))
    };
    let body = Element::new("body")
        .child(headline::header(report))
        .child(main)
        .child(Element::new("footer").text(FOOTER))
        .child(Element::new("script").verbatim(SCRIPT));
    let page = Element::new("html").with("lang", "en").child(head(report)).child(body);
    format!("<!DOCTYPE html>\n{}\n", page.into_text())
}

fn head(report: &Report) -> Element {
    let verdict = if report.passed { "passed" } else { "failed" };
    Element::new("head")
        .child(Element::new("meta").with("charset", "utf-8"))
        .child(
            Element::new("meta")
                .with("name", "viewport")
                .with("content", "width=device-width, initial-scale=1"),
        )
        .child(Element::new("meta").with("name", "color-scheme").with("content", "light dark"))
        .child(Element::new("title").text(format!("Consonance demonstration: {verdict}")))
        .child(Element::new("style").verbatim(STYLE))
        // Runs before the first paint, so that nothing moves when the script takes over from the browser's controls.
        .child(Element::new("script").verbatim("document.documentElement.className = 'scripted';"))
}

const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = include_str!("page/page.js");

const FOOTER: &str = "Written by consonance demo. The numbers are in report.json beside this page, \
    and what each player heard is in the WAV files. Speech: Sense and Sensibility, read for LibriVox, public domain.";
