//! Names of sessions as paths of URLs.

use crate::session_name;

/// The path that names a session; `/` if the name is empty.
pub(crate) fn path_of(session: &str) -> String {
    format!("/{}", session_name::encode(session))
}

/// The session that a path names, empty if it names none; `None` if it is not such a path. What comes behind a `?` says
/// nothing of the session.
pub(crate) fn session_of(path: &str) -> Option<String> {
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    let session = session_name::decode(path.strip_prefix('/')?).ok()?;
    (session.is_empty() || session_name::problem(&session).is_none()).then_some(session)
}

#[cfg(test)]
mod tests {
    use crate::session_name::SESSION_NAME_CHARACTERS_MAX;

    use super::*;

    #[test]
    fn any_name_can_be_a_path_and_is_read_from_it() {
        let longest = "é".repeat(SESSION_NAME_CHARACTERS_MAX);
        for (session, path) in [
            ("", "/"),
            ("main", "/main"),
            ("a/b ü?", "/a%2Fb%20%C3%BC%3F"),
            (&longest, &format!("/{}", "%C3%A9".repeat(SESSION_NAME_CHARACTERS_MAX))),
        ] {
            assert_eq!(path_of(session), path);
            assert_eq!(session_of(path).as_deref(), Some(session));
        }
        assert_eq!(session_of("/main?token=7").as_deref(), Some("main"));
    }

    #[test]
    fn what_names_no_session_is_refused() {
        let too_long = format!("/{}", "x".repeat(SESSION_NAME_CHARACTERS_MAX + 1));
        for path in
            ["", "main", "*", "/a/b", "/main/", "/%", "/%4", "/%zz", "/%FF", "/a%00b", "/%1b", &too_long]
        {
            assert_eq!(session_of(path), None, "{path:?}");
        }
    }
}
