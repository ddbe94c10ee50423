//! A real server on a port of its own, a database of its own, a clock that tests move, and the people who use it.

#![allow(dead_code, reason = "each test binary uses its part")]

#[cfg(feature = "passkeys")]
pub mod authenticator;
pub mod browse;
pub mod caller;
pub mod cli_server;
pub mod database;
pub mod form;
pub mod machine;
pub mod mailbox;
pub mod open_metrics;
pub mod page;
pub mod people;
pub mod phone;
pub mod provider;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use actix_web::dev::{Server, ServerHandle};
use chrono::{DateTime, TimeDelta, Utc};
use latchkey::config::{Config, Given, Source, Values};
use latchkey::domain::team::TeamKey;
use latchkey::domain::time::{Clock, Now};
use latchkey::domain::user::{Role, UserName};
use latchkey::manage::service_accounts::Hand;
use latchkey::server::Application;
use latchkey::store::conn::Conn;
use latchkey::store::{service_accounts, users};
use reqwest::header::HOST;

use browse::Browser;
use database::TestDatabase;
use machine::Machine;
use people::Person;

pub struct App {
    pub base: String,
    pub address: SocketAddr,
    /// Where the metrics are, if `metrics_listen` was set.
    pub metrics: Option<SocketAddr>,
    pub config: Arc<Config>,
    pub application: Arc<Application>,
    pub database: TestDatabase,
    micros: Arc<AtomicI64>,
    servers: Vec<ServerHandle>,
}

/// As a setting, the address that the server turns out to have.
pub const OWN: &str = "its own address";

/// When every test begins.
pub const BEGIN: &str = "2026-11-22T18:00:00Z";

impl App {
    /// With the sample catalogue and the default settings.
    pub async fn start() -> Self {
        Self::with(latchkey::config::SAMPLE, &[]).await
    }

