//! The top of the page: the verdict, a sentence about the demonstration, and its results in four figures.

use super::audience::Outcome;
use super::element::Element;
use super::words::{count, counted, decimal, percent};
use crate::demo::report::{Heard, Report};

pub(super) fn header(report: &Report) -> Element {
    let (verdict, mark) = if report.passed { ("Passed", "✓") } else { ("Failed", "✗") };
    let badge = Element::of_class("p", "verdict")
        .child(Element::new("span").with("aria-hidden", "true").text(mark))
        .text(verdict);
    let title = Element::of_class("div", "title")
        .child(Element::of_class("p", "brand").verbatim(LOGO).text("Consonance demonstration"))
        .child(Element::new("h1").text(heading(report)));
    let class = if report.passed { "passed" } else { "failed" };
    Element::of_class("header", class)
        .child(Element::of_class("div", "top").child(title).child(badge))
        .child(Element::of_class("p", "lead").text(lead(report)))
        .children((!report.problems.is_empty()).then(|| problems(report)))
        .child(tiles(report))
}

/// "Four players, 25 seconds, 5 % of the packets lost"
fn heading(report: &Report) -> String {
    let network = if report.loss_percent > 0.0 {
        format!("{}\u{202F}% of the packets lost", decimal(report.loss_percent))
    } else if report.jitter_ms > 0.0 {
        format!("packets up to {}\u{202F}ms late", decimal(report.jitter_ms))
    } else {
        "a perfect network".to_owned()
    };
    let players = counted(report.players.len(), "player");
    let mut letters = players.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}, {:.0}\u{a0}seconds, {network}", letters.as_str(), report.seconds)
}

fn lead(report: &Report) -> String {
    let outcome = if report.passed {
        "All players heard what was for them, and nothing else."
    } else {
        "Not all players heard exactly what was for them; the failures are below."
    };
    let lost = format!("{}\u{202F}% of the packets were lost", decimal(report.loss_percent));
    let late = format!("delayed by up to {}\u{202F}ms", decimal(report.jitter_ms));
    let network = match (report.loss_percent > 0.0, report.jitter_ms > 0.0) {
        (true, true) => format!("{lost}, the others {late} (seed\u{a0}{})", report.seed),
        (true, false) => format!("{lost} (seed\u{a0}{})", report.seed),
        (false, true) => format!("packets were {late} (seed\u{a0}{})", report.seed),
        (false, false) => "no packet was lost or delayed on purpose".to_owned(),
    };
    format!("{outcome} On the way to every listener {network}.")
}

fn problems(report: &Report) -> Element {
    let items = report.problems.iter().map(|problem| Element::new("li").with("dir", "auto").text(problem));
    Element::of_class("ul", "problems").children(items)
}

fn tiles(report: &Report) -> Element {
    Element::of_class("div", "tiles").child(reached(report)).child(hidden(report)).child(delay(report))
}

/// The number of speeches that reached their listeners, and of those that correctly did not reach other players.
fn reached(report: &Report) -> Element {
    let outcomes: Vec<Outcome> = report
        .speeches
        .iter()
        .flat_map(|speech| report.players.iter().map(|player| Outcome::of(report, speech, player)))
        .collect();
    let number =
        |wanted: &[Outcome]| outcomes.iter().filter(|outcome| wanted.contains(outcome)).count() as u64;
    let meant = number(&[Outcome::Heard, Outcome::Missed]);
    let others = number(&[Outcome::NotMeant, Outcome::Overheard]);
    let kept = number(&[Outcome::NotMeant]);
    let mistake = outcomes.iter().any(|outcome| outcome.is_mistake());
    let figure = format!("{} of {}", count(number(&[Outcome::Heard])), count(meant));
    let note = format!("and {} of {} times not heard by those it was not for", count(kept), count(others));
    tile("Heard by those it was for", mistake, figure).child(Element::of_class("p", "note").text(note))
}

/// The outcome of all frames: most arrived, and a bad network shows in how the others were replaced.
fn hidden(report: &Report) -> Element {
    let sum = |field: fn(&Heard) -> u64| heard(report).map(field).sum::<u64>();
    let (sent, lost) = (sum(|heard| heard.sent), sum(|heard| heard.lost));
    let (recovered, concealed) = (sum(|heard| heard.recovered), sum(|heard| heard.concealed));
    let played = sent.saturating_sub(recovered + concealed);
    let parts = [
        ("played", played, "arrived in time"),
        ("recovered", recovered, "recovered from the next packet"),
        ("concealed", concealed, "concealed by the decoder"),
    ];
    let piece = |(class, frames, _): &(&'static str, u64, &str)| {
        Element::of_class("i", class).with("style", format!("flex-grow:{frames}"))
    };
    let key = |(class, frames, meaning): &(&'static str, u64, &str)| {
        Element::new("li")
            .child(Element::of_class("i", class))
            .child(Element::new("b").text(count(*frames)))
            .text(format!(" {meaning}"))
    };
    let figure = format!("{} of {}", count(lost), count(sent));
    tile("Frames lost on the way, and how that was hidden", false, figure)
        .child(Element::of_class("span", "share").text(percent(lost, sent)))
        .child(Element::of_class("div", "bar").with("aria-hidden", "true").children(parts.iter().map(piece)))
        .child(Element::of_class("ul", "key").children(parts.iter().map(key)))
}

fn delay(report: &Report) -> Element {
    let medians = || heard(report).filter_map(|heard| heard.delay_median_ms);
    let (least, most) = (medians().fold(f64::INFINITY, f64::min), medians().fold(0.0, f64::max));
    let worst = heard(report).filter_map(|heard| heard.delay_p95_ms).fold(0.0, f64::max);
    if !least.is_finite() {
        return tile("From mouth to ear", false, "—".to_owned());
    }
    let range = if format!("{least:.0}") == format!("{most:.0}") {
        format!("{most:.0}\u{202F}ms")
    } else {
        format!("{least:.0}\u{202F}–\u{202F}{most:.0}\u{202F}ms")
    };
    let note = format!("median of each pair; 95\u{202F}% of the frames within {worst:.0}\u{202F}ms");
    tile("From mouth to ear", false, range).child(Element::of_class("p", "note").text(note))
}

fn heard(report: &Report) -> impl Iterator<Item = &Heard> {
    report.listeners.iter().flat_map(|listener| &listener.heard)
}

fn tile(title: &str, mistake: bool, figure: String) -> Element {
    Element::of_class("section", if mistake { "tile bad" } else { "tile" })
        .child(Element::new("h2").text(title))
        .child(Element::of_class("b", "figure").text(figure))
}

/// Two voices in step.
const LOGO: &str = r#"<svg width="22" height="22" viewBox="0 0 22 22" aria-hidden="true"><path class="s0" d="M3 8v6M8 4v14"/><path class="s1" d="M13 4v14M18 8v6"/></svg>"#;
