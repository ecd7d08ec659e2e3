//! Suggestions for unknown names.

/// The end of a message about an unknown name.
pub(super) fn did_you_mean<'n>(written: &str, names: impl Iterator<Item = &'n str>) -> String {
    nearest(written, names).map(|meant| format!("; did you mean {meant}?")).unwrap_or_default()
}

/// The nearest of these names, if it is near enough to be a typing error.
pub(super) fn nearest<'n>(written: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let last = |path: &'n str| path.rsplit_once('.').map_or(path, |(_, last)| last);
    let distance = |name: &'n str| {
        let whole = edits(written, name);
        // The section does not count, but a key in the right one is slightly nearer.
        let own = written.rsplit_once('.').map_or(written, |(_, own)| own);
        whole.min(edits(own, last(name)) + 1)
    };
    let (distance, name) = names.map(|name| (distance(name), name)).min()?;
    (distance <= 1 + written.chars().count() / 4).then_some(name)
}

/// How many letters have to be put in, taken out, exchanged or swapped with their neighbours to make one of the other:
/// optimal string alignment (Damerau 1964).
fn edits(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut before_last = vec![0; other.len() + 1];
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for i in 1..=one.len() {
        let mut row = vec![i];
        for j in 1..=other.len() {
            let exchanged = last[j - 1] + usize::from(one[i - 1] != other[j - 1]);
            let mut fewest = exchanged.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1] {
                fewest = fewest.min(before_last[j - 2] + 1);
            }
            row.push(fewest);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 4] = ["listen", "sessions", "limits.links", "limits.rooms"];

    #[test]
    fn a_slip_finds_its_name_and_nonsense_finds_none() {
        let found = |written| nearest(written, NAMES.into_iter());
        assert_eq!(found("lisetn"), Some("listen"));
        assert_eq!(found("session"), Some("sessions"));
        assert_eq!(found("limit.links"), Some("limits.links"));
        assert_eq!(found("links"), Some("limits.links"), "in the wrong section");
        assert_eq!(found("colour"), None);
    }

    #[test]
    fn edits_are_counted_letter_by_letter() {
        for (one, other, count) in
            [("", "abc", 3), ("abc", "abc", 0), ("acb", "abc", 1), ("kitten", "sitting", 3)]
        {
            assert_eq!((edits(one, other), edits(other, one)), (count, count), "{one} {other}");
        }
    }
}
