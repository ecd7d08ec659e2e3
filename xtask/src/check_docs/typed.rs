//! The line that is really typed: the shown command with its placeholders replaced.

use std::path::Path;

use super::script::{Step, Value, Way};

/// The line for a shell; `scratch` takes the place of the machine's own folders, and `printed` is what the running
/// commands of the scene have printed, the last command's first.
///
/// # Errors
/// If a value that it needs has not been printed.
pub(super) fn line(step: &Step, scratch: &Path, printed: &[String]) -> Result<String, String> {
    let mut line = step.command.to_owned();
    for (shown, value) in step.stands_for {
        let typed = match value {
            Value::Is(typed) => (*typed).to_owned(),
            Value::Folder(below) => scratch.join(below).display().to_string(),
            Value::Said(words) => {
                let said = printed.iter().find_map(|text| said(text, words));
                said.ok_or_else(|| format!("nothing was printed behind {words:?}"))?
            }
        };
        line = line.replace(shown, &typed);
    }
    let line = with_address(&line, printed)?;
    // The shell itself does not survive Ctrl-C, so the command replaces it.
    Ok(if matches!(step.way, Way::Stays) { format!("exec {line}") } else { line })
}

/// The word behind the last occurrence of these words.
pub(super) fn said(printed: &str, words: &str) -> Option<String> {
    printed.rsplit_once(words)?.1.split_whitespace().next().map(str::to_owned)
}

/// Replaces the beginning of an address with `…` by the last printed address that begins so.
fn with_address(line: &str, printed: &[String]) -> Result<String, String> {
    let Some((before, after)) = line.split_once('…') else { return Ok(line.to_owned()) };
    let begins = before.rsplit([' ', '\'']).next().unwrap_or_default();
    let words = |text: &String| text.split([' ', '\n', '\'']).map(str::to_owned).collect::<Vec<_>>();
    let address =
        printed.iter().find_map(|text| words(text).into_iter().rfind(|word| word.starts_with(begins)));
    let address = address.ok_or_else(|| format!("no address that begins with {begins} was printed"))?;
    Ok(format!("{}{address}{after}", before.strip_suffix(begins).unwrap_or(before)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_the_last_that_begins_so() {
        let printed = ["session \"main\" is open at quic://[::1]:7/main#sha256=0a\n".to_owned()];
        let line = |shown| with_address(shown, &printed);
        assert_eq!(
            line("join 'quic://…' --name A").unwrap(),
            "join 'quic://[::1]:7/main#sha256=0a' --name A"
        );
        assert_eq!(
            line("join quic://[::1]:7/main#sha256=… --x").unwrap(),
            "join quic://[::1]:7/main#sha256=0a --x"
        );
        assert_eq!(line("ls").unwrap(), "ls");
        assert_eq!(line("join ws://…").unwrap_err(), "no address that begins with ws:// was printed");
    }

    #[test]
    fn what_was_said_is_the_word_behind_the_words() {
        assert_eq!(
            said("inspector: http://a/\nmore\ninspector: http://b/ here", "inspector: ").unwrap(),
            "http://b/"
        );
        assert_eq!(said("nothing", "inspector: "), None);
    }
}
