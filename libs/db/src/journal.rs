//! The registration journal (R-APP-5) as it is read, narrowed and in its own order, and the
//! corrections appended to it. Writing lines is the definer's functions' alone; whether the chain is
//! whole [`crate::audit`] asks.

use std::{fmt, str::FromStr};

use chrono::NaiveDate;
use domain::{
    act::Doing,
    actor::{Actor, TenantId},
    life::Status,
    reference::{Category, Decision, Form},
};
use uuid::Uuid;

use crate::{
    applications::{Application, known},
    error::Result,
    scope::{Permit, Scope, Tx},
};

/// A line: an entry, or the correction of one.
#[derive(Clone, Debug)]
pub struct Line {
    /// The place in the journal.
    pub place: Place,
    /// The number; corrections have none.
    pub number: Option<i32>,
    /// The entry a correction is of, by number and date.
    pub corrects: Option<(i32, NaiveDate)>,
    /// The application in addresses; `None` where it has left the line's municipality.
    pub application: Option<Uuid>,
    /// When the application was submitted.
    pub submitted_on: NaiveDate,
    /// ФИО; empty once the municipality was removed (SEC-106) or the case destroyed (SEC-87), as what
    /// follows is.
    pub person: String,
    /// The post.
    pub position: String,
    /// The place of work.
    pub organisation: String,
    /// The municipality, as it was called.
    pub municipality: String,
    /// The category held.
    pub held: Option<Category>,
    /// The category asked for.
    pub category: Category,
    /// The form of attestation.
    pub form: Form,
    /// The ground of the simplified form; empty on general grounds.
    pub ground: String,
    /// What a correction says became of its entry: a status by its code, or words; empty in entries.
    pub decision: String,
    /// What an entry was decided: the decision that holds with its order's number and date; none in
    /// corrections, and while nothing is decided.
    pub decided: Option<(Decision, String, NaiveDate)>,
    /// Who registered or corrected.
    pub registered_by: String,
    /// The number of the act the case was destroyed by; empty otherwise.
    pub destroyed_by: String,
}

/// What becomes of an entry, as the correction appended to the journal says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Became {
    /// The registration is annulled.
    Annulled,
    /// The application is withdrawn.
    Withdrawn,
    /// Its data are corrected: the line has the personal columns as they are now.
    Corrected,
    /// Its decision is superseded.
    Superseded,
}

impl Became {
    const fn code(self) -> &'static str {
        match self {
            Self::Annulled => Status::Rejected.code(),
            Self::Withdrawn => Status::Withdrawn.code(),
            Self::Corrected => "corrected",
            Self::Superseded => "superseded",
        }
    }
}

/// Appends the correction of an application's entry. It locks the year's counter: last in the
/// transaction, the caller commits at once after it.
///
/// # Errors
/// If the application has no entry, or nothing became of it that is not in the journal yet.
pub async fn correct<A: Doing>(
    tx: &mut Tx<A>,
    permit: &Permit<A, Application>,
    became: Became,
) -> Result<()> {
    sqlx::query!(
        "SELECT app.correct_journal($1, $2) AS a",
        permit.id,
        became.code()
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(())
}

/// What the lines are narrowed to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// Registered on this day or later.
    pub from: Option<NaiveDate>,
    /// Registered on this day or earlier.
    pub to: Option<NaiveDate>,
    /// Of this municipality.
    pub tenant: Option<TenantId>,
}

/// A place in the journal. Dates never go back within a year, so that day and line are the
/// order of year and line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The day of registration.
    pub date: NaiveDate,
    /// The line in its year.
    pub line: i32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.date, self.line)
    }
}

/// A text that names no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoPlace;

impl FromStr for Place {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Self, NoPlace> {
        let (date, line) = text.split_once('.').ok_or(NoPlace)?;
        Ok(Self {
            date: date.parse().map_err(|_| NoPlace)?,
            line: line.parse().map_err(|_| NoPlace)?,
        })
    }
}

/// Earlier and later than any day a column holds lines of.
const DAYS: [NaiveDate; 2] = [first_of(1900), first_of(9999)];

const fn first_of(year: i32) -> NaiveDate {
    match NaiveDate::from_ymd_opt(year, 1, 1) {
        Some(day) => day,
        None => NaiveDate::MAX,
    }
}

impl Filter {
    /// The filter as far as `actor` reads: a coordinator its own municipality's lines alone.
    #[must_use]
    pub fn of(self, actor: &Actor) -> Self {
        Self {
            tenant: actor.tenant.or(self.tenant),
            ..self
        }
    }

    /// Where reading begins: behind `after`, if that lies within the days asked for.
    pub(crate) fn begin(self, after: Option<Place>) -> Place {
        let begin = Place {
            date: self.from.unwrap_or(DAYS[0]),
            line: 0,
        };
        after
            .filter(|after| (DAYS[0]..=DAYS[1]).contains(&after.date) && after.date >= begin.date)
            .unwrap_or(begin)
    }

    /// The last day asked for.
    pub(crate) fn end(self) -> NaiveDate {
        self.to.unwrap_or(DAYS[1])
    }
}

