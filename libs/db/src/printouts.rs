//! Printouts: what a person has printed or packed for itself alone, and how far the worker is
//! with it. Making one is [`crate::work::printouts`]'s.

use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    act::{Act, Doing},
    template::TemplateKind,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    scope::{OwnTx, Scope, Tx},
};

/// What is asked for: ids and days, never a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Request {
    /// The registration journal of some days (R-APP-5).
    Journal {
        /// Registered on this day or later.
        from: Option<NaiveDate>,
        /// Registered on this day or earlier.
        to: Option<NaiveDate>,
        /// Of this municipality only.
        municipality: Option<i32>,
    },
    /// The schedule of a period: of the asker's municipality, to be signed, or for the Centre of
    /// all (R-SCH-5).
    Schedule {
        /// The period.
        period: i32,
    },
    /// A register of conclusions handed over to the Centre (R-CON-2).
    Handover {
        /// Whose it is.
        municipality: i32,
        /// Which.
        id: Uuid,
    },
    /// Applications with their documents (01 §1.8).
    Applications {
        /// Which, in the order they are printed in: municipality and public id.
        of: Vec<(i32, Uuid)>,
        /// As what.
        format: Format,
        /// What for, in the asker's words.
        reason: String,
    },
    /// The annex of an order (R-ORD-1).
    Annex {
        /// The order.
        order: Uuid,
    },
    /// The asker's own consents (R-ACC-6).
    Consent {},
    /// Everything that is kept about the asker, as an archive (SEC-87).
    OwnData {},
    /// The act of a removed municipality's destroyed data (SEC-106).
    Destruction {
        /// The municipality that was.
        municipality: Uuid,
    },
    /// A sample of a paper by a version of its template.
    Sample {
        /// Which paper.
        template: TemplateKind,
        /// Which version.
        version: i32,
    },
}

/// As what applications are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// One paper with numbered pages.
    Pdf,
    /// An archive of the documents as they are.
    Zip,
}

impl Request {
    /// The kinds this release makes; a later one's wait for a worker that knows them.
    pub const KINDS: [&str; 9] = [
        "journal",
        "schedule",
        "handover",
        "applications",
        "annex",
        "consent",
        "own_data",
        "destruction",
        "sample",
    ];

    /// The code of its kind.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Journal { .. } => "journal",
            Self::Schedule { .. } => "schedule",
            Self::Handover { .. } => "handover",
            Self::Applications { .. } => "applications",
            Self::Annex { .. } => "annex",
            Self::Consent {} => "consent",
            Self::OwnData {} => "own_data",
            Self::Destruction { .. } => "destruction",
            Self::Sample { .. } => "sample",
        }
    }

    /// The acts one of which whoever asks must be allowed, then and when the worker begins
    /// (03 §3.3): what a coordinator hands over an operator receives, what
    /// it makes an operator approves. None: it is the asker's own, and everybody may.
    #[must_use]
    pub const fn acts(&self) -> &'static [Act] {
        match self {
            Self::Journal { .. } => &[Act::ReadJournal],
            Self::Schedule { .. } => &[Act::MakeSchedule, Act::ApprovePeriod],
            Self::Handover { .. } => &[Act::PassConclusion, Act::AcceptConclusion],
            Self::Applications { .. } => &[Act::Print],
            Self::Annex { .. } => &[Act::Decide],
            Self::Consent {} | Self::OwnData {} => &[],
            Self::Destruction { .. } => &[Act::ManageMunicipality],
            Self::Sample { .. } => &[Act::ManageReference],
        }
    }
}

/// How far a printout is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Waits for the worker, or is being made.
    Making,
    /// The file is there.
    Done,
    /// Given up after the last try.
    Failed,
}

