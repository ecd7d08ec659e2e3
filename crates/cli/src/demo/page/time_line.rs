//! The main figure: one lane for each player, with its own speech above the speech that it heard.

mod lane;
mod listening;
mod marks;
mod play_button;

use super::element::Element;
use super::svg;
use super::time_scale::TimeScale;
use super::wave_form;
use crate::demo::report::Report;
use lane::Lane;

pub(super) fn section(report: &Report) -> Element {
    let width = (report.seconds * LEAST_PX_PER_SECOND).clamp(LEAST_WIDTH, MOST_WIDTH);
    let scale = TimeScale::new(report.seconds, MARGIN, width);
    let lanes = lanes(report);
    let names = Element::of_class("div", "names").children(lanes.iter().map(|lane| lane.label(report)));
    let drawing = Element::scrolling("Time line").child(canvas(&scale, &lanes, report));
    Element::of_class("section", "card time-line")
        .child(Element::new("h2").text("Speakers and listeners"))
        .child(Element::of_class("div", "lanes").child(names).child(drawing))
        .child(legend())
}

fn lanes(report: &Report) -> Vec<Lane<'_>> {
    let mut top = AXIS;
    let lane = |player| {
        let lane = Lane::of(report, player, top);
        top += lane.height();
        lane
    };
    report.players.iter().map(lane).collect()
}

fn canvas(scale: &TimeScale, lanes: &[Lane<'_>], report: &Report) -> Element {
    let height = lanes.last().map_or(AXIS, |lane| lane.top() + lane.height());
    let loudest = wave_form::loudest(report);
    let ticks = scale.ticks(60.0).into_iter();
    let ticks = ticks.map(|(time, words)| svg::text(scale.x(time), AXIS - 10.0, "tick middle", words));
    svg::canvas(
        scale.end() + MARGIN,
        height,
        "Speakers and listeners over time; the tables below say the same",
    )
    .with("data-left", svg::px(MARGIN))
    .with("data-px-per-second", scale.px_per_second())
    .child(Element::new("defs").verbatim(HATCHING))
    .children(ticks)
    .children(lanes.iter().map(|lane| lane.drawing(report, scale, loudest)))
}

fn legend() -> Element {
    let entry = |class, meaning| {
        Element::new("li").child(Element::of_class("i", class).with("aria-hidden", "true")).text(meaning)
    };
    let entries = [
        ("spoken", "spoke, → target"),
        ("chip", "heard; alternating bars are two voices at once"),
        ("chip others", "for another player, and rightly not heard"),
        ("bubble", "text message"),
        ("chip absent", "not in the session"),
    ];
    Element::of_class("ul", "legend").children(entries.map(|(class, meaning)| entry(class, meaning)))
}

/// Height of the row of times above the lanes; the style sheet leaves as much above the names.
const AXIS: f64 = 30.0;

/// Room for half of the first and the last time.
const MARGIN: f64 = 14.0;

/// A demonstration of half a minute fits a screen; a longer one scrolls, up to what browsers draw quickly.
const LEAST_WIDTH: f64 = 950.0;
const LEAST_PX_PER_SECOND: f64 = 30.0;
const MOST_WIDTH: f64 = 12_000.0;

/// The pattern for times at which a player is not present.
const HATCHING: &str = r#"<pattern id="hatching" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="hatching" d="M0 0V7"/></pattern>"#;
