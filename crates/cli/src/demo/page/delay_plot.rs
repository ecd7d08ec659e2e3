//! Delay from mouth to ear over time, one plot for each listener, all to the same scale.

use super::element::Element;
use super::speaker_color;
use super::svg;
use super::time_scale::{TimeScale, round_step};
use super::words::isolated;
use crate::demo::report::{Heard, Listener, Report};

pub(super) fn section(report: &Report) -> Element {
    let most = DelayAxis::of(report);
    let listeners = report.listeners.iter().filter(|listener| !listener.heard.is_empty());
    Element::of_class("section", "card")
        .child(Element::new("h2").text("From mouth to ear"))
        .child(Element::of_class("p", "note").text(NOTE))
        .child(
            Element::of_class("div", "plots")
                .children(listeners.map(|listener| figure(report, listener, &most))),
        )
}

fn figure(report: &Report, listener: &Listener, axis: &DelayAxis) -> Element {
    let name = Element::new("h3").text(format!("{} hears", isolated(&listener.name)));
    let entries = listener.heard.iter().map(|heard| {
        Element::of_class("li", speaker_color::class(report, &heard.speaker))
            .child(Element::of_class("i", "dot"))
            .child(Element::new("bdi").text(&heard.speaker))
            .children(figures(heard))
    });
    let caption = Element::new("figcaption").child(name).child(Element::new("ul").children(entries));
    let scroll = Element::scrolling(format!("Delays at {}", isolated(&listener.name)))
        .child(plot(report, listener, axis));
    Element::new("figure").child(caption).child(scroll)
}

fn figures(heard: &Heard) -> Vec<Element> {
    let Some((median, p95)) = heard.delay_median_ms.zip(heard.delay_p95_ms) else {
        return vec![Element::of_class("span", "share").text("not heard")];
    };
    let median = Element::new("b").text(format!("{median:.0}\u{202F}ms"));
    vec![median, Element::of_class("span", "share").text(format!("p95 {p95:.0}\u{202F}ms"))]
}

fn plot(report: &Report, listener: &Listener, axis: &DelayAxis) -> Element {
    let scale = TimeScale::new(report.seconds, LEFT, WIDTH - LEFT - RIGHT);
    let label = format!("Delay of each speaker at {} over time", isolated(&listener.name));
    let rows = axis.ticks().into_iter().flat_map(|delay| {
        let y = axis.y(delay);
        let line = Element::of_class("path", "grid")
            .with("d", format!("M{} {}H{}", svg::px(LEFT), svg::px(y), svg::px(scale.end())));
        [line, svg::text(LEFT - 6.0, y + 3.5, "tick end", format!("{delay:.0}"))]
    });
    let ticks = scale.ticks(60.0).into_iter();
    let times = ticks.map(|(time, words)| svg::text(scale.x(time), HEIGHT - 4.0, "tick middle", words));
    let points = listener.heard.iter().map(|heard| {
        let valid = heard.delays.iter().filter(|point| point.iter().all(|number| number.is_finite()));
        let points = thinned(valid.map(|[time, delay]| (scale.x(*time), axis.y(*delay))));
        Element::of_class("g", speaker_color::class(report, &heard.speaker)).child(svg::dots("dots", points))
    });
    svg::canvas(WIDTH, HEIGHT, label)
        .children(rows)
        .child(svg::text(LEFT - 6.0, 10.0, "tick end", "ms"))
        .children(times)
        .children(points)
}

/// Dots that look the same as the one before are left out.
fn thinned(points: impl Iterator<Item = (f64, f64)>) -> impl Iterator<Item = (f64, f64)> {
    let mut drawn: Option<(f64, f64)> = None;
    points.filter(move |(x, y)| {
        let new = drawn.is_none_or(|(last_x, last_y)| (x - last_x).abs() + (y - last_y).abs() >= 0.5);
        if new {
            drawn = Some((*x, *y));
        }
        new
    })
}

/// Milliseconds as pixels, the same in every plot.
struct DelayAxis {
    most: f64,
    step: f64,
}

impl DelayAxis {
    fn of(report: &Report) -> Self {
        let heard = report.listeners.iter().flat_map(|listener| &listener.heard);
        let delays = heard.flat_map(|heard| heard.delays.iter().map(|point| point[1]));
        let most = delays.filter(|delay| delay.is_finite()).fold(20.0, f64::max);
        let step = round_step(most / 4.0);
        Self { most: (most / step).ceil() * step, step }
    }

    fn y(&self, delay: f64) -> f64 {
        let share = delay.clamp(0.0, self.most) / self.most;
        BOTTOM - share * (BOTTOM - TOP)
    }

    fn ticks(&self) -> Vec<f64> {
        let rows = (self.most / self.step).round() as u32;
        (0..=rows).map(|row| f64::from(row) * self.step).collect()
    }
}

const WIDTH: f64 = 536.0;
const HEIGHT: f64 = 168.0;
const LEFT: f64 = 36.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 24.0;
const BOTTOM: f64 = 142.0;

const NOTE: &str = "From the sample spoken to the sample played: coding, network, jitter buffer and mixing. \
    Each dot is a frame; a jitter buffer that adapts shows as a slope or a step. All plots have the same scale.";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::page::sample;

    #[test]
    fn all_delays_are_on_the_axis_and_its_ends_are_round() {
        let mut report = sample::report();
        report.listeners[0].heard[0].delays.push([3.0, 131.0]);
        let axis = DelayAxis::of(&report);
        assert_eq!(axis.ticks(), [0.0, 50.0, 100.0, 150.0]);
        assert!((axis.y(150.0) - TOP).abs() < 1e-9);
        assert!((axis.y(0.0) - BOTTOM).abs() < 1e-9);
    }

    #[test]
    fn a_listener_that_heard_no_speaker_in_time_has_words_instead_of_figures() {
        let text: String =
            figures(&sample::failed().listeners[0].heard[1]).into_iter().map(Element::into_text).collect();
        assert_eq!(text, "<span class=\"share\">not heard</span>");
    }

    #[test]
    fn dots_on_top_of_each_other_are_drawn_once() {
        let points = [(1.0, 1.0), (1.1, 1.1), (1.4, 1.4), (9.0, 1.4)];
        assert_eq!(thinned(points.into_iter()).collect::<Vec<_>>(), [(1.0, 1.0), (1.4, 1.4), (9.0, 1.4)]);
    }
}
