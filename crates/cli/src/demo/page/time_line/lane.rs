//! One player's lane: its presence, its speeches, and below them the speech that it heard.

use super::listening::{self, Chip};
use super::marks;
use super::play_button;
use crate::demo::page::element::Element;
use crate::demo::page::speaker_color;
use crate::demo::page::svg;
use crate::demo::page::time_scale::TimeScale;
use crate::demo::page::wave_form::WaveForm;
use crate::demo::page::words::{fitted, isolated, list, period, text_width};
use crate::demo::report::{Listener, Player, Report, Speech, Text};

pub(super) struct Lane<'a> {
    player: &'a Player,
    listener: Option<&'a Listener>,
    messages: Vec<&'a Text>,
    chips: Vec<Chip<'a>>,
    top: f64,
}

impl<'a> Lane<'a> {
    pub(super) fn of(report: &'a Report, player: &'a Player, top: f64) -> Self {
        let listener = report.listeners.iter().find(|listener| listener.name == player.name);
        let chips = listening::chips(report, player, listener);
        Self { player, listener, messages: marks::messages(report, player), chips, top }
    }

    pub(super) fn top(&self) -> f64 {
        self.top
    }

    pub(super) fn height(&self) -> f64 {
        self.wave_top() + HEARD + PADDING + GAP - self.top
    }

    /// The player, the rooms it listened to, and a button for what it heard.
    pub(super) fn label(&self, report: &Report) -> Element {
        let Player { name, rooms, .. } = self.player;
        let label = Element::of_class("div", "player")
            .with("style", format!("height:{}px", svg::px(self.chips_top() - self.top)))
            .child(Element::new("b").with("dir", "auto").with("title", name).text(name))
            .child(
                Element::new("small").with("title", list(rooms)).text(format!("listens to {}", list(rooms))),
            );
        let class = format!("name {}", speaker_color::class(report, name));
        Element::of_class("div", &class)
            .with("style", format!("height:{}px", svg::px(self.height())))
            .child(label)
            .children(self.listener.map(|listener| play_button::player(report, listener)))
    }

    pub(super) fn drawing(&self, report: &Report, scale: &TimeScale, loudest: f32) -> Element {
        let speeches = report.speeches.iter().filter(|speech| speech.speaker == self.player.name);
        let cursor = Element::of_class("path", "cursor").with(
            "d",
            format!("M0 {}V{}", svg::px(self.top + 2.0), svg::px(self.top + self.height() - GAP - 2.0)),
        );
        let place = report.listeners.iter().position(|listener| listener.name == self.player.name);
        Element::of_class("g", "lane")
            .with("data-lane", place.map(|place| place.to_string()).unwrap_or_default())
            .children(self.presence(scale))
            .children(speeches.map(|speech| self.speech(report, speech, scale, loudest)))
            .children(self.chips.iter().map(|chip| chip.drawing(report, scale, self.chips_top())))
            .children(self.heard(report, scale, loudest))
            .children(marks::drawing(report, self.player, &self.messages, scale, self.top + 7.0))
            .child(cursor)
    }

    /// A bright band while the player is there, a hatched one while it is not.
    fn presence(&self, scale: &TimeScale) -> Vec<Element> {
        let (joined, left) = (scale.x(self.player.joined), scale.x(self.player.left));
        let (start, end) = (scale.x(0.0), scale.end());
        let (top, height) = (self.top, self.height() - GAP);
        let times = scale.ticks(60.0).into_iter().map(|(time, _)| scale.x(time));
        let lines = times.filter(|x| (joined..=left).contains(x)).map(|x| (x, top, top + height));
        let absent = |from: f64, to: f64| {
            svg::rect(from, top, to - from, height).with("class", "absent").with("rx", 8)
        };
        let middle = top + height / 2.0 + 4.0;
        let came = format!("joined at {:.1}\u{202F}s", self.player.joined);
        let went = format!("left at {:.1}\u{202F}s", self.player.left);
        let came = (joined - start > LABEL).then(|| svg::text(joined - 10.0, middle, "note end", came));
        let went = (end - left > LABEL).then(|| svg::text(left + 10.0, middle, "note", went));
        let mut band = vec![absent(start, end)];
        band.push(svg::rect(joined, top, left - joined, height).with("class", "present").with("rx", 8));
        band.push(svg::uprights("grid", lines));
        band.extend(came.into_iter().chain(went));
        band
    }

    fn speech(&self, report: &Report, speech: &Speech, scale: &TimeScale, loudest: f32) -> Element {
        let (x, top) = (scale.x(speech.start), self.speech_top());
        let width = (scale.x(speech.stop) - x).max(3.0);
        let class = speaker_color::class(report, &speech.speaker);
        let wave = WaveForm { scale, middle: top + 32.0, reach: 14.0, loudest };
        Element::of_class("g", class)
            .child(svg::tip(meaning(speech)))
            .child(svg::rect(x, top, width, SPOKEN).with("class", "speech").with("rx", 6))
            .children(wave.bars(&speech.envelope, speech.start, |_, _| vec![class]))
            .child(svg::window(x, top, width, SPOKEN).children(line(speech, width)))
    }

    /// The listener's file.
    fn heard(&self, report: &Report, scale: &TimeScale, loudest: f32) -> Vec<Element> {
        let Some(listener) = self.listener else { return Vec::new() };
        let middle = self.wave_top() + HEARD / 2.0;
        let silence = format!(
            "M{} {}H{}",
            svg::px(scale.x(listener.joined)),
            svg::px(middle),
            svg::px(scale.x(listener.left))
        );
        let wave = WaveForm { scale, middle, reach: HEARD / 2.0, loudest };
        let speakers = |from: f64, to: f64| listening::heard_between(report, listener, from, to);
        let mut drawing = vec![Element::of_class("path", "silence").with("d", silence)];
        drawing.extend(wave.bars(&listener.envelope, listener.joined, speakers));
        drawing
    }

    fn speech_top(&self) -> f64 {
        self.top + if self.messages.is_empty() { PADDING } else { PADDING + MESSAGES }
    }

    fn chips_top(&self) -> f64 {
        self.speech_top() + SPOKEN + 8.0
    }

    fn wave_top(&self) -> f64 {
        self.chips_top() + listening::rows(&self.chips) as f64 * listening::ROW + 2.0
    }
}

/// "→ red" and as many of the words as fit behind it.
fn line(speech: &Speech, width: f64) -> Option<Element> {
    let target = fitted(&format!("→ {}", isolated(&speech.to)), width - 14.0, 11.5)?;
    let used = text_width(&target, 11.5);
    let words = fitted(&isolated(&speech.words), width - used - 26.0, 10.5);
    let words = words.map(|words| Element::of_class("tspan", "words").with("dx", 7).text(words));
    let line = svg::text(8.0, 14.0, "line", "");
    Some(line.child(Element::of_class("tspan", "target").text(target)).children(words))
}

fn meaning(speech: &Speech) -> String {
    format!(
        "{} → {}, {}\n“{}”\nheard by {} · {}",
        isolated(&speech.speaker),
        isolated(&speech.to),
        period(speech.start, speech.stop),
        isolated(&speech.words),
        list(&speech.listeners),
        speech.recording,
    )
}

const PADDING: f64 = 10.0;
/// Between two lanes.
const GAP: f64 = 6.0;
const MESSAGES: f64 = 14.0;
const SPOKEN: f64 = 50.0;
const HEARD: f64 = 34.0;

/// Pixels that "joined at 10.5 s" needs.
const LABEL: f64 = 110.0;
