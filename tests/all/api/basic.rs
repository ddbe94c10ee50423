//! Programs such as git send a name and a password only when they are asked for them.

use reqwest::StatusCode;

use crate::support::App;
use crate::support::machine::Answer;

const FILE: &str = "name = \"Fernhill\"\n\
    [[services]]\nkey = \"git\"\nbasic = true\npaths = [\"/git\"]\n\
    [[services]]\nkey = \"builds\"\npaths = [\"/builds\"]\n";
const BEARER: &str = "Bearer realm=\"Fernhill\"";
const BASIC: &str = "Basic realm=\"Fernhill\", charset=\"UTF-8\"";

fn challenges(answer: &Answer) -> Vec<&str> {
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    let lines = answer.headers.get_all("www-authenticate");
    lines.iter().map(|line| line.to_str().expect("ASCII")).collect()
}

#[actix_web::test]
async fn a_service_that_wants_it_asks_for_a_name_and_a_password_beside_a_token() {
    let app = App::with(FILE, &[("trusted_proxies", "127.0.0.1")]).await;
    let machine = app.machine();
    for query in ["?service=git", "?service=git&gateway=caddy", "?service=git&access=write"] {
        assert_eq!(challenges(&machine.sends(query, &[]).await), [BEARER, BASIC], "{query}");
    }
    let at = |path| [("x-original-method", "GET"), ("x-original-uri", path)];
    assert_eq!(challenges(&machine.sends("", &at("/git/x")).await), [BEARER, BASIC]);
    let nginx = machine.sends("?service=git&gateway=nginx", &[]).await;
    assert_eq!((challenges(&nginx), nginx.header("x-error-challenge")), (vec![BEARER], BASIC));
}

#[actix_web::test]
async fn nobody_else_is_asked_and_nobody_twice() {
    let app = App::with(FILE, &[("trusted_proxies", "127.0.0.1")]).await;
    let machine = app.machine();
    let builds = [("x-original-method", "GET"), ("x-original-uri", "/builds")];
    for (query, headers) in [("?service=builds", &[][..]), ("?service=nope", &[]), ("", &builds)] {
        assert_eq!(challenges(&machine.sends(query, headers).await), [BEARER], "{query}");
    }
    let wrong = [("authorization", "Basic YWRhOndyb25n")];
    for gateway in ["generic", "nginx"] {
        let answer = machine.sends(&format!("?service=git&gateway={gateway}"), &wrong).await;
        let [challenge] = challenges(&answer)[..] else { panic!("{:?}", answer.headers) };
        assert!(challenge.ends_with("error=\"invalid_token\""), "{challenge}");
        assert_eq!(answer.header("x-error-challenge"), "");
    }
    let malformed = [("authorization", "Bearer one two")];
    let answer = machine.sends("?service=git&gateway=nginx", &malformed).await;
    assert_eq!(challenges(&answer).len(), 1, "{:?}", answer.headers);
    assert_eq!(answer.header("x-error-challenge"), "");
}
