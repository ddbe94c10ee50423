use proptest::prelude::*;

use super::*;
use crate::domain::access::Access;
use crate::domain::catalogue::{Catalogue, Method, MethodKey, ServiceKey};
use crate::domain::paths::{PathPrefix, RequestPattern};
use crate::domain::user::Role;

/// A service by its key, its paths, and the requests of its methods, each called m0, m1, …
fn service(key: &str, paths: &[&str], requests: &[&str]) -> Service {
    let prefix = |text: &&str| PathPrefix::parse(text).expect(text);
    let method = |(at, text): (usize, &&str)| Method {
        key: MethodKey::parse(&format!("m{at}")).expect("a key"),
        name: format!("m{at}"),
        description: String::new(),
        docs: None,
        access: Access::ReadWrite,
        personal_tokens: true,
        requests: vec![RequestPattern::parse(text).expect(text)],
    };
    Service {
        key: ServiceKey::parse(key).expect(key),
        name: key.to_owned(),
        description: String::new(),
        docs: None,
        url: None,
        basic: false,
        highest: Access::ReadWrite,
        role: Role::Viewer,
        personal_tokens: true,
        per_minute: None,
        teams: Vec::new(),
        methods: requests.iter().enumerate().map(method).collect(),
        paths: paths.iter().map(prefix).collect(),
    }
}

/// "builds", "builds:m0", "" for nothing, or why not.
fn found(catalogue: &Catalogue, method: &str, target: &str) -> String {
    let path = RequestPath::read(target).unwrap_or_else(|why| panic!("{target}: {why}"));
    match catalogue.find(method, path) {
        Err(why) => why.to_owned(),
        Ok(None) => String::new(),
        Ok(Some((service, None))) => service.key.as_str().to_owned(),
        Ok(Some((service, Some(method)))) => {
            format!("{}:{}", service.key.as_str(), method.key.as_str())
        }
    }
}

#[test]
fn the_longest_path_on_whole_segments_wins() {
    let catalogue = Catalogue::new(vec![
        service("builds", &["/builds", "/api/builds/"], &[]),
        service("runners", &["/builds/runners"], &[]),
    ]);
    for (target, service) in [
        ("/builds", "builds"),
        ("/builds/", "builds"),
        ("/builds/1?x=/builds/runners", "builds"),
        ("/api/builds/x/y/z", "builds"),
        ("/b%75ilds/x", "builds"),
        ("/builds/runners", "runners"),
        ("/builds/runners/7", "runners"),
        ("/builds/runners2", "builds"),
        ("/buildsx", ""),
        ("/api", ""),
        ("/", ""),
        ("/other", ""),
    ] {
        assert_eq!(found(&catalogue, "GET", target), service, "{target}");
    }
    let all = Catalogue::new(vec![service("all", &["/"], &[]), service("git", &["/git"], &[])]);
    assert_eq!(found(&all, "GET", "/"), "all");
    assert_eq!(found(&all, "GET", "/anything/else"), "all");
    assert_eq!(found(&all, "GET", "/git/x"), "git");
    assert_eq!(found(&Catalogue::default(), "GET", "/"), "");
}

#[test]
fn a_method_is_found_before_a_path_and_by_names_before_braces() {
    let catalogue = Catalogue::new(vec![
        service(
            "builds",
            &["/builds"],
            &[
                "POST /builds/jobs/{id}/retry",
                "GET /builds/jobs",
                "GET /builds/{any}",
                "GET /x/{a}/c",
                "GET /x/b/{c}",
            ],
        ),
        service("logs", &["/builds/jobs"], &["GET /"]),
    ]);
    for (method, target, expected) in [
        ("POST", "/builds/jobs/7/retry", "builds:m0"),
        ("POST", "/builds/jobs/7/retry/", "builds:m0"),
        ("POST", "/builds/jobs/7/retry/x", "logs"),
        ("POST", "/builds/7", "builds"),
        ("GET", "/builds/jobs", "builds:m1"),
        ("HEAD", "/builds/jobs", "builds:m1"),
        ("OPTIONS", "/builds/jobs", "logs"),
        ("GET", "/builds/7", "builds:m2"),
        ("GET", "/x/b/c", "builds:m4"),
        ("GET", "/x/a/c", "builds:m3"),
        ("GET", "/x/a/d", ""),
        ("GET", "/", "logs:m0"),
        ("POST", "/", ""),
    ] {
        assert_eq!(found(&catalogue, method, target), expected, "{method} {target}");
    }
}

