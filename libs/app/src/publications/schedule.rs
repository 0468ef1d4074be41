//! The schedule of a period as it is published: the part of each municipality and the versions of
//! the whole (R-PER-1, R-SCH-5). The digest of a version is over the digests of its parts, theirs
//! over the digests of their rows, so one municipality's change asks for nothing of the others.

use db::{
    Tx, periods,
    publications::{
        PublicExpert, ScheduleRow,
        schedule::{self, Lines, Part, Untold},
    },
    schedule::{Entry, entries},
};
use domain::{
    act::Doing,
    actor::{Actor, TenantId},
};
use serde::Serialize;

use super::{digest, names_teachers, teacher};
use crate::{App, Error, Result, periods::Period};

impl App {
    /// Publishes anew what names an expert whose cabinet has ended, in every municipality it worked
    /// for (R-SCH-5). The end stands whatever becomes of this: a failure is logged, and the next
    /// change of the part mends it.
    pub(crate) async fn publish_without(&self, actor: &Actor, cabinet: i64) {
        if let Err(error) = self.parts_without(actor, cabinet).await {
            tracing::error!(%error, cabinet, "a schedule still names an expert who left");
        }
    }

    async fn parts_without(&self, actor: &Actor, cabinet: i64) -> Result<()> {
        let mut tx = self.db.enter_publishing(actor, None).await?;
        let parts = schedule::given_up(&mut tx, cabinet).await?;
        drop(tx);
        // One municipality that fails keeps no other from being published.
        let mut failed = Ok(());
        for (tenant, period) in parts {
            if let Err(error) = self.publish_part(actor, tenant, period).await {
                failed = Err(error);
            }
        }
        failed
    }

    async fn publish_part(&self, actor: &Actor, tenant: TenantId, period: i32) -> Result<()> {
        let mut tx = self.db.enter_publishing(actor, Some(tenant)).await?;
        publish(&mut tx, period).await?;
        Ok(tx.commit().await?)
    }
}

/// Publishes the part of the municipality the scope stands in, and the version that tells of it.
///
/// # Errors
/// If the database does not answer, or refuses.
pub(crate) async fn publish<A: Doing>(tx: &mut Tx<A>, period: i32) -> Result<()> {
    let period = lock(tx, period).await?;
    part(tx, &period).await?;
    version(tx, &period).await?;
    Ok(())
}

/// The period, held until the transaction ends: its parts and versions are written one by one.
///
/// # Errors
/// If the database does not answer.
pub(crate) async fn lock<A: Doing>(tx: &mut Tx<A>, period: i32) -> Result<Period> {
    periods::lock(tx, period).await?.ok_or(Error::NotFound)
}

/// Publishes the part of the municipality the scope stands in: its approved rows. One that is
/// decided stays as it was published, for its experts are free.
///
/// # Errors
/// If the database does not answer, or refuses.
pub(crate) async fn part<A: Doing>(tx: &mut Tx<A>, period: &Period) -> Result<()> {
    let tenant = tx.tenant().ok_or(Error::Forbidden)?;
    let former = schedule::part(tx, tenant, period.id).await?;
    let approved = entries(tx, tenant, period.id, true).await?;
    let experts: Vec<i64> = approved
        .iter()
        .flat_map(|entry| entry.experts.iter().map(|expert| expert.account))
        .collect();
    let named = Named {
        teachers: names_teachers(tx).await?,
        experts: schedule::publishable(tx, &experts).await?,
    };
    let mut part = Part::default();
    for entry in &approved {
        let key = key(entry);
        let kept = former
            .rows
            .iter()
            .find(|row| (row.number, row.on) == (entry.number, entry.on))
            .zip(former.lines.get(&key))
            .filter(|_| entry.decided);
        let (row, line) = match kept {
            Some((row, line)) => (row.clone(), line.clone()),
            None => (named.row(entry), line(entry)?),
        };
        part.rows.push(row);
        part.lines.insert(key, line);
    }
    let sha256 = of_lines(&part.lines);
    Ok(schedule::save_part(tx, period, &part, &sha256).await?)
}

