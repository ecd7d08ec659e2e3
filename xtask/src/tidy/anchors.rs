//! A link to a section of a page names an existing section.

use std::collections::BTreeSet;

use super::finding::Finding;
use super::links::{self, DOCUMENTS};
use super::repository::Repository;
use crate::markdown;

/// Every `#section` of every link from a document to a Markdown file is a heading there, in GitHub's form.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, text) in repository.texts(&DOCUMENTS) {
        for (line, target) in links::targets(text) {
            let Some((_, section)) = target.split_once('#') else { continue };
            let here = target.starts_with('#').then(|| file.path.clone());
            let Some(page) = here.or_else(|| links::resolve(&file.path, &target)) else { continue };
            let is_page = page.rsplit('.').next() == Some("md");
            let Some(there) = repository.text(&page).filter(|_| is_page) else { continue };
            if !sections(there).contains(section) {
                let what = format!("link to the section `#{section}`, which `{page}` does not have");
                findings.push(Finding::new(&file.path, line, what, "name a heading that is there"));
            }
        }
    }
    findings
}

/// The link names of a page's headings; the second heading of the same name has `-1` at its end, the third `-2`.
fn sections(text: &str) -> BTreeSet<String> {
    let mut sections = BTreeSet::new();
    for (_, line) in markdown::prose(text) {
        let heading = line.trim_start_matches('#');
        if heading.len() == line.len() || !heading.starts_with(' ') {
            continue;
        }
        let name = section(heading.trim());
        let numbered = (1..).map(|number| format!("{name}-{number}"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|name| !sections.contains(name));
        sections.extend(free);
    }
    sections
}

/// The link name of a heading: in lower case, with hyphens for spaces, without punctuation and targets of links.
fn section(heading: &str) -> String {
    let mut shown = String::new();
    let mut rest = heading;
    while let Some((before, after)) = rest.split_once("](") {
        shown.push_str(before);
        rest = after.split_once(')').map_or("", |(_, after)| after);
    }
    shown.push_str(rest);
    let kept = shown.to_lowercase();
    kept.chars()
        .filter(|sign| sign.is_alphanumeric() || matches!(sign, ' ' | '-' | '_'))
        .map(|sign| if sign == ' ' { '-' } else { sign })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::{lines, repository};

    const PAGE: &str = "# The page\n## What `it` is, and why\n## [Link](b.md#x) here\n## Twice\n## Twice\n\
                        ```sh\n# no heading\n```\n#hashtag\n";

    #[test]
    fn sections_are_called_as_on_github() {
        let expected = ["link-here", "the-page", "twice", "twice-1", "what-it-is-and-why"];
        assert_eq!(sections(PAGE).into_iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn links_to_sections_that_are_there_are_fine() {
        let text = "[a](page.md#the-page) [b](page.md#twice-1) [c](#here)\n# Here\n[d](main.rs#L7) \
                    [e](https://example.org/page.md#gone)";
        assert_eq!(
            lines(&check(&repository(&[("page.md", PAGE), ("main.rs", ""), ("a.md", text)]))),
            [""; 0]
        );
    }

    #[test]
    fn links_to_sections_that_are_not_there_are_found() {
        let text = "[a](../page.md#no-heading)\n[b](#gone)";
        let expected = [
            "docs/a.md:1: link to the section `#no-heading`, which `page.md` does not have — \
             name a heading that is there",
            "docs/a.md:2: link to the section `#gone`, which `docs/a.md` does not have — name a heading that is there",
        ];
        assert_eq!(lines(&check(&repository(&[("page.md", PAGE), ("docs/a.md", text)]))), expected);
    }
}
