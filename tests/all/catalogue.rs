//! `/admin/catalogue`: services, teams and sets as the server goes by them.

use chrono::TimeDelta;
use latchkey::config::SAMPLE;

use crate::support::App;

#[actix_web::test]
async fn administrators_read_the_catalogue_as_it_is_loaded_and_since_when() {
    let app = App::start().await;
    let (ada, bo) = (app.member("ada").await, app.admin("bo").await);
    assert_eq!(ada.opens("/admin/catalogue").await.status, 404);
    let page = bo.opens("/admin/catalogue").await;
    assert_eq!(page.heading(), "Catalogue");
    for service in app.config.catalogue.services() {
        assert!(page.says(&service.name) && page.says(service.key.as_str()), "{}", service.name);
        for method in &service.methods {
            assert!(page.says(method.key.as_str()), "{}", method.name);
        }
        for team in &service.teams {
            assert!(page.says(&format!("Team {} gives", team.name)), "{}", service.name);
        }
    }
    app.wait(TimeDelta::minutes(10));
    assert!(bo.opens("/admin/catalogue").await.says("operator’s file 10 minutes ago."));
    app.reloads(&SAMPLE.replacen("name = \"Git", "name = \"Renamed Git", 1));
    let page = bo.opens("/admin/catalogue").await;
    assert!(page.says("operator’s file just now."), "{}", page.text);
    assert!(page.says("Renamed Git"));
    assert!(!page.says("No team limits it"), "there is no team: {}", page.text);
    let team = "[[teams]]\nkey = \"web\"\n[teams.services]\ngit = \"read\"\n";
    app.reloads(&format!("[[services]]\nkey = \"git\"\n[[services]]\nkey = \"mail\"\n{team}"));
    let page = bo.opens("/admin/catalogue").await;
    assert_eq!(page.text.matches("No team limits it: it is open by role alone.").count(), 1);
}
