//! Every surface has what one has, or says why not: the tables of `docs/surfaces.md` are compared with the sources.

mod sources;
mod table;

use std::collections::BTreeSet;

use super::finding::Finding;
use super::repository::Repository;
use sources::{SECTIONS, Section, Source};
use table::{Row, Table};

/// Each name of a surface is in a row of its table, and each row names what the surface has, or a reason.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let Some(page) = repository.text(PAGE) else { return Vec::new() };
    let compared = SECTIONS.iter().flat_map(|section| compare(repository, page, section));
    compared.chain(not_handed_on(repository)).collect()
}

/// Unity and Bevy have no columns, as they hand on what C# and Rust have: where they no longer do, they need some.
fn not_handed_on(repository: &Repository) -> Vec<Finding> {
    let is_missing = |(file, text): &&(&str, &str)| !repository.text(file).unwrap_or_default().contains(text);
    let missing = HANDED_ON.iter().filter(is_missing);
    missing
        .map(|(file, text)| {
            let what = format!("there is no `{text}`, by which its users have all that {PAGE} lists");
            Finding::new(file, 1, what, format!("hand it on, or give the surface a column in {PAGE}"))
        })
        .collect()
}

fn compare(repository: &Repository, page: &str, section: &Section) -> Vec<Finding> {
    let Some(table) = Table::under(page, section.heading) else {
        let what = format!("there is no table under the heading {:?}", section.heading);
        return vec![Finding::new(PAGE, 1, what, "write it, or remove it from the sources of this rule")];
    };
    let titles: Vec<&str> = section.columns.iter().map(|(title, _)| *title).collect();
    if table.titles.iter().skip(1).ne(&titles) {
        let what = format!("the table under {:?} has other columns than its sources", section.heading);
        return vec![Finding::new(PAGE, table.line, what, format!("the columns are: {}", titles.join(", ")))];
    }
    let mut findings = table.misused_notes();
    for (index, (title, source)) in section.columns.iter().enumerate() {
        match source.names(repository) {
            Ok(names) => {
                let is_partial = matches!(source, Source::Some(_));
                findings.extend(differences(&table, index + 1, title, &names, is_partial));
            }
            Err(missing) => {
                let what = format!("{missing}, where {title} has its names of {:?}", section.heading);
                findings.push(Finding::new(PAGE, table.line, what, "tell this rule where they are"));
            }
        }
    }
    findings
}

fn differences(
    table: &Table,
    column: usize,
    title: &str,
    names: &BTreeSet<String>,
    is_partial: bool,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut listed = BTreeSet::new();
    for Row { line, what, cells } in &table.rows {
        let cell = cells.get(column).map(String::as_str).unwrap_or_default();
        let in_cell = table::names(cell);
        if in_cell.is_empty() && table::note(cell).is_none() {
            let what = format!("the cell of {title} says nothing about {what:?}");
            let instead = "write the name in backticks, or a dash and the letter of a reason below the table";
            findings.push(Finding::new(PAGE, *line, what, instead));
        }
        for name in in_cell {
            if !names.contains(name) {
                let what = format!("{title} has no `{name}`");
                findings.push(Finding::new(PAGE, *line, what, "add it there, or give the reason here"));
            }
            listed.insert(name.to_owned());
        }
    }
    for name in names.difference(&listed).filter(|_| !is_partial) {
        let what = format!("`{name}` of {title} is in no row under {:?}", table.heading);
        let instead = "add it to a row, or a row with what the others call it or why they lack it";
        findings.push(Finding::new(PAGE, table.line, what, instead));
    }
    findings
}

