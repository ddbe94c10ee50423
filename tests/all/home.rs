use crate::support::App;
use crate::support::people::Person;

#[actix_web::test]
async fn the_front_door_leads_to_where_one_can_do_something() {
    let app = App::start().await;
    let guest = app.guest();
    assert_eq!(guest.get("/").await.location().as_deref(), Some("/setup"));
    Person::add(&app, "ada", "member").await;
    assert_eq!(guest.get("/").await.location().as_deref(), Some("/sign-in"));
    let bo = app.member("bo").await;
    assert_eq!(bo.browser.get("/").await.location().as_deref(), Some("/account/tokens"));
}
