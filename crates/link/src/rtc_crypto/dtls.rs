//! DTLS 1.2 as str0m asks for it: `dimpl` with the cryptography of this folder.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use dimpl::crypto::CryptoProvider;
use dimpl::{Config, Error};
use str0m::crypto::dtls::{
    DtlsCert, DtlsImplError, DtlsInstance, DtlsOutput, DtlsProvider, DtlsVersion, ProtocolVersion,
};
use str0m_proto::crypto::CryptoError;

use super::{digests::Hashes, key_exchange, record_protection, signatures::Signatures};

#[derive(Debug)]
pub(super) struct Dtls;

impl DtlsProvider for Dtls {
    fn generate_certificate(&self) -> Option<DtlsCert> {
        // The certificate's name is never read: peers verify the fingerprint from the signalling.
        let made = rcgen::generate_simple_self_signed(["WebRTC".to_owned()]).ok()?;
        Some(DtlsCert {
            certificate: made.cert.der().to_vec(),
            private_key: made.signing_key.serialize_der(),
        })
    }

    fn new_dtls(
        &self,
        cert: &DtlsCert,
        now: Instant,
        _version: DtlsVersion,
        mtu: Option<usize>,
    ) -> Result<Box<dyn DtlsInstance>, CryptoError> {
        // ICE has verified the peer's address before DTLS begins, so cookies would be redundant.
        let mut config = Config::builder().with_crypto_provider(cryptography()).use_server_cookie(false);
        if let Some(mtu) = mtu {
            config = config.mtu(mtu);
        }
        let config = config.build().map_err(|error: Error| CryptoError::Other(error.to_string()))?;
        let certificate = dimpl::DtlsCertificate {
            certificate: cert.certificate.clone(),
            private_key: cert.private_key.clone(),
        };
        Ok(Box::new(Connection(dimpl::Dtls::new_12(Arc::new(config), certificate, now))))
    }
}

fn cryptography() -> CryptoProvider {
    CryptoProvider {
        kx_groups: key_exchange::GROUPS,
        signature_verification: &Signatures,
        key_provider: &Signatures,
        secure_random: &Signatures,
        hash_provider: &Hashes,
        hmac_provider: &Hashes,
        cipher_suites: record_protection::SUITES,
        dtls13_cipher_suites: record_protection::SUITES_13,
    }
}

struct Connection(dimpl::Dtls);

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").finish_non_exhaustive()
    }
}

impl DtlsInstance for Connection {
    fn set_active(&mut self, active: bool) {
        self.0.set_active(active);
    }

    fn handle_packet(&mut self, packet: &[u8]) -> Result<(), DtlsImplError> {
        self.0.handle_packet(packet)
    }

    fn poll_output<'a>(&mut self, buf: &'a mut [u8]) -> DtlsOutput<'a> {
        self.0.poll_output(buf)
    }

    fn handle_timeout(&mut self, now: Instant) -> Result<(), DtlsImplError> {
        self.0.handle_timeout(now)
    }

    fn send_application_data(&mut self, data: &[u8]) -> Result<usize, DtlsImplError> {
        self.0.send_application_data(data)
    }

    fn is_active(&self) -> bool {
        self.0.is_active()
    }

    fn protocol_version(&self) -> Option<ProtocolVersion> {
        self.0.protocol_version()
    }

    fn is_closing(&self) -> bool {
        self.0.is_closing()
    }

    fn is_closed(&self) -> bool {
        self.0.is_closed()
    }

    fn close(&mut self) -> Result<(), DtlsImplError> {
        self.0.close()
    }
}

#[cfg(test)]
mod tests {
    use rcgen::PublicKeyData as _;

    use super::super::public_key::tests::version_1;
    use super::*;

    /// Both ends verify the other's signature, so both roles are tried.
    #[test]
    fn peers_with_certificates_of_version_1_shake_hands() {
        let mut ends = [true, false].map(|is_active| {
            let key = rcgen::KeyPair::generate().unwrap();
            let certificate = version_1(&key.subject_public_key_info());
            end(&DtlsCert { certificate, private_key: key.serialize_der() }, is_active)
        });
        assert_eq!(shake_hands(&mut ends), Ok(2));
    }

    #[test]
    fn a_peer_with_another_s_certificate_is_refused() {
        let mut ends = [true, false].map(|is_active| {
            let [key, another] = [(); 2].map(|()| rcgen::KeyPair::generate().unwrap());
            let certificate = version_1(&another.subject_public_key_info());
            end(&DtlsCert { certificate, private_key: key.serialize_der() }, is_active)
        });
        shake_hands(&mut ends).unwrap_err();
    }

    fn end(certificate: &DtlsCert, is_active: bool) -> Box<dyn DtlsInstance> {
        let mut end = Dtls.new_dtls(certificate, Instant::now(), DtlsVersion::Dtls12, None).unwrap();
        end.set_active(is_active);
        end.handle_timeout(Instant::now()).unwrap();
        end
    }

    /// How many ends are connected when they have nothing more to say.
    fn shake_hands(ends: &mut [Box<dyn DtlsInstance>; 2]) -> Result<usize, String> {
        let (mut connected, mut is_quiet) = (0, false);
        while !std::mem::replace(&mut is_quiet, true) {
            for at in 0..2 {
                ends[at].handle_timeout(Instant::now()).map_err(|error| error.to_string())?;
                loop {
                    let mut buffer = [0; 2048];
                    match ends[at].poll_output(&mut buffer) {
                        DtlsOutput::Packet(packet) => {
                            is_quiet = false;
                            let packet = packet.to_vec();
                            ends[1 - at].handle_packet(&packet).map_err(|error| error.to_string())?;
                        }
                        DtlsOutput::Connected => connected += 1,
                        DtlsOutput::Timeout(_) => break,
                        _ => {}
                    }
                }
            }
        }
        Ok(connected)
    }
}
