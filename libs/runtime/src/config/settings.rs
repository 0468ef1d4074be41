//! The settings there are. What reads them says which process needs which.

use super::Setting;

/// Public listener of the server.
pub static LISTEN: Setting = Setting::new(
    "ATTEST_LISTEN",
    "адрес и порт, на которых отвечает сервер",
    "0.0.0.0:8080",
)
.or("127.0.0.1:8080");

/// Second listener, not exposed: health with details (SEC-94).
pub static HEALTH_LISTEN: Setting = Setting::new(
    "ATTEST_HEALTH_LISTEN",
    "адрес и порт для проверок состояния; наружу не открывать",
    "0.0.0.0:8081",
)
.or("127.0.0.1:8081");

/// Address people see; links in letters start with it.
pub static BASE_URL: Setting = Setting::new(
    "ATTEST_BASE_URL",
    "адрес, по которому систему открывают люди",
    "https://attest.example.ru",
);

/// Whether a municipality's host name opens its own pages.
pub static TENANT_HOSTS: Setting = Setting::new(
    "ATTEST_TENANT_HOSTS",
    "открывать ли страницы муниципалитета по его имени перед адресом системы: имя.attest.example.ru",
    "on",
)
.or("off");

/// Networks of the proxies before the server: what they say of where a request comes from is believed.
pub static PROXIES: Setting = Setting::new(
    "ATTEST_PROXIES",
    "сети посредников перед сервером через запятую: от них принимается X-Forwarded-For",
    "10.42.0.0/16,fd00::/8",
);

/// Seconds the work under way gets after SIGTERM.
pub static STOP_SECONDS: Setting = Setting::new(
    "ATTEST_STOP_SECONDS",
    "сколько секунд даётся на завершение начатого при остановке",
    "60",
)
.or("25");

macro_rules! database {
    ($setting:ident, $role:literal, $about:literal) => {
        #[doc = concat!("The pool of the role `", $role, "`.")]
        pub static $setting: Setting = Setting::new(
            concat!("ATTEST_", stringify!($setting)),
            concat!("подключение к PostgreSQL ", $about),
            concat!("postgres://attest_", $role, ":пароль@localhost/attest"),
        )
        .secret();
    };
}

database!(DB_TENANT_URL, "tenant", "для людей муниципалитета");
database!(DB_EXPERT_URL, "expert", "для экспертов");
database!(DB_OPERATOR_URL, "operator", "для операторов");
database!(DB_ADMIN_URL, "admin", "для администраторов");
database!(DB_WORKER_URL, "worker", "для фоновых заданий");
database!(DB_AUTH_URL, "auth", "для входа и учётных записей");
database!(DB_PUBLIC_URL, "public", "для открытых страниц");
database!(DB_MIGRATOR_URL, "migrator", "для обновления схемы");

/// Most connections of one pool; there is a pool for every role.
pub static DB_POOL: Setting = Setting::new(
    "ATTEST_DB_POOL",
    "наибольшее число подключений к PostgreSQL на каждую роль",
    "20",
)
.or("8");

/// Signs links in letters.
pub static LINK_KEY: Setting = Setting::new(
    "ATTEST_LINK_KEY",
    "ключ подписи ссылок в письмах",
    KEY_EXAMPLE,
)
.secret();

/// Nobody can use it as it stands: an example copied from the help must not become a key.
pub(super) const KEY_EXAMPLE: &str = "вывод команды «openssl rand -hex 32»";

/// Sessions and rate limits.
pub static REDIS_URL: Setting = Setting::new(
    "ATTEST_REDIS_URL",
    "подключение к Redis",
    "redis://localhost:6379/0",
)
.secret();

/// Address of the document store.
pub static S3_ENDPOINT: Setting = Setting::new(
    "ATTEST_S3_ENDPOINT",
    "адрес хранилища документов (S3)",
    "https://s3.example.ru",
);

/// Region of the document store.
pub static S3_REGION: Setting =
    Setting::new("ATTEST_S3_REGION", "регион хранилища документов", "ru-1").or("us-east-1");

/// Bucket of the document store.
pub static S3_BUCKET: Setting =
    Setting::new("ATTEST_S3_BUCKET", "корзина хранилища документов", "attest");

/// Public half of the key to the document store.
pub static S3_ACCESS_KEY: Setting = Setting::new(
    "ATTEST_S3_ACCESS_KEY",
    "идентификатор ключа хранилища документов",
    "attest-app",
)
.secret();

/// Secret half of the key to the document store.
pub static S3_SECRET_KEY: Setting = Setting::new(
    "ATTEST_S3_SECRET_KEY",
    "секретный ключ хранилища документов",
    "секрет",
)
.secret();

/// Seals the audit (SEC-81).
pub static SEAL_KEY: Setting = Setting::new(
    "ATTEST_SEAL_KEY",
    "ключ печатей журнала действий",
    KEY_EXAMPLE,
)
.secret();

/// Bucket of the audit's seals, under object lock; by default the documents' with `-seals`.
pub static S3_SEAL_BUCKET: Setting = Setting::new(
    "ATTEST_S3_SEAL_BUCKET",
    "корзина печатей журнала действий с защитой от удаления (по умолчанию ATTEST_S3_BUCKET с «-seals»)",
    "attest-seals",
);

/// Days the store refuses to delete a seal for: five years.
pub static SEAL_DAYS: Setting = Setting::new(
    "ATTEST_SEAL_DAYS",
    "сколько дней печать журнала действий нельзя удалить",
    "3653",
)
.or("1826");

/// Where letters go.
pub static SMTP_URL: Setting = Setting::new(
    "ATTEST_SMTP_URL",
    "куда отдавать письма: smtp://, smtps:// или file:///папка для разработки",
    "smtps://user:пароль@smtp.example.ru",
)
.secret();

