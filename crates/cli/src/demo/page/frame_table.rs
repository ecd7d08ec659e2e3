//! Frame by frame: for each listener and speaker what was sent, what came, and how what was missing was replaced.

use super::element::Element;
use super::speaker_color;
use super::words::{count, list, percent, period};
use crate::demo::report::{Heard, Listener, Report, Stretch};

pub(super) fn section(report: &Report) -> Element {
    let titles = COLUMNS.map(|(title, meaning)| {
        let meaning = (!meaning.is_empty()).then_some(meaning);
        let cell = Element::new("th").with("scope", "col").text(title);
        meaning.into_iter().fold(cell, |cell, meaning| cell.with("title", meaning))
    });
    let bodies = report.listeners.iter().filter(|listener| !listener.heard.is_empty());
    let table = Element::of_class("table", "frames")
        .child(Element::new("thead").child(Element::new("tr").children(titles)))
        .children(bodies.map(|listener| body(report, listener)));
    Element::of_class("section", "card")
        .child(Element::new("h2").text("Frame by frame"))
        .child(Element::scrolling("Frame by frame").child(table))
        .child(Element::of_class("p", "note").text(NOTE))
}

fn body(report: &Report, listener: &Listener) -> Element {
    let rows = listener.heard.iter().enumerate().map(|(index, heard)| {
        let name = (index == 0).then(|| {
            Element::new("th")
                .with("scope", "rowgroup")
                .with("rowspan", listener.heard.len())
                .child(Element::new("bdi").text(&listener.name))
        });
        Element::of_class("tr", speaker_color::class(report, &heard.speaker))
            .children(name)
            .children(cells(listener, heard))
    });
    Element::new("tbody").children(rows)
}

fn cells(listener: &Listener, heard: &Heard) -> Vec<Element> {
    let speaker = Element::new("th")
        .with("scope", "row")
        .child(Element::of_class("i", "dot"))
        .child(Element::new("bdi").text(&heard.speaker));
    let deaf = heard.sent > 0 && heard.received == 0;
    let lost = number(&count(heard.lost), false)
        .child(Element::of_class("span", "share").text(percent(heard.lost, heard.sent)));
    vec![
        speaker,
        number(&count(heard.sent), heard.sent == 0 && heard.received > 0),
        number(&count(heard.received), deaf),
        lost,
        number(&count(heard.recovered), false),
        number(&count(heard.concealed), false),
        number(&milliseconds(heard.delay_median_ms), deaf),
        number(&milliseconds(heard.delay_p95_ms), deaf),
        correlations(listener, &heard.speaker),
    ]
}

/// The correlation of each stretch with this speaker, and its minimum.
fn correlations(listener: &Listener, speaker: &str) -> Element {
    let with_speaker = |stretch: &&Stretch| stretch.speakers.iter().any(|name| name == speaker);
    let stretches: Vec<&Stretch> = listener.stretches.iter().filter(with_speaker).collect();
    let least = stretches.iter().map(|stretch| stretch.wanted).fold(f64::INFINITY, f64::min);
    let wanted =
        least.is_finite().then(|| Element::of_class("span", "share").text(format!("≥\u{202F}{least:.2}")));
    let marks = stretches.iter().map(|stretch| {
        // Written so that a NaN correlation fails.
        let good = stretch.correlation >= stretch.wanted;
        let (class, mark) = if good { ("good", "") } else { ("bad", "✗ ") };
        let when = period(stretch.start, stretch.stop);
        let meaning = format!("{when} with {}: at least {:.2}", list(&stretch.speakers), stretch.wanted);
        Element::of_class("span", class)
            .with("title", meaning)
            .text(format!("{mark}{:.2}", stretch.correlation))
    });
    Element::of_class("td", "correlations").children(marks).children(wanted)
}

fn number(text: &str, mistake: bool) -> Element {
    let (class, mark) = if mistake { ("number bad", "✗ ") } else { ("number", "") };
    Element::of_class("td", class).text(format!("{mark}{text}"))
}

fn milliseconds(delay: Option<f64>) -> String {
    delay.map_or_else(|| "—".to_owned(), |delay| format!("{delay:.0}\u{202F}ms"))
}

const COLUMNS: [(&str, &str); 10] = [
    ("Listener", ""),
    ("Speaker", ""),
    ("Sent", "Frames that the speaker sent to this listener"),
    ("Received", "Frames that came, in time or late"),
    ("Lost", "Frames that never came"),
    ("Recovered", "Frames that were lost or late and came back out of the next packet"),
    ("Concealed", "Frames that the decoder had to make up"),
    ("Median", "From the sample spoken to the sample played"),
    ("p95", "95 % of the frames were played sooner than this after they were spoken"),
    (
        "Likeness",
        "Normalised correlation of each stretch of the listener's file with the sum of what was spoken",
    ),
];

const NOTE: &str = "A frame is 20 ms of speech. Lost frames are recovered from the copy that the next packet carries \
    (Opus in-band error correction), or concealed. Likeness is the normalised correlation of what was heard with the \
    sum of what was spoken, one number for each stretch of speech; beside it what it must at least be.";
