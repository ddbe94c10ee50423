//! Wiring: the only place that knows every room. Builds the application from its settings and runs it.

mod outward;

use std::convert::Infallible;
use std::net::TcpListener;
use std::time::Duration;

use actix_session::SessionMiddleware;
use actix_session::config::{BrowserSession, CookieContentSecurity};
use actix_web::cookie::{Key, SameSite};
use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::web::{Data, PayloadConfig, ServiceConfig, scope};
use actix_web::{App, HttpServer};

use crate::config::Config;
use crate::domain::catalogue::ServiceKey;
use crate::domain::refusal::{Failure, Fault};
use crate::domain::relying_party::RelyingParty;
use crate::domain::session::Limits;
use crate::domain::time::Clock;
use crate::manage::{Manage, Rules};
use crate::metrics::{self, Sources};
use crate::sinks::Sinks;
use crate::store::Db;
use crate::verify::callers::Callers;
use crate::verify::refusals::Refusals;
use crate::verify::usage::Usage;
use crate::verify::{Offer, Verification};
use crate::web::api::tally::Tally;
use crate::web::session_store::Sessions;
use crate::web::site::Site;
use crate::web::{errors, guard, headers, log, patience, routes};

/// The largest form, in bytes.
const FORM: usize = 128 * 1024;
/// How often what has ended is cleared away.
const CLEARED_EVERY: Duration = Duration::from_secs(600);
/// How often the database's file is looked for.
const WATCHED_EVERY: Duration = Duration::from_secs(5);
/// How long a client may take to send a request's head.
const HEAD: Duration = Duration::from_secs(10);

/// Everything that is started once.
pub struct Application {
    pub manage: Manage,
    parts: Parts,
    sinks: Sinks,
}

/// What every worker thread gets its own handle of.
#[derive(Clone)]
struct Parts {
    db: Db,
    manage: Manage,
    usage: Usage,
    refusals: Refusals,
    verification: Verification,
    tally: Tally,
    clock: Clock,
    site: Data<Site>,
    cookie_key: Key,
}

/// Opens and migrates the database.
pub fn open_database(config: &Config) -> Result<Db, Fault> {
    Db::open(config.settings.database.clone())
}

/// What people can change, on this database.
pub fn manage(config: &Config, db: Db) -> Result<Manage, Fault> {
    let settings = &config.settings;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let at_once = match settings.password_checks {
        0 => cores.saturating_sub(1).max(1),
        some => some,
    };
    Manage::new(db, rules(config), at_once)
}

fn rules(config: &Config) -> Rules {
    let settings = &config.settings;
    Rules {
        instance: config.instance.clone(),
        prefix: config.prefix.clone(),
        policy: config.policy.clone(),
        catalogue: config.catalogue.clone(),
        sets: config.sets.clone(),
        admission: config.admission.clone(),
        sessions: Limits {
            idle: settings.session_idle,
            lifetime: settings.session_lifetime,
            per_person: settings.sessions_per_person,
        },
        loaded: None,
        confirm_window: settings.confirm_window,
        relying_party: RelyingParty::of(settings.public_url.as_ref(), &config.instance),
    }
}

impl Application {
    pub async fn build(config: &Config, clock: Clock) -> Result<Self, Fault> {
        let db = open_database(config)?;
        let manage = manage(config, db.clone())?;
        let manage =
            manage.with_post(outward::post(config)?).with_provider(outward::provider(config)?);
        manage.adopt(Rules { loaded: Some(clock.now().at()), ..rules(config) });
        let key = manage.signing_key().await.map_err(fault)?;
        let site = Site {
            instance: config.instance.clone(),
            public_url: config.settings.public_url.clone(),
            listen_url: config.settings.own_url(),
            trusted_proxies: config.settings.trusted_proxies.clone(),
            token_parameter: config.settings.token_parameter.clone(),
            key: key.clone(),
        };
        let (usage, refusals) = (Usage::new(db.clone()), Refusals::new(db.clone()));
        let (noted, bytes) = ((usage.clone(), refusals.clone()), config.settings.index_memory);
        let verification =
            Verification::start(db.clone(), offer(config), noted, bytes, clock.clone())?;
        let sinks = Sinks::new(config.settings.events.clone(), db.clone(), clock.clone());
        let is_read = config.settings.metrics_listen.is_some();
        let parts = Parts {
            manage: manage.clone(),
            usage,
            refusals,
            verification,
            tally: if is_read { Tally::that_is_read() } else { Tally::default() },
            db,
            clock,
            site: Data::new(site),
            cookie_key: Key::from(key.as_bytes()),
        };
        Ok(Self { manage, parts, sinks })
    }

    /// Serves on this listener until told to stop.
    pub fn serve(
        &self,
        config: &Config,
        listener: TcpListener,
        workers: usize,
    ) -> std::io::Result<Server> {
        let parts = self.parts.clone();
        let factory = move || App::new().configure(|cfg| parts.configure(cfg));
        let server = HttpServer::new(factory)
            .workers(workers)
            .client_request_timeout(HEAD)
            .shutdown_timeout(config.settings.stop_grace.as_secs_f64().ceil() as u64)
            .listen(listener)?;
        Ok(server.run())
    }

