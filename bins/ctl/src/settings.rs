//! What each command is told by its environment.

use std::{path::PathBuf, sync::Arc};

use app::{App, StoreSettings, Urls};
use runtime::{
    Clock,
    config::{self, BaseUrl, DatabaseUrl, Key, Limits, Reader, S3, settings},
    telemetry,
};

/// The login that changes the schema.
pub fn migrator(r: &mut Reader) -> Option<DatabaseUrl> {
    r.get(&settings::DB_MIGRATOR_URL)
}

/// All of them, for the help.
pub fn all(r: &mut Reader) -> Option<()> {
    let migrator = migrator(r);
    let verbs = Verbs::read(r);
    #[cfg(feature = "seed")]
    let verbs = crate::seed::further_logins(r).and(verbs);
    migrator.and(verbs).map(|_| ())
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
        Ok(App::open(self.parts()).await?)
    }

    /// What the application is opened with.
    pub fn parts(self) -> app::Settings {
        let verbs = self;
        let clock = verbs.clock;
        app::Settings {
            databases: Urls {
                admin: Some(verbs.admin.reveal().to_owned()),
                auth: Some(verbs.auth.reveal().to_owned()),
                ..Urls::default()
            },
            pool: 2,
            now: Arc::new(move || clock.now()),
            store: StoreSettings {
                endpoint: verbs.s3.endpoint,
                region: verbs.s3.region,
                bucket: verbs.s3.bucket,
                access_key: verbs.s3.access_key.reveal().to_owned(),
                secret_key: verbs.s3.secret_key.reveal().to_owned(),
            },
            link_key: verbs.link_key.bytes().to_vec(),
            upload_limit: verbs.limits.upload_bytes,
            policy_file: verbs.policy_file,
        }
    }
}
