//! A client's login data.

use prost::Message as _;

use crate::certificate::CertificateHash;
use crate::control::messages::Authenticate;
use crate::version::MumbleVersion;

/// The login of a client.
#[derive(Clone, PartialEq)]
pub struct Login {
    /// The protocol version of the client.
    pub version: MumbleVersion,
    /// The client's release name.
    pub release: String,
    /// The certificate that it has presented and proved to have the key of, if any.
    pub certificate: Option<CertificateHash>,
    /// Name, password and tokens.
    pub authenticate: Authenticate,
}

/// Does not show password and tokens.
impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Login")
            .field("name", &self.authenticate.username())
            .field("version", &self.version)
            .field("release", &self.release)
            .finish_non_exhaustive()
    }
}

impl Login {
    /// Appends it as [`read`](Self::read) reads it: the greeting of a connection is bytes.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.version.v2().to_be_bytes());
        match &self.certificate {
            Some(CertificateHash { sha1, sha256 }) => {
                out.push(1);
                out.extend_from_slice(sha1);
                out.extend_from_slice(sha256);
            }
            None => out.push(0),
        }
        out.extend((self.release.len() as u32).to_be_bytes());
        out.extend_from_slice(self.release.as_bytes());
        // Writing to a vector cannot fail.
        self.authenticate.encode(out).unwrap_or_default();
    }

    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let (version, bytes) = bytes.split_first_chunk()?;
        let (&has_certificate, bytes) = bytes.split_first()?;
        let (certificate, bytes) = if has_certificate == 0 {
            (None, bytes)
        } else {
            let (sha1, bytes) = bytes.split_first_chunk()?;
            let (sha256, bytes) = bytes.split_first_chunk()?;
            (Some(CertificateHash { sha1: *sha1, sha256: *sha256 }), bytes)
        };
        let (length, bytes) = bytes.split_first_chunk()?;
        let (release, authenticate) = bytes.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        let part = |shift: u32| (u64::from_be_bytes(*version) >> shift) as u16;
        Some(Self {
            version: MumbleVersion { major: part(48), minor: part(32), patch: part(16) },
            release: String::from_utf8(release.to_vec()).ok()?,
            certificate,
            authenticate: Authenticate::decode(authenticate).ok()?,
        })
    }
}
