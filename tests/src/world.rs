//! A [`World`] is one database with the application on it. It has towns (municipalities), a
//! [`Town`] has people, a [`Person`] acts through verbs, through pages and through SQL.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use app::{
    App, LinkKey, Parts,
    accounts::NewAccount,
    audit::seal::{self, Seals},
    links::LinkKind,
};
use chrono::{DateTime, NaiveDate, Utc};
use db::{Database, Now, Urls};
use domain::{calendar::Zone, permission::Policy, role::Role};
use runtime::{Clock, Hand};
use storage::{Store, Vault};
use tokio::sync::{MappedMutexGuard, MutexGuard, OnceCell};
use uuid::Uuid;

use crate::{
    sql::{Login, Session},
    stack::{self, STACK},
    town::{Person, Town},
};

/// One database with the application on it and a clock moved by hand. Cheap to clone.
#[derive(Clone)]
pub struct World(Arc<Inner>);

struct Inner {
    name: String,
    own: bool,
    app: App,
    db: Database,
    policy: Policy,
    clock: Clock,
    hand: Hand,
    makers: tokio::sync::Mutex<Option<Session>>,
    teachers: tokio::sync::Mutex<Option<Session>>,
    password: OnceCell<String>,
    discarded: Mutex<bool>,
}

/// The moment a world begins at: a working day before noon, in Tomsk.
pub const BEGINNING: &str = "2026-09-14T03:00:00Z";

/// What everybody signs in with.
pub const PASSWORD: &str = "Заря над рекой 7";

static POLICY: OnceCell<Policy> = OnceCell::const_new();

impl World {
    /// The world all tests share: make a municipality in it.
    pub async fn shared() -> Self {
        Self::on(stack::shared().await, false, 8).await
    }

    /// A region of this test alone.
    pub async fn own() -> Self {
        Self::on(stack::fresh().await, true, 8).await
    }

    /// A region of this test alone, with `size` connections in each pool.
    pub async fn own_with_connections(size: u32) -> Self {
        Self::on(stack::fresh().await, true, size).await
    }

    /// On a database of this name, whoever made it.
    pub async fn bare(name: &str) -> Self {
        Self::on(name.to_owned(), false, 4).await
    }

    async fn on(name: String, own: bool, size: u32) -> Self {
        let policy = POLICY
            .get_or_init(|| async { authz::compiled().await.unwrap().policy })
            .await
            .clone();
        let (clock, hand) = Clock::by_hand(BEGINNING.parse().unwrap());
        let hands = clock.clone();
        let (app, db) = application(
            &name,
            size,
            policy.clone(),
            Arc::new(move || hands.now()),
            "",
            store_settings(),
        );
        Self(Arc::new(Inner {
            name,
            own,
            app,
            db,
            policy,
            clock,
            hand,
            makers: tokio::sync::Mutex::new(None),
            teachers: tokio::sync::Mutex::new(None),
            password: OnceCell::new(),
            discarded: Mutex::new(false),
        }))
    }

