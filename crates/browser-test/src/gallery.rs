//! Pictures of every state, and a page with all of them, for people to look at.

use std::fs;
use std::path::PathBuf;

use crate::failure::Failure;
use crate::tab::Look;

/// The pictures so far.
#[derive(Debug)]
pub(crate) struct Gallery {
    folder: PathBuf,
    pictures: Vec<(String, Look)>,
}

impl Gallery {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder, pictures: Vec::new() }
    }

    /// Adds one.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn hang(&mut self, name: &str, look: Look, png: &[u8]) -> Result<(), Failure> {
        let file = self.folder.join(file_name(name, look));
        fs::write(&file, png).map_err(Failure::io(format!("{}", file.display())))?;
        self.pictures.push((name.to_owned(), look));
        Ok(())
    }

    /// Writes the page; where it is.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn write_page(&self) -> Result<PathBuf, Failure> {
        let file = self.folder.join("index.html");
        fs::write(&file, self.page()).map_err(Failure::io(format!("{}", file.display())))?;
        Ok(file)
    }

    fn page(&self) -> String {
        let states = self.pictures.chunk_by(|(one, _), (other, _)| one == other);
        let section = |pictures: &[(String, Look)]| {
            let images: String = pictures.iter().map(|(name, look)| image(name, *look)).collect();
            format!("<h2>{}</h2>\n{images}", pictures[0].0)
        };
        [HEAD.to_owned()].into_iter().chain(states.map(section)).collect()
    }
}

fn image(name: &str, look: Look) -> String {
    let file = file_name(name, look);
    format!("<img src=\"{file}\" alt=\"{file}\" width=\"{}\">\n", look.width / 2)
}

fn file_name(name: &str, look: Look) -> String {
    format!("{name}-{look}.png")
}

const HEAD: &str = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>What the page looks like</title>\n\
                    <style>body { font-family: sans-serif } img { border: 1px solid gray; vertical-align: top }</style>\n\
                    <h1>What the page looks like</h1>\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_shows_each_state_under_one_heading() {
        let look = |width, is_dark| Look { width, is_dark };
        let pictures = vec![
            ("join".to_owned(), look(360, false)),
            ("join".to_owned(), look(360, true)),
            ("room".to_owned(), look(1_280, false)),
        ];
        let page = Gallery { folder: PathBuf::new(), pictures }.page();
        assert_eq!(page.matches("<h2>").count(), 2);
        assert_eq!(page.matches("<img").count(), 3);
        assert!(page.contains("<img src=\"room-1280-light.png\" alt=\"room-1280-light.png\" width=\"640\">"));
    }
}
