//! The ways to other servers, as the settings have them.

use crate::config::Config;
use crate::domain::refusal::Fault;
use crate::mail::Post;
use crate::provider::Provider;

/// The way out for mails, whose links begin with the public address and nothing else.
pub fn post(config: &Config) -> Result<Post, Fault> {
    let settings = &config.settings;
    match (&settings.mailing, &settings.public_url) {
        (Some(mailing), Some(url)) => {
            let url = url.as_str().trim_end_matches('/');
            Post::open(mailing, &config.instance, url)
        }
        _ => Ok(Post::default()),
    }
}

/// The way to the provider that people sign in with.
pub fn provider(config: &Config) -> Result<Provider, Fault> {
    let registration = config.settings.identity.clone();
    registration.map_or_else(|| Ok(Provider::default()), Provider::open)
}
