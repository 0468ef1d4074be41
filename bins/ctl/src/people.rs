//! `ctl admin add`, `ctl operator add`, `ctl municipality add`: the people who bring in all
//! others. A one-time link is the last line on standard output.

use std::io::{self, BufRead as _};

use anyhow::bail;
use app::Error;
use clap::Args;
use domain::role::Role;

use crate::{settings::Verbs, tell};

/// Who is added.
#[derive(Args)]
pub struct Member {
    /// Имя пользователя: латинские буквы и цифры
    #[arg(long, value_name = "ИМЯ")]
    login: String,
    /// Адрес электронной почты
    #[arg(long, value_name = "АДРЕС")]
    email: String,
    /// Прочитать пароль из стандартного ввода
    #[arg(long)]
    password_stdin: bool,
}

/// Which municipality is added.
#[derive(Args)]
pub struct Municipality {
    /// Короткое имя для адресов: латинские строчные буквы, цифры, дефис
    #[arg(long, value_name = "ИМЯ")]
    slug: String,
    /// Название
    #[arg(long, value_name = "НАЗВАНИЕ")]
    name: String,
    /// Адрес электронной почты координатора, которого нужно пригласить
    #[arg(long, value_name = "АДРЕС")]
    coordinator_email: Option<String>,
}

/// Adds an account of the institute.
pub async fn add(role: Role, member: Member) -> anyhow::Result<()> {
    let verbs = Verbs::from_env()?;
    let base_url = verbs.base_url().to_owned();
    let mut password = String::new();
    if member.password_stdin {
        io::stdin().lock().read_line(&mut password)?;
    }
    let password = password.trim_end_matches(['\r', '\n']);
    let app = verbs.app().await?;
    let link = app
        .add_institute_member(
            role,
            &member.login,
            &member.email,
            member.password_stdin.then_some(password),
        )
        .await;
    report(
        link,
        &base_url,
        &format!("Учётная запись {} создана", member.login),
    )
}

/// Adds a municipality.
pub async fn add_municipality(place: Municipality) -> anyhow::Result<()> {
    let verbs = Verbs::from_env()?;
    let base_url = verbs.base_url().to_owned();
    let app = verbs.app().await?;
    let link = app
        .add_municipality(&place.slug, &place.name, place.coordinator_email.as_deref())
        .await;
    report(
        link,
        &base_url,
        &format!("Муниципалитет {} заведён", place.slug),
    )
}

fn report(done: app::Result<Option<String>>, base_url: &str, words: &str) -> anyhow::Result<()> {
    match done {
        Ok(link) => {
            tell(words)?;
            link.map_or(Ok(()), |path| tell(&format!("{base_url}{path}")))
        }
        Err(Error::Invalid(faults)) => {
            let faults: Vec<_> = faults.into_iter().map(|fault| fault.words).collect();
            bail!("{}", faults.join("; "))
        }
        Err(error) => Err(error.into()),
    }
}