/// Writes the next version of a period's schedule if a part of it changed; returns its number.
///
/// # Errors
/// If the database does not answer, or refuses.
pub(crate) async fn version<A: Doing>(tx: &mut Tx<A>, period: &Period) -> Result<Option<i32>> {
    let untold = schedule::untold(tx, period.id).await?;
    if untold.is_empty() {
        return Ok(None);
    }
    let parts = schedule::digests(tx, period.id).await?;
    let sha256 = digest(parts.iter().map(|(sha256, _)| sha256.as_slice()));
    let lines = parts.iter().map(|(_, lines)| lines).sum();
    let told = difference(&untold);
    let number = schedule::add_version(tx, period, &sha256, &told, lines).await?;
    Ok(Some(number))
}

/// Whose names are published.
struct Named {
    teachers: bool,
    experts: Vec<i64>,
}

impl Named {
    fn row(&self, entry: &Entry) -> ScheduleRow {
        let experts = entry.experts.iter().map(|expert| {
            self.experts
                .contains(&expert.account)
                .then(|| PublicExpert {
                    name: expert.name.clone(),
                    position: expert.position.clone(),
                    organisation: expert.organisation.clone(),
                })
        });
        ScheduleRow {
            number: entry.number,
            on: entry.on,
            teacher: teacher(
                self.teachers,
                &entry.full_name,
                &entry.position,
                &entry.organisation,
            ),
            category: entry
                .category
                .map_or("", |category| category.name())
                .to_owned(),
            form: entry.form.map_or("", |form| form.name()).to_owned(),
            experts: experts.collect(),
        }
    }
}

/// What a row is known by where no person is named: number and year of its registration.
fn key(entry: &Entry) -> String {
    format!("{}/{}", entry.number, entry.on.format("%Y"))
}

/// Everything the digest of a row is over, in this order.
#[derive(Serialize)]
struct Content<'a> {
    number: i32,
    on: chrono::NaiveDate,
    name: &'a str,
    position: &'a str,
    organisation: &'a str,
    held: &'a str,
    category: &'a str,
    form: &'a str,
    experts: Vec<[&'a str; 3]>,
}

