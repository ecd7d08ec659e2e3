//! The span of log lines about a link.

use consonance_session::LinkId;
use tracing::{Span, error_span};

/// Made when it is needed, as links are many and lines are few.
pub(super) fn link_span(link: LinkId) -> Span {
    error_span!("link", link = link.0)
}
