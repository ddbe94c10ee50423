//! `latchkey user link` and `unlink`.

use clap::Args;

use super::people::{Named, username};
use super::told::{PersonTold, json};
use super::{Stop, block_on, clock, database};
use crate::config::Config;
use crate::domain::identity::Identity;

#[derive(Args)]
pub struct Link {
    #[command(flatten)]
    of: Named,
    /// What the provider calls them in the claim “sub”: not their username
    #[arg(long)]
    subject: String,
}

pub fn link(config: &Config, link: &Link) -> Result<(), Stop> {
    let name = username(&link.of.name)?;
    let registration = config.settings.identity.as_ref();
    let registration = registration
        .ok_or_else(|| Stop::Said("no provider is set up: set identity_issuer first".to_owned()))?;
    let issuer = registration.issuer.as_str().to_owned();
    let subject = Identity::parse_subject(&link.subject).map_err(Stop::Said)?;
    let manage = database::existing(config)?;
    let identity = Identity { issuer, subject };
    let user = block_on(manage.link_identity(name, identity, clock().now()))?;
    if link.of.json {
        let identities = block_on(manage.identities(user.id.clone()))?;
        return json(&PersonTold::of(&user).with(&identities));
    }
    println!("{} can sign in with {} now.", user.name.as_str(), registration.name);
    Ok(())
}

pub fn unlink(config: &Config, of: &Named) -> Result<(), Stop> {
    let name = username(&of.name)?;
    let manage = database::existing(config)?;
    let user = block_on(manage.unlink_identities(name, clock().now()))?;
    if of.json {
        return json(&PersonTold::of(&user).with(&[]));
    }
    println!(
        "{} signs in with a password alone now; reset-password gives one. Sessions have ended.",
        user.name.as_str()
    );
    Ok(())
}

/// A line each.
pub fn lines(known: &[Identity]) -> String {
    let line =
        |identity: &Identity| format!("  is {:<17} at {}\n", identity.subject, identity.issuer);
    known.iter().map(line).collect()
}
