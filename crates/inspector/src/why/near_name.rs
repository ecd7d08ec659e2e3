//! Finds the name that was probably meant.

/// The name most similar to `wanted`: in different case, with a letter or two wrong, or a part of it. `None` if none
/// is.
pub(super) fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded: Vec<char> = fold(wanted);
    let distances = names.into_iter().filter(|name| *name != wanted).filter_map(|name| {
        let other = fold(name);
        let distance = distance(&folded, &other);
        let allowed = (folded.len().max(other.len()) / 3).clamp(1, 2);
        (distance <= allowed || is_part(&folded, &other) || is_part(&other, &folded))
            .then_some((distance, name))
    });
    distances.min().map(|(_, name)| name)
}

fn fold(name: &str) -> Vec<char> {
    name.trim().chars().take(LONGEST).flat_map(char::to_lowercase).collect()
}

fn is_part(part: &[char], whole: &[char]) -> bool {
    part.len() >= 3 && whole.windows(part.len()).any(|window| window == part)
}

/// The number of letters to insert, delete, change, or swap with their neighbour (the optimal string alignment form of
/// the Damerau–Levenshtein distance).
fn distance(one: &[char], other: &[char]) -> usize {
    let width = other.len() + 1;
    let mut table = vec![0; (one.len() + 1) * width];
    for row in 0..=one.len() {
        for column in 0..width {
            table[row * width + column] = if row == 0 || column == 0 {
                row + column
            } else {
                let at = |up: usize, left: usize| table[(row - up) * width + column - left];
                let changed = at(1, 1) + usize::from(one[row - 1] != other[column - 1]);
                let least = changed.min(at(1, 0) + 1).min(at(0, 1) + 1);
                let is_swap = row > 1
                    && column > 1
                    && one[row - 1] == other[column - 2]
                    && one[row - 2] == other[column - 1];
                if is_swap { least.min(at(2, 2) + 1) } else { least }
            };
        }
    }
    table[one.len() * width + other.len()]
}

/// Names have at most 128 bytes; longer ones are not compared.
const LONGEST: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_found_and_another_name_is_not() {
        let names = ["Alice", "Bob", "Caroline", "Dave"];
        let near = |wanted| nearest(wanted, names);
        assert_eq!(near("alice"), Some("Alice"));
        assert_eq!(near("Alcie"), Some("Alice"));
        assert_eq!(near("Alxxe"), None, "five letters, two of them wrong, is another name");
        assert_eq!(near("Alicee"), Some("Alice"));
        assert_eq!(near("Carol"), Some("Caroline"));
        assert_eq!(near("Bob "), Some("Bob"));
        assert_eq!(near("Eve"), None);
        assert_eq!(near("Bob"), None, "the same name is not another one");
        assert_eq!(nearest("", ["", "A"]), Some("A"));
    }
}
