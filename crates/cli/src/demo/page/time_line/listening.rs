//! The speech that one player heard, and the speech that it correctly did not hear, as periods in rows that do not
//! overlap.

use crate::demo::page::audience::{Outcome, overlap};
use crate::demo::page::element::Element;
use crate::demo::page::speaker_color;
use crate::demo::page::svg;
use crate::demo::page::time_scale::TimeScale;
use crate::demo::page::words::{fitted, isolated, period};
use crate::demo::report::{Listener, Player, Report, Speech};

/// A period in which another player spoke.
pub(super) struct Chip<'a> {
    speaker: &'a str,
    period: [f64; 2],
    class: &'static str,
    label: String,
    tip: String,
    row: usize,
}

/// Everything that others spoke while a player was there, by start, each in the first row that is free.
pub(super) fn chips<'a>(
    report: &'a Report,
    player: &Player,
    listener: Option<&'a Listener>,
) -> Vec<Chip<'a>> {
    let spans = listener
        .into_iter()
        .flat_map(|listener| &listener.heard)
        .flat_map(|heard| heard.spans.iter().map(|span| Chip::heard(&heard.speaker, *span, &player.name)));
    let unheard = report.speeches.iter().filter_map(|speech| Chip::unheard(report, speech, player));
    let mut chips: Vec<Chip<'_>> = spans.chain(unheard).collect();
    chips.sort_by(|one, other| one.period[0].total_cmp(&other.period[0]));
    let mut ends: Vec<f64> = Vec::new();
    for chip in &mut chips {
        let free = ends.iter().position(|end| *end <= chip.period[0]);
        chip.row = free.unwrap_or(ends.len());
        ends.resize(ends.len().max(chip.row + 1), 0.0);
        ends[chip.row] = chip.period[1];
    }
    chips
}

/// The number of rows that these chips need, at least one.
pub(super) fn rows(chips: &[Chip<'_>]) -> usize {
    chips.iter().map(|chip| chip.row + 1).max().unwrap_or(1)
}

/// The classes of all speakers heard at some moment between two times; sound shortly after them is theirs too, and any
/// other belongs to an unknown speaker.
pub(super) fn heard_between(report: &Report, listener: &Listener, from: f64, to: f64) -> Vec<&'static str> {
    let sounding = |reach: f64| -> Vec<&'static str> {
        let near = |span: &[f64; 2]| overlap([span[0] - reach, span[1] + reach], [from, to]) > 0.0;
        let heard = listener.heard.iter().filter(|heard| heard.spans.iter().any(near));
        heard.map(|heard| speaker_color::class(report, &heard.speaker)).collect()
    };
    let now = sounding(0.0);
    let close = if now.is_empty() { sounding(ECHO) } else { now };
    if close.is_empty() { vec![speaker_color::UNKNOWN] } else { close }
}

impl<'a> Chip<'a> {
    fn heard(speaker: &'a str, span: [f64; 2], player: &str) -> Self {
        let tip = format!("{} heard {}, {}", isolated(player), isolated(speaker), period(span[0], span[1]));
        Self { speaker, period: span, class: "chip", label: isolated(speaker), tip, row: 0 }
    }

    fn unheard(report: &Report, speech: &'a Speech, player: &Player) -> Option<Self> {
        let speaker = isolated(&speech.speaker);
        let route = format!("{speaker} → {}", isolated(&speech.to));
        let name = isolated(&player.name);
        let (class, label, tip) = match Outcome::of(report, speech, player) {
            Outcome::Spoke | Outcome::Heard | Outcome::Away => return None,
            Outcome::NotMeant => {
                ("chip others", route.clone(), format!("{route}: not for {name}, and not heard"))
            }
            Outcome::Missed => {
                ("chip bad", format!("✗ {speaker} missed"), format!("{route}: for {name}, but not heard"))
            }
            Outcome::Overheard => {
                ("chip bad", format!("✗ {speaker} overheard"), format!("{route}: not for {name}, but heard"))
            }
        };
        let period = [speech.start.max(player.joined), speech.stop.min(player.left)];
        Some(Self { speaker: &speech.speaker, period, class, label, tip, row: 0 })
    }

    pub(super) fn drawing(&self, report: &Report, scale: &TimeScale, top: f64) -> Element {
        let (x, end) = (scale.x(self.period[0]), scale.x(self.period[1]));
        let width = (end - x - 1.0).max(2.0);
        let y = top + self.row as f64 * ROW;
        let label = fitted(&self.label, width - 12.0, 10.5);
        let label =
            label.map(|label| svg::window(x, y, width, CHIP).child(svg::text(7.0, 11.5, "small", label)));
        Element::of_class("g", speaker_color::class(report, self.speaker))
            .child(svg::tip(&self.tip))
            .child(svg::rect(x + 0.5, y + 0.5, width, CHIP - 1.0).with("class", self.class).with("rx", 4))
            .children(label)
    }
}

/// The distance between rows, and the height of a row's content.
pub(super) const ROW: f64 = 18.0;
const CHIP: f64 = 16.0;

/// Seconds around a span in which sound still belongs to it: a codec rings, and a limiter breathes.
const ECHO: f64 = 0.25;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::page::sample;

    fn of(report: &Report, player: usize) -> Vec<Chip<'_>> {
        chips(report, &report.players[player], report.listeners.get(player))
    }

    #[test]
    fn what_overlaps_stands_in_rows_of_its_own() {
        let report = sample::report();
        let chips = of(&report, 0);
        assert!(rows(&chips) >= 2, "Bo and Dan speak to Ada at once");
        for (index, one) in chips.iter().enumerate() {
            let same_row = chips[index + 1..].iter().filter(|other| other.row == one.row);
            assert!(
                same_row.into_iter().all(|other| overlap(one.period, other.period) == 0.0),
                "{}",
                one.tip
            );
        }
    }

    #[test]
    fn what_is_for_others_is_hollow() {
        let report = sample::report();
        let hollow: Vec<_> = of(&report, 2).into_iter().filter(|chip| chip.class == "chip others").collect();
        assert_eq!(hollow.iter().map(|chip| chip.speaker).collect::<Vec<_>>(), ["Bo", "Dan"]);
        assert!(hollow[0].tip.contains("not for \u{2068}Cleo\u{2069}, and not heard"));
    }

    #[test]
    fn mistakes_are_marked() {
        let report = sample::failed();
        let bad =
            |player: usize| of(&report, player).into_iter().find(|chip| chip.class == "chip bad").unwrap();
        assert_eq!(bad(0).label, "✗ \u{2068}Dan\u{2069} missed");
        assert_eq!(bad(2).label, "✗ \u{2068}Bo\u{2069} overheard");
    }

    #[test]
    fn sound_belongs_to_whoever_is_heard_or_else_to_an_unknown_speaker() {
        let report = sample::report();
        let heard = |from, to| heard_between(&report, &report.listeners[0], from, to);
        assert_eq!(heard(9.0, 9.1), ["s1"]);
        assert_eq!(heard(12.0, 12.1), ["s1", "s3"]);
        assert_eq!(heard(1.0, 1.1), ["unknown"]);
    }
}
