//! The tables themselves, on whichever database the suite runs.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel_migrations::MigrationHarness;
use latchkey::domain::change::Change;
use latchkey::store::conn::Conn;
use latchkey::store::feed;
use latchkey::store::migrations::HISTORY;

use crate::support::App;
use crate::support::database::{TestDatabase, postgres};

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = diesel::sql_types::Text)]
    name: String,
}

fn columns(conn: &mut Conn, table: &str) -> Vec<String> {
    let rows: Vec<Column> = match conn {
        Conn::Sqlite(c) => {
            diesel::sql_query(format!("SELECT name FROM pragma_table_info('{table}') ORDER BY cid")).load(c)
        }
        Conn::Postgres(c) => diesel::sql_query(format!(
            "SELECT column_name::text AS name FROM information_schema.columns WHERE table_name = '{table}' ORDER BY ordinal_position"
        ))
        .load(c),
    }
    .expect("columns");
    rows.into_iter().map(|row| row.name).collect()
}

#[actix_web::test]
async fn the_schema_in_the_code_is_the_schema_of_the_tables() {
    let database = TestDatabase::fresh();
    let schema = include_str!("../../src/store/schema.rs");
    let mut tables = 0;
    for part in schema.split("diesel::table! {").skip(1) {
        let mut lines = part.lines().map(str::trim).filter(|line| !line.is_empty());
        let table =
            lines.next().and_then(|line| line.split(' ').next()).expect("a name").to_owned();
        let written: Vec<String> = lines
            .take_while(|line| *line != "}")
            .filter_map(|line| Some(line.split_once(" -> ")?.0.to_owned()))
            .collect();
        let made = database.read(move |c| Ok(columns(c, &table))).await;
        assert_eq!(written, made);
        tables += 1;
    }
    // But Diesel's own, and SQLite's.
    let there = if database.is_sqlite() {
        "SELECT count(*) AS n FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%diesel%' AND name NOT LIKE 'sqlite%'"
    } else {
        "SELECT count(*) AS n FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '%diesel%'"
    };
    assert_eq!(tables, database.count(there).await, "each table");
}

#[actix_web::test]
async fn every_migration_goes_up_down_and_up_again() {
    let database = TestDatabase::fresh();
    database
        .read(|c| {
            let rounds = |outcome: diesel::migration::Result<()>| outcome.expect("a migration");
            match c {
                Conn::Sqlite(c) => {
                    rounds(c.revert_all_migrations(HISTORY).map(drop));
                    rounds(c.run_pending_migrations(HISTORY).map(drop));
                }
                Conn::Postgres(c) => {
                    rounds(c.revert_all_migrations(HISTORY).map(drop));
                    rounds(c.run_pending_migrations(HISTORY).map(drop));
                }
            }
            Ok(())
        })
        .await;
    assert_eq!(database.count("SELECT count(*) AS n FROM tokens").await, 0);
}

/// Undoes migrations, down to this one.
fn back_to_before(c: &mut Conn, version: &str) {
    let until = |applied: Vec<diesel::migration::MigrationVersion<'static>>| {
        !applied.iter().any(|applied| applied.to_string() == version)
    };
    loop {
        let done = match c {
            Conn::Sqlite(c) => c.applied_migrations().map(until),
            Conn::Postgres(c) => c.applied_migrations().map(until),
        };
        if done.expect("a history") {
            return;
        }
        match c {
            Conn::Sqlite(c) => drop(c.revert_last_migration(HISTORY).expect("a way back")),
            Conn::Postgres(c) => drop(c.revert_last_migration(HISTORY).expect("a way back")),
        }
    }
}

/// Last uses stood with the tokens before; tokens that end for want of use would end if they were lost.
#[actix_web::test]
async fn last_uses_of_an_older_database_are_taken_over() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    for name in ["CI", "Other", "Never"] {
        ada.generates(name).with("Git", "Read").await;
    }
    let back = |c: &mut Conn| {
        back_to_before(c, "20261123100003");
        c.batch_execute(
            "UPDATE tokens SET used_at = created_at - 3600000000, used_address = '192.0.2.9', used_agent = 'git/2.47' WHERE name = 'CI';
             UPDATE tokens SET used_at = 7 WHERE name = 'Other'",
        )
        .expect("uses as they were");
        Ok(())
    };
    app.database.read(back).await;
    let address = latchkey::domain::address::Address::parse(&app.database.url);
    latchkey::store::Db::open(address.expect("an address")).expect("the same database");
    let row = async |name| ada.sees(name).await.expect("a row")[2].clone();
    assert_eq!(row("CI").await, "1 hour ago");
    assert_eq!(
        (row("Other").await, row("Never").await),
        ("1 January 1970".into(), "Never used".into())
    );
    let page = ada.opens(&ada.page_of(&app, "CI").await).await;
    assert!(page.says("from 192.0.2.9") && page.says("by git/2.47"), "{}", page.text);
    assert_eq!(app.database.count("SELECT count(*) AS n FROM former_uses").await, 0);
}

