//! A fresh database for each test, copied from one migrated template: SQLite, or PostgreSQL where
//! `LATCHKEY_TEST_POSTGRES` names a server to make databases on.

use std::io::Write;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use latchkey::domain::address::Address;
use latchkey::domain::refusal::Outcome;
use latchkey::store::Db;
use latchkey::store::conn::Conn;
use latchkey::store::schema::uses;

pub struct TestDatabase {
    pub url: String,
    folder: Option<PathBuf>,
    name: String,
    db: Db,
}

static COUNT: AtomicU32 = AtomicU32::new(0);

pub fn postgres() -> Option<String> {
    std::env::var("LATCHKEY_TEST_POSTGRES").ok().filter(|url| !url.is_empty())
}

/// For a test of what only PostgreSQL has: without one, says past what catches a test's output that it did not run.
pub fn lacks_postgres() -> bool {
    let lacks = postgres().is_none();
    if lacks {
        let test = std::thread::current().name().unwrap_or_default().to_owned();
        let line = format!("NOT RUN: {test}, without LATCHKEY_TEST_POSTGRES\n");
        std::io::stderr().write_all(line.as_bytes()).expect("standard error");
    }
    lacks
}

impl TestDatabase {
    pub fn fresh() -> Self {
        match postgres() {
            Some(server) => Self::on_postgres(&server, Self::name()),
            None => Self::on_sqlite(),
        }
    }

    fn name() -> String {
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        format!("latchkey_test_{}_{count}", std::process::id())
    }

    /// On SQLite whatever the rest of the suite uses, for what only files have.
    pub fn on_sqlite() -> Self {
        let name = Self::name();
        let template = sqlite_template();
        let folder = std::env::temp_dir().join(&name);
        std::fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join("latchkey.db");
        std::fs::write(&path, template).expect("a copy of the template");
        let url = format!("sqlite:{}", path.display());
        Self { db: open(&url), url, folder: Some(folder), name }
    }

    /// Another way to the same database, which stays the other's to drop.
    pub fn beside(&self, url: &str) -> Self {
        Self { db: open(url), url: url.to_owned(), folder: None, name: String::new() }
    }

    fn on_postgres(server: &str, name: String) -> Self {
        let template = postgres_template(server);
        command(server, &format!("CREATE DATABASE {name} TEMPLATE {template}"));
        let url = postgres_url(server, &name);
        Self { db: open(&url), url, folder: None, name }
    }

    pub fn is_sqlite(&self) -> bool {
        self.folder.is_some()
    }

    /// Cuts every connection, as a restart of PostgreSQL does, and waits until they are gone.
    pub fn cut_connections(&self) {
        let cut = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname";
        command(&postgres().expect("PostgreSQL"), &format!("{cut} = '{}'", self.name));
    }

    /// Lets nobody connect any more, or everybody again, as while PostgreSQL is down.
    pub fn admit(&self, anybody: bool) {
        let admit = format!("ALTER DATABASE {} ALLOW_CONNECTIONS {anybody}", self.name);
        command(&postgres().expect("PostgreSQL"), &admit);
    }

    /// A path beside the database, for what a test writes.
    pub fn folder(&self) -> PathBuf {
        let folder = std::env::temp_dir().join(&self.name);
        std::fs::create_dir_all(&folder).expect("a folder");
        folder
    }

    pub fn db(&self) -> Db {
        self.db.clone()
    }

