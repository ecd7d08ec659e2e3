//! Secret texts: from a file, from the standard input, or from a variable, so that they need not be among the
//! arguments, which every user of the machine can read.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The secret from the argument, from the file, or from the environment variable, in this order.
pub(crate) fn given(
    argument: Option<&str>,
    file: Option<&Path>,
    name: &str,
) -> Result<Option<String>, String> {
    match (argument, file) {
        (Some(text), _) => Ok(Some(text.trim().to_owned())),
        (None, Some(path)) => read(path).map(Some),
        (None, None) => Ok(variable(name)),
    }
}

/// The contents of a file, or the first line of the standard input (`-`), without surrounding white space.
pub(crate) fn read(path: &Path) -> Result<String, String> {
    let text = if path == Path::new("-") { read_line() } else { read_file(path) };
    let text = text.map_err(|error| why_not(path, &error))?;
    if text.len() as u64 > BYTES_MAX {
        return Err(format!(
            "{} has more than {BYTES_MAX} bytes, too long for a key or a token",
            path.display()
        ));
    }
    Ok(text.trim().to_owned())
}

/// The value of an environment variable, if it is set and not empty.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// A secret given as an argument is in the shell's history already, and should not be in our messages as well.
fn why_not(path: &Path, error: &io::Error) -> String {
    let given = path.to_string_lossy();
    if given.starts_with("eyJ") || given.starts_with('{') {
        return "this is the secret itself, and every user of this machine can see it on the command line; \
                write it to a file and name that, or - for the standard input"
            .to_owned();
    }
    format!("cannot read {given}: {error}")
}

fn read_file(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(BYTES_MAX + 1).read_to_string(&mut text)?;
    Ok(text)
}

/// The rest after the line is left to the next reader, in whole lines.
fn read_line() -> io::Result<String> {
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    Ok(line)
}

/// A set of 64 keys has a tenth of it.
const BYTES_MAX: u64 = 1 << 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_in_place_of_its_file_is_not_said_again() {
        for secret in ["eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhIn0.c2ln", r#"{"kty":"oct","k":"c2VjcmV0"}"#] {
            let words = read(Path::new(secret)).unwrap_err();
            assert!(words.contains("is the secret itself") && !words.contains(secret), "{words}");
        }
        assert!(read(Path::new("/nowhere/token")).unwrap_err().contains("/nowhere/token"));
    }
}