fn line(entry: &Entry) -> Result<String> {
    let content = Content {
        number: entry.number,
        on: entry.on,
        name: &entry.full_name,
        position: &entry.position,
        organisation: &entry.organisation,
        held: entry.held.map_or("", |category| category.code()),
        category: entry.category.map_or("", |category| category.code()),
        form: entry.form.map_or("", |form| form.code()),
        experts: entry
            .experts
            .iter()
            .map(|expert| {
                [&expert.name, &expert.position, &expert.organisation].map(String::as_str)
            })
            .collect(),
    };
    let bytes = serde_json::to_vec(&content).map_err(|error| Error::Internal(Box::new(error)))?;
    Ok(digest([bytes.as_slice()])
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

/// The digest over whole rows, in hex: what somebody signed is compared with what there is.
///
/// # Errors
/// If a row cannot be written down.
pub(crate) fn of_rows(entries: &[Entry]) -> Result<String> {
    let lines: Vec<String> = entries.iter().map(line).collect::<Result<_>>()?;
    let sha256 = digest(lines.iter().map(String::as_bytes));
    Ok(sha256.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn of_lines(lines: &Lines) -> Vec<u8> {
    let text: Vec<String> = lines
        .iter()
        .map(|(key, line)| format!("{key} {line}\n"))
        .collect();
    digest(text.iter().map(String::as_bytes))
}

/// More numbers than this are told as how many they are.
const NUMBERS: usize = 10;

/// More municipalities than this are told as how many they are.
const MUNICIPALITIES: usize = 30;

/// What changed since the version before, by municipality and registration number: no person is
/// named.
fn difference(untold: &[Untold]) -> String {
    let mut told: Vec<String> = untold
        .iter()
        .take(MUNICIPALITIES)
        .map(|part| {
            format!(
                "{}: {}",
                part.municipality,
                changes(&part.before, &part.now)
            )
        })
        .collect();
    if untold.len() > MUNICIPALITIES {
        told.push(format!(
            "ещё муниципалитетов: {}",
            untold.len() - MUNICIPALITIES
        ));
    }
    told.join("; ")
}

fn changes(before: &Lines, now: &Lines) -> String {
    let only_in = |these: &Lines, those: &Lines| -> Vec<String> {
        let absent = these.keys().filter(|key| !those.contains_key(*key));
        absent.cloned().collect()
    };
    let differs = |key: &&String| {
        before
            .get(*key)
            .is_some_and(|line| Some(line) != now.get(*key))
    };
    let changed = now.keys().filter(differs).cloned().collect();
    [
        ("добавлены", only_in(now, before)),
        ("изменены", changed),
        ("исключены", only_in(before, now)),
    ]
    .into_iter()
    .filter(|(_, numbers)| !numbers.is_empty())
    .map(|(verb, numbers)| {
        if numbers.len() > NUMBERS {
            format!("{verb} строки ({})", numbers.len())
        } else {
            format!("{verb} № {}", numbers.join(", № "))
        }
    })
    .collect::<Vec<_>>()
    .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(of: &[(&str, &str)]) -> Lines {
        of.iter()
            .map(|(key, line)| ((*key).to_owned(), (*line).to_owned()))
            .collect()
    }

    fn entry() -> Entry {
        Entry {
            number: 12,
            on: domain::calendar::parse("03.12.2026").unwrap(),
            decided: false,
            full_name: "Иванова Мария".to_owned(),
            position: "учитель".to_owned(),
            organisation: "Школа № 5".to_owned(),
            held: None,
            category: None,
            form: None,
            experts: vec![db::schedule::EntryExpert {
                account: 7,
                name: "Петрова Анна".to_owned(),
                position: "методист".to_owned(),
                organisation: "Центр".to_owned(),
                phone: "+79138210000".to_owned(),
            }],
        }
    }

    #[test]
    fn the_difference_names_numbers_and_municipalities() {
        let untold = |municipality: &str, before, now| Untold {
            municipality: municipality.to_owned(),
            before,
            now,
        };
        let told = difference(&[
            untold(
                "Асино",
                lines(&[("1/2026", "a"), ("2/2026", "b"), ("3/2026", "c")]),
                lines(&[("1/2026", "a"), ("2/2026", "x"), ("4/2026", "d")]),
            ),
            untold("Томск", lines(&[]), lines(&[("5/2026", "e")])),
        ]);
        assert_eq!(
            told,
            "Асино: добавлены № 4/2026, изменены № 2/2026, исключены № 3/2026; Томск: добавлены № 5/2026"
        );
        let many: Lines = (1..=11)
            .map(|n| (format!("{n}/2026"), String::new()))
            .collect();
        assert_eq!(changes(&lines(&[]), &many), "добавлены строки (11)");
    }

    #[test]
    fn r_sch_5_names_are_published_by_consent_and_setting_only() {
        let shy = Named {
            teachers: false,
            experts: vec![],
        };
        let row = shy.row(&entry());
        assert_eq!(
            (row.teacher.name.as_str(), &row.experts[..]),
            ("", &[None][..])
        );
        assert_eq!(row.teacher.organisation, "Школа № 5");
        let open = Named {
            teachers: true,
            experts: vec![7],
        };
        let row = open.row(&entry());
        assert_eq!(row.teacher.name, "Иванова Мария");
        assert_eq!(row.experts[0].as_ref().unwrap().name, "Петрова Анна");
    }

    #[test]
    fn the_digest_of_a_row_is_over_all_of_it() {
        let same = line(&entry()).unwrap();
        assert_eq!(line(&entry()).unwrap(), same);
        for change in [
            |entry: &mut Entry| entry.full_name.push('я'),
            |entry: &mut Entry| entry.number += 1,
            |entry: &mut Entry| entry.experts[0].organisation.push('а'),
            |entry: &mut Entry| entry.experts.clear(),
        ] {
            let mut other = entry();
            change(&mut other);
            assert_ne!(line(&other).unwrap(), same);
        }
    }
}
