//! Routes requests to responses.

use super::answer::Answer;
use super::guard::{self, Forbidden};
use super::key;
use super::request::{Refusal, Request};
use crate::web_page::{self, WebPage};
use crate::{Action, Inspected, why};

const BODY: &str = include_str!("page.html");
const BUTTONS: &str = include_str!("buttons.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The response to a request; `None` if there is none to send.
pub(super) fn answer(
    request: &Result<Request, Refusal>,
    key: &str,
    inspected: &dyn Inspected,
) -> Option<Answer> {
    let request = match request {
        Ok(request) => request,
        Err(Refusal::Nothing) => return None,
        Err(Refusal::Malformed) => return Some(Answer::words("400 Bad Request", "Malformed request.")),
        Err(Refusal::TooLong) => return Some(Answer::words("413 Content Too Large", "This is too long.")),
    };
    Some(match guard::check(request) {
        Err(Forbidden::Host) => {
            let words = "This page is for this machine only: open it as http://127.0.0.1:….";
            Answer::words("421 Misdirected Request", words)
        }
        Err(Forbidden::Origin) => Answer::words("403 Forbidden", "Only the page itself may ask for that."),
        Ok(()) => within(request, key, inspected),
    })
}

fn within(request: &Request, key: &str, inspected: &dyn Inspected) -> Answer {
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let mut parts = path.trim_start_matches('/').splitn(2, '/');
    if !parts.next().is_some_and(|part| key::is_same(part, key)) {
        return Answer::words("403 Forbidden", "Open this page by its whole address, as it was printed.");
    }
    match (&*request.method, parts.next()) {
        ("GET", Some("")) => Answer::page(page()),
        ("GET", Some("snapshot.json")) => Answer::json(inspected.snapshot().to_json()),
        ("GET", Some("why.json")) => diagnose(query, inspected),
        ("POST", Some("act")) => act(&request.body, inspected),
        // The page's links are relative to its folder.
        ("GET", None) => Answer::words("404 Not Found", "The address ends with a slash."),
        ("GET" | "POST", _) => Answer::words("404 Not Found", "There is nothing here."),
        _ => Answer::words("405 Method Not Allowed", "Only GET and POST are known here."),
    }
}

fn page() -> String {
    let head = format!("<style>{}{STYLE}</style>", web_page::STYLE);
    let body = format!("{BODY}<script>{}{SCRIPT}</script>", web_page::SCRIPT);
    let page = WebPage { title: "Consonance inspector", head: &head, buttons: BUTTONS, body: &body };
    page.to_html()
}

fn diagnose(query: &str, inspected: &dyn Inspected) -> Answer {
    let value = |name: &str| {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.into_iter().find(|(key, _)| *key == name).map(|(_, value)| decode(value))
    };
    let (Some(speaker), Some(listener)) = (value("speaker"), value("listener")) else {
        return Answer::words("400 Bad Request", "Name a speaker and a listener.");
    };
    let diagnosis = why(&[inspected.snapshot()], &speaker, &listener);
    let mut json = serde_json::to_value(&diagnosis).unwrap_or_default();
    json["verdict"] = diagnosis.verdict().into();
    Answer::json(json.to_string())
}

fn act(body: &[u8], inspected: &dyn Inspected) -> Answer {
    match serde_json::from_slice::<Action>(body) {
        Ok(action) if inspected.act(&action) => Answer::json("{}".into()),
        Ok(_) => Answer::words("409 Conflict", "That cannot be done here."),
        Err(error) => Answer::words("400 Bad Request", &format!("Invalid action: {error}.")),
    }
}

/// `%41+b` is `A b`; an invalid code stays unchanged.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let code = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let code = code.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let code = code.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (first, code) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
                continue;
            }
            (b'+', _) => bytes.push(b' '),
            _ => bytes.push(*first),
        }
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_through_an_address() {
        assert_eq!(decode("%C3%84lice+B%2B"), "Älice B+");
        assert_eq!(decode("100%"), "100%");
        assert_eq!(decode("%zz%4%+1"), "%zz%4% 1");
        assert_eq!(decode("%ff"), "\u{fffd}");
    }

    #[test]
    fn the_page_is_one_file_that_takes_nothing_from_elsewhere() {
        let page = page();
        assert!(page.contains("<style>") && page.contains("<script>"));
        for elsewhere in ["http:", "https:", "src=", "@import", "url("] {
            let places: Vec<&str> = page.lines().filter(|line| line.contains(elsewhere)).collect();
            let own = "http://www.w3.org/2000/svg";
            assert!(places.iter().all(|line| line.contains(own)), "{elsewhere}: {places:?}");
        }
    }

    #[test]
    fn the_script_writes_no_markup_from_names() {
        let page = page();
        for markup in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("] {
            assert!(!page.contains(markup), "{markup}");
        }
    }
}
