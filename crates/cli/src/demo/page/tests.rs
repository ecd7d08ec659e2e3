//! The whole page: its content, that it is well-formed, and that no name can break out of its element.

use std::collections::BTreeSet;

use super::{render, sample};
use crate::demo::report::Report;

#[test]
fn the_page_shows_speakers_targets_and_players() {
    let page = page(&sample::report());
    for expected in [
        "Passed",
        "Four players, 28\u{a0}seconds, 5\u{202F}% of the packets lost",
        "13 of 13",
        "→ lobby",
        "→ red",
        "→ @Ada",
        "Bo → red: not for Cleo, and not heard",
        "joined at 4.2\u{202F}s",
        "left at 20.2\u{202F}s",
        "Meet at the north gate",
        "received by Ada, Bo and Dan",
        "src=\"./Dan.wav\"",
        "and mister john dashwood had then leisure",
    ] {
        assert!(page.contains(expected), "the page lacks {expected:?}");
    }
}

#[test]
fn each_pair_has_its_figures() {
    let report = sample::report();
    let page = page(&report);
    for heard in report.listeners.iter().flat_map(|listener| &listener.heard) {
        let row: String =
            [heard.sent, heard.received].map(|frames| format!("<td class=\"number\">{frames}</td>")).concat();
        assert!(page.contains(&row), "{}", heard.speaker);
        let median = heard.delay_median_ms.unwrap();
        assert!(page.contains(&format!("<b>{median:.0}\u{202F}ms</b>")), "{}", heard.speaker);
    }
}

#[test]
fn what_went_wrong_is_said_at_the_top_and_marked_where_it_happened() {
    let report = sample::failed();
    let page = page(&report);
    for problem in &report.problems {
        assert!(page.contains(&problem.replace('\'', "&#39;")), "the page lacks {problem:?}");
    }
    for expected in ["Failed", "12 of 13", "✗ missed", "✗ overheard", "✗ 0.41", "✗ —", "not heard"]
    {
        assert!(page.contains(expected), "the page lacks {expected:?}");
    }
    assert!(!page.contains("Passed"));
}

#[test]
fn a_report_of_nothing_is_a_page_too() {
    let page = page(&sample::empty());
    assert!(page.contains("No players, 0\u{a0}seconds, a perfect network"));
    assert!(page.contains("No players."));
    assert!(page.contains("no packet was lost or delayed on purpose"));
}

#[test]
fn pages_are_well_formed() {
    for report in [sample::report(), sample::failed(), sample::empty(), hostile(), numberless()] {
        if let Err(error) = elements(&render(&report)) {
            panic!("{error}");
        }
    }
}

#[test]
fn no_name_or_text_becomes_markup() {
    let names =
        |report: &Report| -> BTreeSet<String> { elements(&render(report)).unwrap().into_iter().collect() };
    assert_eq!(names(&hostile()), names(&sample::report()));
    let page = render(&hostile());
    assert!(page.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;"));
    assert!(page.contains("\u{2068}שלום\u{2069}"), "names from right to left are isolated");
    assert!(!page.contains('\u{7}'), "control characters are replaced");
}

#[test]
fn figures_hold_numbers_only() {
    let page = render(&numberless());
    for attribute in [" x=\"", " y=\"", " d=\"", " width=\"", " height=\"", " transform=\""] {
        for value in page.split(attribute).skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(!value.contains("NaN") && !value.contains("inf"), "{attribute}{value}");
        }
    }
}

#[test]
fn the_page_needs_no_network() {
    let page = render(&sample::report());
    for outside in ["http:", "https:", "//cdn", "@import", "src=\"/", "<link", "<iframe", "fetch("] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(page.split("url(").skip(1).all(|rest| rest.starts_with('#')));
    assert!(page.split(" src=\"").skip(1).all(|rest| rest.starts_with("./")));
}

#[test]
fn half_a_minute_is_less_than_500_kilobytes() {
    let size = render(&sample::report()).len();
    assert!(size < 500_000, "{size}");
}

/// The page without the invisible marks around names.
fn page(report: &Report) -> String {
    render(report).replace(['\u{2068}', '\u{2069}'], "")
}

