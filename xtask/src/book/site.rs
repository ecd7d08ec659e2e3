//! Checks that the links of a built site lead to existing pages and sections.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::read;
use crate::failure::Failure;
use crate::tidy::finding::Finding;
use crate::tidy::links;

/// Broken links of all pages in a folder.
///
/// # Errors
/// [`Failure`] if the folder or a page cannot be read.
pub(super) fn check(site: &Path) -> Result<Vec<Finding>, Failure> {
    let mut files = BTreeSet::new();
    collect(site, site, &mut files)?;
    let mut pages = BTreeMap::new();
    for path in files.iter().filter(|path| is_html(path) && *path != NOT_FOUND) {
        pages.insert(path.clone(), Page::new(&read(&site.join(path))?));
    }
    Ok(broken(&files, &pages))
}

/// A page that is shown at any address, so that its links begin at the root of the host.
const NOT_FOUND: &str = "404.html";

fn is_html(path: &str) -> bool {
    path.rsplit('.').next() == Some("html")
}

/// All files below a folder, by their paths from the site on.
fn collect(site: &Path, folder: &Path, files: &mut BTreeSet<String>) -> Result<(), Failure> {
    let unreadable = |cause| Failure::File { path: folder.to_owned(), cause };
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_dir() {
            collect(site, &path, files)?;
        } else if let Ok(path) = path.strip_prefix(site) {
            files.insert(path.to_string_lossy().replace('\\', "/"));
        }
    }
    Ok(())
}

/// The section names and the links of a page.
struct Page {
    /// Names of its sections.
    sections: BTreeSet<String>,
    /// The targets of its links, each once.
    targets: BTreeSet<String>,
}

impl Page {
    fn new(html: &str) -> Self {
        let (mut sections, mut targets) = (BTreeSet::new(), BTreeSet::new());
        for tag in tags(html) {
            sections.extend(attribute(tag, "id").map(str::to_owned));
            targets.extend(["href", "src"].iter().filter_map(|name| attribute(tag, name)).map(plain));
        }
        Self { sections, targets }
    }
}

fn broken(files: &BTreeSet<String>, pages: &BTreeMap<String, Page>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, page) in pages {
        for target in page.targets.iter().filter(|target| is_of_site(target)) {
            let (file, section) = target.split_once('#').unwrap_or((target.as_str(), ""));
            let there = if file.is_empty() { Some(path.clone()) } else { links::resolve(path, file) };
            let Some(there) = there else { continue };
            let is_there = files.contains(&there)
                && (section.is_empty()
                    || pages.get(&there).is_none_or(|page| page.sections.contains(section)));
            if !is_there {
                let what = format!("link to `{target}`, which the site does not have");
                findings.push(Finding::new(path, 1, what, "correct it in the page of docs/"));
            }
        }
    }
    findings
}

/// Whether it leads to a file of the site.
fn is_of_site(target: &str) -> bool {
    let is_elsewhere =
        ["//", "mailto:", "data:", "javascript:"].iter().any(|begin| target.starts_with(begin));
    !target.is_empty() && !is_elsewhere && !target.contains("://")
}

/// The text between `<` and `>` of each tag, without the contents of scripts.
fn tags(html: &str) -> impl Iterator<Item = &str> {
    let mut rest = html;
    std::iter::from_fn(move || {
        loop {
            let (_, after) = rest.split_once('<')?;
            let mut quote = None;
            let ends = after.char_indices().find(|&(_, sign)| {
                match (quote, sign) {
                    (None, '>') => return true,
                    (None, '"' | '\'') => quote = Some(sign),
                    (Some(open), sign) if open == sign => quote = None,
                    _ => {}
                }
                false
            });
            let tag = &after[..ends?.0];
            rest = &after[tag.len()..];
            if let Some(name) = ["script", "style"].iter().find(|name| tag.starts_with(**name)) {
                rest = rest.split_once(&format!("</{name}")).map_or("", |(_, after)| after);
            }
            if tag.starts_with(|sign: char| sign.is_ascii_alphabetic()) {
                return Some(tag);
            }
        }
    })
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, value) = tag.split_once(&format!(" {name}=\""))?;
    value.split('"').next()
}

/// Without the escapes of HTML and of addresses.
fn plain(target: &str) -> String {
    let target = target.replace("&amp;", "&");
    let mut bytes = Vec::new();
    let mut rest = target.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let escaped =
            digits.filter(|_| *first == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pages: &[(&str, &str)]) -> Vec<String> {
        let files = pages.iter().map(|(path, _)| (*path).to_owned()).collect();
        let pages = pages.iter().map(|(path, html)| ((*path).to_owned(), Page::new(html))).collect();
        broken(&files, &pages).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn links_to_pages_and_sections_that_are_there_are_fine() {
        let text = "<a class=\"x\" href=\"n/b.html#%C3%BC\">b</a> <a href=\"#here\">c</a> <h1 id=\"here\"> \
                    <a href=\"https://example.org/gone\"> <script src=\"n/b.html\">\"<a href='x'>\"</script> \
                    <code>&lt;a href=&quot;gone&quot;&gt;</code>";
        assert_eq!(found(&[("a.html", text), ("n/b.html", "<h2 id=\"ü\">ü</h2>")]), [""; 0]);
    }

    #[test]
    fn links_to_what_is_not_there_are_found() {
        let text = "<a href=\"gone.html\"> <img alt=\"a > b\" src=\"../gone.png\"> <a href=\"b.html#gone\">";
        let expected = ["../gone.png", "b.html#gone", "gone.html"].map(|target| {
            format!("n/a.html:1: link to `{target}`, which the site does not have — correct it in the page of docs/")
        });
        assert_eq!(found(&[("n/a.html", text), ("n/b.html", "")]), expected);
    }
}