    /// Reads from the database, beside the server.
    pub async fn read<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Conn) -> Outcome<T> + Send + 'static,
    ) -> T {
        self.db.read(job).await.unwrap_or_else(|failure| panic!("{failure:?}"))
    }

    /// Changes the database, beside the server.
    pub async fn write<T: Send + 'static>(
        &self,
        job: impl FnMut(&mut Conn) -> Outcome<T> + Send + 'static,
    ) -> T {
        self.db.write(job).await.unwrap_or_else(|failure| panic!("{failure:?}"))
    }

    pub async fn run(&self, sql: &'static str) {
        self.write(move |c| {
            c.batch_execute(sql).expect(sql);
            Ok(())
        })
        .await;
    }

    /// One number that a query answers.
    pub async fn count(&self, sql: &'static str) -> i64 {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            n: i64,
        }
        self.read(move |c| {
            let row: Row = match c {
                Conn::Sqlite(c) => diesel::sql_query(sql).get_result(c).expect(sql),
                Conn::Postgres(c) => diesel::sql_query(sql).get_result(c).expect(sql),
            };
            Ok(row.n)
        })
        .await
    }

    /// How SQLite goes about a query.
    pub async fn plan(&self, sql: &str) -> String {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = diesel::sql_types::Text)]
            detail: String,
        }
        let sql = format!("EXPLAIN QUERY PLAN {sql}");
        let explain = move |c: &mut Conn| match c {
            Conn::Sqlite(c) => Ok(diesel::sql_query(sql).load::<Row>(c).expect("a plan")),
            Conn::Postgres(_) => Ok(Vec::new()),
        };
        let steps = self.read(explain).await;
        steps.into_iter().map(|row| row.detail + "\n").collect()
    }

    /// Everything in the database, as text, to look for what must not be there.
    pub async fn everything(&self) -> String {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = diesel::sql_types::Text)]
            line: String,
        }
        let mut all = String::new();
        for (table, columns) in [
            ("users", "name || ' ' || display_name || ' ' || password"),
            ("tokens", "name || ' ' || hint || ' ' || grants"),
            ("daily_uses", "counts"),
            ("refused_calls", "calls"),
            ("callers", "service || ' ' || hint || ' ' || coalesce(former_hint, '')"),
            ("sessions", "state"),
            ("nonces", "nonce"),
            ("password_links", "user_id"),
            ("throttles", "name"),
            ("events", "kind || ' ' || detail || ' ' || agent || ' ' || coalesce(address, '')"),
        ] {
            let sql = format!("SELECT {columns} AS line FROM {table}");
            let lines: Vec<Row> = self
                .read(move |c| {
                    Ok(match c {
                        Conn::Sqlite(c) => diesel::sql_query(sql).load(c).expect("rows"),
                        Conn::Postgres(c) => diesel::sql_query(sql).load(c).expect("rows"),
                    })
                })
                .await;
            all.extend(lines.into_iter().map(|row| row.line + "\n"));
        }
        let uses = self.read(|c| Ok(uses::table.select(uses::body).load::<Vec<u8>>(c)));
        for body in uses.await.expect("rows") {
            all.push_str(&String::from_utf8_lossy(&body));
        }
        all
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Some(server) = postgres().filter(|_| self.folder.is_none() && !self.name.is_empty())
        {
            command(&server, &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        }
        if !self.name.is_empty() {
            let _ = std::fs::remove_dir_all(std::env::temp_dir().join(&self.name));
        }
    }
}

fn open(url: &str) -> Db {
    let address = Address::parse(url).expect("a database URL");
    Db::open(address).unwrap_or_else(|fault| panic!("{fault}"))
}

/// The bytes of a migrated database.
fn sqlite_template() -> &'static [u8] {
    static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let name = format!("latchkey_template_{}.db", std::process::id());
        let path = std::env::temp_dir().join(name);
        let conn = SqliteConnection::establish(&path.to_string_lossy()).expect("a file");
        migrate(Conn::Sqlite(conn));
        let bytes = std::fs::read(&path).expect("the template");
        std::fs::remove_file(&path).expect("no longer needed");
        bytes
    })
}

fn postgres_template(server: &str) -> &'static str {
    static TEMPLATE: OnceLock<String> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let name = format!("latchkey_template_{}", std::process::id());
        command(server, &format!("DROP DATABASE IF EXISTS {name}"));
        command(server, &format!("CREATE DATABASE {name}"));
        let conn = PgConnection::establish(&postgres_url(server, &name)).expect("the template");
        migrate(Conn::Postgres(conn));
        name
    })
}

fn migrate(mut conn: Conn) {
    latchkey::store::migrations::run(&mut conn).unwrap_or_else(|fault| panic!("{fault}"));
}

fn postgres_url(server: &str, name: &str) -> String {
    let mut url = url::Url::parse(server).expect("LATCHKEY_TEST_POSTGRES is a URL");
    url.set_path(name);
    url.to_string()
}

fn command(server: &str, sql: &str) {
    let mut conn = PgConnection::establish(server).expect("the PostgreSQL server of the tests");
    conn.batch_execute(sql).expect(sql);
}