/// A printout, as whoever asked for it sees it.
#[derive(Clone, Debug)]
pub struct Printout {
    /// The id in addresses.
    pub public_id: Uuid,
    /// What was asked for.
    pub request: Request,
    /// How far it is.
    pub state: State,
    /// Pieces made.
    pub done: i32,
    /// Of how many; 0 until the worker has counted them.
    pub total: i32,
    /// The file, once it is there: key in the store, name, bytes.
    pub file: Option<(String, String, i64)>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
}

/// Asks the worker for a printout; one alike that is under way already is the answer, so that a
/// second press asks for nothing more.
///
/// # Errors
/// If the database does not answer.
pub async fn ask<A: Doing>(tx: &mut Tx<A>, request: &Request) -> Result<Uuid> {
    add(tx, request).await
}

/// As [`ask`], for what is the asker's own.
///
/// # Errors
/// If the database does not answer.
pub async fn ask_own(tx: &mut OwnTx, request: &Request) -> Result<Uuid> {
    add(tx, request).await
}

async fn add(scope: &mut Scope, request: &Request) -> Result<Uuid> {
    let actor = scope.who().ok_or(Error::Ended)?.clone();
    let asked = serde_json::to_value(request).map_err(|_| Error::Corrupt {
        column: "printout.request",
    })?;
    let under_way = sqlx::query_scalar!(
        "SELECT public_id FROM app.printout
         WHERE account_id = $1 AND role = $2 AND request = $3 AND state IN ('queued', 'running')
         ORDER BY id DESC LIMIT 1",
        actor.account.0,
        actor.role.code(),
        asked,
    )
    .fetch_optional(scope.connection())
    .await?;
    if let Some(id) = under_way {
        return Ok(id);
    }
    let id = Uuid::now_v7();
    sqlx::query!(
        "INSERT INTO app.printout (public_id, municipality_id, account_id, membership_id, role, kind, request)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        id,
        actor.tenant.map(|tenant| tenant.0),
        actor.account.0,
        actor.membership,
        actor.role.code(),
        request.kind(),
        asked,
    )
    .execute(scope.connection())
    .await?;
    Ok(id)
}

struct Row {
    public_id: Uuid,
    request: serde_json::Value,
    state: String,
    done: i32,
    total: i32,
    s3_key: Option<String>,
    file_name: Option<String>,
    size: Option<i64>,
    created_at: DateTime<Utc>,
}

impl TryFrom<Row> for Printout {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let state = match row.state.as_str() {
            "queued" | "running" => State::Making,
            "done" => State::Done,
            _ => State::Failed,
        };
        let file = row.s3_key.zip(row.file_name).zip(row.size);
        Ok(Self {
            public_id: row.public_id,
            request: serde_json::from_value(row.request).map_err(|_| Error::Corrupt {
                column: "printout.request",
            })?,
            state,
            done: row.done,
            total: row.total,
            file: file
                .filter(|_| state == State::Done)
                .map(|((key, name), size)| (key, name, size)),
            created_at: row.created_at,
        })
    }
}

/// One of the person's printouts in the cabinet in use.
///
/// # Errors
/// If the database does not answer.
pub async fn find(tx: &mut OwnTx, id: Uuid) -> Result<Option<Printout>> {
    sqlx::query_as!(
        Row,
        "SELECT public_id, request, state, done, total, s3_key, file_name, size, created_at
         FROM app.printout WHERE public_id = $1",
        id
    )
    .fetch_optional(tx.connection())
    .await?
    .map(Printout::try_from)
    .transpose()
}

/// The person's newest printouts of the cabinet in use, at most `most`.
///
/// # Errors
/// If the database does not answer.
pub async fn newest(tx: &mut OwnTx, most: i64) -> Result<Vec<Printout>> {
    let account = tx.account();
    sqlx::query_as!(
        Row,
        "SELECT public_id, request, state, done, total, s3_key, file_name, size, created_at
         FROM app.printout WHERE account_id = $1 ORDER BY id DESC LIMIT $2",
        account,
        most,
    )
    .fetch_all(tx.connection())
    .await?
    .into_iter()
    .map(Printout::try_from)
    .collect()
}
