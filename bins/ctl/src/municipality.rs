//! `ctl municipality`: what the administrator's console does with municipalities, by the same
//! verbs. A one-time link is the last line on standard output.

use anyhow::{Context as _, bail};
use app::{
    App, Error,
    municipalities::{By, Entry, Typed, Which},
};
use clap::{Args, Subcommand};

use crate::{
    leaving::{self, ExportArguments, RemoveArguments},
    merge::{self, Merge},
    people::{plain, report},
    settings::Verbs,
    tell,
};

/// What is done with municipalities.
#[derive(Subcommand)]
pub enum Municipality {
    #[command(flatten)]
    Life(Life),
    /// Выгрузить всё, что есть у муниципалитета
    Export(ExportArguments),
    /// Удалить приостановленный и выгруженный муниципалитет
    Remove(RemoveArguments),
    /// Объединить два муниципалитета: всё незавершённое первого переходит ко второму
    Merge(Merge),
}

/// What the console does as well.
#[derive(Subcommand)]
pub enum Life {
    /// Завести муниципалитет; с адресом координатора последняя строка ответа – ссылка приглашения
    Add(Add),
    /// Перечислить муниципалитеты: краткое имя, состояние, число координаторов, название
    List,
    /// Изменить название, краткое имя, вид или контакты
    Rename(Rename),
    /// Приостановить: закрыть кабинеты муниципалитета, пока его работа не возобновлена
    Suspend(Named),
    /// Возобновить работу приостановленного
    Resume(Named),
}

/// Which municipality is added.
#[derive(Args)]
pub struct Add {
    /// Краткое имя для адресов: латинские строчные буквы, цифры, дефис
    #[arg(value_name = "ИМЯ")]
    slug: String,
    /// Название
    #[arg(long, value_name = "НАЗВАНИЕ")]
    name: String,
    /// Вид: муниципальный район, муниципальный округ, городской округ
    #[arg(long, value_name = "ВИД", default_value = "")]
    kind: String,
    /// Контакты для публикации на странице входа
    #[arg(long, value_name = "КОНТАКТЫ", default_value = "")]
    contacts: String,
    /// Адрес электронной почты координатора, которого нужно пригласить
    #[arg(long, value_name = "АДРЕС", default_value = "")]
    coordinator_email: String,
}

/// Which municipality is meant.
#[derive(Args)]
pub struct Named {
    /// Краткое имя
    #[arg(value_name = "ИМЯ")]
    slug: String,
}

/// What becomes of it; what is not named stays.
#[derive(Args)]
pub struct Rename {
    /// Краткое имя, какое есть
    #[arg(value_name = "ИМЯ")]
    slug: String,
    /// Новое название
    #[arg(long, value_name = "НАЗВАНИЕ")]
    name: Option<String>,
    /// Новое краткое имя; ссылки с прежним перестают работать
    #[arg(long, value_name = "ИМЯ")]
    new_slug: Option<String>,
    /// Новый вид
    #[arg(long, value_name = "ВИД")]
    kind: Option<String>,
    /// Новые контакты для публикации
    #[arg(long, value_name = "КОНТАКТЫ")]
    contacts: Option<String>,
}

/// Does it.
pub async fn run(what: Municipality) -> anyhow::Result<()> {
    match what {
        Municipality::Life(what) => lead(what).await,
        Municipality::Export(what) => leaving::export(what).await,
        Municipality::Remove(what) => leaving::remove(what).await,
        Municipality::Merge(what) => merge::run(what).await,
    }
}

async fn lead(what: Life) -> anyhow::Result<()> {
    let verbs = Verbs::from_env()?;
    let base_url = verbs.base_url().to_owned();
    let app = verbs.app().await?;
    match what {
        Life::Add(new) => add(&app, &base_url, new).await,
        Life::List => list(&app).await,
        Life::Rename(to) => rename(&app, to).await,
        Life::Suspend(named) => {
            let entry = find(&app, &named.slug).await?;
            app.suspend_municipality(By::Host, entry.public_id, entry.version)
                .await?;
            tell(&format!("Муниципалитет {} приостановлен", entry.slug))
        }
        Life::Resume(named) => {
            let entry = find(&app, &named.slug).await?;
            app.resume_municipality(By::Host, entry.public_id, entry.version)
                .await?;
            tell(&format!(
                "Работа муниципалитета {} возобновлена",
                entry.slug
            ))
        }
    }
}

async fn add(app: &App, base_url: &str, new: Add) -> anyhow::Result<()> {
    let words = format!("Муниципалитет {} заведён", new.slug);
    let typed = Typed {
        name: new.name,
        slug: new.slug,
        kind: new.kind,
        contacts: new.contacts,
        email: new.coordinator_email,
    };
    let added = app.add_municipality(By::Host, &typed).await;
    report(added.map(|added| added.link), base_url, &words)
}

async fn list(app: &App) -> anyhow::Result<()> {
    let mut after = None;
    loop {
        let page = app.municipality_list(By::Host, "", after).await?;
        for row in &page.rows {
            tell(&format!(
                "{}\t{}\t{}\t{}",
                row.slug,
                row.status.code(),
                row.coordinators,
                row.name
            ))?;
        }
        after = page.next;
        if after.is_none() {
            return Ok(());
        }
    }
}

async fn rename(app: &App, to: Rename) -> anyhow::Result<()> {
    let entry = find(app, &to.slug).await?;
    let typed = Typed {
        name: to.name.unwrap_or(entry.name),
        slug: to.new_slug.unwrap_or(entry.slug),
        kind: to.kind.unwrap_or(entry.kind),
        contacts: to.contacts.unwrap_or(entry.contacts),
        email: String::new(),
    };
    let changed = app
        .change_municipality(By::Host, entry.public_id, entry.version, &typed)
        .await;
    plain(changed)?;
    tell(&format!("Муниципалитет {} сохранён", to.slug))
}

async fn find(app: &App, slug: &str) -> anyhow::Result<Entry> {
    match app.municipality_entry(By::Host, Which::Slug(slug)).await {
        Err(Error::NotFound) => bail!("муниципалитета {slug} нет"),
        found => found.context("муниципалитет не найден"),
    }
}

#[cfg(test)]
mod tests {
    use clap::Command;

    use super::*;

    #[test]
    fn every_verb_is_told_which_municipality_in_the_same_way() {
        let all = Municipality::augment_subcommands(Command::new("municipality"));
        let verbs = all
            .get_subcommands()
            .filter(|verb| verb.get_name() != "list");
        let mut asked = 0;
        for verb in verbs {
            let first = verb.get_positionals().next().map(|it| it.is_required_set());
            assert_eq!(first, Some(true), "{}", verb.get_name());
            let named = |long: &str| verb.get_arguments().any(|it| it.get_long() == Some(long));
            assert!(!named("slug"), "{}", verb.get_name());
            asked += 1;
        }
        assert_eq!(asked, 7);
    }
}