    /// The verbs.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.0.app
    }

    /// The door under the verbs.
    #[must_use]
    pub fn db(&self) -> &Database {
        &self.0.db
    }

    /// Makes the bucket seals of the audit lie in, if it is not there.
    pub async fn ensure_vault(&self) -> Vault {
        let vault = Vault::new(vault_settings());
        vault.ensure().await.unwrap();
        vault
    }

    /// Another process on the same data: pools of its own, `size` connections in each.
    #[must_use]
    pub fn another_app(&self, size: u32) -> App {
        let clock = self.0.clock.clone();
        self.rough_app(size, Arc::new(move || clock.now()), "").0
    }

    /// As [`World::another_app`], on a clock that may break and with settings of the database's
    /// sessions (`options[name]=value`, joined by `&`), with the door under it.
    #[must_use]
    pub fn rough_app(&self, size: u32, now: Now, options: &str) -> (App, Database) {
        let store = store_settings();
        application(
            &self.0.name,
            size,
            self.0.policy.clone(),
            now,
            options,
            store,
        )
    }

    /// Another process whose store is reached by another address.
    #[must_use]
    pub fn app_storing_at(&self, endpoint: &str) -> App {
        let clock = self.0.clock.clone();
        let (policy, now) = (self.0.policy.clone(), Arc::new(move || clock.now()));
        let store = storage::Settings {
            endpoint: endpoint.to_owned(),
            ..store_settings()
        };
        application(&self.0.name, 4, policy, now, "", store).0
    }

    /// The moment it is.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.0.clock.now()
    }

    /// Moves the clock to this moment (RFC 3339).
    pub fn set_now(&self, now: &str) {
        self.0.hand.set(now.parse().unwrap());
    }

    /// The database's name.
    #[must_use]
    pub fn database(&self) -> &str {
        &self.0.name
    }

    /// Raw SQL as a login role without any context.
    pub async fn login(&self, login: Login) -> Session {
        Session::open(login, &self.0.name).await
    }

    /// The address of the login that changes the schema and merges municipalities.
    #[must_use]
    pub fn migrator_url(&self) -> String {
        STACK.url("attest_migrator", &self.0.name)
    }

    /// Fills this world, in which nobody is yet, as `ctl seed --big` does.
    pub async fn fill(&self, municipalities: u32, applications: u32) {
        let region = db::seed::Region {
            municipalities,
            applications,
            number: 1,
            today: NaiveDate::from_ymd_opt(2026, 11, 20).unwrap(),
            password: "",
            domain: "region.example",
            document: db::seed::Document {
                key: "seed/document.pdf",
                size: 1,
                sha256: [0; 32],
            },
        };
        let url = STACK.url("postgres", &self.0.name);
        db::seed::region(&url, &region).await.unwrap();
    }

    /// Raw SQL as the superuser: to make what tests start from, and to look.
    pub async fn superuser(&self) -> Session {
        self.login(Login::Superuser).await
    }

    /// Makes something as the superuser over one connection of this world.
    pub(crate) async fn make<T>(&self, sql: &str) -> T
    where
        T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    {
        let mut maker = self.0.makers.lock().await;
        if maker.is_none() {
            *maker = Some(self.superuser().await);
        }
        let session = maker.as_mut().unwrap();
        session.set("now", &self.now().to_rfc3339()).await;
        session
            .value(sql)
            .await
            .unwrap_or_else(|refused| panic!("{refused:?} in {sql}"))
    }

    /// Raw SQL as a teacher over one connection of this world: what applications begin with.
    pub(crate) async fn teaching(&self, teacher: &Person) -> MappedMutexGuard<'_, Session> {
        let mut session = self.0.teachers.lock().await;
        if session.is_none() {
            *session = Some(self.login(Login::Tenant).await);
        }
        let mut session = MutexGuard::map(session, |session| session.as_mut().unwrap());
        session.act_as(teacher, &self.now().to_rfc3339()).await;
        session
    }

    /// A new municipality without anybody.
    pub async fn town(&self) -> Town {
        let slug = unique("t");
        let name = format!("Город {slug}");
        let id = self
            .make(&format!(
                "INSERT INTO app.municipality (public_id, slug, name) VALUES ('{}', '{slug}', '{name}') RETURNING id",
                Uuid::now_v7()
            ))
            .await;
        Town {
            world: self.clone(),
            id,
            slug,
            name,
        }
    }

    /// The municipality of this slug, whoever made it.
    pub async fn town_called(&self, slug: &str) -> Town {
        let of = format!("FROM app.municipality WHERE slug = '{slug}'");
        Town {
            world: self.clone(),
            id: self.make(&format!("SELECT id {of}")).await,
            slug: slug.to_owned(),
            name: self.make(&format!("SELECT name {of}")).await,
        }
    }

    /// A new operator.
    pub async fn operator(&self) -> Person {
        self.institute(Role::Operator).await
    }

    /// A new administrator.
    pub async fn admin(&self) -> Person {
        self.institute(Role::Admin).await
    }

    async fn institute(&self, role: Role) -> Person {
        let account = self.account().await;
        let member = self
            .make(&format!(
                "INSERT INTO app.institute_member (public_id, account_id, role, surname, name) \
                 VALUES ('{}', {}, '{}', 'Центров', 'Иван') RETURNING id",
                Uuid::now_v7(),
                account.id,
                role.code()
            ))
            .await;
        Person::new(self, account, role, member, None, None)
    }

    /// The token of the newest invitation into a municipality, as its letter has it.
    pub async fn invitation_token(&self, town: &Town) -> String {
        let of = format!("app.invitation WHERE tenant_id = {}", town.id);
        self.newest_token(&of).await
    }

    /// The token of the newest invitation into the institute.
    pub async fn institute_token(&self) -> String {
        self.newest_token("app.institute_invitation").await
    }

    async fn newest_token(&self, of: &str) -> String {
        let ids: String = self
            .make(&format!(
                "SELECT public_id || ' ' || nonce FROM {of} ORDER BY id DESC LIMIT 1"
            ))
            .await;
        let (id, nonce) = ids.split_once(' ').unwrap();
        link_key().token(
            LinkKind::Invitation,
            id.parse().unwrap(),
            nonce.parse().unwrap(),
        )
    }

    /// The token of the newest link by which a person sets its password.
    pub async fn password_token(&self, person: &Person) -> String {
        self.account_token(person, LinkKind::Password, "password")
            .await
    }

    /// The token of the newest link that confirms a person's address.
    pub async fn email_token(&self, person: &Person) -> String {
        self.account_token(person, LinkKind::Email, "email").await
    }

    async fn account_token(&self, person: &Person, link: LinkKind, kind: &str) -> String {
        let id: Uuid = self
            .make(&format!(
                "SELECT public_id FROM app.account_token WHERE account_id = {} AND kind = '{kind}' \
                 ORDER BY id DESC LIMIT 1",
                person.account.0
            ))
            .await;
        link_key().account_token(link, id)
    }

    /// The token of the link by which a teacher may delete its registration.
    pub async fn deletion_token(&self, person: &Person) -> String {
        let ids: String = self
            .make(&format!(
                "SELECT public_id || ' ' || nonce FROM app.deletion WHERE membership_id = {}",
                person.membership
            ))
            .await;
        let (id, nonce) = ids.split_once(' ').unwrap();
        link_key().token(
            LinkKind::Deletion,
            id.parse().unwrap(),
            nonce.parse().unwrap(),
        )
    }

    // Hashing is slow by design: one account of a world is registered, the others get its hash.
    pub(crate) async fn password_hash(&self) -> String {
        let hash = self.0.password.get_or_init(async || {
            let login = unique("p");
            let typed = NewAccount {
                login: &login,
                password: PASSWORD,
                confirmation: PASSWORD,
            };
            self.app().register_account(typed, None).await.unwrap();
            self.make(&format!(
                "SELECT password_phc FROM app.account WHERE login_norm = '{login}'"
            ))
            .await
        });
        hash.await.clone()
    }

    pub(crate) async fn account(&self) -> Account {
        let login = unique("u");
        let id = self
            .make(&format!(
                "INSERT INTO app.account (public_id, login, login_norm, email) \
                 VALUES ('{}', '{login}', '{login}', '{login}@example.test') RETURNING id",
                Uuid::now_v7()
            ))
            .await;
        Account { id, login }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let mut discarded = self
            .discarded
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if !self.own || std::thread::panicking() || std::mem::replace(&mut *discarded, true) {
            return;
        }
        let name = self.name.clone();
        // Dropping is not async, and the test's own runtime may be ending.
        let done = std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap()
                .block_on(stack::discard(&name));
        });
        let _ = done.join();
    }
}

