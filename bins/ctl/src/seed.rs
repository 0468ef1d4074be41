//! `ctl seed`: fills an empty database. The demonstration works with every login, as all kinds of
//! people do; the big region as the owner of the private cluster.

use app::seed;
use clap::Args;
use runtime::config;

use crate::{
    settings::{self, Seeding},
    tell,
};

/// What an empty database is filled with.
#[derive(Args)]
pub struct Seed {
    /// Демонстрационный регион: люди и заявления во всех муниципалитетах
    #[arg(long, required_unless_present = "big", conflicts_with = "big")]
    demo: bool,
    /// Большой регион для измерений: заявления с историей, документами и назначениями
    #[arg(long)]
    big: bool,
    /// Сколько в большом регионе муниципалитетов
    #[arg(long, value_name = "N", default_value_t = 2_000, requires = "big",
        value_parser = clap::value_parser!(u32).range(1..=100_000))]
    municipalities: u32,
    /// Сколько в большом регионе заявлений
    #[arg(long, value_name = "M", default_value_t = 1_000_000, requires = "big",
        value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
    applications: u32,
    /// Какой из больших регионов: одно число – один и тот же регион
    #[arg(long, value_name = "K", default_value_t = 1, requires = "big",
        value_parser = clap::value_parser!(u32).range(..=1_000_000))]
    seed: u32,
}

/// Fills the database and prints whom to sign in as.
pub async fn run(what: &Seed) -> anyhow::Result<()> {
    if what.big {
        big(what).await
    } else {
        demo().await
    }
}

async fn big(what: &Seed) -> anyhow::Result<()> {
    let superuser = config::from_env(settings::superuser)?;
    let (app, _) = Seeding::from_env()?.app().await?;
    let size = seed::Size {
        municipalities: what.municipalities,
        applications: what.applications,
        number: what.seed,
    };
    app.seed_big(superuser.reveal(), size).await?;
    tell(&format!("Пароль у всех: {}", seed::PASSWORD))?;
    tell("Имена пользователей: operator, coordinator1, coordinator2…, teacher1, teacher2…")
}

async fn demo() -> anyhow::Result<()> {
    let (app, hand) = Seeding::from_env()?.app().await?;
    let region = app.seed_demo(&|now| hand.set(now)).await?;

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
        "В каждом муниципалитете есть такие же: краткое имя муниципалитета и coordinator, expert1…3, school1…2, teacher1…8",
    )
}
