//! The identity that a running server presents, which can be exchanged for another one.

use std::sync::{Arc, PoisonError, RwLock};

use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use crate::{Fingerprint, Identity};

/// The identity that a server presents to connecting clients; a clone is a handle for the same server.
#[derive(Clone, Debug)]
pub struct ShownIdentity(Arc<RwLock<Identity>>);

impl ShownIdentity {
    /// Creates a handle that presents this identity first.
    pub fn new(identity: Identity) -> Self {
        Self(Arc::new(RwLock::new(identity)))
    }

    /// Presents another identity from now on. Existing connections stay up; a client that dials an address with the
    /// former fingerprint no longer trusts the server.
    pub fn replace(&self, identity: Identity) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = identity;
    }

    /// The fingerprint of the certificate that it presents.
    pub fn fingerprint(&self) -> Fingerprint {
        self.0.read().unwrap_or_else(PoisonError::into_inner).fingerprint()
    }
}

impl ResolvesServerCert for ShownIdentity {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let identity = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(&identity.certified_key))
    }
}