    /// With a catalogue file of the test's own, and settings by name.
    pub async fn with(file: &str, settings: &[(&'static str, &str)]) -> Self {
        Self::on(TestDatabase::fresh(), file, settings).await
    }

    /// Under a name that it has as its public URL, as passkeys need it.
    pub async fn on_localhost(file: &str) -> Self {
        Self::on_localhost_with(file, &[]).await
    }

    pub async fn on_localhost_with(file: &str, settings: &[(&'static str, &str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let base = format!("http://localhost:{port}");
        let settings = [&[("public_url", base.as_str())], settings].concat();
        let app = Self::listening(listener, TestDatabase::fresh(), file, &settings).await;
        Self { base, ..app }
    }

    pub async fn on(database: TestDatabase, file: &str, settings: &[(&'static str, &str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        Self::listening(listener, database, file, settings).await
    }

    async fn listening(
        listener: TcpListener,
        database: TestDatabase,
        file: &str,
        settings: &[(&'static str, &str)],
    ) -> Self {
        let address = listener.local_addr().expect("an address");
        let given = |value: &str| Given { value: value.to_owned(), source: Source::Flag };
        let mut values = Values::from([
            ("listen", given(&address.to_string())),
            ("database_url", given(&database.url)),
            ("last_use_every", given("50ms")),
            ("stop_grace", given("1s")),
        ]);
        let base = format!("http://{address}");
        let meant = |value: &&str| if *value == OWN { given(&base) } else { given(value) };
        values.extend(settings.iter().map(|(key, value)| (*key, meant(value))));
        let config = Config::read(file, "test", values).unwrap_or_else(|wrong| panic!("{wrong}"));
        let start: DateTime<Utc> = BEGIN.parse().expect("a time");
        let micros = Arc::new(AtomicI64::new(start.timestamp_micros()));
        let application = Application::build(&config, clock(&micros)).await;
        let application = Arc::new(application.unwrap_or_else(|fault| panic!("{fault}")));
        let (servers, metrics) = serve(&application, &config, listener);
        {
            let (application, every) = (application.clone(), config.settings.last_use_every);
            actix_web::rt::spawn(async move { drop(application.keep_up(every).await) });
        }
        Self {
            base,
            address,
            metrics,
            config: Arc::new(config),
            application,
            database,
            micros,
            servers,
        }
    }

    /// The same database under another file, as after a restart.
    pub async fn restarted_with(self, file: &str) -> Self {
        self.stop().await;
        Self::on(self.database, file, &[]).await
    }

    /// Another node on this one's database, reached by this URL.
    pub async fn beside(&self, url: &str) -> Self {
        Self::on(self.database.beside(url), latchkey::config::SAMPLE, &[]).await
    }

    pub fn now(&self) -> Now {
        Now::new(latchkey::domain::time::from_micros(self.micros.load(Ordering::SeqCst)))
    }

    /// Lets time pass; backwards too.
    pub fn wait(&self, time: TimeDelta) {
        self.micros.fetch_add(time.num_microseconds().expect("a time"), Ordering::SeqCst);
    }

    /// Sets the clock to an instant.
    pub fn jump_to(&self, at: &str) {
        let at: DateTime<Utc> = at.parse().expect("a time");
        self.micros.store(at.timestamp_micros(), Ordering::SeqCst);
    }

    /// Somebody with a browser and no account, who comes by the public address if there is one.
    pub fn guest(&self) -> Browser {
        let public = self.config.settings.public_url.as_ref().map(|url| url.authority());
        let host = public.map(|host| (HOST, host.parse().expect("a host")));
        Browser::with_headers(&self.base, host.into_iter().collect())
    }

    /// A member, signed in.
    pub async fn member(&self, name: &str) -> Person {
        Person::signed_in(self, name, "member").await
    }

    pub async fn viewer(&self, name: &str) -> Person {
        Person::signed_in(self, name, "viewer").await
    }

    pub async fn admin(&self, name: &str) -> Person {
        Person::signed_in(self, name, "admin").await
    }

    /// A program that holds or asks about tokens.
    pub fn machine(&self) -> Machine {
        Machine::new(&self.base)
    }

    /// Writes the last uses that are still in memory.
    pub async fn write_uses(&self) {
        self.application.write_uses().await;
    }

    /// Has the server go by another file, as SIGHUP does.
    pub fn reloads(&self, file: &str) {
        let config = Config::read(file, "test", self.config.values.clone());
        self.application.reload(&config.unwrap_or_else(|wrong| panic!("{wrong}")));
    }

    /// Gives somebody another role, as the operator does.
    pub async fn gives_role(&self, name: &str, role: Role) {
        let name = UserName::parse(name).expect("a name");
        let done = self.application.manage.change_role(name, role, self.now()).await;
        done.unwrap_or_else(|failure| panic!("{failure:?}"));
    }

    /// Puts somebody into a team, as the operator does.
    pub async fn joins(&self, name: &str, team: &str) {
        let name = UserName::parse(name).expect("a name");
        let done = self.application.manage.join_team(team, name, self.now()).await;
        done.unwrap_or_else(|failure| panic!("{failure:?}"));
    }

    /// Takes somebody out of a team.
    pub async fn leaves(&self, name: &str, team: &str) {
        let name = UserName::parse(name).expect("a name");
        let done = self.application.manage.leave_team(team, name, self.now()).await;
        done.unwrap_or_else(|failure| panic!("{failure:?}"));
    }

    /// Hands a service account over to a team, as the operator does.
    pub async fn hands_over(&self, name: &str, team: &str) {
        let (manage, name) = (&self.application.manage, UserName::parse(name).expect("a name"));
        let team = team.to_owned();
        let done = manage.hand_over(Hand::Operator, name, None, team, self.now()).await;
        done.unwrap_or_else(|failure| panic!("{failure:?}"));
    }

    /// Has a service account belong to a team that the file has no more.
    pub async fn is_gone(&self, name: &str, team: &str) {
        let name = UserName::parse(name).expect("a name");
        let (gone, now) = (TeamKey::parse(team).expect("a key"), self.now());
        let put = move |tx: &mut Conn| {
            let (account, _) = users::find_by_name(tx, &name)?.expect("the account");
            let from = account.owned_by.expect("its team");
            Ok(service_accounts::hand_over(tx, &account.id, &from, &gone, now)?)
        };
        self.database.write(put).await;
        self.hears_of_it().await;
    }

    /// Disables somebody, as the operator does.
    pub async fn disables(&self, name: &str) {
        let name = UserName::parse(name).expect("a name");
        let done = self.application.manage.disable(name, self.now()).await;
        done.unwrap_or_else(|failure| panic!("{failure:?}"));
    }

    /// Links somebody with an identity of a provider, as the operator does.
    pub async fn links(&self, name: &str, issuer: &str, subject: &str) {
        let name = UserName::parse(name).expect("a name");
        let (issuer, subject) = (issuer.to_owned(), subject.to_owned());
        let identity = latchkey::domain::identity::Identity { issuer, subject };
        let done = self.application.manage.link_identity(name, identity, self.now()).await;
        done.unwrap_or_else(|failure| panic!("{failure:?}"));
    }

    /// Waits for as long as this node may take to hear of what others change.
    pub async fn hears_of_it(&self) {
        actix_web::rt::time::sleep(latchkey::verify::BOUND).await;
    }

    pub async fn stop(&self) {
        for server in &self.servers {
            server.stop(true).await;
        }
    }
}

/// A microsecond passes at each look, so that things have an order.
fn clock(micros: &Arc<AtomicI64>) -> Clock {
    let micros = Arc::clone(micros);
    let look = move || micros.fetch_add(1, Ordering::SeqCst);
    Clock::new(move || latchkey::domain::time::from_micros(look()))
}

/// Starts the server, and the one for the metrics if their address was set.
fn serve(
    application: &Application,
    config: &Config,
    listener: TcpListener,
) -> (Vec<ServerHandle>, Option<SocketAddr>) {
    let mut servers = vec![application.serve(config, listener, 2).expect("a server")];
    let metrics = config.settings.metrics_listen.map(|address| {
        let listener = TcpListener::bind(address).expect("a free port");
        let address = listener.local_addr().expect("an address");
        servers.push(application.serve_metrics(listener).expect("a server"));
        address
    });
    let handles = servers.iter().map(Server::handle).collect();
    servers.into_iter().for_each(|server| drop(actix_web::rt::spawn(server)));
    (handles, metrics)
}
