//! `latchkey gateway`: a complete configuration for a gateway in front of one service, with this instance's addresses.
//! `docs/gateways.md` shows the same texts.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use clap::{Args, ValueEnum};
use url::Url;

use super::Stop;
use crate::config::Config;
use crate::domain::catalogue::Service;

#[derive(Args)]
pub struct Gateway {
    /// What stands in front of the service
    #[arg(value_enum)]
    kind: Kind,
    /// The service's key, as the catalogue has it
    #[arg(long, value_name = "KEY")]
    service: String,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Nginx,
    Caddy,
    Haproxy,
    Traefik,
    Envoy,
    IngressNginx,
}

impl Kind {
    /// Its files, one after the other. Each begins with where it goes.
    fn files(self) -> &'static [&'static str] {
        match self {
            Self::Nginx => &[include_str!("gateways/nginx.conf")],
            Self::Caddy => &[include_str!("gateways/Caddyfile")],
            Self::Haproxy => {
                &[include_str!("gateways/haproxy.cfg"), include_str!("gateways/latchkey.lua")]
            }
            Self::Traefik => &[
                include_str!("gateways/traefik.yml"),
                include_str!("gateways/traefik-service.yml"),
            ],
            Self::Envoy => &[include_str!("gateways/envoy.yaml")],
            Self::IngressNginx => &[include_str!("gateways/ingress-nginx.yaml")],
        }
    }
}

/// For Caddy, where the service has no address of its own: the example's first line is but a name to it.
const BIND: &str = "\t# The first line is what a client calls it, this is where it listens: change both.\n\tbind 127.0.0.1\n\n";

pub fn print(config: &Config, asked: &Gateway) -> Result<(), Stop> {
    let services = config.catalogue.services();
    let service = config.catalogue.service(&asked.service).ok_or_else(|| {
        let known: Vec<&str> = services.iter().map(|service| service.key.as_str()).collect();
        let known = known.join(", ");
        Stop::Said(format!("--service: there is no “{}”. There are: {known}", asked.service))
    })?;
    let written = asked.kind.files().iter().map(|file| filled(file, config, service));
    let written = written.collect::<Vec<_>>().join("\n");
    let said = |e| Stop::Said(format!("writing the configuration: {e}"));
    std::io::stdout().lock().write_all(written.as_bytes()).map_err(said)?;
    if config.settings.trusted_proxies.is_empty() {
        eprintln!(
            "latchkey: trusted_proxies is empty: set it to the gateway’s address, or every request needs Read & write"
        );
    }
    Ok(())
}

/// A file with its blanks filled in.
fn filled(file: &str, config: &Config, service: &Service) -> String {
    let latchkey = reached(config.settings.listen);
    let url = config.settings.public_url.as_ref().map(|url| url.origin().ascii_serialization());
    let url = url.unwrap_or_else(|| format!("http://{latchkey}"));
    let public = service.url.as_deref().and_then(|url| Url::parse(url).ok());
    let host = public.as_ref().and_then(Url::host_str);
    let or = |given: Option<String>, otherwise: &str| given.unwrap_or_else(|| otherwise.to_owned());
    let site = public.as_ref().map(|url| url.origin().ascii_serialization());
    [
        ("@service@", service.key.as_str().to_owned()),
        // No name in Kubernetes has an underscore.
        ("@ingress@", service.key.as_str().replace('_', "-")),
        ("@latchkey@", latchkey.to_string()),
        ("@latchkey_host@", latchkey.ip().to_string()),
        ("@latchkey_port@", latchkey.port().to_string()),
        ("@latchkey_url@", url),
        ("@peer@", peer(latchkey.ip()).to_string()),
        ("@bind@", if public.is_some() { String::new() } else { BIND.to_owned() }),
        ("@name@", or(host.map(str::to_owned), "_")),
        ("@site@", or(site, "http://127.0.0.1:8088")),
        ("@rule@", or(host.map(|host| format!("Host(`{host}`)")), "PathPrefix(`/`)")),
        ("@domains@", or(host.map(|host| format!("\"{host}\", \"{host}:*\"")), "\"*\"")),
        ("@host@", or(host.map(str::to_owned), "builds.example.org")),
        // Last, as these are words and may hold anything.
        ("@title@", service.name.clone()),
        ("@instance@", config.instance.clone()),
    ]
    .into_iter()
    .fold(file.to_owned(), |text, (blank, value)| text.replace(blank, &value))
}

/// Where a gateway on this machine finds an instance that listens there: "any address" is none to go to.
fn reached(listen: SocketAddr) -> SocketAddr {
    let ip = match listen {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        given => given.ip(),
    };
    SocketAddr::new(ip, listen.port())
}

/// Where a gateway on this machine comes from when it goes there: of the loopback network, always the first address.
fn peer(reached: IpAddr) -> IpAddr {
    if reached.is_ipv4() && reached.is_loopback() { Ipv4Addr::LOCALHOST.into() } else { reached }
}
