//! Speech by speech: the speaker, its targets, and what that was to each player.

use super::audience::Outcome;
use super::element::Element;
use super::speaker_color;
use super::words::period;
use crate::demo::report::{Player, Report, Speech};

pub(super) fn section(report: &Report) -> Element {
    let players = report.players.iter().map(|player| {
        let name = Element::new("bdi").with("title", &player.name).text(&player.name);
        heading("col").with("class", "outcome").child(name)
    });
    let head = Element::new("tr")
        .child(heading("col").text("When"))
        .child(heading("col").text("Speaker → target"))
        .child(heading("col").text("Words"))
        .children(players);
    let rows = report.speeches.iter().map(|speech| row(report, speech));
    let table = Element::of_class("table", "speeches")
        .child(Element::new("thead").child(head))
        .child(Element::new("tbody").children(rows));
    Element::of_class("section", "card")
        .child(Element::new("h2").text("Speech by speech"))
        .child(Element::scrolling("Speech by speech").child(table))
}

fn row(report: &Report, speech: &Speech) -> Element {
    let target = heading("row")
        .child(Element::of_class("i", "dot"))
        .child(Element::new("bdi").text(&speech.speaker))
        .child(Element::of_class("span", "to").text(" → ").child(Element::new("bdi").text(&speech.to)));
    let words = Element::new("div").with("title", &speech.words).with("dir", "auto").text(&speech.words);
    let outcomes = report.players.iter().map(|player| outcome(report, speech, player));
    Element::of_class("tr", speaker_color::class(report, &speech.speaker))
        .child(Element::of_class("td", "when").text(period(speech.start, speech.stop)))
        .child(target)
        .child(Element::of_class("td", "words").child(words))
        .children(outcomes)
}

fn outcome(report: &Report, speech: &Speech, player: &Player) -> Element {
    let (class, word) = match Outcome::of(report, speech, player) {
        Outcome::Spoke => ("spoke", "spoke"),
        Outcome::Heard => ("heard", "heard"),
        Outcome::NotMeant => ("silent", "not for them"),
        Outcome::Away => ("away", "away"),
        Outcome::Missed => ("bad", "✗ missed"),
        Outcome::Overheard => ("bad", "✗ overheard"),
    };
    Element::of_class("td", "outcome").child(Element::of_class("span", class).text(word))
}

fn heading(scope: &str) -> Element {
    Element::new("th").with("scope", scope)
}
