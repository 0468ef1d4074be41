//! `ctl admin add`, `ctl operator add`: the people who bring in all others. A one-time link is
//! the last line on standard output. `reset-factor` beside it helps who has lost the second factor.

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

/// Takes a lost second factor off somebody of the institute.
pub async fn reset_factor(role: Role, login: &str) -> anyhow::Result<()> {
    let app = Verbs::from_env()?.app().await?;
    plain(app.reset_member_factor(role, login).await)?;
    tell(&format!("Второй фактор учётной записи {login} снят"))
}

/// Tells what was done, with the one-time link last.
pub fn report(
    done: app::Result<Option<String>>,
    base_url: &str,
    words: &str,
) -> anyhow::Result<()> {
    let link = plain(done)?;
    tell(words)?;
    link.map_or(Ok(()), |path| tell(&format!("{base_url}{path}")))
}

/// The outcome, its faults as one line.
pub fn plain<T>(done: app::Result<T>) -> anyhow::Result<T> {
    match done {
        Err(Error::Invalid(faults)) => {
            let faults: Vec<_> = faults.into_iter().map(|fault| fault.words).collect();
            bail!("{}", faults.join("; "))
        }
        done => Ok(done?),
    }
}
