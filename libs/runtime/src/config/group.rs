//! Settings that only make sense together.

use super::{Key, Reader, Relay, Secret, settings};

/// Where documents lie. The crate `storage` takes these.
#[derive(Debug, Clone)]
pub struct S3 {
    /// Address of the service.
    pub endpoint: String,
    /// Region that takes part in the signature.
    pub region: String,
    /// The bucket.
    pub bucket: String,
    /// Public half of the key.
    pub access_key: Secret,
    /// Secret half of the key.
    pub secret_key: Secret,
}

impl S3 {
    /// Reads `ATTEST_S3_*`.
    pub fn read(r: &mut Reader) -> Option<Self> {
        let endpoint = r.get(&settings::S3_ENDPOINT);
        let region = r.get(&settings::S3_REGION);
        let bucket = r.get(&settings::S3_BUCKET);
        let access_key = r.get(&settings::S3_ACCESS_KEY);
        let secret_key = r.get(&settings::S3_SECRET_KEY);
        Some(Self {
            endpoint: endpoint?,
            region: region?,
            bucket: bucket?,
            access_key: access_key?,
            secret_key: secret_key?,
        })
    }
}

/// How the audit is sealed.
#[derive(Clone)]
pub struct Seals {
    /// The key of the seals.
    pub key: Key,
    /// The bucket under object lock they lie in.
    pub bucket: String,
    /// Days nobody can delete them for.
    pub days: u32,
}

impl Seals {
    /// Reads `ATTEST_SEAL_*` and `ATTEST_S3_SEAL_BUCKET`.
    pub fn read(r: &mut Reader, s3: Option<&S3>) -> Option<Self> {
        let key = r.get(&settings::SEAL_KEY);
        let bucket = r.optional::<String>(&settings::S3_SEAL_BUCKET);
        let days = r.get(&settings::SEAL_DAYS);
        Some(Self {
            key: key?,
            bucket: bucket?.map_or_else(|| Some(format!("{}-seals", s3?.bucket)), Some)?,
            days: days?,
        })
    }
}

/// How letters leave.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Where they go.
    pub relay: Relay,
    /// Whom they come from, e.g. `Аттестация <noreply@example.ru>`.
    pub from: String,
}

impl Mail {
    /// Reads `ATTEST_SMTP_URL` and `ATTEST_MAIL_FROM`.
    pub fn read(r: &mut Reader) -> Option<Self> {
        let relay = r.get(&settings::SMTP_URL);
        let from = r.get(&settings::MAIL_FROM);
        Some(Self {
            relay: relay?,
            from: from?,
        })
    }
}

/// Limits against abuse (SEC-43, SEC-61, SEC-74). All are settings: a whole school may come
/// from one address.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Registrations an hour from one address.
    pub register_per_hour: u32,
    /// Failed sign-ins in 15 minutes to one account.
    pub login_per_account: u32,
    /// Failed sign-ins in 15 minutes from one address.
    pub login_per_address: u32,
    /// Uploads an hour by one account.
    pub upload_per_hour: u32,
    /// Exports an hour by one account.
    pub exports_per_hour: u32,
    /// The largest upload in bytes.
    pub upload_bytes: u64,
}

impl Limits {
    /// Reads `ATTEST_LIMIT_*` and `ATTEST_UPLOAD_MAX_MB`.
    pub fn read(r: &mut Reader) -> Option<Self> {
        let register_per_hour = r.get(&settings::LIMIT_REGISTER_PER_HOUR);
        let login_per_account = r.get(&settings::LIMIT_LOGIN_PER_ACCOUNT);
        let login_per_address = r.get(&settings::LIMIT_LOGIN_PER_ADDRESS);
        let upload_per_hour = r.get(&settings::LIMIT_UPLOAD_PER_HOUR);
        let exports_per_hour = r.get(&settings::LIMIT_EXPORTS_PER_HOUR);
        let upload_mb = r.get::<u32>(&settings::UPLOAD_MAX_MB);
        Some(Self {
            register_per_hour: register_per_hour?,
            login_per_account: login_per_account?,
            login_per_address: login_per_address?,
            upload_per_hour: upload_per_hour?,
            exports_per_hour: exports_per_hour?,
            upload_bytes: u64::from(upload_mb?) * 1024 * 1024,
        })
    }
}
