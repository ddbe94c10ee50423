//! What is left of a token's limits, in headers: `RateLimit-Policy` and `RateLimit` as in
//! draft-ietf-httpapi-ratelimit-headers-10.

use std::time::Duration;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::domain::limit::{Quotas, WINDOW};

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// Adds what there is to say; nothing of a request that no limit holds for.
pub fn tell(headers: &mut HeaderMap, quotas: &Quotas) {
    if quotas.iter().next().is_none() {
        return;
    }
    let window = WINDOW.as_secs();
    let policies =
        quotas.iter().map(|(name, quota)| format!("\"{name}\";q={};w={window}", quota.limit.get()));
    let left = quotas
        .iter()
        .map(|(name, quota)| format!("\"{name}\";r={};t={}", quota.left, seconds(quota.next)));
    for (name, text) in [(POLICY, list(policies)), (LIMIT, list(left))] {
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(name, value);
        }
    }
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}

/// In whole seconds, so that it is not too early then.
pub fn seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::limit::{PerMinute, Quota};

    fn quota(limit: u32, left: u32, next: u64) -> Option<Quota> {
        let limit = PerMinute::new(limit).expect("a limit");
        Some(Quota { limit, left, next: Duration::from_millis(next) })
    }

    fn headers(quotas: &Quotas) -> Vec<(String, String)> {
        let mut headers = HeaderMap::new();
        tell(&mut headers, quotas);
        let text = |value: &HeaderValue| value.to_str().expect("ASCII").to_owned();
        let mut all: Vec<_> =
            headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        all.sort();
        all
    }

    #[test]
    fn limits_are_told_as_structured_fields() {
        assert!(headers(&Quotas::default()).is_empty());
        let both = Quotas { token: quota(60, 12, 400), service: quota(600, 0, 5_001) };
        let expected = [
            ("ratelimit", "\"token\";r=12;t=1, \"service\";r=0;t=6"),
            ("ratelimit-policy", "\"token\";q=60;w=60, \"service\";q=600;w=60"),
        ];
        let told = headers(&both);
        let told: Vec<_> = told.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        assert_eq!(told, expected);
    }
}
