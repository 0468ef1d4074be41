//! What the server is told by its environment. It is given the logins of people's roles and
//! never the worker's or the migrator's (SEC-92).

use std::{net::SocketAddr, path::PathBuf};

use anyhow::Context as _;
use runtime::{
    Clock,
    config::{
        BaseUrl, Collector, DatabaseUrl, Key, Limits, Networks, Reader, RedisUrl, S3, settings,
    },
    telemetry,
};
use web::{
    app,
    identity::{Providers, Reach},
};

/// The server's settings.
pub struct Settings {
    /// The public listener.
    pub listen: SocketAddr,
    /// The listener of health with details.
    pub health_listen: SocketAddr,
    /// Seconds the requests under way get.
    pub stop_seconds: u32,
    /// Sessions and counters.
    pub redis: RedisUrl,
    /// How much is logged.
    pub telemetry: telemetry::Settings,
    /// Where traces and metrics are sent, if anywhere.
    pub collector: Option<Collector>,
    base_url: BaseUrl,
    tenant_hosts: bool,
    proxies: Networks,
    databases: Databases,
    pool: u32,
    link_key: Key,
    s3: S3,
    limits: Limits,
    policy_file: Option<PathBuf>,
    oidc_file: Option<PathBuf>,
    oidc_inner: bool,
    clock: Clock,
    #[cfg(all(feature = "dev", debug_assertions))]
    mail: Option<runtime::config::Relay>,
}

struct Databases {
    tenant: DatabaseUrl,
    expert: DatabaseUrl,
    operator: DatabaseUrl,
    admin: DatabaseUrl,
    auth: DatabaseUrl,
    public: DatabaseUrl,
}

impl Databases {
    fn read(r: &mut Reader) -> Option<Self> {
        let tenant = r.get(&settings::DB_TENANT_URL);
        let expert = r.get(&settings::DB_EXPERT_URL);
        let operator = r.get(&settings::DB_OPERATOR_URL);
        let admin = r.get(&settings::DB_ADMIN_URL);
        let auth = r.get(&settings::DB_AUTH_URL);
        let public = r.get(&settings::DB_PUBLIC_URL);
        Some(Self {
            tenant: tenant?,
            expert: expert?,
            operator: operator?,
            admin: admin?,
            auth: auth?,
            public: public?,
        })
    }
}

impl Settings {
    /// Reads them all; what is wrong is gathered.
    pub fn read(r: &mut Reader) -> Option<Self> {
        let listen = r.get(&settings::LISTEN);
        let health_listen = r.get(&settings::HEALTH_LISTEN);
        let base_url = r.get(&settings::BASE_URL);
        let tenant_hosts = r.get(&settings::TENANT_HOSTS);
        let proxies = r.optional(&settings::PROXIES);
        let databases = Databases::read(r);
        let pool = r.get(&settings::DB_POOL);
        let redis = r.get(&settings::REDIS_URL);
        let s3 = S3::read(r);
        let link_key = r.get(&settings::LINK_KEY);
        let limits = Limits::read(r);
        let policy_file = r.optional(&settings::POLICY_FILE);
        let oidc_file = r.optional(&settings::OIDC_FILE);
        let oidc_inner = r.get(&settings::OIDC_INNER);
        let stop_seconds = r.get(&settings::STOP_SECONDS);
        let telemetry = telemetry::Settings::read(r);
        let collector = r.optional(&settings::OTLP_ENDPOINT);
        let clock = Clock::read(r);
        #[cfg(all(feature = "dev", debug_assertions))]
        let mail = r.optional(&settings::SMTP_URL);
        Some(Self {
            listen: listen?,
            health_listen: health_listen?,
            stop_seconds: stop_seconds?,
            redis: redis?,
            telemetry: telemetry?,
            collector: collector?,
            base_url: base_url?,
            tenant_hosts: tenant_hosts?,
            proxies: proxies?.unwrap_or_default(),
            databases: databases?,
            pool: pool?,
            link_key: link_key?,
            s3: s3?,
            limits: limits?,
            policy_file: policy_file?,
            oidc_file: oidc_file?,
            oidc_inner: oidc_inner?,
            clock: clock?,
            #[cfg(all(feature = "dev", debug_assertions))]
            mail: mail?,
        })
    }

    /// What the verbs need.
    pub fn app(&self) -> app::Settings {
        let url = |url: &DatabaseUrl| Some(url.reveal().to_owned());
        let clock = self.clock.clone();
        app::Settings {
            databases: app::Urls {
                tenant: url(&self.databases.tenant),
                expert: url(&self.databases.expert),
                operator: url(&self.databases.operator),
                admin: url(&self.databases.admin),
                auth: url(&self.databases.auth),
                public: url(&self.databases.public),
                worker: None,
            },
            pool: self.pool,
            now: std::sync::Arc::new(move || clock.now()),
            store: app::StoreSettings {
                endpoint: self.s3.endpoint.clone(),
                region: self.s3.region.clone(),
                bucket: self.s3.bucket.clone(),
                access_key: self.s3.access_key.reveal().to_owned(),
                secret_key: self.s3.secret_key.reveal().to_owned(),
            },
            link_key: self.link_key.bytes().to_vec(),
            upload_limit: self.limits.upload_bytes,
            policy_file: self.policy_file.clone(),
            // Whoever serves people cannot seal what it wrote.
            seals: None,
        }
    }

    /// The identity providers.
    ///
    /// # Errors
    /// Everything that is wrong with their file, a line each.
    fn providers(&self) -> anyhow::Result<Providers> {
        let Some(file) = &self.oidc_file else {
            return Ok(Providers::default());
        };
        let name = format!("ATTEST_OIDC_FILE, {}", file.display());
        let text = std::fs::read_to_string(file).with_context(|| name.clone())?;
        let reach = match self.oidc_inner {
            true => Reach::Inner,
            false => Reach::Public,
        };
        Providers::read(&text, reach)
            .map_err(|mistakes| anyhow::anyhow!("{name}:\n{}", mistakes.join("\n")))
    }

    /// What the pages need.
    ///
    /// # Errors
    /// Everything that is wrong with the file of identity providers.
    pub fn web(&self) -> anyhow::Result<web::Settings> {
        Ok(web::Settings {
            base_url: self.base_url.as_str().to_owned(),
            tenant_hosts: self.tenant_hosts,
            proxies: self.proxies.0.clone(),
            secure: self.base_url.is_https(),
            register_per_hour: self.limits.register_per_hour,
            login_per_account: self.limits.login_per_account,
            login_per_address: self.limits.login_per_address,
            upload_per_hour: self.limits.upload_per_hour,
            exports_per_hour: self.limits.exports_per_hour,
            providers: self.providers()?,
        })
    }

    /// The mailbox and the clock, for development.
    #[cfg(all(feature = "dev", debug_assertions))]
    pub fn dev_pages(&self) -> axum::Router {
        use std::sync::Arc;

        let mail = match &self.mail {
            Some(runtime::config::Relay::Directory(directory)) => directory.clone(),
            _ => PathBuf::new(),
        };
        let (shift, set_shift) = (self.clock.clone(), self.clock.clone());
        web::dev::router(web::dev::Tools {
            mail,
            shift: Arc::new(move || shift.shift()),
            set_shift: Arc::new(move |hours| set_shift.set_shift(hours)),
        })
    }
}