/// Sender of letters.
pub static MAIL_FROM: Setting = Setting::new(
    "ATTEST_MAIL_FROM",
    "отправитель писем",
    "Аттестация <noreply@attest.example.ru>",
);

/// Registrations an hour from one address (a school is one address).
pub static LIMIT_REGISTER_PER_HOUR: Setting = Setting::new(
    "ATTEST_LIMIT_REGISTER_PER_HOUR",
    "сколько регистраций в час допускается с одного адреса",
    "100",
)
.or("1000");

/// Failed sign-ins in a quarter of an hour to one account; successful ones never count.
pub static LIMIT_LOGIN_PER_ACCOUNT: Setting = Setting::new(
    "ATTEST_LIMIT_LOGIN_PER_ACCOUNT",
    "сколько неудачных входов за 15 минут допускается в одну учётную запись",
    "10",
)
.or("5");

/// Failed sign-ins in a quarter of an hour from one address; successful ones never count.
pub static LIMIT_LOGIN_PER_ADDRESS: Setting = Setting::new(
    "ATTEST_LIMIT_LOGIN_PER_ADDRESS",
    "сколько неудачных входов за 15 минут допускается с одного адреса",
    "50",
)
.or("100");

/// Uploads an hour by one account (SEC-74).
pub static LIMIT_UPLOAD_PER_HOUR: Setting = Setting::new(
    "ATTEST_LIMIT_UPLOAD_PER_HOUR",
    "сколько файлов в час может загрузить один человек",
    "300",
)
.or("600");

/// Exports an hour by one account (SEC-74).
pub static LIMIT_EXPORTS_PER_HOUR: Setting = Setting::new(
    "ATTEST_LIMIT_EXPORTS_PER_HOUR",
    "сколько выгрузок в час может сделать один человек",
    "20",
)
.or("60");

/// The largest file one may upload (SEC-61).
pub static UPLOAD_MAX_MB: Setting = Setting::new(
    "ATTEST_UPLOAD_MAX_MB",
    "наибольший размер загружаемого файла, МБ, что бы ни говорили настройки региона",
    "200",
)
.or("500");

/// The antivirus every file is shown to before anybody else (SEC-63).
pub static CLAMAV: Setting = Setting::new(
    "ATTEST_CLAMAV",
    "где отвечает clamd; без него файлы на вирусы не проверяются, и страницы об этом говорят",
    "tcp://127.0.0.1:3310",
);

/// A policy in place of the one compiled in.
pub static POLICY_FILE: Setting = Setting::new(
    "ATTEST_POLICY_FILE",
    "файл прав доступа вместо встроенного",
    "/etc/attest/policy.csv",
);

/// The identity providers people may sign in with.
pub static OIDC_FILE: Setting = Setting::new(
    "ATTEST_OIDC_FILE",
    "файл JSON со списком провайдеров входа (OpenID Connect); без него входят по имени и паролю",
    "/etc/attest/oidc.json",
);

/// Whether identity providers may stand in the installation's own network.
pub static OIDC_INNER: Setting = Setting::new(
    "ATTEST_OIDC_INNER",
    "могут ли провайдеры входа стоять во внутренней сети и отвечать по http",
    "on",
)
.or("off");

/// The file that `/dev/clock` writes.
#[cfg(debug_assertions)]
pub static CLOCK_FILE: Setting = Setting::new(
    "ATTEST_CLOCK_FILE",
    "файл со сдвигом часов (только для разработки)",
    ".dev/clock",
);

/// How much is logged.
pub static LOG: Setting = Setting::new(
    "ATTEST_LOG",
    "что писать в журнал процесса",
    "info,app=debug",
)
.or("info");

/// In which form it is logged.
pub static LOG_FORMAT: Setting = Setting::new(
    "ATTEST_LOG_FORMAT",
    "вид журнала процесса: json или compact",
    "compact",
)
.or("json");

/// The collector of traces and metrics.
pub static OTLP_ENDPOINT: Setting = Setting::new(
    "ATTEST_OTLP_ENDPOINT",
    "куда отправлять трассировки и метрики (OTLP, gRPC); без него не отправляются",
    "http://127.0.0.1:4317",
);

/// Reads every setting there is, so that tests can look at each.
#[cfg(test)]
pub(super) fn read_all(r: &mut super::Reader) {
    use super::{BaseUrl, Key, Limits, Mail, S3, Seals};

    for listen in [&LISTEN, &HEALTH_LISTEN] {
        r.get::<std::net::SocketAddr>(listen);
    }
    r.get::<BaseUrl>(&BASE_URL);
    let databases = [
        &DB_TENANT_URL,
        &DB_EXPERT_URL,
        &DB_OPERATOR_URL,
        &DB_ADMIN_URL,
        &DB_WORKER_URL,
        &DB_AUTH_URL,
        &DB_PUBLIC_URL,
        &DB_MIGRATOR_URL,
    ];
    for database in databases {
        r.get::<super::DatabaseUrl>(database);
    }
    r.get::<Key>(&LINK_KEY);
    for number in [&DB_POOL, &STOP_SECONDS] {
        r.get::<u32>(number);
    }
    r.get::<super::RedisUrl>(&REDIS_URL);
    let s3 = S3::read(r);
    Seals::read(r, s3.as_ref());
    Mail::read(r);
    Limits::read(r);
    crate::telemetry::Settings::read(r);
    r.optional::<super::Collector>(&OTLP_ENDPOINT);
    for file in [&POLICY_FILE, &OIDC_FILE] {
        r.optional::<std::path::PathBuf>(file);
    }
    r.get::<bool>(&OIDC_INNER);
    r.optional::<super::Antivirus>(&CLAMAV);
    crate::Clock::read(r);
}
