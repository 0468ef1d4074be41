//! `ctl seed`: fills an empty database. Works with every login, as all kinds of people do.

use app::seed;
use clap::Args;

use crate::{settings::Seeding, tell};

/// What an empty database is filled with.
#[derive(Args)]
pub struct Seed {
    /// Демонстрационный регион: люди и заявления во всех муниципалитетах
    #[arg(long, required = true)]
    demo: bool,
}

/// Fills the database and prints whom to sign in as.
pub async fn run(_: &Seed) -> anyhow::Result<()> {
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
