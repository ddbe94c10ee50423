//! Signatures checked by ring, which TLS uses already: `jsonwebtoken` reads tokens and keys, and asks this.

use jsonwebtoken::crypto::{CryptoProvider, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind};
use ring::signature::{self as by_ring, RsaParameters, UnparsedPublicKey, VerificationAlgorithm};
use signature::{Error, Verifier};

static RING: CryptoProvider = CryptoProvider {
    // Nothing is signed here.
    signer_factory: |_, _| Err(ErrorKind::InvalidAlgorithm.into()),
    verifier_factory: verifier,
    key_utils: KeyUtils::new_unimplemented(),
};

/// Has tokens checked by ring in this process. Done again it changes nothing.
pub fn install() {
    let _ = RING.install_default();
}

enum How {
    Rsa(&'static RsaParameters, Vec<u8>, Vec<u8>),
    Curve(&'static dyn VerificationAlgorithm, Vec<u8>),
}

struct ByRing {
    algorithm: Algorithm,
    how: How,
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    if key.family() != algorithm.family() {
        return Err(ErrorKind::InvalidAlgorithm.into());
    }
    let rsa = |parameters| match key.kind() {
        DecodingKeyKind::RsaModulusExponent { n, e } => {
            Ok(How::Rsa(parameters, n.clone(), e.clone()))
        }
        DecodingKeyKind::SecretOrDer(_) => Err(ErrorKind::InvalidKeyFormat.into()),
    };
    let curve = |how: &'static dyn VerificationAlgorithm| -> Result<How> {
        Ok(How::Curve(how, key.try_get_as_bytes()?.to_vec()))
    };
    // Each of these takes RSA keys of 2048 bits or more.
    let how = match algorithm {
        Algorithm::RS256 => rsa(&by_ring::RSA_PKCS1_2048_8192_SHA256),
        Algorithm::RS384 => rsa(&by_ring::RSA_PKCS1_2048_8192_SHA384),
        Algorithm::RS512 => rsa(&by_ring::RSA_PKCS1_2048_8192_SHA512),
        Algorithm::PS256 => rsa(&by_ring::RSA_PSS_2048_8192_SHA256),
        Algorithm::PS384 => rsa(&by_ring::RSA_PSS_2048_8192_SHA384),
        Algorithm::PS512 => rsa(&by_ring::RSA_PSS_2048_8192_SHA512),
        Algorithm::ES256 => curve(&by_ring::ECDSA_P256_SHA256_FIXED),
        Algorithm::ES384 => curve(&by_ring::ECDSA_P384_SHA384_FIXED),
        Algorithm::EdDSA => curve(&by_ring::ED25519),
        _ => Err(ErrorKind::InvalidAlgorithm.into()),
    }?;
    Ok(Box::new(ByRing { algorithm: *algorithm, how }))
}

impl Verifier<Vec<u8>> for ByRing {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), Error> {
        let checked = match &self.how {
            How::Rsa(parameters, n, e) => {
                let key = by_ring::RsaPublicKeyComponents { n, e };
                key.verify(parameters, message, signature)
            }
            How::Curve(how, key) => UnparsedPublicKey::new(*how, key).verify(message, signature),
        };
        checked.map_err(|_| Error::new())
    }
}

impl JwtVerifier for ByRing {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}
