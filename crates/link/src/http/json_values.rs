//! How many values a JSON text has, without reading it.

/// The number of values that a JSON text has at most: each begins the text, a list or an object, or stands behind a
/// comma.
///
/// A reader that does not know yet what belongs to a text, as for types that are told apart by their content, keeps all
/// of it: 60 bytes for each byte of nested lists. So the number has to be bounded before.
pub fn json_values(text: &[u8]) -> usize {
    let (mut values, mut is_quoted, mut is_escaped) = (1, false, false);
    for byte in text {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = is_quoted,
            b'"' => is_quoted = !is_quoted,
            b'[' | b'{' | b',' if !is_quoted => values += 1,
            _ => {}
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_outside_of_texts() {
        for (text, values) in [
            ("1", 1),
            ("[1,2]", 3),
            ("[[[[", 5),
            (r#"{"a":[1,2],"b":{}}"#, 6),
            (r#""[[,,{{""#, 1),
            (r#"["\"[,","\\",1]"#, 4),
            ("", 1),
        ] {
            assert_eq!(json_values(text.as_bytes()), values, "{text}");
        }
    }
}
