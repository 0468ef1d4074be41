//! What the worker is told by its environment. It has its own login and no person's (SEC-92).

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use app::{StoreSettings, Urls, audit::seal};
use runtime::{
    Clock,
    config::{Antivirus, BaseUrl, Collector, DatabaseUrl, Key, Mail, Reader, S3, Seals, settings},
    telemetry,
};

/// The worker's settings.
pub struct Settings {
    /// The listener of health.
    pub health_listen: SocketAddr,
    /// Seconds the work in hand gets.
    pub stop_seconds: u32,
    /// How letters leave.
    pub mail: Mail,
    /// The antivirus; none if this installation has none.
    pub antivirus: Option<Antivirus>,
    /// What links in letters begin with.
    pub base_url: BaseUrl,
    /// How much is logged.
    pub telemetry: telemetry::Settings,
    /// Where traces and metrics are sent, if anywhere.
    pub collector: Option<Collector>,
    database: DatabaseUrl,
    pool: u32,
    link_key: Key,
    s3: S3,
    seals: Seals,
    policy_file: Option<PathBuf>,
    clock: Clock,
}

impl Settings {
    /// Reads them all; what is wrong is gathered.
    pub fn read(r: &mut Reader) -> Option<Self> {
        let health_listen = r.get(&settings::HEALTH_LISTEN);
        let base_url = r.get(&settings::BASE_URL);
        let database = r.get(&settings::DB_WORKER_URL);
        let pool = r.get(&settings::DB_POOL);
        let s3 = S3::read(r);
        let seals = Seals::read(r, s3.as_ref());
        let link_key = r.get(&settings::LINK_KEY);
        let mail = Mail::read(r);
        let antivirus = r.optional(&settings::CLAMAV);
        let policy_file = r.optional(&settings::POLICY_FILE);
        let stop_seconds = r.get(&settings::STOP_SECONDS);
        let telemetry = telemetry::Settings::read(r);
        let collector = r.optional(&settings::OTLP_ENDPOINT);
        let clock = Clock::read(r);
        Some(Self {
            health_listen: health_listen?,
            stop_seconds: stop_seconds?,
            mail: mail?,
            antivirus: antivirus?,
            base_url: base_url?,
            telemetry: telemetry?,
            collector: collector?,
            database: database?,
            pool: pool?,
            link_key: link_key?,
            s3: s3?,
            seals: seals?,
            policy_file: policy_file?,
            clock: clock?,
        })
    }

    /// What the verbs need.
    pub fn app(&self) -> app::Settings {
        let clock = self.clock.clone();
        let store = StoreSettings {
            endpoint: self.s3.endpoint.clone(),
            region: self.s3.region.clone(),
            bucket: self.s3.bucket.clone(),
            access_key: self.s3.access_key.reveal().to_owned(),
            secret_key: self.s3.secret_key.reveal().to_owned(),
        };
        app::Settings {
            databases: Urls {
                worker: Some(self.database.reveal().to_owned()),
                ..Urls::default()
            },
            pool: self.pool,
            now: Arc::new(move || clock.now()),
            seals: Some(seal::Settings {
                store: StoreSettings {
                    bucket: self.seals.bucket.clone(),
                    ..store.clone()
                },
                prefix: seal::PREFIX.to_owned(),
                key: self.seals.key.bytes().to_vec(),
                keep: Duration::from_secs(u64::from(self.seals.days) * 86_400),
            }),
            store,
            link_key: self.link_key.bytes().to_vec(),
            // It receives no files.
            upload_limit: 0,
            policy_file: self.policy_file.clone(),
        }
    }
}
