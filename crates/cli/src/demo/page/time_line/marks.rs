//! Text messages as bubbles above a lane: with their first words where they were written, empty where they arrived.

use crate::demo::page::element::Element;
use crate::demo::page::speaker_color;
use crate::demo::page::svg;
use crate::demo::page::time_scale::TimeScale;
use crate::demo::page::words::{fitted, isolated, list};
use crate::demo::report::{Player, Report, Text};

/// The messages that a player wrote or got, by time.
pub(super) fn messages<'a>(report: &'a Report, player: &Player) -> Vec<&'a Text> {
    let concerns = |text: &&Text| text.from == player.name || text.received_by.contains(&player.name);
    let mut messages: Vec<&Text> = report.texts.iter().filter(concerns).collect();
    messages.sort_by(|one, other| one.at.total_cmp(&other.at));
    messages
}

pub(super) fn drawing(
    report: &Report,
    player: &Player,
    messages: &[&Text],
    scale: &TimeScale,
    top: f64,
) -> Vec<Element> {
    let bubble = |(index, message): (usize, &&Text)| {
        let x = scale.x(message.at);
        let next = messages.get(index + 1).map_or(scale.end(), |next| scale.x(next.at));
        let written = message.from == player.name;
        let words = if written { &message.text } else { &message.from };
        let words = fitted(&isolated(words), next - x - 16.0, 10.5);
        Element::of_class("g", speaker_color::class(report, &message.from))
            .child(svg::tip(meaning(message)))
            .child(
                Element::of_class("path", if written { "bubble" } else { "bubble received" })
                    .with("transform", format!("translate({} {})", svg::px(x - 7.0), svg::px(top)))
                    .with("d", BUBBLE),
            )
            .children(words.map(|words| svg::text(x + 12.0, top + 10.5, "small", words)))
    };
    messages.iter().enumerate().map(bubble).collect()
}

fn meaning(message: &Text) -> String {
    let (from, to) = (isolated(&message.from), isolated(&message.to));
    format!("{from} wrote to {to}: “{}”\nreceived by {}", isolated(&message.text), list(&message.received_by))
}

/// 14 wide and 12 high, the tip at the lower left.
const BUBBLE: &str = "M3 .5H11A2.5 2.5 0 0 1 13.5 3V6.5A2.5 2.5 0 0 1 11 9H7L3.5 12V9H3A2.5 2.5 0 0 1 .5 6.5V3A2.5 2.5 0 0 1 3 .5Z";