    /// Serves the metrics on a listener of their own, until its handle is told to stop.
    pub fn serve_metrics(&self, listener: TcpListener) -> std::io::Result<Server> {
        let Parts { db, manage, verification, tally, .. } = self.parts.clone();
        let registry = metrics::registry(Sources { db, manage, verification, tally });
        let registry = Data::new(registry);
        let factory = move || App::new().app_data(registry.clone()).configure(routes::metrics);
        let server = HttpServer::new(factory).workers(1).client_request_timeout(HEAD);
        Ok(server.disable_signals().listen(listener)?.run())
    }

    /// Writes uses down, clears away what has ended and hands the activity log on, for as long as the process runs and its database is there.
    pub async fn keep_up(&self, every: Duration) -> Fault {
        tokio::select! {
            fault = self.watch() => fault,
            never = self.write_every(every) => match never {},
            never = self.clear_away() => match never {},
            never = self.sinks.run() => match never {},
            () = self.manage.mail_links() => Fault::new("mailing links", "there is no way to ask for one"),
        }
    }

    async fn watch(&self) -> Fault {
        loop {
            tokio::time::sleep(WATCHED_EVERY).await;
            if let Err(fault) = self.parts.db.check_file() {
                return fault;
            }
        }
    }

    async fn write_every(&self, every: Duration) -> Infallible {
        loop {
            tokio::select! {
                () = tokio::time::sleep(every) => {}
                () = self.parts.usage.is_full() => {}
            }
            self.write_uses().await;
        }
    }

    async fn clear_away(&self) -> Infallible {
        loop {
            report(self.manage.clear(self.parts.clock.now()).await);
            tokio::time::sleep(CLEARED_EVERY).await;
        }
    }

    /// Goes by another file from now on, but for settings and name: when this returns, nothing is decided by the old.
    /// Gives the services that are open to more people since, as no team limits them any more.
    pub fn reload<'a>(&self, config: &'a Config) -> Vec<&'a ServiceKey> {
        let opened = config.catalogue.opened_since(&self.manage.rules().catalogue);
        self.manage.adopt(Rules { loaded: Some(self.parts.clock.now().at()), ..rules(config) });
        self.parts.verification.offer(offer(config));
        opened
    }

    /// Whether every live token is in memory.
    pub fn is_warm(&self) -> bool {
        self.parts.verification.is_warm()
    }

    /// Waits for the mails that are still to be sent, but no longer than this.
    pub async fn send_mails(&self, patience: Duration) {
        let waited = async {
            while self.manage.unsent_mails() > 0 {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        if tokio::time::timeout(patience, waited).await.is_err() {
            tracing::warn!(mails = self.manage.unsent_mails(), "not sent before the end");
        }
    }

    /// Writes the uses, and the refused calls, that are still in memory.
    pub async fn write_uses(&self) {
        report(self.parts.usage.write().await);
        report(self.parts.refusals.write().await);
    }
}

impl Parts {
    /// One worker's application. Every worker has its own way to the tokens.
    fn configure(&self, cfg: &mut ServiceConfig) {
        let verifier = self.verification.verifier();
        // Only at start, where a worker without its database has nothing to do.
        let verifier = verifier.unwrap_or_else(|fault| panic!("{fault}"));
        let files = scope("/static")
            .configure(routes::statics)
            .wrap(from_fn(errors::show))
            .wrap(from_fn(headers::protect));
        let pages = scope("")
            .app_data(PayloadConfig::new(FORM))
            .configure(routes::pages)
            .wrap(self.sessions())
            .wrap(from_fn(guard::check))
            .wrap(from_fn(patience::end))
            .wrap(from_fn(errors::show))
            .wrap(from_fn(headers::protect))
            .wrap(from_fn(log::note));
        cfg.app_data(Data::new(self.db.clone()))
            .app_data(Data::new(self.manage.clone()))
            .app_data(Data::new(self.clock.clone()))
            .app_data(Data::new(verifier))
            .app_data(Data::new(Callers::new(self.db.clone())))
            .app_data(Data::new(self.tally.counter()))
            .app_data(self.site.clone())
            .configure(routes::api)
            .service(files)
            .service(pages);
    }

    fn sessions(&self) -> SessionMiddleware<Sessions> {
        let store = Sessions { manage: self.manage.clone(), clock: self.clock.clone() };
        SessionMiddleware::builder(store, self.cookie_key.clone())
            .cookie_name(self.site.cookie_name("session"))
            .cookie_secure(self.site.is_secure())
            .cookie_http_only(true)
            .cookie_same_site(SameSite::Lax)
            .cookie_path("/".to_owned())
            .cookie_content_security(CookieContentSecurity::Signed)
            .session_lifecycle(BrowserSession::default())
            .build()
    }
}

fn report(outcome: Result<(), Failure>) {
    if let Err(failure) = outcome {
        tracing::warn!("{}", fault(failure));
    }
}

/// What verification goes by of the operator's file.
fn offer(config: &Config) -> Offer {
    Offer::new(config.catalogue.clone(), config.policy.soon_days)
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
