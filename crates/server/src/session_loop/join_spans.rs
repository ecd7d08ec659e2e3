//! The traces of joins: from a link that is up to a player in the session, or to the reason why not.
//!
//! | span | from | to |
//! |---|---|---|
//! | `join`, or `resume` | the link is up | joined, resumed, refused or disconnected |
//! | `admission` in it | the client asks to join | admitted or refused |
//! | `joining_hook` in that | the service is asked | it has answered |
//! | `takeover` in `join` | the name is in use | joined, or the newcomer no longer waits |
//!
//! No span has a player's name or address; the link's number finds them in the log.

use consonance_link::EndReason;
use consonance_session::{LinkId, ServerEvent};
use rustc_hash::FxHashMap;

use crate::spans::{OpenSpan, SpanKind, Tracer};

/// The joins of one worker that are recorded and have not ended.
#[derive(Debug, Default)]
pub(super) struct JoinSpans {
    tracer: Tracer,
    /// By our link ids; bounded by the number of links.
    open: FxHashMap<LinkId, JoinSpan>,
}

/// Fields are dropped in their order: parts end before the whole.
#[derive(Debug)]
struct JoinSpan {
    admission: OpenSpan,
    takeover: OpenSpan,
    join: OpenSpan,
}

/// The place where a link has come up.
#[derive(Clone, Copy, Debug)]
pub(super) struct LinkPlace<'p> {
    pub(super) worker: usize,
    pub(super) session: &'p str,
    pub(super) network: &'p str,
}

impl JoinSpans {
    pub(super) fn new(tracer: Tracer) -> Self {
        Self { tracer, open: FxHashMap::default() }
    }

    /// A link is up.
    pub(super) fn begin(&mut self, link: LinkId, place: LinkPlace<'_>) {
        let join = self.join(link, place);
        if join.is_recorded() {
            let (admission, takeover) = (OpenSpan::default(), OpenSpan::default());
            self.open.insert(link, JoinSpan { admission, takeover, join });
        }
    }

    /// A link was refused before it led to a session.
    pub(super) fn refuse_at_once(&self, link: LinkId, place: LinkPlace<'_>, reason: &EndReason) {
        end(self.join(link, place), "refused", Some(reason.code.name()));
    }

    /// Its client asks to join; the span of the answer, if it is recorded.
    pub(super) fn ask(&mut self, link: LinkId) -> Option<&OpenSpan> {
        let open = self.open.get_mut(&link)?;
        open.admission = open.join.child("admission", SpanKind::Internal);
        Some(&open.admission)
    }

    /// It may join.
    pub(super) fn admit(&mut self, link: LinkId) {
        if let Some(open) = self.open.get_mut(&link) {
            open.admission = OpenSpan::default();
        }
    }

    /// The link is closed; nothing if its client has joined.
    pub(super) fn refuse(&mut self, link: LinkId, reason: &EndReason) {
        self.end(link, "refused", Some(reason.code.name()));
    }

    /// The link is gone.
    pub(super) fn disconnect(&mut self, link: LinkId) {
        self.end(link, "disconnected", Some("disconnected"));
    }

    /// Something has happened in a session.
    pub(super) fn note(&mut self, event: &ServerEvent) {
        match event {
            ServerEvent::ClientJoined { link, .. } => {
                let waited = self.open.get(link).is_some_and(|open| open.takeover.is_recorded());
                self.end(*link, if waited { "took-over" } else { "joined" }, None);
            }
            ServerEvent::ClientResumed { link, .. } => {
                if let Some(open) = self.open.get_mut(link) {
                    open.join.rename("resume");
                }
                self.end(*link, "resumed", None);
            }
            ServerEvent::NameInUse { link, .. } => {
                if let Some(open) = self.open.get_mut(link) {
                    open.takeover = open.join.child("takeover", SpanKind::Internal);
                }
            }
            ServerEvent::NameClaimWithdrawn { link, .. } => {
                if let Some(open) = self.open.get_mut(link) {
                    open.takeover = OpenSpan::default();
                }
            }
            _ => {}
        }
    }

