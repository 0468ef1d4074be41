//! `ctl seed`: invented data for looking around and for measuring. Not in a release image.

use std::sync::Arc;

use app::{Error, seed};
use clap::Args;

use crate::{settings, tell};

/// What is made.
#[derive(Args)]
pub struct Seed {
    /// Демонстрационный регион: люди и заявления во всех состояниях
    #[arg(long, required = true)]
    demo: bool,
}

/// Makes it and prints whom to sign in as.
pub async fn run(_: &Seed) -> anyhow::Result<()> {
    let (app, hand) = settings::Seeding::from_env()?.app().await?;
    let logins = match app.seed_demo(Arc::new(move |now| hand.set(now))).await {
        Ok(logins) => logins,
        Err(Error::Invalid(faults)) => anyhow::bail!("{faults:?}"),
        Err(error) => return Err(error.into()),
    };
    tell(&format!("Пароль у всех: {}", seed::PASSWORD))?;
    logins
        .iter()
        .try_for_each(|login| tell(&format!("{:<28} {}", login.login, login.who)))
}
