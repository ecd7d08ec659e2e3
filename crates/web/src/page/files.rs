//! The files of the page, with the path and the type of each.

use super::PageFile;

/// All of them. The built page is part of the repository, so that building a server needs nothing but cargo; a new
/// file there needs a row here.
pub(super) static FILES: [PageFile; 11] = [
    PageFile::new("/", HTML, include_bytes!("../../../../web/dist/index.html")),
    PageFile::new("/consonance.js", SCRIPT, include_bytes!("../../../../web/dist/consonance.js")),
    PageFile::new("/consonance.wasm", WASM, include_bytes!("../../../../web/dist/consonance.wasm")),
    PageFile::new("/e2ee-worker.js", SCRIPT, include_bytes!("../../../../web/dist/e2ee-worker.js")),
    PageFile::new("/e2ee.wasm", WASM, include_bytes!("../../../../web/dist/e2ee.wasm")),
    PageFile::new("/fallback.js", SCRIPT, include_bytes!("../../../../web/dist/fallback.js")),
    PageFile::new("/fallback-worker.js", SCRIPT, include_bytes!("../../../../web/dist/fallback-worker.js")),
    PageFile::new("/fallback-worklet.js", SCRIPT, include_bytes!("../../../../web/dist/fallback-worklet.js")),
    PageFile::new("/page.css", STYLE, include_bytes!("../../../../web/dist/page.css")),
    PageFile::new("/page.js", SCRIPT, include_bytes!("../../../../web/dist/page.js")),
    PageFile::new("/worklet.js", SCRIPT, include_bytes!("../../../../web/dist/worklet.js")),
];

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const WASM: &str = "application/wasm";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use super::*;
    use crate::page::Shown;

    const DIST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/dist");

    #[test]
    fn every_file_that_is_built_is_served_as_it_is() {
        let built = fs::read_dir(DIST).unwrap().map(|entry| entry.unwrap().path());
        let built = built.filter(|path| !path.to_string_lossy().ends_with(".d.ts"));
        let paths: BTreeSet<String> = built
            .map(|path| {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                let path_of_url = if name == "index.html" { "/".to_owned() } else { format!("/{name}") };
                let file = FILES.iter().find(|file| file.path == path_of_url);
                let file = file.unwrap_or_else(|| panic!("{name} needs a row in page/files.rs"));
                assert!(file.body == fs::read(&path).unwrap(), "{name} is another");
                path_of_url
            })
            .collect();
        let served: BTreeSet<_> =
            FILES.iter().map(|file| file.path.to_owned()).filter(|path| path != "/").collect();
        assert!(served.is_subset(&paths), "{served:?} and {paths:?}");
    }

    #[test]
    fn the_first_load_is_less_than_150_kb_compressed() {
        let is_later = |file: &&PageFile| {
            file.path.contains("fallback") || file.path.contains("e2ee") || file.kind == WASM
        };
        let first = FILES.iter().filter(|file| !is_later(file));
        let bytes: usize =
            first.map(|file| Shown::of(file.body).gzip.map_or(file.body.len(), |gzip| gzip.len())).sum();
        assert!(bytes < 150_000, "{bytes} bytes");
    }
}
