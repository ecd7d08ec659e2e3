//! Markdown as far as the chores read it: prose and fenced blocks.

/// A fenced block.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Block<'a> {
    /// The number of its first line of content, counted from 1.
    pub(crate) line: usize,
    /// The info string behind the fence, such as `sh`.
    pub(crate) language: &'a str,
    /// The lines of its content, without the indentation of the fence.
    pub(crate) lines: Vec<&'a str>,
}

/// The lines outside of fenced blocks, each with its number from 1.
pub(crate) fn prose(text: &str) -> Vec<(usize, &str)> {
    read(text).0
}

/// The fenced blocks, in order; one that nothing closes ends with the text.
pub(crate) fn blocks(text: &str) -> Vec<Block<'_>> {
    read(text).1
}

fn read(text: &str) -> (Vec<(usize, &str)>, Vec<Block<'_>>) {
    let (mut prose, mut blocks) = (Vec::new(), Vec::new());
    // The open fence, with its indentation, and its block so far.
    let mut open: Option<(&str, usize, Block<'_>)> = None;
    for (index, line) in text.lines().enumerate() {
        let trimmed = line.trim_start();
        let mark = ["```", "~~~"].into_iter().find(|mark| trimmed.starts_with(mark));
        match (&mut open, mark) {
            (None, None) => prose.push((index + 1, line)),
            (None, Some(mark)) => {
                let block =
                    Block { line: index + 2, language: trimmed[mark.len()..].trim(), lines: Vec::new() };
                open = Some((mark, line.len() - trimmed.len(), block));
            }
            (Some((fence, _, _)), Some(mark)) if *fence == mark => {
                blocks.extend(open.take().map(|(_, _, block)| block));
            }
            (Some((_, indentation, block)), _) => {
                block.lines.push(&line[(*indentation).min(line.len() - trimmed.len())..]);
            }
        }
    }
    blocks.extend(open.map(|(_, _, block)| block));
    (prose, blocks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_what_is_in_no_block() {
        let text = "# A\n```sh\ncode\n```\nb\n~~~\n```\n~~~\nc";
        assert_eq!(prose(text), [(1, "# A"), (5, "b"), (9, "c")]);
    }

    #[test]
    fn a_block_has_its_language_and_its_lines_without_the_fence_s_indentation() {
        let block = |line, language, lines: &[&'static str]| Block { line, language, lines: lines.to_vec() };
        let text = "a\n   ```sh\n   one\n     two\n\n   ```\n```rust,no_run\nthree";
        assert_eq!(
            blocks(text),
            [block(3, "sh", &["one", "  two", ""]), block(8, "rust,no_run", &["three"])]
        );
    }
}
