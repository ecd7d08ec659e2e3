//! The page on this machine that shows a snapshot, and its interface for programs.
//!
//! [`Inspector`] listens on 127.0.0.1 only, and everything is below an unguessable key in its address:
//! `http://127.0.0.1:PORT/KEY/`.
//!
//! | request | answer |
//! |---|---|
//! | `GET /KEY/` | the page, in one file, without anything from elsewhere |
//! | `GET /KEY/snapshot.json` | the [`Snapshot`](crate::Snapshot) |
//! | `GET /KEY/why.json?speaker=A&listener=B` | the [`Diagnosis`](crate::Diagnosis) from that snapshot alone |
//! | `POST /KEY/act` with an [`Action`](crate::Action) | done, or not |
//!
//! Pages of other sites cannot use it, even if their names are made to point here: the `Host` must be this machine's,
//! and requests that change something must come from the page itself (`Origin`). Connections, sizes and times are
//! limited, and anything beyond is refused and counted.

mod answer;
mod client;
mod connection;
mod guard;
mod inspector;
mod key;
mod request;
mod route;

pub use client::{FetchError, InspectorClient};
pub use connection::PageCounts;
pub use inspector::{Inspector, InspectorError, InspectorSettings};

#[cfg(test)]
mod tests {
    #[test]
    fn what_one_presses_stands_beside_the_name_where_narrow_windows_show_it() {
        let script = include_str!("page/page.js");
        let table = script.split("card($(\"players\"), \"all\", \"Players\")").nth(1).unwrap_or_default();
        let place = |words: &str| table.find(words).unwrap_or_else(|| panic!("no {words}"));
        let first = [place("title: \"Name\""), place("\"Volume\""), place("press(mute"), place("\"Why?\"")];
        let last =
            ["\"Delay\"", "\"Jitter\"", "\"Made up, stretched, skipped\"", "\"Comes through\""].map(place);
        assert!(first.iter().max() < last.iter().min(), "{first:?} {last:?}");
        let volume = table.lines().find(|line| line.contains("text(\"Volume\"")).unwrap_or_default();
        assert!(!volume.contains("wide"), "narrow windows leave that out: {volume}");
    }
}
