//! `ctl seed`: fills an empty database. Works with every login, as all kinds of people do.

use std::sync::Arc;

use app::{App, Urls, seed};
use clap::Args;
use runtime::{
    Clock,
    config::{self, DatabaseUrl, Reader, settings},
};

use crate::{settings::Verbs, tell};

/// Connections on each login: as many as work at the same time.
const POOL: u32 = 6;

/// What an empty database is filled with.
#[derive(Args)]
pub struct What {
    /// Демонстрационный регион: люди и заявления во всех муниципалитетах
    #[arg(long, required = true)]
    demo: bool,
}

/// The logins `ctl` has for nothing else.
pub fn further_logins(r: &mut Reader) -> Option<Urls> {
    let mut url = |setting| {
        r.get(setting)
            .map(|url: DatabaseUrl| url.reveal().to_owned())
    };
    // All are asked for before one that is missing ends it: mistakes are told at once.
    let urls = [
        url(&settings::DB_TENANT_URL),
        url(&settings::DB_EXPERT_URL),
        url(&settings::DB_OPERATOR_URL),
        url(&settings::DB_WORKER_URL),
        url(&settings::DB_PUBLIC_URL),
    ];
    let [tenant, expert, operator, worker, public] = urls;
    Some(Urls {
        tenant: Some(tenant?),
        expert: Some(expert?),
        operator: Some(operator?),
        worker: Some(worker?),
        public: Some(public?),
        ..Urls::default()
    })
}

/// Fills the database and prints whom to sign in as.
pub async fn run(What { demo: _ }: What) -> anyhow::Result<()> {
    let mut parts = Verbs::from_env()?.parts();
    parts.databases = Urls {
        admin: parts.databases.admin,
        auth: parts.databases.auth,
        ..config::from_env(further_logins)?
    };
    parts.pool = POOL;
    let (clock, hand) = Clock::by_hand((parts.now)());
    parts.now = Arc::new(move || clock.now());
    let region = App::open(parts)
        .await?
        .seed_demo(&|now| hand.set(now))
        .await?;

    tell(&format!("Пароль у всех: {}", seed::PASSWORD))?;
    if !region.made {
        tell("Демонстрационный регион уже был создан")?;
    }
    let row = |role: &str, login: &str, municipality: &str, shows: &str| {
        tell(&format!(
            "{role:<31} {login:<24} {municipality:<20} {shows}"
        ))
    };
    row(
        "Роль",
        "Имя пользователя",
        "Муниципалитет",
        "Что показывает",
    )?;
    for login in &region.logins {
        row(
            login.role.name(),
            &login.login,
            login.municipality,
            login.shows,
        )?;
    }
    tell(
        "В каждом муниципалитете есть такие же: короткое имя муниципалитета и coordinator, expert1…3, school1…2, teacher1…8",
    )
}
