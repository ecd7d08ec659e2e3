//! Cryptography that hides and proves nothing, so that a fuzzer's bytes come through it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use str0m::crypto::dtls::{
    DtlsCert, DtlsImplError, DtlsInstance, DtlsOutput, DtlsProvider, DtlsVersion, KeyingMaterial,
    ProtocolVersion, SrtpProfile,
};
use str0m::crypto::{
    AeadAes256GcmCipher, CryptoError, CryptoProvider, Sha1HmacProvider, Sha256Provider, SrtpProvider,
    SupportedAeadAes128Gcm, SupportedAeadAes256Gcm, SupportedAes128CmSha1_80,
};

/// The provider of both ends of a connection.
pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(CryptoProvider {
        srtp_provider: &Transparent,
        sha1_hmac_provider: &Transparent,
        sha256_provider: &Transparent,
        dtls_provider: &Transparent,
        ..(*consonance_link::rtc_crypto::provider()).clone()
    })
}

/// Any peer's.
pub(super) fn certificate() -> DtlsCert {
    DtlsCert { certificate: vec![1], private_key: vec![1] }
}

/// The first byte of a record that carries data (RFC 6347, section 4.1).
pub(super) const DATA_RECORD: u8 = 23;

/// How many bytes stand behind a packet where AES-GCM has its tag.
pub(super) const TAG_BYTES: usize = 16;

#[derive(Debug)]
struct Transparent;

impl Sha1HmacProvider for Transparent {
    fn sha1_hmac(&self, _key: &[u8], _payloads: &[&[u8]]) -> [u8; 20] {
        [0; 20]
    }
}

impl Sha256Provider for Transparent {
    fn sha256(&self, _data: &[u8]) -> [u8; 32] {
        [0; 32]
    }
}

impl SrtpProvider for Transparent {
    fn aes_128_cm_sha1_80(&self) -> &'static dyn SupportedAes128CmSha1_80 {
        consonance_link::rtc_crypto::provider().srtp_provider.aes_128_cm_sha1_80()
    }

    fn aead_aes_128_gcm(&self) -> &'static dyn SupportedAeadAes128Gcm {
        consonance_link::rtc_crypto::provider().srtp_provider.aead_aes_128_gcm()
    }

    fn aead_aes_256_gcm(&self) -> &'static dyn SupportedAeadAes256Gcm {
        &Transparent
    }

    fn srtp_aes_128_ecb_round(&self, _key: &[u8], _input: &[u8], _output: &mut [u8]) {}

    fn srtp_aes_256_ecb_round(&self, _key: &[u8], _input: &[u8], _output: &mut [u8]) {}
}

impl SupportedAeadAes256Gcm for Transparent {
    fn create_cipher(&self, _key: [u8; 32], _encrypt: bool) -> Box<dyn AeadAes256GcmCipher> {
        Box::new(Transparent)
    }
}

impl AeadAes256GcmCipher for Transparent {
    fn encrypt(
        &mut self,
        _iv: &[u8; 12],
        _aad: &[u8],
        input: &[u8],
        output: &mut [u8],
    ) -> Result<(), CryptoError> {
        output[..input.len()].copy_from_slice(input);
        Ok(())
    }

    fn decrypt(
        &mut self,
        _iv: &[u8; 12],
        _aads: &[&[u8]],
        input: &[u8],
        output: &mut [u8],
    ) -> Result<usize, CryptoError> {
        let length = input.len().saturating_sub(TAG_BYTES);
        output[..length].copy_from_slice(&input[..length]);
        Ok(length)
    }
}

impl DtlsProvider for Transparent {
    fn generate_certificate(&self) -> Option<DtlsCert> {
        Some(certificate())
    }

    fn new_dtls(
        &self,
        _cert: &DtlsCert,
        now: Instant,
        _version: DtlsVersion,
        _mtu: Option<usize>,
    ) -> Result<Box<dyn DtlsInstance>, CryptoError> {
        Ok(Box::new(Records {
            now,
            is_active: false,
            told: 0,
            received: VecDeque::new(),
            sent: VecDeque::new(),
            is_closed: false,
        }))
    }
}

/// A connection whose handshake is done as soon as it begins.
#[derive(Debug)]
struct Records {
    now: Instant,
    is_active: bool,
    /// How many outputs were polled, which tells the initial ones apart.
    told: usize,
    received: VecDeque<Vec<u8>>,
    sent: VecDeque<Vec<u8>>,
    is_closed: bool,
}

impl DtlsInstance for Records {
    fn set_active(&mut self, active: bool) {
        self.is_active = active;
    }

    fn handle_packet(&mut self, packet: &[u8]) -> Result<(), DtlsImplError> {
        if let [DATA_RECORD, data @ ..] = packet {
            self.received.push_back(data.to_vec());
        }
        Ok(())
    }

    fn poll_output<'a>(&mut self, buf: &'a mut [u8]) -> DtlsOutput<'a> {
        let into = |record: Vec<u8>, buf: &'a mut [u8]| -> &'a [u8] {
            let buf = &mut buf[..record.len()];
            buf.copy_from_slice(&record);
            buf
        };
        self.told += 1;
        match self.told {
            1 => return DtlsOutput::Connected,
            2 => return DtlsOutput::PeerCert(into(vec![1], buf)),
            3 => {
                let keys = KeyingMaterial::new(&[0; 88]);
                return DtlsOutput::KeyingMaterial(keys, SrtpProfile::AEAD_AES_256_GCM);
            }
            _ => {}
        }
        if let Some(record) = self.sent.pop_front() {
            return DtlsOutput::Packet(into(record, buf));
        }
        if let Some(data) = self.received.pop_front() {
            return DtlsOutput::ApplicationData(into(data, buf));
        }
        DtlsOutput::Timeout(self.now + Duration::from_secs(1))
    }

    fn handle_timeout(&mut self, now: Instant) -> Result<(), DtlsImplError> {
        self.now = now;
        Ok(())
    }

    fn send_application_data(&mut self, data: &[u8]) -> Result<usize, DtlsImplError> {
        self.sent.push_back([&[DATA_RECORD], data].concat());
        Ok(data.len())
    }

    fn is_active(&self) -> bool {
        self.is_active
    }

    fn protocol_version(&self) -> Option<ProtocolVersion> {
        Some(ProtocolVersion::DTLS1_2)
    }

    fn is_closing(&self) -> bool {
        self.is_closed
    }

    fn is_closed(&self) -> bool {
        self.is_closed
    }

    fn close(&mut self) -> Result<(), DtlsImplError> {
        self.is_closed = true;
        Ok(())
    }
}
