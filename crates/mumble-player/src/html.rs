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

/// The text that HTML shows, without pictures and styles.
pub(crate) fn stripped(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        rest = if rest.starts_with('<') { skip_tag(rest, &mut text) } else { read_entity(rest, &mut text) };
    }
    text.push_str(rest);
    text.trim().to_owned()
}

/// Skips a tag, and returns the rest. A `<` that begins no tag is plain text.
fn skip_tag<'h>(html: &'h str, text: &mut String) -> &'h str {
    let inside = &html[1..];
    let begins_tag =
        inside.starts_with(|first: char| first.is_ascii_alphabetic() || matches!(first, '/' | '!'));
    let Some(end) = inside.find('>').filter(|_| begins_tag) else {
        text.push('<');
        return inside;
    };
    let (tag, behind) = (&inside[..end], &inside[end + 1..]);
    let name: String = tag.chars().take_while(|letter| !letter.is_whitespace() && *letter != '>').collect();
    match name.trim_end_matches('/').to_ascii_lowercase().as_str() {
        // The contents of these elements are not shown.
        hidden @ ("style" | "script" | "head") => return skip_to_end(behind, hidden),
        "br" | "/p" | "/div" | "/li" | "/tr" if !text.is_empty() => text.push('\n'),
        _ => {}
    }
    behind
}

/// The rest of the text after the end of an element.
fn skip_to_end<'h>(html: &'h str, name: &str) -> &'h str {
    let end = format!("</{name}");
    // ASCII lowercasing keeps byte offsets.
    let Some(at) = html.to_ascii_lowercase().find(&end) else { return "" };
    let behind = &html[at + end.len()..];
    behind.find('>').map_or("", |close| &behind[close + 1..])
}

/// Reads a character reference such as `&amp;`. An `&` that begins none is an ordinary character.
fn read_entity<'h>(html: &'h str, text: &mut String) -> &'h str {
    let name = html[1..].split_once(';').filter(|(name, _)| name.len() <= ENTITY_BYTES_MAX);
    if let Some((name, behind)) = name
        && let Some(letter) = letter_of(name)
    {
        text.push(letter);
        return behind;
    }
    text.push('&');
    &html[1..]
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
    use proptest::prelude::*;

    use super::*;

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
        ] {
            assert_eq!(stripped(html), text, "{html}");
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