/// A report in which every name and text attempts an injection.
fn hostile() -> Report {
    let mut report = sample::report();
    let bad = |text: &mut String| {
        for (plain, replacement) in [
            ("Ada", "<script>alert('1')</script>"),
            ("Bo", "שלום"),
            ("Cleo", "\"><svg onload=alert(1)>&amp;\u{7}\u{202E}"),
            ("Dan", "W23456789012345678901234567890123456789012345678901234567890123W"),
            ("red", "]]></svg></title></style><!--"),
        ] {
            *text = text.replace(plain, replacement);
        }
    };
    for player in &mut report.players {
        bad(&mut player.name);
        player.rooms.iter_mut().for_each(bad);
    }
    for speech in &mut report.speeches {
        [&mut speech.speaker, &mut speech.to].into_iter().for_each(bad);
        speech.listeners.iter_mut().for_each(bad);
    }
    for text in &mut report.texts {
        text.text = "</text></svg><img src=x onerror=alert(1)>".to_owned();
        bad(&mut text.from);
        text.received_by.iter_mut().for_each(bad);
    }
    for listener in &mut report.listeners {
        [&mut listener.name, &mut listener.wav].into_iter().for_each(bad);
        listener.heard.iter_mut().map(|heard| &mut heard.speaker).for_each(bad);
        listener.stretches.iter_mut().flat_map(|stretch| &mut stretch.speakers).for_each(bad);
    }
    report
}

/// A report with numbers that are not finite.
fn numberless() -> Report {
    let mut report = sample::report();
    report.seconds = f64::INFINITY;
    report.players[1].left = f64::NAN;
    report.speeches[0].start = f64::NAN;
    report.speeches[1].stop = f64::NEG_INFINITY;
    report.speeches[2].envelope[3] = f32::NAN;
    report.texts[0].at = f64::NAN;
    let listener = &mut report.listeners[0];
    listener.envelope[500] = f32::INFINITY;
    listener.heard[0].spans[0] = [f64::NAN, f64::INFINITY];
    listener.heard[0].delays[0] = [f64::NAN, f64::INFINITY];
    listener.stretches[0].correlation = f64::NAN;
    report
}

/// The names of all elements of a page in order, if it is well-formed XML: every element closed in order, every
/// attribute quoted and unique, everything escaped.
fn elements(page: &str) -> Result<Vec<String>, String> {
    let mut rest = page.strip_prefix("<!DOCTYPE html>").ok_or("no document type")?;
    let (mut names, mut open) = (Vec::new(), Vec::new());
    while let Some((text, after)) = rest.split_once('<') {
        check_text(text)?;
        let (tag, after) = after.split_once('>').ok_or("a tag without an end")?;
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            let expected = open.pop();
            if expected != Some(name) {
                return Err(format!("</{name}> where {expected:?} was open"));
            }
            continue;
        }
        let (name, attributes) =
            tag.trim_end_matches('/').split_once(' ').unwrap_or((tag.trim_end_matches('/'), ""));
        check_attributes(attributes).map_err(|error| format!("<{name} {attributes}>: {error}"))?;
        names.push(name.to_owned());
        if ["script", "style"].contains(&name) {
            let end = format!("</{name}>");
            rest = rest.split_once(&end).ok_or("a script without an end")?.1;
        } else if !tag.ends_with('/') {
            open.push(name);
        }
    }
    check_text(rest)?;
    if open.is_empty() { Ok(names) } else { Err(format!("{open:?} stay open")) }
}

fn check_attributes(attributes: &str) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    let mut rest = attributes.trim();
    while !rest.is_empty() {
        let (name, after) = rest.split_once("=\"").ok_or_else(|| format!("{rest} has no value"))?;
        let (value, after) = after.split_once('"').ok_or_else(|| format!("{name} has no end"))?;
        let plain = name.trim().chars().all(|letter| letter.is_ascii_alphabetic() || letter == '-');
        if !plain || !seen.insert(name.trim()) {
            return Err(format!("{name} is unknown or there twice"));
        }
        check_text(value)?;
        rest = after.trim_start();
    }
    Ok(())
}

fn check_text(text: &str) -> Result<(), String> {
    let known = ["lt;", "gt;", "amp;", "quot;", "#39;", "#10;"];
    let bare = text.split('&').skip(1).any(|after| !known.iter().any(|entity| after.starts_with(entity)));
    let allowed = |letter: char| !letter.is_control() || letter == '\n';
    if bare || text.contains('>') || !text.chars().all(allowed) {
        return Err(format!("{text:?} is not escaped"));
    }
    Ok(())
}
