//! The actors of the tests: a [`World`] (one database and the application on it) has towns
//! (municipalities), a [`Town`] has people, a [`Person`] can act through verbs and through SQL.

use std::{
    ops::Deref,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use app::{App, LinkKey, Parts, accounts::NewAccount, links::LinkKind};
use chrono::{DateTime, Utc};
use db::{Database, Urls};
use domain::{
    actor::{AccountId, Actor, TenantId},
    calendar::Zone,
    permission::Policy,
    role::Role,
};
use runtime::{Clock, Hand};
use storage::Store;
use tokio::sync::{MappedMutexGuard, MutexGuard, OnceCell};
use uuid::Uuid;

use crate::{
    sql::{Login, Session},
    stack::{self, STACK},
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
        let (app, db) = application(&name, size, policy.clone(), &clock);
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

    /// Another process on the same data: pools of its own, `size` connections in each.
    #[must_use]
    pub fn another_app(&self, size: u32) -> App {
        application(&self.0.name, size, self.0.policy.clone(), &self.0.clock).0
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
        let ids: String = self
            .make(&format!(
                "SELECT public_id || ' ' || nonce FROM app.invitation WHERE tenant_id = {} ORDER BY id DESC LIMIT 1",
                town.id
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
        let id: Uuid = self
            .make(&format!(
                "SELECT public_id FROM app.account_token WHERE account_id = {} AND kind = 'password' \
                 ORDER BY id DESC LIMIT 1",
                person.account.0
            ))
            .await;
        link_key().account_token(LinkKind::Password, id)
    }

    // Hashing is slow by design: one account of a world is registered, the others get its hash.
    async fn password_hash(&self) -> String {
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

    async fn account(&self) -> Account {
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

fn application(database: &str, size: u32, policy: Policy, clock: &Clock) -> (App, Database) {
    let url = |login: Login| Some(STACK.url(login.role(), database));
    let urls = Urls {
        tenant: url(Login::Tenant),
        expert: url(Login::Expert),
        operator: url(Login::Operator),
        admin: url(Login::Admin),
        worker: url(Login::Worker),
        auth: url(Login::Auth),
        public: url(Login::Public),
    };
    let clock = clock.clone();
    let db = Database::new(&urls, size, policy, Arc::new(move || clock.now())).unwrap();
    let app = App::new(Parts {
        db: db.clone(),
        store: Store::new(storage::Settings {
            endpoint: STACK.s3.endpoint.clone(),
            region: STACK.s3.region.clone(),
            bucket: STACK.s3.bucket.clone(),
            access_key: STACK.s3.access_key.reveal().to_owned(),
            secret_key: STACK.s3.secret_key.reveal().to_owned(),
        }),
        links: link_key(),
        zone: Zone::from_name("Asia/Tomsk").unwrap(),
        upload_limit: 1024 * 1024,
    });
    (app, db)
}

fn link_key() -> LinkKey {
    LinkKey::new(vec![7; 32])
}

static COUNTER: AtomicUsize = AtomicUsize::new(0);

/// A login, a slug, a name nobody else has: letters and digits, not a sequence one could guess.
fn unique(prefix: &str) -> String {
    let random = Uuid::new_v4().simple().to_string();
    format!(
        "{prefix}{}{}",
        &random[..14],
        COUNTER.fetch_add(1, Ordering::Relaxed)
    )
}

struct Account {
    id: i64,
    login: String,
}

/// A municipality: the tenant of one test.
#[derive(Clone)]
pub struct Town {
    world: World,
    /// The tenant's number.
    pub id: i32,
    /// The part of `/m/{slug}/login`.
    pub slug: String,
    /// The name.
    pub name: String,
}

impl Town {
    /// The world it lies in.
    #[must_use]
    pub const fn world(&self) -> &World {
        &self.world
    }

    /// A new organisation of this founder kind (`municipal`, `regional`, `industry`, `private`).
    pub async fn organisation(&self, founder_kind: &str) -> i64 {
        let name = unique("Школа ");
        self.world
            .make(&format!(
                "INSERT INTO app.organisation (tenant_id, public_id, type, founder_kind, name) \
                 VALUES ({}, '{}', 'obshchee', '{founder_kind}', '{name}') RETURNING id",
                self.id,
                Uuid::now_v7()
            ))
            .await
    }

    /// A new teacher of a new municipal school.
    pub async fn teacher(&self) -> Person {
        let organisation = self.organisation("municipal").await;
        self.teacher_of(organisation).await
    }

    /// A new teacher of this organisation.
    pub async fn teacher_of(&self, organisation: i64) -> Person {
        self.person(Role::Teacher, Some(organisation)).await
    }

    /// A new municipal coordinator.
    pub async fn coordinator(&self) -> Person {
        self.person(Role::Municipal, None).await
    }

    /// A new school coordinator of this organisation.
    pub async fn school(&self, organisation: i64) -> Person {
        self.person(Role::School, Some(organisation)).await
    }

    /// A new expert.
    pub async fn expert(&self) -> Person {
        self.person(Role::Expert, None).await
    }

    async fn person(&self, role: Role, organisation: Option<i64>) -> Person {
        let account = self.world.account().await;
        self.join(account, role, organisation).await
    }

    /// A second cabinet of somebody who has an account (R-ACC-1).
    pub async fn also(&self, person: &Person, role: Role, organisation: Option<i64>) -> Person {
        let account = Account {
            id: person.actor.account.0,
            login: person.login.clone(),
        };
        self.join(account, role, organisation).await
    }

    async fn join(&self, account: Account, role: Role, organisation: Option<i64>) -> Person {
        let membership = self
            .world
            .make(&format!(
                "INSERT INTO app.membership (tenant_id, public_id, account_id, role, organisation_id, surname, name, \
                 patronymic, phone, position) VALUES ({}, '{}', {}, '{}', {}, 'Иванова', 'Мария', 'Сергеевна', \
                 '+79130000000', 'uchitel') RETURNING id",
                self.id,
                Uuid::now_v7(),
                account.id,
                role.code(),
                organisation.map_or("NULL".to_owned(), |id| id.to_string()),
            ))
            .await;
        Person::new(
            &self.world,
            account,
            role,
            membership,
            Some(self.id),
            organisation,
        )
    }
}

/// A person in one cabinet.
#[derive(Clone)]
pub struct Person {
    world: World,
    /// Who acts: what the verbs are told.
    pub actor: Actor,
    /// The login.
    pub login: String,
}

impl Deref for Person {
    type Target = Actor;
    fn deref(&self) -> &Actor {
        &self.actor
    }
}

impl Person {
    fn new(
        world: &World,
        account: Account,
        role: Role,
        membership: i64,
        tenant: Option<i32>,
        organisation: Option<i64>,
    ) -> Self {
        Self {
            world: world.clone(),
            actor: Actor {
                account: AccountId(account.id),
                epoch: 1,
                role,
                membership,
                tenant: tenant.map(TenantId),
                organisation,
                request: Uuid::now_v7(),
            },
            login: account.login,
        }
    }

    /// Gives the account [`PASSWORD`] and the consents without which no cabinet opens.
    pub async fn ready_to_sign_in(&self) {
        let account = self.account.0;
        let phc = self.world.password_hash().await;
        let _: i64 = self
            .world
            .make(&format!(
                "WITH set AS (UPDATE app.account SET password_phc = '{phc}' WHERE id = {account}), \
                 given AS (INSERT INTO app.consent (account_id, kind, text_version) \
                   SELECT {account}, kind, max(version) FROM app.ref_consent_text GROUP BY kind) SELECT 1::bigint"
            ))
            .await;
    }

    /// The person without a cabinet: signed in, none chosen yet.
    #[must_use]
    pub const fn as_person(&self) -> app::accounts::Person {
        app::accounts::Person {
            account: self.actor.account,
            epoch: self.actor.epoch,
            request: self.actor.request,
        }
    }

    /// Raw SQL as the login of this person's role, in its context.
    pub async fn sql(&self) -> Session {
        let mut session = self.world.login(Login::of(self.actor.role)).await;
        session
            .act_as(&self.actor, &self.world.now().to_rfc3339())
            .await;
        session
    }

    /// Raw SQL as this person having entered a municipality: an operator's or an expert's way.
    pub async fn sql_in(&self, town: &Town) -> Session {
        let mut session = self.sql().await;
        session.set("tenant", &town.id.to_string()).await;
        session
    }
}
