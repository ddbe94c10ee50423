use reqwest::StatusCode;

use crate::support::App;

#[actix_web::test]
async fn a_person_generates_a_token_and_a_gateway_lets_it_in() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret =
        ada.generates("CI runner").with("Builds", "Read & write").with("Git", "Read").await;
    let machine = app.machine();
    assert_eq!(machine.verifies(&secret, "builds", "write").await, StatusCode::OK);
    assert_eq!(machine.verifies(&secret, "git", "read").await, StatusCode::OK);
    assert_eq!(machine.verifies(&secret, "git", "write").await, StatusCode::FORBIDDEN);
    let row = ada.sees("CI runner").await.expect("its row");
    assert_eq!(row[1], "Read & write Builds Read Git");
}
