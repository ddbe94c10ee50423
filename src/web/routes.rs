//! The whole table: what is served where. Each route is named in `docs/` and has a test (`tests/tidy.rs` checks both).

use actix_web::guard::{Any, Get, Head};
use actix_web::web::{PayloadConfig, ServiceConfig, delete, post, resource, route};
use actix_web::{FromRequest, Handler, Responder, Route};

use super::api::{gateway, health, introspect, metadata, metrics, oauth, revoke, token};
use super::files;
use super::pages::{
    account, account_deletions, account_standings, activity, all_activity, all_exports,
    all_revocations, all_searches, all_tokens, caller_removals, caller_secrets, callers, catalogue,
    codes, confirmations, deletions, explanations, exports, forgotten, hand_overs, home,
    identities, overlaps, passkey_removals, passkey_sign_in, passkeys, password, password_links,
    pauses, people, person_deletions, person_revocations, person_sessions, policy, recovery_codes,
    removals, resets, revocations, search, second_factors, secrets, service_accounts, sessions,
    setup, sign_in, standings, token_exports, tokens,
};

/// For machines: no cookies, no sessions, no pages.
pub fn api(cfg: &mut ServiceConfig) {
    let form = || PayloadConfig::new(oauth::LARGEST);
    cfg.service(resource("/verify").route(route().to(gateway::show)))
        .service(resource("/verify/{path:.*}").route(route().to(gateway::show)))
        .service(
            resource("/api/v1/token").route(get(token::show)).route(delete().to(revoke::destroy)),
        )
        .service(resource("/introspect").app_data(form()).route(post().to(introspect::show)))
        .service(resource("/revoke").app_data(form()).route(post().to(revoke::create)))
        .service(resource("/.well-known/oauth-authorization-server").route(get(metadata::show)))
        .service(resource("/healthz").route(get(health::alive)))
        .service(resource("/readyz").route(get(health::ready)));
}

/// For whoever watches, on a listener of its own.
pub fn metrics(cfg: &mut ServiceConfig) {
    cfg.service(resource("/metrics").route(get(metrics::show)));
}

/// Style, script and icons.
pub fn statics(cfg: &mut ServiceConfig) {
    cfg.service(resource("/{name}").route(get(files::show)));
}

/// For people.
#[rustfmt::skip] // a line a route
pub fn pages(cfg: &mut ServiceConfig) {
    cfg.configure(to_provider)
        .configure(administration)
        .configure(accounts_of_services)
        .service(resource("/").route(get(home::show)))
        .service(resource("/setup").route(get(setup::new)).route(post().to(setup::create)))
        .service(resource("/sign-in").route(get(sign_in::new)).route(post().to(sign_in::create)))
        .service(resource("/sign-in/code").route(get(codes::show)).route(post().to(codes::create)))
        .service(resource("/sign-in/passkey").route(get(passkey_sign_in::show)).route(post().to(passkey_sign_in::create)))
        .service(resource("/sign-out").route(post().to(sign_in::destroy)))
        .service(resource("/account").route(get(account::edit)).route(post().to(account::update)))
        .service(resource("/forgotten").route(get(forgotten::new)).route(post().to(forgotten::create)))
        .service(resource("/join/{code}").route(get(password_links::edit)).route(post().to(password_links::update)))
        .service(resource("/account/deletion").route(get(deletions::new)).route(post().to(deletions::create)))
        .service(resource("/account/password").route(get(password::edit)).route(post().to(password::update)))
        .service(resource("/account/second-factor").route(get(second_factors::new)).route(post().to(second_factors::create)))
        .service(resource("/account/second-factor/removal").route(get(removals::new)).route(post().to(removals::create)))
        .service(resource("/account/passkeys").route(get(passkeys::new)).route(post().to(passkeys::create)))
        .service(resource("/account/passkeys/{id}/removal").route(get(passkey_removals::new)).route(post().to(passkey_removals::create)))
        .service(resource("/account/recovery-codes").route(get(recovery_codes::new)).route(post().to(recovery_codes::create)))
        .service(resource("/account/sessions").route(get(sessions::index)).route(post().to(sessions::destroy)))
        .service(resource("/account/activity").route(get(activity::index)))
        .service(resource("/account/activity/export").route(get(exports::show)))
        .service(resource("/account/tokens").route(get(tokens::index)).route(post().to(tokens::create)))
        .service(resource("/account/tokens/new").route(get(tokens::new)))
        .service(resource("/account/tokens/search").route(post().to(search::create)))
        .service(resource("/account/tokens/revocation").route(get(revocations::new)).route(post().to(revocations::create)))
        .service(resource("/account/tokens/{id}").route(get(tokens::edit)).route(post().to(tokens::update)))
        .service(resource("/account/tokens/{id}/secret").route(get(secrets::new)).route(post().to(secrets::create)))
        .service(resource("/account/tokens/{id}/pause").route(get(pauses::new)).route(post().to(pauses::create)))
        .service(resource("/account/tokens/{id}/explanation").route(get(explanations::show)))
        .service(resource("/account/tokens/{id}/overlap").route(get(overlaps::new)).route(post().to(overlaps::destroy)));
}

