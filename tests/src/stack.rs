//! The private stack the tests run against and the databases made on it: the template with
//! the schema and the reference data, the shared database, and regions cloned on demand.

use std::{path::Path, sync::LazyLock};

use redis::AsyncCommands as _;
use runtime::config::{self, DatabaseUrl, Reader, RedisUrl, S3, Setting, settings};
use sha2::{Digest as _, Sha256};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use uuid::Uuid;

use crate::world::World;

static SUPERUSER: Setting = Setting::new(
    "ATTEST_DB_SUPERUSER_URL",
    "владелец отдельного кластера для тестов",
    "postgres://postgres@localhost/attest",
)
.secret();

/// Where the parts of the stack answer.
pub struct Stack {
    superuser: DatabaseUrl,
    /// Sessions and limits.
    pub redis: RedisUrl,
    /// Documents.
    pub s3: S3,
}

/// The stack of this run.
pub static STACK: LazyLock<Stack> = LazyLock::new(|| {
    config::from_env(read)
        .unwrap_or_else(|mistakes| panic!("run deploy/dev/test, it sets up the stack:\n{mistakes}"))
});

fn read(r: &mut Reader) -> Option<Stack> {
    let superuser = r.get(&SUPERUSER);
    let redis = r.get(&settings::REDIS_URL);
    let s3 = S3::read(r);
    Some(Stack {
        superuser: superuser?,
        redis: redis?,
        s3: s3?,
    })
}

impl Stack {
    /// Where the database listens.
    pub(crate) fn address(&self) -> String {
        let url = reqwest::Url::parse(self.superuser.reveal()).unwrap();
        format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432))
    }

    /// The address of `database` for a login role.
    #[must_use]
    pub fn url(&self, login: &str, database: &str) -> String {
        let mut url = reqwest::Url::parse(self.superuser.reveal()).unwrap();
        url.set_username(login).unwrap();
        url.set_path(database);
        url.into()
    }
}

/// The database all tests share; made by whoever asks first in this run or an earlier one.
pub async fn shared() -> String {
    let name = format!("attest_tests_{}", *VERSION);
    let mut admin = connect("postgres", "postgres").await;
    lock(&mut admin).await;
    ensure_template(&mut admin).await;
    if !exists(&mut admin, &name).await {
        clone(&mut admin, &name).await;
    }
    admin.close().await.unwrap();
    name
}

/// A database of one test alone.
pub async fn fresh() -> String {
    let name = format!("attest_region_{}", Uuid::now_v7().simple());
    let mut admin = connect("postgres", "postgres").await;
    lock(&mut admin).await;
    ensure_template(&mut admin).await;
    clone(&mut admin, &name).await;
    admin.close().await.unwrap();
    name
}

/// Removes what [`fresh`] made.
pub async fn discard(name: &str) {
    let mut admin = connect("postgres", "postgres").await;
    run(
        &mut admin,
        format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
    )
    .await;
}

/// A connection of a login role.
pub async fn connect(login: &str, database: &str) -> PgConnection {
    PgConnection::connect(&STACK.url(login, database))
        .await
        .unwrap()
}

// The name of the template follows what it is made of: a cluster that outlives a change of
// the schema gets a new one.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files: Vec<_> = ["migrations", "libs/app/reference"]
        .into_iter()
        .flat_map(|directory| std::fs::read_dir(root.join(directory)).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    let mut hash = Sha256::new_with_prefix(DATABASE);
    for file in files {
        hash.update(std::fs::read(file).unwrap());
    }
    format!("{:x}", hash.finalize())[..12].to_owned()
});

const ROLES: &str = include_str!("../../deploy/roles.sql");
const DATABASE: &str = include_str!("../../deploy/database.sql");

// Held until the connection closes: tests are threads and processes of one run.
async fn lock(admin: &mut PgConnection) {
    admin
        .execute("SELECT pg_advisory_lock(20260901)")
        .await
        .unwrap();
}

async fn ensure_template(admin: &mut PgConnection) {
    let name = template();
    if exists(admin, &name).await {
        return;
    }
    // Under another name until it is whole: a run that was killed leaves no half of one.
    let making = format!("{name}_making");
    run(admin, format!("DROP DATABASE IF EXISTS {making}")).await;
    run(admin, ROLES.to_owned()).await;
    run(admin, format!("CREATE DATABASE {making}")).await;
    let mut database = connect("postgres", &making).await;
    run(&mut database, DATABASE.to_owned()).await;
    db::migrate::run(&STACK.url("attest_migrator", &making))
        .await
        .unwrap();
    database.close().await.unwrap();
    let bare = World::bare(&making).await;
    bare.app().sync_reference(&[]).await.unwrap();
    // As its worker would at its start: files wait for an antivirus only where a test has one.
    bare.app().declare_virus_check(false).await.unwrap();
    drop(bare);
    // No connection may be left on what is renamed and cloned.
    run(
        admin,
        format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{making}'"
        ),
    )
    .await;
    run(admin, format!("ALTER DATABASE {making} RENAME TO {name}")).await;
}

fn template() -> String {
    format!("attest_template_{}", *VERSION)
}

async fn clone(admin: &mut PgConnection, name: &str) {
    run(
        admin,
        format!("CREATE DATABASE {name} TEMPLATE {}", template()),
    )
    .await;
    // Rights and settings of a database are not cloned with it.
    let mut database = connect("postgres", name).await;
    run(&mut database, DATABASE.to_owned()).await;
    // Sessions and counters of all databases lie in one Redis, by the account's number.
    let first = 1 + Uuid::now_v7().as_u128() % (1 << 40);
    let begin = format!("ALTER TABLE app.account ALTER COLUMN id RESTART WITH {first}");
    run(&mut database, begin).await;
    database.close().await.unwrap();
}

async fn exists(admin: &mut PgConnection, name: &str) -> bool {
    sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
        .bind(name)
        .fetch_one(admin)
        .await
        .unwrap()
}

async fn run(connection: &mut PgConnection, sql: String) {
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(connection)
        .await
        .unwrap();
}

/// Everything Redis holds, of whatever type: each key with its values as text.
///
/// # Panics
/// If Redis does not answer.
pub async fn in_redis() -> Vec<(String, String)> {
    let client = redis::Client::open(STACK.redis.reveal()).unwrap();
    let mut redis = client.get_multiplexed_async_connection().await.unwrap();
    let keys: Vec<String> = redis.keys("*").await.unwrap();
    let mut held = Vec::new();
    for key in keys {
        // One may have expired meanwhile.
        let kind: String = redis.key_type(&key).await.unwrap();
        let read = match kind.as_str() {
            "hash" => redis::cmd("HGETALL").arg(&key).to_owned(),
            "list" => redis::cmd("LRANGE").arg(&key).arg(0).arg(-1).to_owned(),
            "set" => redis::cmd("SMEMBERS").arg(&key).to_owned(),
            "zset" => redis::cmd("ZRANGE").arg(&key).arg(0).arg(-1).to_owned(),
            _ => redis::cmd("MGET").arg(&key).to_owned(),
        };
        let values: Vec<Option<String>> = read.query_async(&mut redis).await.unwrap();
        let values: Vec<String> = values.into_iter().flatten().collect();
        held.push((key, values.join("\n")));
    }
    held
}
