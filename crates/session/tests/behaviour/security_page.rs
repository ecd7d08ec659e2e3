//! `docs/security.md` promises tests: they are there.

use std::path::Path;

#[test]
fn every_test_that_the_security_page_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = std::fs::read_to_string(root.join("docs/security.md")).expect("the page is there");
    let mut sources = String::new();
    read_sources(&root.join("crates"), &mut sources);
    let quoted = page.split('`').skip(1).step_by(2);
    let tests: Vec<_> = quoted.filter(|name| is_test_name(name)).collect();
    assert!(tests.len() > 70, "{} tests are named", tests.len());
    let missing: Vec<_> =
        tests.iter().filter(|name| !sources.contains(&format!("#[test]\nfn {name}()"))).collect();
    assert!(missing.is_empty(), "docs/security.md names tests that are not there: {missing:?}");
}

/// Words joined by underscores, as opposed to paths and types.
fn is_test_name(quoted: &str) -> bool {
    quoted.contains('_') && quoted.chars().all(|c| c == '_' || c.is_ascii_lowercase() || c.is_ascii_digit())
}

/// Every test file and module below a folder, without the spaces at the beginnings of lines.
fn read_sources(folder: &Path, sources: &mut String) {
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            read_sources(&entry, sources);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&entry).expect("a source file");
            for line in text.lines() {
                sources.push_str(line.trim_start());
                sources.push('\n');
            }
        }
    }
}