/// For administrators, beside the pages of people.
#[rustfmt::skip] // a line a route
fn administration(cfg: &mut ServiceConfig) {
    cfg.service(resource("/admin/people").route(get(people::index)).route(post().to(people::create)))
        .service(resource("/admin/people/new").route(get(people::new)))
        .service(resource("/admin/people/{id}").route(get(people::edit)).route(post().to(people::update)))
        .service(resource("/admin/people/{id}/standing").route(get(standings::edit)).route(post().to(standings::update)))
        .service(resource("/admin/people/{id}/second-factor/reset").route(get(resets::new)).route(post().to(resets::create)))
        .service(resource("/admin/people/{id}/deletion").route(get(person_deletions::new)).route(post().to(person_deletions::create)))
        .service(resource("/admin/people/{id}/revocation").route(get(person_revocations::new)).route(post().to(person_revocations::create)))
        .service(resource("/admin/people/{id}/sessions").route(get(person_sessions::new)).route(post().to(person_sessions::destroy)))
        .service(resource("/admin/people/{id}/link").route(get(password_links::new)).route(post().to(password_links::create)))
        .service(resource("/admin/activity").route(get(all_activity::index)))
        .service(resource("/admin/activity/export").route(get(all_exports::show)))
        .service(resource("/admin/callers").route(get(callers::index)).route(post().to(callers::create)))
        .service(resource("/admin/callers/new").route(get(callers::new)))
        .service(resource("/admin/callers/{service}/secret").route(get(caller_secrets::new)).route(post().to(caller_secrets::create)))
        .service(resource("/admin/callers/{service}/removal").route(get(caller_removals::new)).route(post().to(caller_removals::create)))
        .service(resource("/admin/policy").route(get(policy::show)))
        .service(resource("/admin/catalogue").route(get(catalogue::show)))
        .service(resource("/admin/tokens").route(get(all_tokens::index)))
        .service(resource("/admin/tokens/search").route(post().to(all_searches::create)))
        .service(resource("/admin/tokens/export").route(get(token_exports::show)))
        .service(resource("/admin/tokens/revocation").route(get(all_revocations::new)).route(post().to(all_revocations::create)));
}

/// For those who look after service accounts; below each account's address are the same pages as for one's own tokens.
#[rustfmt::skip] // a line a route
fn accounts_of_services(cfg: &mut ServiceConfig) {
    cfg.service(resource("/service-accounts").route(get(service_accounts::index)).route(post().to(service_accounts::create)))
        .service(resource("/service-accounts/new").route(get(service_accounts::new)))
        .service(resource("/service-accounts/{account}/hand-over").route(get(hand_overs::new)).route(post().to(hand_overs::create)))
        .service(resource("/service-accounts/{account}/standing").route(get(account_standings::edit)).route(post().to(account_standings::update)))
        .service(resource("/service-accounts/{account}/deletion").route(get(account_deletions::new)).route(post().to(account_deletions::create)))
        .service(resource("/service-accounts/{account}/activity").route(get(activity::index)))
        .service(resource("/service-accounts/{account}/tokens").route(get(tokens::index)).route(post().to(tokens::create)))
        .service(resource("/service-accounts/{account}/tokens/new").route(get(tokens::new)))
        .service(resource("/service-accounts/{account}/tokens/search").route(post().to(search::create)))
        .service(resource("/service-accounts/{account}/tokens/revocation").route(get(revocations::new)).route(post().to(revocations::create)))
        .service(resource("/service-accounts/{account}/tokens/{id}").route(get(tokens::edit)).route(post().to(tokens::update)))
        .service(resource("/service-accounts/{account}/tokens/{id}/secret").route(get(secrets::new)).route(post().to(secrets::create)))
        .service(resource("/service-accounts/{account}/tokens/{id}/pause").route(get(pauses::new)).route(post().to(pauses::create)))
        .service(resource("/service-accounts/{account}/tokens/{id}/explanation").route(get(explanations::show)))
        .service(resource("/service-accounts/{account}/tokens/{id}/overlap").route(get(overlaps::new)).route(post().to(overlaps::destroy)));
}

/// To the company's own provider, and back.
#[rustfmt::skip] // a line a route
fn to_provider(cfg: &mut ServiceConfig) {
    cfg.service(resource("/sign-in/identity").route(get(identities::new)))
        .service(resource("/sign-in/identity/callback").route(get(identities::show)))
        .service(resource("/account/confirmation").route(get(confirmations::show)).route(post().to(confirmations::create)));
}

/// GET, and HEAD, which is the same without a body.
fn get<F, Args>(handler: F) -> Route
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    route().guard(Any(Get()).or(Head())).to(handler)
}