fn application(
    database: &str,
    size: u32,
    policy: Policy,
    now: Now,
    options: &str,
    store: storage::Settings,
) -> (App, Database) {
    let url = |login: Login| Some(format!("{}?{options}", STACK.url(login.role(), database)));
    let urls = Urls {
        tenant: url(Login::Tenant),
        expert: url(Login::Expert),
        operator: url(Login::Operator),
        admin: url(Login::Admin),
        worker: url(Login::Worker),
        auth: url(Login::Auth),
        public: url(Login::Public),
    };
    let db = Database::new(&urls, size, policy, now).unwrap();
    let app = App::new(Parts {
        db: db.clone(),
        store: Store::new(store),
        links: link_key(),
        zone: Zone::from_name("Asia/Tomsk").unwrap(),
        upload_limit: 1024 * 1024,
        seals: Some(Seals::new(seal::Settings {
            store: vault_settings(),
            prefix: format!("{database}/"),
            key: vec![9; 32],
            keep: Duration::from_secs(24 * 60 * 60),
        })),
    });
    (app, db)
}

fn store_settings() -> storage::Settings {
    storage::Settings {
        endpoint: STACK.s3.endpoint.clone(),
        region: STACK.s3.region.clone(),
        bucket: STACK.s3.bucket.clone(),
        access_key: STACK.s3.access_key.reveal().to_owned(),
        secret_key: STACK.s3.secret_key.reveal().to_owned(),
    }
}

/// One bucket for all databases, since each bucket takes room of its own; none can be emptied.
fn vault_settings() -> storage::Settings {
    storage::Settings {
        bucket: format!("{}-seals", STACK.s3.bucket),
        ..store_settings()
    }
}

fn link_key() -> LinkKey {
    LinkKey::new(vec![7; 32])
}

static COUNTER: AtomicUsize = AtomicUsize::new(0);

/// A login, a slug, a name nobody else has: letters and digits, not a sequence one could guess.
pub fn unique(prefix: &str) -> String {
    let random = Uuid::new_v4().simple().to_string();
    format!(
        "{prefix}{}{}",
        &random[..14],
        COUNTER.fetch_add(1, Ordering::Relaxed)
    )
}

/// A row of `app.account`.
pub(crate) struct Account {
    pub(crate) id: i64,
    pub(crate) login: String,
}
