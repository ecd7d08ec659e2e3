//! Which NATS servers keep what nodes share.

/// The first version whose store reads one record without asking its leader, and names consumers.
pub(crate) const NEEDED: &str = "2.9.0";

/// Whether a server of this version is known not to do. The version stands in a server's first line, which is in the
/// clear, so that it decides nothing.
pub(crate) fn is_too_old(version: &str) -> bool {
    match (numbers(version), numbers(NEEDED)) {
        (Some(found), Some(needed)) => found < needed,
        _ => false,
    }
}

/// The first two numbers of a version.
fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split('.').map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_too_old_by_its_first_two_numbers() {
        for (version, expected) in [
            ("2.8.4", true),
            ("2.9.0", false),
            ("2.9.10", false),
            ("2.10.0-RC.3", false),
            ("2.15.1", false),
            ("1.99.0", true),
            ("3.0.0", false),
            ("", false),
            ("2", false),
            ("x.y", false),
        ] {
            assert_eq!(is_too_old(version), expected, "{version}");
        }
    }
}
