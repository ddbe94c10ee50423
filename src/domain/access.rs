//! How much may be done with a service: None < Read < Read & write.

/// How much a token may do with a service. No access is the absence of a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Access {
    Read,
    ReadWrite,
}

impl Access {
    /// As grants are stored and sent: `read` or `read-write`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::ReadWrite => "read-write",
        }
    }

    /// As people read it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Read => "Read",
            Self::ReadWrite => "Read & write",
        }
    }

    /// As it is asked for and missed: `read` or `write`.
    pub fn needed(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::ReadWrite => "write",
        }
    }

    /// What an HTTP method needs where nothing else is said of it. `get` is another method than `GET`.
    pub fn implied(method: &str) -> Self {
        match method {
            "GET" | "HEAD" | "OPTIONS" => Self::Read,
            _ => Self::ReadWrite,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_and_write_covers_read() {
        assert!(Access::ReadWrite > Access::Read);
    }
}
