//! Replaces the targets of links in a Markdown text and leaves everything else as it is.

use std::collections::BTreeSet;

use crate::markdown;

/// The new target of a link.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// The link stays as it is.
    Same,
    /// The link leads to this address.
    Other(String),
    /// The link is removed, and its words stay.
    None,
}

/// The text with the targets of its links and pictures replaced; code is left alone.
pub(super) fn rewrite(text: &str, replace: impl Fn(&str) -> Target) -> String {
    let prose: BTreeSet<usize> = markdown::prose(text).into_iter().map(|(number, _)| number).collect();
    let lines = text.split_inclusive('\n').enumerate();
    lines
        .map(
            |(index, line)| {
                if prose.contains(&(index + 1)) { rewrite_line(line, &replace) } else { line.to_owned() }
            },
        )
        .collect()
}

fn rewrite_line(line: &str, replace: &impl Fn(&str) -> Target) -> String {
    let mut done = String::new();
    let mut rest = line;
    while let Some(at) = rest.find(['`', ']', '"']) {
        done.push_str(&rest[..at]);
        rest = &rest[at..];
        let step = match rest.as_bytes()[0] {
            b'`' => code(rest),
            b'"' => attribute(&mut done, rest, replace),
            _ => link(&mut done, rest, replace),
        };
        // Text that a step has not written itself is copied unchanged.
        match step {
            Step::Written(length) => rest = &rest[length..],
            Step::Unchanged(length) => {
                done.push_str(&rest[..length]);
                rest = &rest[length..];
            }
        }
    }
    done + rest
}

/// How much of the line is read, in bytes.
enum Step {
    Written(usize),
    Unchanged(usize),
}

/// A code span, which ends with as many backticks as it begins with; or these backticks, if nothing ends it.
fn code(rest: &str) -> Step {
    let marks = rest.len() - rest.trim_start_matches('`').len();
    let mut at = marks;
    while let Some(found) = rest[at..].find('`') {
        let here = &rest[at + found..];
        let run = here.len() - here.trim_start_matches('`').len();
        at += found + run;
        if run == marks {
            return Step::Unchanged(at);
        }
    }
    Step::Unchanged(marks)
}

/// The value of an attribute that leads somewhere, behind its name.
fn attribute(done: &mut String, rest: &str, replace: &impl Fn(&str) -> Target) -> Step {
    let leads = ["src=", "href=", "srcset="].iter().any(|name| done.ends_with(name));
    let Some(length) = rest[1..].find('"').filter(|_| leads) else { return Step::Unchanged(1) };
    let value = &rest[1..=length];
    let Target::Other(other) = replace(value) else { return Step::Unchanged(length + 2) };
    done.push('"');
    done.push_str(&other);
    done.push('"');
    Step::Written(length + 2)
}

/// The target of a link or picture, from the bracket on that ends its words.
fn link(done: &mut String, rest: &str, replace: &impl Fn(&str) -> Target) -> Step {
    let Some(after) = rest.strip_prefix("](") else { return Step::Unchanged(1) };
    let Some(end) = after.find(')') else { return Step::Unchanged(1) };
    let inside = &after[..end];
    // A title may follow the target.
    let (target, title) = inside.split_at(inside.find(' ').unwrap_or(inside.len()));
    let target = target.strip_prefix('<').and_then(|target| target.strip_suffix('>')).unwrap_or(target);
    let length = "](".len() + end + ")".len();
    match replace(target) {
        Target::Same => Step::Unchanged(length),
        Target::Other(other) => {
            done.extend(["](", &*other, title, ")"]);
            Step::Written(length)
        }
        Target::None => {
            unlink(done);
            Step::Written(length)
        }
    }
}

/// Takes the bracket away that the words at the end of the text began with.
fn unlink(done: &mut String) {
    let mut open = 1;
    let begins = done.char_indices().rev().find(|(_, sign)| {
        match sign {
            ']' => open += 1,
            '[' => open -= 1,
            _ => {}
        }
        open == 0
    });
    if let Some((at, _)) = begins {
        let is_picture = done[..at].ends_with('!');
        done.replace_range(at - usize::from(is_picture)..=at, "");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(text: &str) -> String {
        rewrite(text, |target| match target {
            "gone.md" => Target::None,
            "same.md" => Target::Same,
            target => Target::Other(target.to_uppercase()),
        })
    }

    #[test]
    fn targets_are_replaced_and_nothing_else() {
        for (text, expected) in [
            ("[a](b.md) and ![c](d.png \"e f\")\n", "[a](B.MD) and ![c](D.PNG \"e f\")\n"),
            ("[`x[1]`](<b.md#c>), [d](same.md)", "[`x[1]`](B.MD#C), [d](same.md)"),
            (
                "<img src=\"a.png\" alt=\"b.c\"> <a href=\"d\">",
                "<img src=\"A.PNG\" alt=\"b.c\"> <a href=\"D\">",
            ),
            ("a ] b \" c ` d (e) [f]\n\ng", "a ] b \" c ` d (e) [f]\n\ng"),
        ] {
            assert_eq!(rewritten(text), expected);
        }
    }

    #[test]
    fn code_is_left_alone() {
        let text = "`[a](b)` ``c` [d](e)`` [f](g)\n```sh\n[h](i)\n```\n[j](k)\n";
        let expected = "`[a](b)` ``c` [d](e)`` [f](G)\n```sh\n[h](i)\n```\n[j](K)\n";
        assert_eq!(rewritten(text), expected);
    }

    #[test]
    fn words_stay_without_a_link_where_there_is_no_target() {
        assert_eq!(rewritten("see [the [old] `page`](gone.md), [a](b)"), "see the [old] `page`, [a](B)");
        assert_eq!(rewritten("![picture](gone.md)!"), "picture!");
    }
}
