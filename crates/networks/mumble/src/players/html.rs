//! Texts of Mumble's clients are HTML; those of a session are plain.

/// Plain text as HTML that shows it.
pub(crate) fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\n' => html.push_str("<br/>"),
            '\r' => {}
            other => html.push(other),
        }
    }
    html
}

/// The text that HTML shows, without pictures and styles. Takes time in proportion to its length, whatever it is.
pub(crate) fn stripped(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    // Behind the last `>`, no tag ends: searching for an end again at each `<` would take the square of the length.
    let mut tag_bytes = html.rfind('>').map_or(0, |last| last + 1);
    while let Some(at) = find(rest, |byte| matches!(byte, b'<' | b'&')) {
        text.push_str(&rest[..at]);
        let special = &rest[at..];
        tag_bytes = tag_bytes.saturating_sub(at);
        rest = match special.starts_with('<') {
            true if tag_bytes > 0 => skip_tag(special, &mut text),
            true => as_it_is(special, &mut text),
            false => read_entity(special, &mut text),
        };
        tag_bytes = tag_bytes.saturating_sub(special.len() - rest.len());
    }
    text.push_str(rest);
    text.trim().to_owned()
}

/// A first character that means itself: `<` or `&`.
fn as_it_is<'h>(html: &'h str, text: &mut String) -> &'h str {
    let (first, rest) = html.split_at(1);
    text.push_str(first);
    rest
}

/// Skips a tag, and returns the rest. A `<` that begins no tag is plain text.
fn skip_tag<'h>(html: &'h str, text: &mut String) -> &'h str {
    let inside = &html[1..];
    let begins_tag =
        inside.starts_with(|first: char| first.is_ascii_alphabetic() || matches!(first, '/' | '!'));
    if !begins_tag {
        return as_it_is(html, text);
    }
    let Some((tag, behind)) = split_at_end(inside) else { return as_it_is(html, text) };
    let name = tag.split(char::is_whitespace).next().unwrap_or_default().trim_end_matches('/');
    let is = |names: &[&str]| names.iter().any(|it| name.eq_ignore_ascii_case(it));
    // The contents of these elements are not shown.
    if let Some(hidden) = ["style", "script", "head"].into_iter().find(|hidden| is(&[*hidden])) {
        return skip_to_end(behind, hidden);
    }
    if is(&["br", "/p", "/div", "/li", "/tr"]) && !text.is_empty() {
        text.push('\n');
    }
    behind
}

/// The rest of the text after the end of an element.
fn skip_to_end<'h>(html: &'h str, name: &str) -> &'h str {
    let is_end = |behind: &str| {
        behind.as_bytes().get(..name.len()).is_some_and(|word| word.eq_ignore_ascii_case(name.as_bytes()))
    };
    let mut rest = html;
    while let Some(at) = find(rest, |byte| byte == b'<') {
        rest = &rest[at + 1..];
        if rest.strip_prefix('/').is_some_and(is_end) {
            return split_at_end(rest).map_or("", |(_, behind)| behind);
        }
    }
    ""
}

/// A tag, and what is behind it.
fn split_at_end(html: &str) -> Option<(&str, &str)> {
    let end = find(html, |byte| byte == b'>')?;
    Some((&html[..end], &html[end + 1..]))
}

/// The first byte of ASCII that is searched for. Every search is made here, so that tests can count the bytes.
fn find(html: &str, is_it: impl Fn(u8) -> bool) -> Option<usize> {
    let at = html.bytes().position(is_it);
    #[cfg(test)]
    tests::SEARCHED.set(tests::SEARCHED.get() + at.map_or(html.len(), |at| at + 1));
    at
}

/// Reads a character reference such as `&amp;`. An `&` that begins none is an ordinary character.
fn read_entity<'h>(html: &'h str, text: &mut String) -> &'h str {
    let near = &html.as_bytes()[1..html.len().min(ENTITY_BYTES_MAX + 2)];
    let letter = near.iter().position(|byte| *byte == b';').and_then(|end| {
        let letter = letter_of(&html[1..=end])?;
        Some((letter, &html[end + 2..]))
    });
    let Some((letter, behind)) = letter else { return as_it_is(html, text) };
    text.push(letter);
    behind
}

fn letter_of(name: &str) -> Option<char> {
    let number = match name.strip_prefix('#') {
        None => {
            return Some(match name {
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                "quot" => '"',
                "apos" => '\'',
                "nbsp" => ' ',
                _ => return None,
            });
        }
        Some(digits) => match digits.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16),
            None => digits.parse(),
        },
    };
    char::from_u32(number.ok()?).filter(|letter| !letter.is_control() || *letter == '\n')
}

/// No entity that is known here is longer.
const ENTITY_BYTES_MAX: usize = 10;

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use proptest::prelude::*;

    use super::*;

    thread_local! {
        pub(super) static SEARCHED: Cell<usize> = const { Cell::new(0) };
    }

    #[test]
    fn html_becomes_the_text_that_it_shows() {
        for (html, text) in [
            ("plain", "plain"),
            ("<b>bold</b> &amp; <a href=\"x>y\">link</a>", "bold & y\">link"),
            ("one<br/>two<BR>three<br />four", "one\ntwo\nthree\nfour"),
            ("<p style=\"margin:0\">a</p><p>b</p>", "a\nb"),
            ("<html><head><style>p { color: red }</style></head><body>x</body></html>", "x"),
            ("<img src=\"data:image/png;base64,AAAA\"/>", ""),
            ("1 < 2 && 3 > 2", "1 < 2 && 3 > 2"),
            ("&lt;b&gt; &#65;&#x42; &nbsp;&unknown; &#0;", "<b> AB  &unknown; &#0;"),
            ("cut <b", "cut <b"),
            ("<script>alert(1)</SCRIPT >after", "after"),
            ("<style>never ends", ""),
            ("<style></stylé></STYLE>é<b>&amp", "é&amp"),
            ("<p>a</p>&&é;<", "a\n&&é;<"),
        ] {
            assert_eq!(stripped(html), text, "{html}");
        }
    }

    #[test]
    fn no_text_is_searched_more_than_a_few_times_over() {
        for part in [
            "&",
            "<",
            "<a",
            "</",
            "&amp",
            "<b>",
            "<style></style>",
            "<style></",
            "<script>",
            "<head></head",
            ";&",
            "<!",
        ] {
            for end in ["", ">", "</style>"] {
                let html = part.repeat(65_000 / part.len()) + end;
                SEARCHED.set(0);
                let _ = stripped(&html);
                assert!(SEARCHED.get() <= 3 * html.len(), "{} bytes for {part:?}", SEARCHED.get());
            }
        }
    }

    proptest! {
        #[test]
        fn what_was_escaped_is_the_same_when_it_is_stripped(text in "[^\\r]{0,80}") {
            prop_assert_eq!(stripped(&escaped(&text)), text.trim());
        }

        #[test]
        fn whatever_comes_is_stripped(html in "[<>&;#a-z/ \"é]{0,200}") {
            let _ = stripped(&html);
        }
    }
}
