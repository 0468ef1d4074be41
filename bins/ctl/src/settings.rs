//! What each command is told by its environment.

use std::{path::PathBuf, sync::Arc, time::Duration};

use app::{App, StoreSettings, Urls, audit::seal};
#[cfg(feature = "seed")]
use runtime::config::Setting;
use runtime::{
    Clock,
    config::{self, BaseUrl, DatabaseUrl, Key, Limits, Reader, RedisUrl, S3, Seals, settings},
    telemetry,
};

/// The login that changes the schema.
pub fn migrator(r: &mut Reader) -> Option<DatabaseUrl> {
    r.get(&settings::DB_MIGRATOR_URL)
}

/// The owner of the private cluster, for what only such a login may.
#[cfg(feature = "seed")]
pub fn superuser(r: &mut Reader) -> Option<DatabaseUrl> {
    r.get(&DB_SUPERUSER_URL)
}

#[cfg(feature = "seed")]
static DB_SUPERUSER_URL: Setting = Setting::new(
    "ATTEST_DB_SUPERUSER_URL",
    "владелец отдельного кластера: только для seed --big",
    "postgres://postgres@localhost/attest",
)
.secret();

/// All of them, for the help.
pub fn all(r: &mut Reader) -> Option<()> {
    let migrator = migrator(r);
    let verbs = Verifying::read(r);
    let redis = redis(r);
    #[cfg(feature = "seed")]
    let verbs = Seeding::read(r).and(verbs);
    migrator.and(verbs).and(redis).map(|_| ())
}

/// What commands that do what people do are told.
pub struct Verbs {
    base_url: BaseUrl,
    admin: DatabaseUrl,
    auth: DatabaseUrl,
    link_key: Key,
    s3: S3,
    limits: Limits,
    policy_file: Option<PathBuf>,
    clock: Clock,
    telemetry: telemetry::Settings,
}

impl Verbs {
    fn read(r: &mut Reader) -> Option<Self> {
        let base_url = r.get(&settings::BASE_URL);
        let admin = r.get(&settings::DB_ADMIN_URL);
        let auth = r.get(&settings::DB_AUTH_URL);
        let link_key = r.get(&settings::LINK_KEY);
        let s3 = S3::read(r);
        let limits = Limits::read(r);
        let policy_file = r.optional(&settings::POLICY_FILE);
        let clock = Clock::read(r);
        let telemetry = telemetry::Settings::read(r);
        Some(Self {
            base_url: base_url?,
            admin: admin?,
            auth: auth?,
            link_key: link_key?,
            s3: s3?,
            limits: limits?,
            policy_file: policy_file?,
            clock: clock?,
            telemetry: telemetry?,
        })
    }
}

impl Verbs {
    /// Reads them from the environment and begins to log.
    ///
    /// # Errors
    /// If they are not right.
    pub fn from_env() -> anyhow::Result<Self> {
        let verbs = config::from_env(Self::read)?;
        telemetry::init(&verbs.telemetry)?;
        Ok(verbs)
    }

    /// The address links begin with.
    pub fn base_url(&self) -> &str {
        self.base_url.as_str()
    }

    /// The application with the logins of `ctl`, ready for its verbs.
    ///
    /// # Errors
    /// If the database does not answer or the policy is refused.
    pub async fn app(self) -> anyhow::Result<App> {
        let clock = self.clock.clone();
        self.open(Urls::default(), None, clock).await
    }

    async fn open(self, others: Urls, seals: Option<Seals>, clock: Clock) -> anyhow::Result<App> {
        let store = StoreSettings {
            endpoint: self.s3.endpoint,
            region: self.s3.region,
            bucket: self.s3.bucket,
            access_key: self.s3.access_key.reveal().to_owned(),
            secret_key: self.s3.secret_key.reveal().to_owned(),
        };
        Ok(App::open(app::Settings {
            databases: Urls {
                admin: Some(self.admin.reveal().to_owned()),
                auth: Some(self.auth.reveal().to_owned()),
                ..others
            },
            pool: 4,
            now: Arc::new(move || clock.now()),
            seals: seals.map(|seals| seal::Settings {
                store: StoreSettings {
                    bucket: seals.bucket,
                    ..store.clone()
                },
                prefix: seal::PREFIX.to_owned(),
                key: seals.key.bytes().to_vec(),
                keep: Duration::from_secs(u64::from(seals.days) * 86_400),
            }),
            store,
            link_key: self.link_key.bytes().to_vec(),
            upload_limit: self.limits.upload_bytes,
            policy_file: self.policy_file,
        })
        .await?)
    }
}

