//! Wiring: the only place that knows every room. Builds the application from its settings and runs it.

use std::net::TcpListener;
use std::time::Duration;

use actix_session::SessionMiddleware;
use actix_session::config::{BrowserSession, CookieContentSecurity};
use actix_web::cookie::{Key, SameSite};
use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::web::{Data, PayloadConfig, scope};
use actix_web::{App, HttpServer};

use crate::config::Config;
use crate::domain::refusal::{Failure, Fault};
use crate::domain::session::Limits;
use crate::domain::time::Clock;
use crate::manage::{Manage, Rules};
use crate::store::Db;
use crate::store::address::Address;
use crate::verify::Verifier;
use crate::verify::usage::Usage;
use crate::web::session_store::Sessions;
use crate::web::site::Site;
use crate::web::{errors, guard, headers, log, routes};

/// The largest form, in bytes.
const FORM: usize = 128 * 1024;
/// How often what has ended is cleared away.
const CLEARED_EVERY: Duration = Duration::from_secs(600);
/// How long a client may take to send a request's head.
const HEAD: Duration = Duration::from_secs(10);

/// Everything that is started once and shared.
pub struct Application {
    pub manage: Manage,
    db: Db,
    usage: Usage,
    clock: Clock,
    site: Data<Site>,
    cookie_key: Key,
}

/// Opens and migrates the database.
pub fn open_database(config: &Config) -> Result<Db, Fault> {
    let address = Address::parse(&config.settings.database_url);
    Db::open(address.map_err(|sentence| Fault::new("reading database_url", sentence))?)
}

/// What people can change, on this database.
pub fn manage(config: &Config, db: Db) -> Result<Manage, Fault> {
    let settings = &config.settings;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let at_once = match settings.password_checks {
        0 => cores.saturating_sub(1).max(1),
        some => some,
    };
    let rules = Rules {
        instance: config.instance.clone(),
        prefix: config.prefix.clone(),
        policy: config.policy.clone(),
        catalogue: config.catalogue.clone(),
        sessions: Limits {
            idle: settings.session_idle,
            lifetime: settings.session_lifetime,
            per_person: settings.sessions_per_person,
        },
    };
    Manage::new(db, rules, at_once)
}

impl Application {
    pub async fn build(config: &Config, clock: Clock) -> Result<Self, Fault> {
        let db = open_database(config)?;
        let manage = manage(config, db.clone())?;
        let key = manage.signing_key().await.map_err(fault)?;
        let site = Site {
            instance: config.instance.clone(),
            public_url: config.settings.public_url.clone(),
            listen_url: config.settings.own_url(),
            trusted_proxies: config.settings.trusted_proxies.clone(),
            key: key.clone(),
        };
        Ok(Self {
            manage,
            usage: Usage::new(db.clone()),
            db,
            clock,
            site: Data::new(site),
            cookie_key: Key::from(key.as_bytes()),
        })
    }

    /// Serves on this listener until told to stop. Every worker has its own way to the tokens.
    pub fn serve(
        &self,
        config: &Config,
        listener: TcpListener,
        workers: usize,
    ) -> std::io::Result<Server> {
        let parts = (self.db.clone(), self.manage.clone(), self.usage.clone(), self.clock.clone());
        let (site, key) = (self.site.clone(), self.cookie_key.clone());
        let catalogue = config.catalogue.clone();
        let factory = move || {
            let (db, manage, usage, clock) = parts.clone();
            let verifier = Verifier::new(&db, catalogue.clone(), usage);
            // Only at start, where a worker without its database has nothing to do.
            let verifier = verifier.unwrap_or_else(|fault| panic!("{fault}"));
            let sessions = sessions(&manage, &clock, &site, key.clone());
            let pages = scope("")
                .app_data(PayloadConfig::new(FORM))
                .configure(routes::pages)
                .wrap(sessions)
                .wrap(from_fn(guard::check))
                .wrap(from_fn(errors::explain))
                .wrap(from_fn(headers::protect))
                .wrap(from_fn(log::note));
            let files = scope("/static")
                .configure(routes::files)
                .wrap(from_fn(errors::explain))
                .wrap(from_fn(headers::protect));
            App::new()
                .app_data(Data::new(db))
                .app_data(Data::new(manage))
                .app_data(Data::new(clock))
                .app_data(Data::new(verifier))
                .app_data(site.clone())
                .configure(routes::api)
                .service(files)
                .service(pages)
        };
        let grace = config.settings.stop_grace.as_secs();
        let server = HttpServer::new(factory)
            .workers(workers)
            .client_request_timeout(HEAD)
            .shutdown_timeout(grace)
            .listen(listener)?;
        Ok(server.run())
    }

    /// Writes last uses and clears away what has ended, for as long as the process runs.
    pub async fn keep_up(&self, every: Duration) {
        let mut waited = CLEARED_EVERY;
        loop {
            if waited >= CLEARED_EVERY {
                waited = Duration::ZERO;
                report(self.manage.clear(self.clock.now()).await);
            }
            tokio::time::sleep(every).await;
            waited += every;
            self.write_uses().await;
        }
    }

    /// Writes the last uses that are still in memory.
    pub async fn write_uses(&self) {
        report(self.usage.write().await);
    }
}

fn sessions(manage: &Manage, clock: &Clock, site: &Site, key: Key) -> SessionMiddleware<Sessions> {
    let store = Sessions { manage: manage.clone(), clock: clock.clone() };
    SessionMiddleware::builder(store, key)
        .cookie_name(site.cookie_name("session"))
        .cookie_secure(site.is_secure())
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_path("/".to_owned())
        .cookie_content_security(CookieContentSecurity::Signed)
        .session_lifecycle(BrowserSession::default())
        .build()
}

fn report(outcome: Result<(), Failure>) {
    if let Err(failure) = outcome {
        tracing::warn!("{}", fault(failure));
    }
}

/// A failure where no person is there to be refused.
pub fn fault(failure: Failure) -> Fault {
    match failure {
        Failure::Broke(fault) => fault,
        Failure::Refused(refusal) => {
            Fault::new("working for the server itself", format!("{refusal:?}"))
        }
    }
}