    fn join(&self, link: LinkId, place: LinkPlace<'_>) -> OpenSpan {
        let mut join = self.tracer.trace("join", SpanKind::Server);
        if join.is_recorded() {
            join.set("consonance.session", place.session.to_owned());
            join.set("consonance.network", place.network.to_owned());
            join.set("consonance.worker", place.worker as u64);
            join.set("consonance.link", link.0);
        }
        join
    }

    fn end(&mut self, link: LinkId, outcome: &'static str, error: Option<&'static str>) {
        let Some(JoinSpan { mut admission, mut takeover, join }) = self.open.remove(&link) else { return };
        if let Some(error) = error {
            // Mark the step at which the join failed.
            admission.fail(error);
            takeover.fail(error);
        }
        drop((admission, takeover));
        end(join, outcome, error);
    }
}

fn end(mut join: OpenSpan, outcome: &'static str, error: Option<&'static str>) {
    join.set("consonance.outcome", outcome);
    if let Some(error) = error {
        join.fail(error);
    }
}

#[cfg(test)]
mod tests {
    use consonance_link::EndCode;
    use consonance_session::ClientId;

    use super::*;
    use crate::spans::{FinishedSpan, FinishedSpans, TracerSettings};

    const PLACE: LinkPlace<'_> = LinkPlace { worker: 1, session: "main", network: "quic" };
    const LINK: LinkId = LinkId(7);

    fn begun() -> (JoinSpans, FinishedSpans) {
        let (tracer, finished) = Tracer::new(&TracerSettings::default());
        let mut joins = JoinSpans::new(tracer);
        joins.begin(LINK, PLACE);
        (joins, finished)
    }

    fn taken(finished: &FinishedSpans) -> Vec<FinishedSpan> {
        std::iter::from_fn(|| finished.try_next()).collect()
    }

    fn told(spans: &[FinishedSpan]) -> Vec<(&str, Option<&str>)> {
        spans.iter().map(|span| (span.name, span.error.as_deref())).collect()
    }

    #[test]
    fn a_refused_join_fails_with_the_step_that_refused_it_and_once() {
        let (mut joins, finished) = begun();
        assert!(joins.ask(LINK).is_some());
        joins.refuse(LINK, &EndCode::PasswordWrong.into());
        joins.refuse(LINK, &EndCode::ServerBusy.into());
        joins.disconnect(LINK);
        let code = Some(EndCode::PasswordWrong.name());
        let spans = taken(&finished);
        assert_eq!(told(&spans), [("admission", code), ("join", code)]);
        assert_eq!(spans[0].parent, Some(spans[1].id));
    }

    #[test]
    fn a_newcomer_that_waits_for_a_name_takes_over() {
        let (mut joins, finished) = begun();
        joins.ask(LINK);
        joins.admit(LINK);
        joins.note(&ServerEvent::NameInUse { link: LINK, name: "Alice".into(), holder: ClientId(1) });
        joins.note(&ServerEvent::NameClaimWithdrawn { link: LINK, name: "Alice".into() });
        joins.note(&ServerEvent::NameInUse { link: LINK, name: "Alicia".into(), holder: ClientId(1) });
        joins.refuse(LINK, &EndCode::NameInUse.into());
        let code = Some(EndCode::NameInUse.name());
        let spans = taken(&finished);
        let expected = [("admission", None), ("takeover", None), ("takeover", code), ("join", code)];
        assert_eq!(told(&spans), expected);
        let words = format!("{spans:?}");
        assert!(!words.contains("Alic"), "{words}");
    }

    #[test]
    fn a_link_that_is_not_recorded_has_no_parts_either() {
        let mut joins = JoinSpans::default();
        joins.begin(LINK, PLACE);
        assert!(joins.ask(LINK).is_none() && joins.open.is_empty());
    }
}