fn redis(r: &mut Reader) -> Option<RedisUrl> {
    r.get(&settings::REDIS_URL)
}

/// What `ctl municipality remove` is told: it reaches everywhere a municipality is.
pub struct Removal {
    verbs: Verbs,
    migrator: DatabaseUrl,
    redis: RedisUrl,
}

impl Removal {
    fn read(r: &mut Reader) -> Option<Self> {
        let verbs = Verbs::read(r);
        let migrator = migrator(r);
        let redis = redis(r);
        Some(Self {
            verbs: verbs?,
            migrator: migrator?,
            redis: redis?,
        })
    }

    /// Reads them from the environment and begins to log.
    ///
    /// # Errors
    /// If they are not right.
    pub fn from_env() -> anyhow::Result<Self> {
        let removal = config::from_env(Self::read)?;
        telemetry::init(&removal.verbs.telemetry)?;
        Ok(removal)
    }

    /// The login that may remove.
    pub fn migrator(&self) -> &str {
        self.migrator.reveal()
    }

    /// Where sessions and counters are.
    pub fn redis(&self) -> &str {
        self.redis.reveal()
    }

    /// The application, as for every command.
    ///
    /// # Errors
    /// As [`Verbs::app`].
    pub async fn app(self) -> anyhow::Result<App> {
        self.verbs.app().await
    }
}

/// What the checks are told: they read what the worker reads, and the seals.
pub struct Verifying {
    verbs: Verbs,
    worker: DatabaseUrl,
    seals: Seals,
}

impl Verifying {
    fn read(r: &mut Reader) -> Option<Self> {
        let verbs = Verbs::read(r);
        let worker = r.get(&settings::DB_WORKER_URL);
        let seals = Seals::read(r, verbs.as_ref().map(|verbs| &verbs.s3));
        Some(Self {
            verbs: verbs?,
            worker: worker?,
            seals: seals?,
        })
    }

    /// The application with what the checks need, from the environment; begins to log.
    ///
    /// # Errors
    /// If a setting is not right, the database does not answer or the policy is refused.
    pub async fn app() -> anyhow::Result<App> {
        let Self {
            verbs,
            worker,
            seals,
        } = config::from_env(Self::read)?;
        telemetry::init(&verbs.telemetry)?;
        let clock = verbs.clock.clone();
        let worker = Urls {
            worker: Some(worker.reveal().to_owned()),
            ..Urls::default()
        };
        verbs.open(worker, Some(seals), clock).await
    }
}

/// What `ctl seed` is told: it acts as everybody.
#[cfg(feature = "seed")]
pub struct Seeding {
    verbs: Verbs,
    others: Urls,
}

#[cfg(feature = "seed")]
impl Seeding {
    fn read(r: &mut Reader) -> Option<Self> {
        let verbs = Verbs::read(r);
        let mut url = |setting| {
            r.get::<DatabaseUrl>(setting)
                .map(|url| Some(url.reveal().to_owned()))
        };
        let tenant = url(&settings::DB_TENANT_URL);
        let expert = url(&settings::DB_EXPERT_URL);
        let operator = url(&settings::DB_OPERATOR_URL);
        let worker = url(&settings::DB_WORKER_URL);
        let public = url(&settings::DB_PUBLIC_URL);
        Some(Self {
            verbs: verbs?,
            others: Urls {
                tenant: tenant?,
                expert: expert?,
                operator: operator?,
                worker: worker?,
                public: public?,
                ..Urls::default()
            },
        })
    }

    /// Reads them from the environment and begins to log.
    ///
    /// # Errors
    /// If they are not right.
    pub fn from_env() -> anyhow::Result<Self> {
        let seeding = config::from_env(Self::read)?;
        telemetry::init(&seeding.verbs.telemetry)?;
        Ok(seeding)
    }

    /// The application as everybody, and the hand that moves its clock.
    ///
    /// # Errors
    /// If the database does not answer or the policy is refused.
    pub async fn app(self) -> anyhow::Result<(App, runtime::Hand)> {
        let (clock, hand) = Clock::by_hand(self.verbs.clock.now());
        let app = self.verbs.open(self.others, None, clock).await?;
        Ok((app, hand))
    }
}