const PAGE: &str = "docs/surfaces.md";
/// What Unity hands on of C#, and Bevy of Rust.
const HANDED_ON: [(&str, &str); 4] = [
    ("bevy/bevy_consonance/src/messages.rs", "pub kind: EventKind"),
    ("bevy/bevy_consonance/src/voice.rs", "pub fn chat(&self) -> Option<&VoiceChat>"),
    ("unity/com.consonance.voice/Runtime/Components/ConsonanceVoice.cs", "public VoiceChat Chat"),
    ("unity/com.consonance.voice/Runtime/Components/VoicePlayer.cs", "public Player Player"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::{lines, repository};

    const SECTION: Section = Section {
        heading: "Answers",
        columns: &[("Rust", Source::Enum("a.rs", "Answer")), ("C", Source::CEnum("answer"))],
    };
    const SOURCES: [(&str, &str); 2] = [
        ("a.rs", "/// Words.\npub enum Answer { Done, RoomFull { room: u8 } }"),
        (
            "crates/ffi/include/consonance.h",
            "enum consonance_answer {\n  /** It is. */\n  CONSONANCE_ANSWER_DONE = 0,\n  CONSONANCE_ANSWER_ROOM_FULL = 1,\n};",
        ),
    ];

    fn found_in(rows: &str) -> Vec<String> {
        let page = format!("# Surfaces\n\n## Answers\n\n| | Rust | C |\n|---|---|---|\n{rows}");
        let files = [SOURCES[0], SOURCES[1], (PAGE, &page)];
        let repository = repository(&files);
        lines(&compare(&repository, &page, &SECTION))
    }

    #[test]
    fn a_table_that_has_every_name_is_fine() {
        let rows = "| it is done | `Done` | `DONE` |\n| no space | `RoomFull` | `ROOM_FULL` |\n";
        assert_eq!(found_in(rows), [""; 0]);
        let reason = "| it is done | `Done` | `DONE`, `ROOM_FULL` |\n| no space | `RoomFull` | – a |\n\n* a: said by `DONE`\n";
        assert_eq!(found_in(reason), [""; 0]);
    }

    #[test]
    fn a_name_that_one_surface_has_and_no_row_is_found() {
        let found = found_in("| it is done | `Done` | `DONE` |\n");
        assert_eq!(
            found,
            [
                "docs/surfaces.md:5: `RoomFull` of Rust is in no row under \"Answers\" — add it to a row, or a row with \
                 what the others call it or why they lack it",
                "docs/surfaces.md:5: `ROOM_FULL` of C is in no row under \"Answers\" — add it to a row, or a row with \
                 what the others call it or why they lack it",
            ]
        );
    }

    #[test]
    fn a_name_that_a_surface_lacks_is_found() {
        let found = found_in(
            "| done | `Done` | `DONE` |\n| full | `RoomFull` | `ROOM_FULL` |\n| ban | `Banned` | – a |\n\n* a: no\n",
        );
        assert_eq!(
            found,
            ["docs/surfaces.md:9: Rust has no `Banned` — add it there, or give the reason here"]
        );
    }

    #[test]
    fn a_table_may_have_some_names_of_a_list_that_another_one_has() {
        const SOME: Section = Section {
            heading: "Answers",
            columns: &[
                ("Rust", Source::Some(&[Source::Enum("a.rs", "Answer")])),
                ("C", Source::CEnum("answer")),
            ],
        };
        let page = "## Answers\n\n| | Rust | C |\n|---|---|---|\n| done | `Done` | `DONE`, `ROOM_FULL` |\n\
                    | ban | `Banned` | – a |\n\n* a: no\n";
        let files = [SOURCES[0], SOURCES[1], (PAGE, page)];
        let found = lines(&compare(&repository(&files), page, &SOME));
        assert_eq!(
            found,
            ["docs/surfaces.md:6: Rust has no `Banned` — add it there, or give the reason here"]
        );
    }

    #[test]
    fn a_cell_without_a_name_needs_a_reason_that_is_there() {
        let rows = |cell: &str, below: &str| {
            found_in(&format!(
                "| done | `Done` | `DONE`, `ROOM_FULL` |\n| full | `RoomFull` | {cell} |\n\n{below}"
            ))
        };
        assert!(rows("", "")[0].contains("the cell of C says nothing about \"full\""));
        assert!(rows("– a", "")[0].contains("there is no reason a"));
        assert!(rows("– a", "* a: no\n* b: no\n")[0].contains("the reason b is given for nothing"));
        assert_eq!(rows("– a", "* a: no\n"), [""; 0]);
    }

    #[test]
    fn what_unity_and_bevy_no_longer_hand_on_is_found() {
        let complete = HANDED_ON.map(|(file, text)| (file, text));
        assert_eq!(lines(&not_handed_on(&repository(&complete))), [""; 0]);
        let found = lines(&not_handed_on(&repository(&complete[1..])));
        assert!(found.len() == 1 && found[0].contains("`pub kind: EventKind`"), "{found:?}");
    }

    #[test]
    fn a_table_of_other_columns_or_without_its_source_is_found() {
        let page = "## Answers\n\n| | Rust |\n|---|---|\n";
        let files = [SOURCES[0], (PAGE, page)];
        assert!(lines(&compare(&repository(&files), page, &SECTION))[0].contains("other columns"));
        let page =
            "## Answers\n\n| | Rust | C |\n|---|---|---|\n| a | `Done`, `RoomFull` | – a |\n\n* a: no\n";
        let files = [SOURCES[0], (PAGE, page)];
        let found = lines(&compare(&repository(&files), page, &SECTION));
        assert!(found.len() == 1 && found[0].contains("consonance.h is missing"), "{found:?}");
    }
}