/// AUD-02: what happened before there was a chain is in it.
#[actix_web::test]
async fn events_of_an_older_database_are_chained_by_time() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    ada.generates("CI").with("Git", "Read").await;
    let back = |c: &mut Conn| {
        back_to_before(c, "20261124100001");
        c.batch_execute(
            "INSERT INTO events (id, at, kind, detail, agent)
             VALUES ('late', 9, 'signed_in', '', ''), ('early', 8, 'signed_out', '', '')",
        )
        .expect("events as they were");
        Ok(())
    };
    app.database.read(back).await;
    let address = latchkey::domain::address::Address::parse(&app.database.url);
    latchkey::store::Db::open(address.expect("an address")).expect("the same database");
    let entries = app.database.read(|c| Ok(latchkey::store::events::entries_from(c, 0, 99)?)).await;
    let kinds: Vec<&str> = entries.iter().flatten().map(|entry| &*entry.kind).collect();
    assert_eq!(kinds, ["signed_out", "signed_in", "signed_in", "token_generated"]);
    ada.revokes("CI").await;
    let checked = app.application.manage.check_events(Vec::new()).await.expect("a log");
    assert_eq!((checked.head.number, checked.bad), (5, None));
    assert_eq!(app.database.count("SELECT count(*) AS n FROM former_events").await, 0);
}

/// DUR-14
#[actix_web::test]
async fn a_database_of_a_newer_latchkey_is_refused_in_words() {
    let database = TestDatabase::fresh();
    database
        .run("INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000000')")
        .await;
    let address = latchkey::domain::address::Address::parse(&database.url).expect("an address");
    let refused = latchkey::store::Db::open(address).err().expect("a refusal").to_string();
    assert!(
        refused.contains("written by a newer Latchkey (migration 29990101000000)"),
        "{refused}"
    );
}

/// DUR-09, DUR-16: a commit reaches the disk before it is answered, whatever the server's own setting.
#[actix_web::test]
async fn commits_are_durable() {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Text)]
        setting: String,
    }
    let read = |c: &mut Conn| match c {
        Conn::Sqlite(c) => {
            diesel::sql_query("SELECT CAST(synchronous AS TEXT) AS setting FROM pragma_synchronous")
                .get_result(c)
        }
        Conn::Postgres(c) => {
            diesel::sql_query("SELECT current_setting('synchronous_commit') AS setting")
                .get_result(c)
        }
    };
    let database = TestDatabase::fresh();
    let row: Row = database.write(move |c| Ok(read(c).expect("a setting"))).await;
    // The tests' own PostgreSQL server has it off.
    let wanted = if postgres().is_some() { "on" } else { "2" };
    assert_eq!(row.setting, wanted);
}

/// GitLab 14.3.1: orphans stay valid.
#[actix_web::test]
async fn a_deleted_persons_tokens_and_sessions_go_with_them() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read").await;
    let id = ada.id.clone();
    let deleted = app.database.write(move |tx| {
        tx.batch_execute("DELETE FROM users").expect("a deletion");
        Ok(feed::record(tx, &Change::Person(id.clone()))?)
    });
    deleted.await;
    app.hears_of_it().await;
    let status = app.machine().verifies(&secret, "git", "read").await;
    assert_eq!(status, reqwest::StatusCode::UNAUTHORIZED);
    assert_eq!(app.database.count("SELECT count(*) AS n FROM sessions").await, 0);
    assert!(app.database.count("SELECT count(*) AS n FROM events").await > 0, "the log stays");
}

/// AUD-03
#[actix_web::test]
async fn without_its_line_in_the_log_a_change_does_not_happen() {
    let app = App::start().await;
    let ada = app.member("ada").await;
    let secret = ada.generates("CI").with("Git", "Read").await;
    let link = ada.opens("/account/tokens").await.link("Revoke CI").expect("a link");
    let form = ada.opens(&link).await.form("Revoke token");
    app.database.run("ALTER TABLE events RENAME TO elsewhere").await;
    let page =
        ada.browser.submit(&form.fill("Your password", crate::support::people::PASSWORD)).await;
    assert!(page.status.is_server_error(), "{}", page.status);
    assert!(page.says("Nothing was changed") && page.says("tell your operator this number"));
    assert!(!page.says("elsewhere") && !page.says("events"), "{}", page.text);
    let status = app.machine().verifies(&secret, "git", "read").await;
    assert_eq!(status, reqwest::StatusCode::OK);
}
