//! Inviting by a list: a workbook with a row for each person, each invited for itself and each
//! reported (R-ACC-4). One row is invited as the form invites one address.

use std::collections::HashMap;

use db::{municipalities, organisations};
use domain::{
    act::acts,
    actor::{Actor, TenantId},
    invitation::AT_ONCE,
    role::Role,
    search::words,
};
use uuid::Uuid;

use super::{Invite, Whom};
use crate::{
    App, Result,
    brought::{self, Column},
};

/// The columns of a list, the municipality's only where there are several.
pub const COLUMNS: [&str; 4] = [
    "Адрес электронной почты",
    "Роль",
    "Организация",
    "Муниципалитет",
];
const OWN: [Column; 3] = [
    (COLUMNS[0], &["адрес", "почта", "email", "e"]),
    (COLUMNS[1], &["роль"]),
    (COLUMNS[2], &["организаци", "школа", "место"]),
];
const REGIONAL: [Column; 4] = [
    OWN[0],
    OWN[1],
    OWN[2],
    (COLUMNS[3], &["муниципалитет", "территори"]),
];

/// A row of a list, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// The address.
    pub email: String,
    /// The name of the role.
    pub role: String,
    /// The name of the organisation.
    pub organisation: String,
    /// The name of the municipality; empty in the list of a coordinator.
    pub municipality: String,
}

impl Row {
    /// Whether it invites the same address to the same.
    fn is_as(&self, other: &Self) -> bool {
        let of = |row: &Self| {
            let names = [&row.role, &row.organisation, &row.municipality];
            (row.email.to_lowercase(), names.map(|name| plain(name)))
        };
        of(self) == of(other)
    }
}

/// The rows of a list, as read of its file.
#[derive(Clone, Debug)]
pub struct List(Vec<Row>);

impl List {
    /// The list in a workbook's rows, of one municipality or of several.
    ///
    /// # Errors
    /// In words, what the file lacks.
    pub fn parse(table: &[Vec<String>], regional: bool) -> Result<Self, String> {
        let rows: Vec<[String; 4]> = if regional {
            brought::rows(table, REGIONAL)?
        } else {
            let own = brought::rows(table, OWN)?.into_iter();
            own.map(|[email, role, place]| [email, role, place, String::new()])
                .collect()
        };
        let spaced = |cell: String| cell.split_whitespace().collect::<Vec<_>>().join(" ");
        let rows: Vec<Row> = rows
            .into_iter()
            .map(|cells| {
                let [email, role, organisation, municipality] = cells.map(spaced);
                Row {
                    email,
                    role,
                    organisation,
                    municipality,
                }
            })
            .filter(|row| !(row.email.is_empty() && row.role.is_empty()))
            .collect();
        match rows.len() {
            0 => Err("В таблице нет ни одной строки с адресом".to_owned()),
            rows if rows > AT_ONCE => Err(format!(
                "В таблице {rows} строк: за один раз – не более {AT_ONCE}"
            )),
            _ => Ok(Self(rows)),
        }
    }
}

/// What became of a row.
pub type Outcome = Result<Done>;

/// What was done for a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// It was sent a letter.
    Invited,
    /// It had been before and its link still works: nothing was sent, so that a list may be
    /// brought again.
    Waits,
}

/// What the names of a list mean: municipalities, and the organisations of each.
struct Places {
    municipalities: HashMap<String, (Uuid, TenantId)>,
    own: Option<TenantId>,
    organisations: HashMap<TenantId, HashMap<String, Uuid>>,
}

impl App {
    /// Invites whom the rows of a list name, each for itself, in their order: what became of each.
    ///
    /// # Errors
    /// [`crate::Error::Forbidden`] for roles that invite nobody.
    pub async fn invite_list(&self, actor: &Actor, list: List) -> Result<Vec<(Row, Outcome)>> {
        let places = self.places_of(actor, &list).await?;
        let mut done: Vec<(Row, Outcome)> = Vec::with_capacity(list.0.len());
        for row in list.0 {
            let earlier = done
                .iter()
                .any(|(other, outcome)| outcome.is_ok() && other.is_as(&row));
            let outcome = if earlier {
                Err(crate::Error::field(
                    "email",
                    "Этот адрес уже есть в списке выше",
                ))
            } else {
                match places.invite(&row) {
                    Ok(typed) => {
                        self.invite_whom(actor, &typed, Whom::NotInvited)
                            .await
                            .map(|sent| {
                                if sent == 0 {
                                    Done::Waits
                                } else {
                                    Done::Invited
                                }
                            })
                    }
                    Err(words) => Err(crate::Error::field("row", words)),
                }
            };
            done.push((row, outcome));
        }
        Ok(done)
    }

