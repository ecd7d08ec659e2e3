//! Pictures in documents are not empty, and have a text alternative.

use super::finding::Finding;
use super::links;
use super::repository::Repository;
use crate::markdown;

/// Every picture of every Markdown file has an alternative text, and is not an empty file.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, text) in repository.texts(&[".md"]) {
        let mut find = |line, what, instead| findings.push(Finding::new(&file.path, line, what, instead));
        for (line, picture) in markdown::prose(text).into_iter().flat_map(pictures) {
            if picture.words.trim().is_empty() {
                let what = format!("the picture `{}` without a text", picture.source);
                find(line, what, "describe the picture");
            }
            let path = links::resolve(&file.path, picture.source);
            if path.and_then(|path| repository.file(&path)).is_some_and(|file| file.size == 0) {
                find(line, format!("the picture `{}`, which is empty", picture.source), "add the real one");
            }
        }
    }
    findings
}

struct Picture<'a> {
    source: &'a str,
    words: &'a str,
}

/// The pictures in a line of Markdown or HTML.
fn pictures((number, line): (usize, &str)) -> Vec<(usize, Picture<'_>)> {
    let markdown = line.split("![").skip(1).filter_map(|rest| {
        let (words, rest) = rest.split_once("](")?;
        Some(Picture { source: rest.split([')', ' ']).next()?, words })
    });
    let html = line.split("<img ").skip(1).filter_map(|rest| {
        let tag = rest.split('>').next()?;
        Some(Picture {
            source: attribute(tag, "src=\"")?,
            words: attribute(tag, "alt=\"").unwrap_or_default(),
        })
    });
    markdown.chain(html).map(|picture| (number, picture)).collect()
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split_once(name)?.1.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::{lines, repository};

    fn found(text: &str) -> Vec<String> {
        lines(&check(&repository(&[("a.md", text), ("empty.png", ""), ("full.png", "a picture")])))
    }

    #[test]
    fn pictures_with_words_are_fine() {
        assert_eq!(
            found("![words](full.png) <img src=\"full.png\" alt=\"words\">\n```\n![](empty.png)\n```"),
            [""; 0]
        );
    }

    #[test]
    fn pictures_without_words_or_without_anything_are_found() {
        for text in ["![](full.png)", "<img src=\"full.png\">"] {
            let expected = "a.md:1: the picture `full.png` without a text — \
                            describe the picture";
            assert_eq!(found(text), [expected]);
        }
        assert_eq!(
            found("![words](empty.png)"),
            ["a.md:1: the picture `empty.png`, which is empty — add the real one"]
        );
    }
}