#[test]
fn what_could_be_read_in_two_ways_is_refused() {
    let catalogue = Catalogue::new(vec![
        service("git", &["/"], &["GET /{owner}/{repo}/refs", "GET /Docs/{page}"]),
        service("builds", &["/builds", "/builds/Admin"], &[]),
    ]);
    for (method, target, word) in [
        ("GET", "/BUILDS/x", "case"),
        ("GET", "/builds/admin", "case"),
        ("GET", "/builds/ADMIN/x", "case"),
        ("GET", "/docs/1", "case"),
        ("GET", "/ada/app/REFS", "case"),
        ("get", "/builds", "capitals"),
        ("Post", "/builds", "capitals"),
        ("", "/builds", "capitals"),
        ("GET", "/builds/app/refs", "two services"),
    ] {
        let why = found(&catalogue, method, target);
        assert!(why.contains(word), "{method} {target}: {why}");
    }
    assert_eq!(found(&catalogue, "GET", "/ada/app/refs"), "git:m0");
    assert_eq!(found(&catalogue, "GET", "/builds/Admin/x"), "builds");
}

/// The rules said once more, slowly: every pattern and every path is held against the request.
fn slowly(services: &[Service], method: &str, path: RequestPath<'_>) -> Result<Option<Places>, ()> {
    let names: Vec<String> = path.segments().map(|name| name.to_ascii_lowercase()).collect();
    let longest = longest(services, &names);
    if let Some((rank, found, request)) = best(services, &method.replace("HEAD", "GET"), &names) {
        let fixed = rank.iter().take_while(|any| !**any).count();
        let other =
            longest.filter(|(at, prefix)| *at != found.0 && prefix.segments().len() > fixed);
        return if request.fits(path) && other.is_none() { Ok(Some(found)) } else { Err(()) };
    }
    match longest {
        Some((_, prefix)) if !prefix.begins(path) => Err(()),
        found => Ok(found.map(|(at, _)| (at, None))),
    }
}

/// The pattern that fits, whatever the case, with names before braces from the left; where the braces are comes first.
fn best<'a>(
    services: &'a [Service],
    method: &str,
    names: &[String],
) -> Option<(Vec<bool>, Places, &'a RequestPattern)> {
    let alike = |(part, name): (&Part, &String)| match part {
        Part::Named(own) => own.to_ascii_lowercase() == *name,
        Part::Any => true,
    };
    let methods = services.iter().enumerate().flat_map(|(at, service)| {
        service.methods.iter().enumerate().map(move |(place, method)| ((at, Some(place)), method))
    });
    let requests =
        methods.flat_map(|(place, method)| method.requests.iter().map(move |r| (place, r)));
    let fitting = requests.filter(|(_, request)| {
        let parts = request.parts();
        request.method() == method
            && parts.len() == names.len()
            && parts.iter().zip(names).all(alike)
    });
    let ranked = fitting.map(|(place, request)| {
        (
            request.parts().iter().map(|part| *part == Part::Any).collect::<Vec<bool>>(),
            place,
            request,
        )
    });
    ranked.min_by_key(|(rank, ..)| rank.clone())
}

fn longest<'a>(services: &'a [Service], names: &[String]) -> Option<(usize, &'a PathPrefix)> {
    let prefixes = services.iter().enumerate();
    let prefixes = prefixes.flat_map(|(at, service)| service.paths.iter().map(move |p| (at, p)));
    let begins = prefixes.filter(|(_, prefix)| {
        let own = prefix.segments();
        own.len() <= names.len()
            && own.iter().zip(names).all(|(own, name)| own.to_ascii_lowercase() == *name)
    });
    begins.max_by_key(|(_, prefix)| prefix.segments().len())
}

/// Services out of few names, so that they meet; the first of two that are the same counts, as in the file.
fn services() -> impl Strategy<Value = Vec<Service>> {
    let path = || "(/(a|b|A|c)){0,3}";
    let request = "(GET|POST) (/(a|b|A|\\{x\\})){1,4}";
    let paths = prop::collection::vec(path().prop_map(|path| format!("{path}/")), 0..3);
    let requests = prop::collection::vec(request, 0..4);
    prop::collection::vec((paths, requests), 1..4).prop_map(|described| {
        let mut taken = std::collections::BTreeSet::new();
        let mut services = Vec::new();
        for (at, (paths, requests)) in described.into_iter().enumerate() {
            let paths = paths.iter().map(String::as_str);
            let paths: Vec<&str> =
                paths.filter(|path| taken.insert(path.to_ascii_lowercase())).collect();
            let shape = |text: &str| RequestPattern::parse(text).expect("a request").shape();
            let requests = requests.iter().map(String::as_str);
            let requests: Vec<&str> = requests.filter(|text| taken.insert(shape(text))).collect();
            services.push(service(&format!("s{at}"), &paths, &requests));
        }
        services
    })
}

proptest! {
    #[test]
    fn the_tree_finds_what_the_rules_say(
        services in services(),
        method in "GET|POST|HEAD|PUT",
        target in "(/(a|b|A|c|%61)){1,5}",
    ) {
        let map = Map::new(&services);
        let path = RequestPath::read(&target).expect("a path");
        let found = map.find(&method, path, &services).map_err(drop);
        prop_assert_eq!(found, slowly(&services, &method, path));
    }
}
