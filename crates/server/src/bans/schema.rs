//! The target of a ban in the description of the admin API: an address prefix is a text there.

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::BanTarget;

impl ToSchema for BanTarget {}

impl PartialSchema for BanTarget {
    fn schema() -> RefOr<Schema> {
        let one_of = OneOfBuilder::new().description(Some("The target of a ban."));
        let targets = [
            ("name", "A player's name, in upper or lower case."),
            ("subject", "The subject of a join token, or an account that a network vouches for."),
            ("address", "An address or a network: `192.0.2.7`, `192.0.2.0/24`, `2001:db8::/32`."),
        ];
        let with = |one_of: OneOfBuilder, (key, about): (&str, &str)| {
            let target = ObjectBuilder::new().property(key, String::schema()).required(key);
            one_of.item(target.description(Some(about)))
        };
        targets.into_iter().fold(one_of, with).into()
    }
}
