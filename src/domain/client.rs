//! Where a request came from, as far as it can be believed.

use std::net::IpAddr;

use compact_str::CompactString;

use super::text;

/// The address and program behind a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Client {
    pub address: Option<IpAddr>,
    agent: CompactString,
}

impl Client {
    const LONGEST_AGENT: usize = 200;

    /// `agent` is kept up to 200 visible characters.
    pub fn new(address: Option<IpAddr>, agent: &str) -> Self {
        Self { address, agent: text::visible(agent, Self::LONGEST_AGENT) }
    }

    pub fn agent(&self) -> &str {
        &self.agent
    }
}
