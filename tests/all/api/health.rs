//! `/healthz` and `/readyz`.

use reqwest::{Method, StatusCode};

use crate::support::App;

#[actix_web::test]
async fn the_process_and_its_database_answer() {
    let app = App::start().await;
    for path in ["/healthz", "/readyz"] {
        let answer = app.machine().calls(Method::GET, path, &[("host", "anything.example")]).await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, "ok\n"));
        assert_eq!(answer.header("cache-control"), "no-store");
        let posted = app.machine().calls(Method::POST, path, &[]).await;
        assert_eq!(posted.status, StatusCode::METHOD_NOT_ALLOWED);
    }
}
