//! The page about reasons, `docs/end-reasons.md`, lists every code with its text.

use std::collections::BTreeMap;

use consonance_wire::end_reason::{EndCode, EndReason};

const PAGE: &str = include_str!("../../../../docs/end-reasons.md");

#[test]
fn the_page_lists_every_code_with_its_text() {
    let (_, table) = PAGE.split_once("## All codes").unwrap();
    let rows =
        table.lines().filter_map(|line| line.strip_prefix("| `")?.strip_suffix(" |")?.split_once("` | "));
    let listed: BTreeMap<String, String> = rows.map(|(code, text)| (code.into(), text.into())).collect();
    let known: BTreeMap<String, String> = EndCode::all()
        .map(|(code, name)| match code {
            EndCode::Other => (name.to_owned(), "the words".to_owned()),
            code => (name.to_owned(), EndReason::from(code).to_string()),
        })
        .collect();
    assert_eq!(listed, known);
}

#[test]
fn the_examples_of_the_page_are_reasons() {
    let examples: Vec<EndReason> = PAGE
        .lines()
        .filter(|line| line.starts_with('(') && !line.contains("  "))
        .map(|line| EndReason::decode(line.as_bytes()))
        .collect();
    let codes: Vec<EndCode> = examples.iter().map(|reason| reason.code).collect();
    assert_eq!(codes, [EndCode::ServerBusy, EndCode::Banned, EndCode::Draining]);
    assert!(examples[0].retry_in.is_some() && examples[1].until.is_some() && examples[2].redirect.is_some());
}