// What stands beside a line is read for the lines of the page only. A correction is of an entry
// that may stand in another municipality: before a merge.
macro_rules! lines {
    ($tx:expr, $tail:tt $(, $argument:expr)* $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"SELECT r.date, r.line, r.number,
                 (SELECT e.number FROM app.registration e WHERE r.kind = 'correction' AND e.kind = 'entry'
                    AND e.application_id = r.application_id) AS entry_number,
                 (SELECT e.date FROM app.registration e WHERE r.kind = 'correction' AND e.kind = 'entry'
                    AND e.application_id = r.application_id) AS entry_date,
                 (SELECT a.public_id FROM app.application a WHERE a.tenant_id = r.tenant_id AND a.id = r.application_id)
                   AS application,
                 r.submitted_on, r.person, r.position, r.organisation, r.municipality, r.held_category, r.category,
                 r.form, r.ground, r.decision, r.registered_by, r.destroyed_by, d.granted AS "granted?", d.number AS "order_number?",
                 d.date AS "order_date?"
               FROM app.registration r
               LEFT JOIN LATERAL (SELECT x.granted, o.number, o.date FROM app.decision x JOIN app.order o ON o.id = x.order_id
                 WHERE r.kind = 'entry' AND x.tenant_id = r.tenant_id AND x.application_id = r.application_id
                 ORDER BY x.id DESC LIMIT 1) d ON true "# + $tail
            $(, $argument)*
        )
        .fetch_all($tx.connection())
        .await?
    };
}

/// At most `most` lines of a filter in the journal's order, from its beginning or from behind
/// `after`.
///
/// # Errors
/// If the database does not answer or holds a value the domain does not know.
pub async fn page(
    tx: &mut Scope,
    filter: Filter,
    after: Option<Place>,
    most: i64,
) -> Result<Vec<Line>> {
    let (begin, end) = (filter.begin(after), filter.end());
    let rows = match filter.tenant {
        Some(tenant) => lines!(
            tx,
            "WHERE r.tenant_id = $5 AND (r.date, r.line) > ($1, $2) AND r.date <= $3
             ORDER BY r.date, r.line LIMIT $4",
            begin.date,
            begin.line,
            end,
            most,
            tenant.0,
        ),
        None => lines!(
            tx,
            "WHERE (r.date, r.line) > ($1, $2) AND r.date <= $3 ORDER BY r.date, r.line LIMIT $4",
            begin.date,
            begin.line,
            end,
            most,
        ),
    };
    rows.into_iter().map(Line::try_from).collect()
}

/// How many lines a filter has; counting stops at `most`.
///
/// # Errors
/// If the database does not answer.
pub async fn count(tx: &mut Scope, filter: Filter, most: i64) -> Result<i64> {
    let (begin, end) = (filter.begin(None), filter.end());
    let counted = match filter.tenant {
        Some(tenant) => {
            sqlx::query_scalar!(
                r#"SELECT count(*) AS "count!" FROM (SELECT FROM app.registration r
                     WHERE r.tenant_id = $1 AND r.date >= $2 AND r.date <= $3 LIMIT $4) counted"#,
                tenant.0,
                begin.date,
                end,
                most,
            )
            .fetch_one(tx.connection())
            .await?
        }
        None => {
            sqlx::query_scalar!(
                r#"SELECT count(*) AS "count!" FROM (SELECT FROM app.registration r
                     WHERE r.date >= $1 AND r.date <= $2 LIMIT $3) counted"#,
                begin.date,
                end,
                most,
            )
            .fetch_one(tx.connection())
            .await?
        }
    };
    Ok(counted)
}

struct Row {
    date: NaiveDate,
    line: i32,
    number: Option<i32>,
    entry_number: Option<i32>,
    entry_date: Option<NaiveDate>,
    application: Option<Uuid>,
    submitted_on: NaiveDate,
    person: String,
    position: String,
    organisation: String,
    municipality: String,
    held_category: String,
    category: String,
    form: String,
    ground: String,
    decision: String,
    registered_by: String,
    destroyed_by: String,
    granted: Option<bool>,
    order_number: Option<String>,
    order_date: Option<NaiveDate>,
}

impl TryFrom<Row> for Line {
    type Error = crate::Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            place: Place {
                date: row.date,
                line: row.line,
            },
            number: row.number,
            corrects: row.entry_number.zip(row.entry_date),
            application: row.application,
            submitted_on: row.submitted_on,
            person: row.person,
            position: row.position,
            organisation: row.organisation,
            municipality: row.municipality,
            held: Category::from_code(&row.held_category),
            category: known(Category::from_code(&row.category), "registration.category")?,
            form: known(Form::from_code(&row.form), "registration.form")?,
            ground: row.ground,
            decision: row.decision,
            decided: row
                .granted
                .map(Decision::of)
                .zip(row.order_number)
                .zip(row.order_date)
                .map(|((decision, number), date)| (decision, number, date)),
            registered_by: row.registered_by,
            destroyed_by: row.destroyed_by,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_comes_back_and_nonsense_is_none() {
        let place = Place {
            date: NaiveDate::from_ymd_opt(2026, 9, 14).unwrap(),
            line: 12,
        };
        assert_eq!(place.to_string().parse(), Ok(place));
        for nonsense in ["", "2026-09-14", "2026-02-31.1", "2026-09-14.x", "."] {
            assert_eq!(nonsense.parse::<Place>(), Err(NoPlace), "{nonsense}");
        }
    }

    #[test]
    fn a_place_outside_the_days_asked_for_is_the_beginning() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 9, day).unwrap();
        let filter = Filter {
            from: Some(day(10)),
            ..Filter::default()
        };
        let place = |date, line| Place { date, line };
        assert_eq!(filter.begin(Some(place(day(9), 7))), place(day(10), 0));
        assert_eq!(filter.begin(Some(place(day(10), 7))), place(day(10), 7));
        assert_eq!(
            filter.begin(Some(place(NaiveDate::MAX, 7))),
            place(day(10), 0)
        );
    }
}
