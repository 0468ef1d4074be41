//! Lines between the parts are encrypted and their ends are known (SEC-93): a server whose database,
//! Redis or store shows a certificate that is expired, of nobody known or for another host does not
//! start or says that it is not ready, and sends nothing there.

use reqwest::Url;
use tests::{
    Server, World,
    encrypted::{Authority, Begins, Certificate, Front},
    stack::STACK,
};

/// The logins a server has, as its settings name them.
const LOGINS: [&str; 6] = ["tenant", "expert", "operator", "admin", "auth", "public"];

/// Fronts before the three parts.
struct Fronts {
    authority: Authority,
    database: Front,
    redis: Front,
    store: Front,
}

fn host(url: &str) -> String {
    let url = Url::parse(url).unwrap();
    format!("{}:{}", url.host_str().unwrap(), url.port().unwrap())
}

impl Fronts {
    async fn show(database: Certificate, redis: Certificate, store: Certificate) -> Self {
        let authority = Authority::new();
        let url = STACK.url("attest_public", "any");
        let front = |to: String, begins, shown| {
            let authority = &authority;
            async move { authority.front(&to, begins, shown).await }
        };
        let database = front(host(&url), Begins::AsPostgres, database).await;
        let redis = front(host(STACK.redis.reveal()), Begins::WithTls, redis).await;
        let store = front(host(&STACK.s3.endpoint), Begins::WithTls, store).await;
        Self {
            authority,
            database,
            redis,
            store,
        }
    }

    async fn server(&self, world: &World) -> Result<Server, String> {
        let authority = self.authority.file();
        let mut settings = vec![
            ("SSL_CERT_FILE".to_owned(), authority.clone()),
            (
                "ATTEST_REDIS_URL".to_owned(),
                format!("rediss://localhost:{}/", self.redis.port()),
            ),
            (
                "ATTEST_S3_ENDPOINT".to_owned(),
                format!("https://localhost:{}", self.store.port()),
            ),
        ];
        for login in LOGINS {
            let name = format!("ATTEST_DB_{}_URL", login.to_uppercase());
            let url = format!(
                "postgres://attest_{login}@localhost:{}/{}?sslmode=verify-full&sslrootcert={authority}",
                self.database.port(),
                world.database(),
            );
            settings.push((name, url));
        }
        let settings: Vec<(&str, &str)> = settings
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        world.start_server(&settings).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_93_no_part_is_talked_to_that_is_not_who_it_says() {
    use Certificate::{Elsewhere, Expired, Good, SelfSigned};
    let world = World::shared().await;
    let cases = [
        (Good, Good, Good),
        (Expired, Good, Good),
        (SelfSigned, Good, Good),
        (Elsewhere, Good, Good),
        (Good, Expired, Good),
        (Good, SelfSigned, Good),
        (Good, Elsewhere, Good),
        (Good, Good, Expired),
        (Good, Good, SelfSigned),
        (Good, Good, Elsewhere),
    ];
    for (database, redis, store) in cases {
        let fronts = Fronts::show(database, redis, store).await;
        let server = match fronts.server(&world).await {
            Ok(server) => server,
            Err(why) => {
                assert_ne!(database, Good, "{why}");
                assert!(why.contains("invalid peer certificate"), "{why}");
                continue;
            }
        };
        assert_eq!(
            database, Good,
            "it started without knowing whose database it is"
        );
        let ready = server.site().browser().get("/readyz").await;
        // SEC-32: the probes are answers as well, though no pages.
        let csp = ready
            .headers
            .iter()
            .find(|(name, _)| name == "content-security-policy");
        assert!(csp.is_some(), "{:?}", ready.headers);
        for (part, shown) in [("postgres", database), ("redis", redis), ("s3", store)] {
            let down = ready.body.contains(&format!("{part} down"));
            assert_eq!(down, shown != Good, "{redis:?} {store:?}: {}", ready.body);
        }
    }
    println!("SEC-93: {} certificates shown", cases.len());
}
