//! The conditions of compilation that hold here: code that is not compiled has no mutants.

use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token};

/// Whether every `#[cfg(…)]` among these attributes holds for a library on this machine, all features enabled.
pub(super) fn is_active(attributes: &[Attribute]) -> bool {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).all(|attribute| {
        let Meta::List(list) = &attribute.meta else { return true };
        list.parse_args::<Meta>().is_ok_and(|condition| holds(&condition))
    })
}

fn holds(condition: &Meta) -> bool {
    match condition {
        Meta::Path(path) => {
            (path.is_ident("unix") && cfg!(unix))
                || (path.is_ident("windows") && cfg!(windows))
                || path.is_ident("debug_assertions")
        }
        Meta::NameValue(pair) if pair.path.is_ident("target_os") => {
            matches!(&pair.value, syn::Expr::Lit(literal)
                if matches!(&literal.lit, syn::Lit::Str(name) if name.value() == std::env::consts::OS))
        }
        Meta::NameValue(_) => true,
        Meta::List(list) => {
            let parts = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
            let Ok(parts) = parts else { return true };
            if list.path.is_ident("not") {
                !parts.iter().all(holds)
            } else if list.path.is_ident("any") {
                parts.iter().any(holds)
            } else {
                parts.iter().all(holds)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn active(text: &str) -> bool {
        is_active(crate::tidy::test_code::attributes(&syn::parse_str(text).unwrap()))
    }

    #[test]
    fn leaves_out_tests_and_code_of_other_systems() {
        assert!(active("#[inline] fn a() {}"));
        assert!(active("#[cfg(any(unix, windows))] fn a() {}"));
        assert!(active("#[cfg(feature = \"hook\")] fn a() {}"));
        assert!(!active("#[cfg(test)] mod a {}"));
        assert!(!active("#[cfg(not(feature = \"hook\"))] fn a() {}"));
        assert!(!active("#[cfg(all(unix, windows))] fn a() {}"));
        assert!(!active("#[cfg(target_os = \"no such system\")] fn a() {}"));
    }
}