    async fn places_of(&self, actor: &Actor, list: &List) -> Result<Places> {
        let mut tx = self.db.enter::<acts::InviteStaff>(actor).await?;
        let mut places = Places {
            municipalities: HashMap::new(),
            own: tx.tenant(),
            organisations: HashMap::new(),
        };
        if places.own.is_none() {
            let active = municipalities::active(&mut tx).await?;
            let named = active
                .into_iter()
                .map(|one| (plain(&one.name), (one.public_id, TenantId(one.id))));
            places.municipalities = named.collect();
        }
        for row in &list.0 {
            let Some(tenant) = places.tenant(row) else {
                continue;
            };
            if !row.organisation.is_empty() && !places.organisations.contains_key(&tenant) {
                let choices = organisations::choices(&mut tx, tenant).await?;
                let named = choices
                    .into_iter()
                    .map(|one| (plain(&one.name), one.public_id));
                places.organisations.insert(tenant, named.collect());
            }
        }
        Ok(places)
    }
}

impl Places {
    fn tenant(&self, row: &Row) -> Option<TenantId> {
        let named = || self.municipalities.get(&plain(&row.municipality));
        self.own.or_else(|| named().map(|(_, tenant)| *tenant))
    }

    /// The form a row stands for; what is wrong with it in words.
    fn invite(&self, row: &Row) -> Result<Invite, String> {
        let role = role(&row.role).ok_or_else(|| match row.role.as_str() {
            "" => "Роль не указана".to_owned(),
            other => format!("Роли «{other}» нет"),
        })?;
        let tenant = self
            .tenant(row)
            .ok_or_else(|| match row.municipality.as_str() {
                "" => "Муниципалитет не указан".to_owned(),
                other => format!("Муниципалитета «{other}» нет"),
            })?;
        let organisation = match row.organisation.as_str() {
            "" => None,
            name => Some(
                self.organisations
                    .get(&tenant)
                    .and_then(|named| named.get(&plain(name)))
                    .ok_or_else(|| {
                        format!("Организации «{name}» в справочнике муниципалитета нет")
                    })?,
            ),
        };
        // One row is one person: a cell with many would pass the bound of a list.
        if row.email.contains([' ', ',', ';']) && row.email.contains('@') {
            return Err("В строке нужен один адрес".to_owned());
        }
        let municipality = self.municipalities.get(&plain(&row.municipality));
        Ok(Invite {
            emails: row.email.clone(),
            role: role.code().to_owned(),
            municipality: municipality
                .map(|(id, _)| id.to_string())
                .unwrap_or_default(),
            organisation: organisation.map(Uuid::to_string).unwrap_or_default(),
        })
    }
}

/// A name as names are compared: its words, as searches fold them.
fn plain(name: &str) -> String {
    words(name).join(" ")
}

/// The role of a name.
fn role(name: &str) -> Option<Role> {
    [Role::Municipal, Role::Expert, Role::School]
        .into_iter()
        .find(|role| plain(role.name()) == plain(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[&[&str]]) -> Vec<Vec<String>> {
        let cells = |row: &&[&str]| row.iter().map(|cell| (*cell).to_owned()).collect();
        rows.iter().map(cells).collect()
    }

    #[test]
    fn r_acc_4_a_list_is_read_by_its_columns() {
        let rows = table(&[
            &["Укажите адрес, роль и организацию"],
            &["Роль", "Организация", "Адрес электронной почты"],
            &["Специалист по  аттестации", "", "a@mail.ru"],
            &["", "", ""],
            &["координатор по аттестации в ОО", "Школа № 1", "b@mail.ru"],
        ]);
        let list = List::parse(&rows, false).unwrap();
        let read: Vec<_> = list.0.iter().map(|row| row.email.as_str()).collect();
        assert_eq!(read, ["a@mail.ru", "b@mail.ru"]);
        assert_eq!(role(&list.0[0].role), Some(Role::Expert));
        assert_eq!(role(&list.0[1].role), Some(Role::School));
        assert_eq!(role("Оператор"), None);
        let words = List::parse(&rows, true).unwrap_err();
        assert!(words.ends_with("«Муниципалитет»"), "{words}");
        let header: &[&str] = &["Почта", "Роль", "Организация"];
        assert!(List::parse(&table(&[header]), false).is_err());
        let many = vec![header; AT_ONCE + 2];
        assert!(
            List::parse(&table(&many), false)
                .unwrap_err()
                .contains("не более 200")
        );
    }
}
