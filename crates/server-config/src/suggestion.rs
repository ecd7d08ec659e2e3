//! Suggestions for unknown names.

use strsim::osa_distance;

/// The end of a message about an unknown name.
pub(super) fn did_you_mean<'n>(written: &str, names: impl Iterator<Item = &'n str>) -> String {
    nearest(written, names).map(|meant| format!("; did you mean {meant}?")).unwrap_or_default()
}

/// The nearest of these names, if it is near enough to be a typing error.
pub(super) fn nearest<'n>(written: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    fn last(path: &str) -> &str {
        path.rsplit_once('.').map_or(path, |(_, last)| last)
    }
    // The section does not count, but a key in the right one is slightly nearer.
    let distance = |name| osa_distance(written, name).min(osa_distance(last(written), last(name)) + 1);
    let (distance, name) = names.map(|name| (distance(name), name)).min()?;
    (distance <= 1 + written.chars().count() / 4).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_name_and_nonsense_finds_none() {
        let found =
            |written| nearest(written, ["listen", "sessions", "limits.links", "limits.rooms"].into_iter());
        assert_eq!(found("lisetn"), Some("listen"));
        assert_eq!(found("session"), Some("sessions"));
        assert_eq!(found("limit.links"), Some("limits.links"));
        assert_eq!(found("links"), Some("limits.links"), "in the wrong section");
        assert_eq!(found("colour"), None);
    }
}
