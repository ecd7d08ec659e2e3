//! `report.html`: the report as a self-contained page, in the style of all our pages.

use consonance_inspector::web_page::{self, WebPage};

use crate::scenario::report::Report;

/// The whole page; wrong recordings and the logs are files beside it.
///
/// # Errors
/// If the report cannot be written as JSON, which does not happen.
pub(crate) fn render(report: &Report) -> Result<String, serde_json::Error> {
    // Escaped, so that the data cannot close the script element.
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
