//! Links and pictures in documents lead somewhere.

use super::finding::Finding;
use super::repository::Repository;

/// Every relative link and picture of every Markdown file names a file or folder of the repository.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, text) in repository.texts(&[".md"]) {
        for (line, target) in targets(text) {
            let Some(path) = resolve(&file.path, &target) else { continue };
            if !repository.exists(&path) {
                let what = format!("link to `{target}`, which is not there");
                let instead = "correct the path, or add the file to the repository";
                findings.push(Finding::new(&file.path, line, what, instead));
            }
        }
    }
    findings
}

/// Everything a Markdown text links to, with its line; code does not count.
fn targets(text: &str) -> Vec<(usize, String)> {
    let mut targets = Vec::new();
    let mut fence = None;
    for (index, line) in text.lines().enumerate() {
        let mark = ["```", "~~~"].into_iter().find(|mark| line.trim_start().starts_with(mark));
        match (fence, mark) {
            (None, Some(mark)) => fence = Some(mark),
            (Some(open), Some(mark)) if open == mark => fence = None,
            (None, None) => {
                targets.extend(targets_of_line(line).into_iter().map(|target| (index + 1, target)));
            }
            _ => {}
        }
    }
    targets
}

fn targets_of_line(line: &str) -> Vec<String> {
    // Between backticks is code: every second part.
    let prose: String = line.split('`').step_by(2).collect::<Vec<_>>().join("code");
    let mut targets = Vec::new();
    for (start, end) in [("](<", '>'), ("](", ')'), ("src=\"", '"'), ("href=\"", '"')] {
        for (at, _) in prose.match_indices(start) {
            let rest = &prose[at + start.len()..];
            if start == "](" && rest.starts_with('<') {
                continue;
            }
            let target = rest.split(end).next().unwrap_or_default();
            // A title may follow the address.
            let target = if end == ')' { target.split(' ').next().unwrap_or_default() } else { target };
            targets.push(target.to_owned());
        }
    }
    if prose.starts_with('[')
        && let Some((_, definition)) = prose.split_once("]: ")
    {
        targets.extend(definition.split_whitespace().next().map(str::to_owned));
    }
    targets
}

/// The path in the repository that a link in `file` leads to; nothing where it leads elsewhere or to the same page.
fn resolve(file: &str, target: &str) -> Option<String> {
    let elsewhere = target.contains("://") || target.starts_with("mailto:") || target.starts_with("data:");
    let path = target.split(['#', '?']).next().unwrap_or_default().replace("%20", " ");
    if elsewhere || path.is_empty() {
        return None;
    }
    let mut parts: Vec<&str> = match path.strip_prefix('/') {
        Some(_) => Vec::new(),
        None => file.split('/').collect(),
    };
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            // Above the root is nothing that could be there.
            ".." if parts.is_empty() => parts.push(".."),
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixture::{lines, repository};

    fn found(text: &str) -> Vec<String> {
        let picture = ("docs/report.png", "");
        lines(&check(&repository(&[("docs/a.md", text), ("README.md", ""), picture])))
    }

    #[test]
    fn links_that_lead_somewhere_are_fine() {
        for text in [
            "[here](a.md#top) and [there](../README.md \"title\") and [folder](../docs) and [root](/README.md)",
            "![picture](report.png) <img src=\"report.png\"> [x](<report.png>)",
            "[net](https://example.org/gone.md) [mail](mailto:a@example.org) [up](#top)",
            "[one]: ../README.md",
            "`[code](gone.md)`\n```\n[code](gone.md)\n```\n",
        ] {
            assert_eq!(found(text), [""; 0]);
        }
    }

    #[test]
    fn links_that_lead_nowhere_are_found() {
        let expected = [
            "docs/a.md:2: link to `gone.md`, which is not there — correct the path, or add the file to the repository",
        ];
        for link in
            ["[x](gone.md)", "![x](gone.md)", "[x](<gone.md>)", "[x]: gone.md", "<a href=\"gone.md\">x</a>"]
        {
            assert_eq!(found(&format!("# A\n{link}\n")), expected);
        }
        assert_eq!(found("[x](../../README.md)").len(), 1);
        assert_eq!(found("```\ncode\n```\n[x](gone.md)").len(), 1);
    }
}
