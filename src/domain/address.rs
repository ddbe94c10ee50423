//! Where the database is: `sqlite:PATH` or `postgres://…`.

use std::path::PathBuf;

#[derive(Clone, PartialEq, Eq)]
pub enum Address {
    Sqlite(PathBuf),
    Postgres(String),
}

impl std::fmt::Debug for Address {
    /// Without the URL, which may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.is_sqlite() { "sqlite:…" } else { "postgres://…" })
    }
}

impl Address {
    /// Reads a database URL, or says in words what is wrong with it. The URL itself is never repeated: it may hold
    /// a password.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() || path == ":memory:" || path.contains('?') {
                return Err("after sqlite: comes the path of a file".to_owned());
            }
            return Ok(Self::Sqlite(PathBuf::from(path)));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return postgres(text);
        }
        Err("a database URL is sqlite:PATH or postgres://USER@HOST/DATABASE".to_owned())
    }

    pub fn is_sqlite(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }
}

#[cfg(not(feature = "postgres"))]
fn postgres(_: &str) -> Result<Address, String> {
    Err("this build has no PostgreSQL: build it with --features postgres".to_owned())
}

/// This build speaks to PostgreSQL without TLS, so the server has to be on this machine: libpq would otherwise
/// send everything in plain text without a word.
#[cfg(feature = "postgres")]
fn postgres(text: &str) -> Result<Address, String> {
    let url = url::Url::parse(text).map_err(|e| format!("not a database URL: {e}"))?;
    let named = url.query_pairs().filter(|(key, _)| key == "host" || key == "hostaddr");
    let named = named.map(|(_, host)| host.into_owned());
    let hosts = url.host_str().map(str::to_owned).into_iter().chain(named);
    for host in hosts {
        if !is_here(&percent_encoding::percent_decode_str(&host).decode_utf8_lossy()) {
            return Err(
                "this build reaches PostgreSQL without TLS, so only on this machine (localhost, 127.0.0.1, ::1 or a socket)"
                    .to_owned(),
            );
        }
    }
    Ok(Address::Postgres(text.to_owned()))
}

#[cfg(feature = "postgres")]
fn is_here(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let loopback = |ip: std::net::IpAddr| ip.is_loopback();
    host.is_empty()
        || host == "localhost"
        || host.starts_with('/')
        || host.parse().is_ok_and(loopback)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_a_file() {
        let path = Address::Sqlite(PathBuf::from("data/latchkey.db"));
        assert!(Address::parse("sqlite:data/latchkey.db").is_ok_and(|address| address == path));
        assert!(
            Address::parse("sqlite:///srv/latchkey.db")
                .is_ok_and(|address| address == Address::Sqlite(PathBuf::from("/srv/latchkey.db")))
        );
        for bad in ["", "sqlite:", "sqlite::memory:", "data/latchkey.db", "mysql://x/y"] {
            assert!(Address::parse(bad).is_err(), "{bad}");
        }
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn a_distant_server_is_refused_while_there_is_no_tls() {
        for here in [
            "postgres://ada@localhost/latchkey",
            "postgresql://127.0.0.1:5433/latchkey",
            "postgres://[::1]/latchkey",
            "postgres:///latchkey?host=/run/postgresql",
            "postgres://%2Frun%2Fpostgresql/latchkey",
        ] {
            assert!(Address::parse(here).is_ok(), "{here}");
        }
        for away in [
            "postgres://ada:s3cret@db.example/latchkey",
            "postgres://192.0.2.1/latchkey",
            "postgres://localhost/latchkey?host=db.example",
            "postgres://localhost/latchkey?hostaddr=192.0.2.1",
        ] {
            let refused = Address::parse(away).expect_err(away);
            assert!(refused.contains("TLS") && !refused.contains("s3cret"), "{refused}");
        }
    }
}
