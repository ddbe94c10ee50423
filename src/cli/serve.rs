//! `latchkey serve`.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;

use actix_web::dev::ServerHandle;
use actix_web::rt::signal::unix::{SignalKind, signal};
use tracing::Level;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::{ParseError, Targets};

use super::{Stop, block_on, clock};
use crate::config::{Config, LogFormat};
use crate::server::Application;

/// `read` reads settings and file again, when the operator says that the file has changed.
pub fn run(
    config: &Config,
    read: impl Fn(Option<&Path>) -> Result<Config, Stop>,
) -> Result<(), Stop> {
    start_log(config)?;
    block_on(serve(config, read))
}

async fn serve(
    config: &Config,
    read: impl Fn(Option<&Path>) -> Result<Config, Stop>,
) -> Result<(), Stop> {
    let settings = &config.settings;
    // Taken before the database is touched: a second server on this address changes nothing.
    let listener = bind(settings.listen)?;
    let metrics = settings.metrics_listen.map(bind).transpose()?;
    let application = Application::build(config, clock()).await?;
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let server = application
        .serve(config, listener, workers)
        .map_err(|e| Stop::Said(format!("can’t serve on {}: {e}", settings.listen)))?;
    let metrics = metrics.map(|listener| serve_metrics(&application, listener)).transpose()?;
    greet(config, &application).await?;
    tokio::select! {
        stopped = server => stopped.map_err(|e| Stop::Said(format!("the server stopped: {e}")))?,
        fault = application.keep_up(settings.last_use_every) => return Err(fault.into()),
        stop = reload(config, &application, read) => return Err(stop),
    }
    application.write_uses().await;
    application.send_mails(settings.stop_grace).await;
    if let Some(metrics) = metrics {
        metrics.stop(false).await;
    }
    tracing::info!("stopped");
    Ok(())
}

/// At each SIGHUP goes by the file as it is now; one with mistakes changes nothing.
async fn reload(
    start: &Config,
    application: &Application,
    read: impl Fn(Option<&Path>) -> Result<Config, Stop>,
) -> Stop {
    // What has been read once has to be there from then on: the sample in its place would open what it closed.
    let mut file = start.file.clone();
    let mut told = match signal(SignalKind::hangup()) {
        Ok(told) => told,
        Err(e) => return Stop::Said(format!("waiting for SIGHUP: {e}")),
    };
    loop {
        told.recv().await;
        match read(file.as_deref()) {
            Ok(config) => {
                for opened in application.reload(&config) {
                    let service = opened.as_str();
                    tracing::warn!(service, "no team limits it any more: open by role alone");
                }
                file.clone_from(&config.file);
                let services = config.catalogue.services().len();
                tracing::info!(services, "goes by the file as it is now");
                let held_back = start.held_back(&config).join(", ");
                if !held_back.is_empty() {
                    tracing::warn!("changed, and held back until the next start: {held_back}");
                }
            }
            Err(stop) => {
                // An event is a line: every mistake stands in it.
                let mistakes = stop.to_string().replace('\n', "; ");
                tracing::error!("the file was not taken, the one before stays: {mistakes}");
            }
        }
    }
}

fn bind(address: SocketAddr) -> Result<TcpListener, Stop> {
    TcpListener::bind(address).map_err(|e| Stop::Said(format!("can’t serve on {address}: {e}")))
}

/// Beside the server proper, to the last.
fn serve_metrics(application: &Application, listener: TcpListener) -> Result<ServerHandle, Stop> {
    let server = application.serve_metrics(listener);
    let server = server.map_err(|e| Stop::Said(format!("can’t serve the metrics: {e}")))?;
    let handle = server.handle();
    actix_web::rt::spawn(server);
    Ok(handle)
}

/// Prints the one line to open, and what an operator should know.
async fn greet(config: &Config, application: &Application) -> Result<(), Stop> {
    let settings = &config.settings;
    let url = settings.own_url();
    match application.manage.setup_code().await? {
        Some(code) => println!("Open {url}/setup?code={code} to make the first account."),
        None => println!("Open {url}"),
    }
    let secure = settings.public_url.as_ref().is_some_and(|url| url.scheme() == "https");
    if !secure {
        tracing::info!(
            "served over plain HTTP: cookies are not Secure; set public_url to an https address behind a TLS proxy"
        );
    }
    if settings.trusted_proxies.is_empty() {
        tracing::info!(
            "trusted_proxies is empty: X-Forwarded-* and X-Original-* headers are not believed"
        );
    }
    Ok(())
}

/// Where the HTTP server tells of a connection that speaks no HTTP, or too much of it. An error to it, but nothing of
/// ours: any stranger can fill a log with such.
const STRANGERS: [&str; 2] = ["actix_http::h1::dispatcher", "actix_http::h1::decoder"];

/// As the operator has it; what strangers do wrong is there from `debug` on.
fn filter(config: &Config) -> Result<EnvFilter, Stop> {
    let wrong = |e: ParseError| Stop::Said(format!("log: {e}"));
    let log = &config.settings.log;
    let told = log.parse::<Targets>().unwrap_or_default();
    let quiet = STRANGERS.into_iter().filter(|module| !told.would_enable(module, &Level::DEBUG));
    quiet
        .map(|module| format!("{module}=off").parse())
        .try_fold(EnvFilter::builder().parse(log).map_err(wrong)?, |filter, off| {
            Ok(filter.add_directive(off.map_err(wrong)?))
        })
}

fn start_log(config: &Config) -> Result<(), Stop> {
    let filter = filter(config)?;
    // What can't be written, because the log's disk is full, must not end the server either: that would be said on
    // standard error, and panic there.
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .log_internal_errors(false);
    match config.settings.log_format {
        LogFormat::Text => log.with_ansi(false).init(),
        LogFormat::Json => log.json().init(),
    }
    Ok(())
}
