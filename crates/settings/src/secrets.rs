//! Texts that must not be seen: passwords, and addresses of services that may hold them.
//!
//! Printing one by accident, in a log, an error or a list of settings, shows nothing that is secret.
//! [`ServiceAddress`] is for everything that an operator's server connects to by an address: message brokers, hooks,
//! webhooks, collectors.
//!
//! ```
//! use consonance_settings::secrets::ServiceAddress;
//!
//! let webhook: ServiceAddress = "https://example.org/services/T0/B0/sesame".parse()?;
//! assert_eq!(webhook.to_string(), "https://example.org/…");
//! assert_eq!(webhook.reveal(), "https://example.org/services/T0/B0/sesame");
//!
//! let broker = "tls://voice:sesame@nats.example.org:4222".parse::<ServiceAddress>();
//! assert_eq!(broker.expect_err("it holds a password").code(), "credentials");
//! # Ok::<(), consonance_settings::secrets::ServiceAddressError>(())
//! ```

mod secret_text;
mod service_address;

pub use secret_text::SecretText;
pub use service_address::{ServiceAddress, ServiceAddressError};
