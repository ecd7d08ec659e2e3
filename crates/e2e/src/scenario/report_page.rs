//! `report.html`: the report as a page that needs nothing but a browser, in the frame of all our pages.

use consonance_inspector::web_page::{self, WebPage};

use crate::scenario::report::Report;

/// The whole page; what was heard wrongly, and the logs, are beside it.
///
/// # Errors
/// If the report is not JSON, which cannot be.
pub(crate) fn render(report: &Report) -> Result<String, serde_json::Error> {
    // Nothing in it can end the element that it stands in.
    let data = serde_json::to_string(report)?.replace('<', "\\u003c");
    let head = format!("<style>{}{STYLE}</style>", web_page::STYLE);
    let body = format!(
        "{BODY}<script type=\"application/json\" id=\"data\">{data}</script>\n<script>{}{SCRIPT}</script>",
        web_page::SCRIPT
    );
    Ok(WebPage { title: "Consonance, end-to-end scenario", head: &head, buttons: BADGE, body: &body }
        .to_html())
}

const STYLE: &str = include_str!("report_page/page.css");
const BODY: &str = include_str!("report_page/page.html");
const SCRIPT: &str = include_str!("report_page/page.js");
const BADGE: &str = "<p id=\"badge\"></p>";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_the_whole_report_in_it_and_nothing_of_it_is_markup() {
        let report = Report { notes: vec!["</script><b>hostile".to_owned()], ..Report::default() };
        let page = render(&report).unwrap();
        assert!(page.contains("\\u003c/script>\\u003cb>hostile") && !page.contains("<b>hostile"));
        let data = page.split("id=\"data\">").nth(1).unwrap().split("</script>").next().unwrap();
        let read: serde_json::Value = serde_json::from_str(data).unwrap();
        assert_eq!(read["notes"][0], "</script><b>hostile");
    }
}
