//! Signing in with the company's own account, and confirming with it, in a real browser and for everybody.

use latchkey::config::SAMPLE;

use crate::inspector::Inspector;
use crate::support::provider::Provider;
use crate::window::Window;

#[actix_web::test]
async fn signing_in_and_confirming_with_a_provider_are_for_everybody() {
    let provider = Provider::start();
    let app = provider.at(SAMPLE, &[]).await;
    let window = Window::open(&app).await;
    let mut inspector = Inspector::new(&window);
    window.goes_to("/sign-in/identity/callback?code=x&state=12345678").await;
    window.sees("This was begun in another browser").await;
    inspector.looks_at("not signed in").await;
    window.goes_to("/sign-in").await;
    inspector.looks_at("sign in, with a provider").await;
    window.follows("Sign in with Fernhill").await;
    window.sees("Ada Nyström").await;
    window.goes_to("/account/password").await;
    inspector.looks_at("no password").await;
    window.goes_to("/account/confirmation").await;
    inspector.looks_at("nothing confirmed").await;
    window.goes_to("/account/deletion").await;
    inspector.looks_at("deletion, to confirm with the provider").await;
    window.goes_to("/account/tokens/new").await;
    window.types("Name", "CI runner").await;
    window.grants("Git", "Read").await;
    inspector.looks_at("a form to confirm with the provider").await;
    let form = window.driver.window().await.expect("a tab");
    window.presses("Confirm with Fernhill").await;
    let tabs = window.driver.windows().await.expect("tabs");
    let other = tabs.into_iter().find(|tab| *tab != form).expect("a new tab");
    window.driver.switch_to_window(other).await.expect("the new tab");
    window.sees("Confirmed with Fernhill").await;
    inspector.looks_at("confirmed").await;
    window.driver.switch_to_window(form).await.expect("the first tab");
    window.presses("Generate token").await;
    let secret = window.secret().await;
    assert!(secret.starts_with("lk_"), "{secret}");
    inspector.finds_nothing_wrong();
}
