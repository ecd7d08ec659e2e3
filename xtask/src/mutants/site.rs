//! A place in a source file, and one change of it.

use std::ops::Range;

use super::package::Package;

/// One change of the source code that its tests should notice.
#[derive(Debug, Clone)]
pub(super) struct Site {
    /// The package that it is in.
    pub(super) package: Package,
    /// The path from the root of the workspace, with `/`.
    pub(super) file: String,
    /// The function that it is in.
    pub(super) function: String,
    /// The line, counted from 1.
    pub(super) line: usize,
    /// The column in characters, counted from 1.
    pub(super) column: usize,
    /// The changed range, in bytes of the file; empty where something is inserted.
    pub(super) range: Range<usize>,
    /// The kind of change.
    pub(super) change: Change,
    /// A description, such as "replace `<` with `<=`".
    pub(super) what: String,
}

/// How the text of a [`Site`] is changed.
#[derive(Debug, Clone)]
pub(super) enum Change {
    /// An expression has other text.
    Replace(Vec<Piece>),
    /// A statement is left out.
    Remove,
    /// A statement comes in between.
    Insert(String),
}

/// A part of the text that replaces an expression.
#[derive(Debug, Clone)]
pub(super) enum Piece {
    /// New text.
    Text(String),
    /// Text of the file, in bytes; always a part of the site's range.
    Source(Range<usize>),
}

impl Site {
    /// The text of the whole file with this change.
    pub(super) fn applied(&self, source: &str) -> String {
        let mut text = source.get(..self.range.start).unwrap_or_default().to_owned();
        match &self.change {
            Change::Replace(pieces) => {
                for piece in pieces {
                    match piece {
                        Piece::Text(new) => text.push_str(new),
                        Piece::Source(range) => {
                            text.push_str(source.get(range.clone()).unwrap_or_default());
                        }
                    }
                }
            }
            Change::Remove => {}
            Change::Insert(statement) => {
                let line_start = text.rfind('\n').map_or(0, |at| at + 1);
                let indent: String =
                    text[line_start..].chars().take_while(|character| *character == ' ').collect();
                text.push_str(statement);
                text.push('\n');
                text.push_str(&indent);
            }
        }
        text.push_str(source.get(self.range.end..).unwrap_or_default());
        text
    }

    /// The lines that differ between the file and the file with this change, as a diff shows them.
    pub(super) fn diff(&self, source: &str) -> Vec<String> {
        let applied = self.applied(source);
        let (before, after): (Vec<_>, Vec<_>) = (source.lines().collect(), applied.lines().collect());
        let same_first = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
        let (before, after) = (&before[same_first..], &after[same_first..]);
        let same_last = before.iter().rev().zip(after.iter().rev()).take_while(|(a, b)| a == b).count();
        let removed = before[..before.len() - same_last].iter().map(|line| format!("-{line}"));
        // A line that held only the removed statement is left empty.
        let added = after[..after.len() - same_last].iter().filter(|line| !line.trim().is_empty());
        removed.chain(added.map(|line| format!("+{line}"))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(source: &str, part: &str, change: Change) -> Site {
        let start = source.find(part).unwrap();
        Site {
            package: Package::fixture(),
            file: "src/lib.rs".to_owned(),
            function: "f".to_owned(),
            line: 1,
            column: 1,
            range: start..start + part.len(),
            change,
            what: String::new(),
        }
    }

    #[test]
    fn shows_a_replaced_operator_as_one_line_of_a_diff() {
        let source = "fn f(a: u8) -> bool {\n    a < 3\n}\n";
        let operands = vec![Piece::Source(26..27), Piece::Text(" <= ".to_owned()), Piece::Source(30..31)];
        let site = site(source, "a < 3", Change::Replace(operands));
        assert_eq!(site.diff(source), ["-    a < 3", "+    a <= 3"]);
    }

    #[test]
    fn shows_a_removed_and_an_inserted_statement() {
        let source = "fn f() {\n    a();\n    b();\n}\n";
        assert_eq!(site(source, "a();", Change::Remove).diff(source), ["-    a();"]);
        let mut inserted = site(source, "a();", Change::Insert("return;".to_owned()));
        inserted.range.end = inserted.range.start;
        assert_eq!(inserted.diff(source), ["+    return;"]);
    }
}
