//! The rules for tokens, besides a signature by a key of the server.

use consonance_settings::settings;

use super::claims::AUDIENCE;
use super::signed::Signed;
use super::{Audience, Claims, Key, TokenError, WallClock};

settings! {
    /// The rules for tokens, besides a good signature. A field that is `None` requires nothing.
    #[derive(Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct TokenRules {
        /// The required audience (aud) of tokens. Default: none, but one that is present must contain consonance.
        ///
        /// RFC 7519, section 4.1.3; the one that must be in it by default is [`AUDIENCE`].
        #[example("voice.example.org")]
        pub audience: Option<String> as token_audience = None;
        /// The required issuer (iss) of tokens.
        ///
        /// RFC 7519, section 4.1.1.
        #[example("https://accounts.example.org")]
        pub issuer: Option<String> as token_issuer = None;
        /// The required type (typ) of tokens; `consonance token new` writes JWT.
        ///
        /// RFC 7515, section 4.1.9.
        #[example("JWT")]
        pub token_type: Option<String> = None;
    }
}

impl TokenRules {
    /// The claims of a token, if one of the keys has signed it, it is valid at this time, and it follows these rules.
    /// A token that names its key is checked with keys of that name and with keys that have none.
    ///
    /// # Errors
    /// The reason why the token is not valid.
    pub fn check(
        &self,
        keys: &[Key],
        token: &[u8],
        clock: impl Into<WallClock>,
    ) -> Result<Claims, TokenError> {
        if token.is_empty() {
            return Err(TokenError::Missing);
        }
        let token = str::from_utf8(token).map_err(|_| TokenError::Malformed("it is not text"))?;
        let signed = Signed::read(token)?;
        let clock = clock.into();
        let mut refused = TokenError::Signature;
        for key in keys.iter().filter(|key| key.may_have_signed(&signed)) {
            match key.verify_signed(&signed, self, clock) {
                Err(TokenError::Signature) => {}
                Err(error) => refused = error,
                claims => return claims,
            }
        }
        Err(refused)
    }

    /// Whether a token whose signature is good follows the rules.
    pub(super) fn check_signed(&self, signed: &Signed<'_>, claims: &Claims) -> Result<(), TokenError> {
        if let Some(expected) = &self.token_type
            && !signed.token_type.as_ref().is_some_and(|given| is_same_type(given, expected))
        {
            return Err(TokenError::OtherType { expected: expected.clone() });
        }
        if let Some(expected) = &self.issuer
            && claims.issuer.as_ref() != Some(expected)
        {
            return Err(TokenError::OtherIssuer { expected: expected.clone() });
        }
        match &self.audience {
            Some(expected) if claims.audience.is_none() => {
                Err(TokenError::OtherAudience { expected: expected.clone() })
            }
            _ => self.check_audience(claims),
        }
    }

    /// Whether claims that say which services they are for are for this one.
    pub(crate) fn check_audience(&self, claims: &Claims) -> Result<(), TokenError> {
        let expected = self.audience.as_deref().unwrap_or(AUDIENCE);
        let is_for_us = match &claims.audience {
            None => true,
            Some(Audience::One(service)) => service == expected,
            Some(Audience::Several(services)) => services.iter().any(|service| service == expected),
        };
        if is_for_us { Ok(()) } else { Err(TokenError::OtherAudience { expected: expected.into() }) }
    }
}

/// Media types, of which the part before the slash may be left out if it is `application`.
fn is_same_type(given: &str, expected: &str) -> bool {
    short(given).eq_ignore_ascii_case(short(expected))
}

fn short(media_type: &str) -> &str {
    match media_type.split_once('/') {
        Some((kind, rest)) if kind.eq_ignore_ascii_case("application") && !rest.contains('/') => rest,
        _ => media_type,
    }
}
