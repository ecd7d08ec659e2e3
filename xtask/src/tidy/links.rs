//! Links and pictures in documents lead somewhere.

use super::finding::Finding;
use super::repository::Repository;
use crate::markdown;

/// Every relative link and picture of every document names a file or folder of the repository, and every other one is
/// an address of the web that is encrypted and whole.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, text) in repository.texts(&DOCUMENTS) {
        for (line, target) in targets(text) {
            if target.contains("://") && !is_address(&target) {
                let what = format!("link to `{target}`, which does not begin with `https://`");
                findings.push(Finding::new(&file.path, line, what, "correct it"));
            }
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

/// The ends of documents' paths: Markdown, and the list of pages for language models, which is Markdown, too.
pub(super) const DOCUMENTS: [&str; 2] = [".md", "llms.txt"];

/// Everything a Markdown text links to, with its line; code does not count.
pub(crate) fn targets(text: &str) -> Vec<(usize, String)> {
    let of_line = |(number, line)| targets_of_line(line).into_iter().map(move |target| (number, target));
    markdown::prose(text).into_iter().flat_map(of_line).collect()
}

/// Whether it is `https://`, a name with a dot, and a path of signs that need no escape.
fn is_address(target: &str) -> bool {
    let Some(rest) = target.strip_prefix("https://") else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let in_host = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '.' | '-');
    host.contains('.') && host.chars().all(in_host) && rest.chars().all(|sign| sign.is_ascii_graphic())
}

fn targets_of_line(line: &str) -> Vec<String> {
    // Every second part is code between backticks.
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
pub(crate) fn resolve(file: &str, target: &str) -> Option<String> {
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
            // Nothing can exist above the root.
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
    fn addresses_that_are_none_are_found() {
        for address in
            ["http://example.org/", "https://example/", "https:///a", "https://exämple.org/", "ftp://a.b/"]
        {
            let expected = format!(
                "docs/a.md:1: link to `{address}`, which does not begin with `https://` — correct it"
            );
            assert_eq!(found(&format!("[x]({address})")), [expected]);
        }
    }

    #[test]
    fn the_list_for_language_models_is_a_document() {
        let found =
            check(&repository(&[("llms.txt", "- [x](docs/gone.md): a page"), ("notes.txt", "[x](gone.md)")]));
        let expected = "llms.txt:1: link to `docs/gone.md`, which is not there — correct the path, or add the file to the \
                        repository";
        assert_eq!(lines(&found), [expected]);
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
