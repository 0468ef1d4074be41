//! What waits to be looked through for viruses (SEC-63): files of applications, orders, signed
//! schedules, samples. A claim is a lease, as of letters and jobs; it is given up by nobody for good: what
//! could not be looked through waits, however long.

use domain::{actor::TenantId, audit::Deed, letter::LetterKind};
use uuid::Uuid;

use crate::{error::Result, events, scope::WorkerTx};

/// The longest a file waits after an antivirus that did not answer, in minutes.
const LONGEST: i32 = 5;

/// Whose the bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// A case: what was attached, scanned, signed.
    File,
    /// An order.
    Order,
    /// A municipality's schedule of a period.
    Schedule,
    /// A sample.
    Sample,
}

/// An object that waits, claimed.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Whose it is.
    pub of: Of,
    /// The municipality; orders and samples have none.
    pub tenant: Option<TenantId>,
    /// The number inside its table.
    pub id: i64,
    /// The key in the store.
    pub s3_key: String,
    /// How often it was tried, this time included.
    pub tries: i32,
}

/// What a file of a case was, of which something was found.
struct Refused {
    application_id: i64,
    by_account: Option<i64>,
    name: String,
}

/// Says whether this installation has an antivirus: without one what is brought from now on does not
/// wait.
///
/// # Errors
/// If the database does not answer.
pub async fn declare(tx: &mut WorkerTx, checking: bool) -> Result<()> {
    sqlx::query!(
        "INSERT INTO app.region_setting (key, value) VALUES ('virus_check', $1)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        if checking { "yes" } else { "no" },
    )
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Claims what waits longest, of all municipalities. The scope stands in none.
///
/// # Errors
/// If the database does not answer.
pub async fn claim(tx: &mut WorkerTx) -> Result<Option<Waiting>> {
    let file = sqlx::query!(
        "UPDATE app.file SET virus_tries = virus_tries + 1, virus_after = now() + interval '10 minutes'
         WHERE (tenant_id, id) = (SELECT tenant_id, id FROM app.file
           WHERE virus_state = 'quarantined' AND virus_after <= now()
           ORDER BY virus_after, id LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING tenant_id, id, s3_key, virus_tries"
    )
    .fetch_optional(tx.connection())
    .await?;
    if let Some(row) = file {
        return Ok(Some(Waiting {
            of: Of::File,
            tenant: Some(TenantId(row.tenant_id)),
            id: row.id,
            s3_key: row.s3_key,
            tries: row.virus_tries,
        }));
    }
    let order = sqlx::query!(
        "UPDATE app.order SET virus_tries = virus_tries + 1, virus_after = now() + interval '10 minutes'
         WHERE id = (SELECT id FROM app.order WHERE virus_state = 'quarantined' AND virus_after <= now()
           ORDER BY virus_after, id LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING id, s3_key, virus_tries"
    )
    .fetch_optional(tx.connection())
    .await?;
    if let Some(row) = order {
        return Ok(Some(Waiting {
            of: Of::Order,
            tenant: None,
            id: row.id,
            s3_key: row.s3_key,
            tries: row.virus_tries,
        }));
    }
    let schedule = sqlx::query!(
        "UPDATE app.municipal_schedule SET virus_tries = virus_tries + 1, virus_after = now() + interval '10 minutes'
         WHERE (tenant_id, id) = (SELECT tenant_id, id FROM app.municipal_schedule
           WHERE virus_state = 'quarantined' AND virus_after <= now()
           ORDER BY virus_after, id LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING tenant_id, id, s3_key, virus_tries"
    )
    .fetch_optional(tx.connection())
    .await?;
    if let Some(row) = schedule {
        return Ok(Some(Waiting {
            of: Of::Schedule,
            tenant: Some(TenantId(row.tenant_id)),
            id: row.id,
            s3_key: row.s3_key,
            tries: row.virus_tries,
        }));
    }
    let sample = sqlx::query!(
        "UPDATE app.sample SET virus_tries = virus_tries + 1, virus_after = now() + interval '10 minutes'
         WHERE id = (SELECT id FROM app.sample WHERE virus_state = 'quarantined' AND virus_after <= now()
           ORDER BY virus_after, id LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING id, s3_key, virus_tries"
    )
    .fetch_optional(tx.connection())
    .await?;
    Ok(sample.map(|row| Waiting {
        of: Of::Sample,
        tenant: None,
        id: row.id,
        s3_key: row.s3_key,
        tries: row.virus_tries,
    }))
}

/// Nothing was found, or, unless `virus_checked`, nobody looked: it is given out from now on. The scope
/// stands in its municipality.
///
/// # Errors
/// If the database does not answer.
pub async fn clean(tx: &mut WorkerTx, waiting: &Waiting, virus_checked: bool) -> Result<()> {
    let tenant = tx.tenant().map(|tenant| tenant.0);
    match waiting.of {
        Of::File => sqlx::query!(
            "UPDATE app.file SET virus_state = 'clean', virus_checked = $4
             WHERE tenant_id = $1 AND id = $2 AND s3_key = $3 AND virus_state = 'quarantined'",
            tenant,
            waiting.id,
            waiting.s3_key,
            virus_checked,
        ),
        Of::Order => sqlx::query!(
            "UPDATE app.order SET virus_state = 'clean', virus_checked = $3
             WHERE id = $1 AND s3_key = $2 AND virus_state = 'quarantined'",
            waiting.id,
            waiting.s3_key,
            virus_checked,
        ),
        Of::Schedule => sqlx::query!(
            "UPDATE app.municipal_schedule SET virus_state = 'clean', virus_checked = $4
             WHERE tenant_id = $1 AND id = $2 AND s3_key = $3 AND virus_state = 'quarantined'",
            tenant,
            waiting.id,
            waiting.s3_key,
            virus_checked,
        ),
        Of::Sample => sqlx::query!(
            "UPDATE app.sample SET virus_state = 'clean', virus_checked = $3
             WHERE id = $1 AND s3_key = $2 AND virus_state = 'quarantined'",
            waiting.id,
            waiting.s3_key,
            virus_checked,
        ),
    }
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Something was found: it is given to nobody, ever. Whoever brought it is told, and so are the
/// history of the case and the audit. Says whether the object may go: not while a row that was
/// found clean before names it too.
///
/// # Errors
/// If the database does not answer.
pub async fn refuse(tx: &mut WorkerTx, waiting: &Waiting) -> Result<bool> {
    let tenant = tx.tenant();
    let refused = match waiting.of {
        Of::File => refuse_file(tx, waiting).await?,
        Of::Order => sqlx::query!(
            "UPDATE app.order SET virus_state = 'refused', virus_checked = true
             WHERE id = $1 AND s3_key = $2 AND virus_state = 'quarantined'",
            waiting.id,
            waiting.s3_key,
        )
        .execute(tx.connection())
        .await?
        .rows_affected(),
        Of::Schedule => sqlx::query!(
            "UPDATE app.municipal_schedule SET virus_state = 'refused', virus_checked = true
             WHERE tenant_id = $1 AND id = $2 AND s3_key = $3 AND virus_state = 'quarantined'",
            tenant.map(|tenant| tenant.0),
            waiting.id,
            waiting.s3_key,
        )
        .execute(tx.connection())
        .await?
        .rows_affected(),
        Of::Sample => sqlx::query!(
            "UPDATE app.sample SET virus_state = 'refused', virus_checked = true
             WHERE id = $1 AND s3_key = $2 AND virus_state = 'quarantined'",
            waiting.id,
            waiting.s3_key,
        )
        .execute(tx.connection())
        .await?
        .rows_affected(),
    };
    if refused == 0 {
        // It moved to another municipality, or another file took its place.
        return Ok(false);
    }
    events::audit_system(tx, Deed::RefuseFile, tenant, Some(waiting.id)).await?;
    Ok(sqlx::query_scalar!(
        r#"SELECT NOT EXISTS (SELECT 1 FROM app.file WHERE tenant_id = $1 AND s3_key = $2
             AND virus_state <> 'refused') AS "gone!""#,
        tenant.map(|tenant| tenant.0),
        waiting.s3_key,
    )
    .fetch_one(tx.connection())
    .await?)
}

async fn refuse_file(tx: &mut WorkerTx, waiting: &Waiting) -> Result<u64> {
    let row = sqlx::query_as!(
        Refused,
        "UPDATE app.file SET virus_state = 'refused', virus_checked = true
         WHERE tenant_id = app.ctx_tenant() AND id = $1 AND s3_key = $2 AND virus_state = 'quarantined'
         RETURNING application_id, by_account, name",
        waiting.id,
        waiting.s3_key,
    )
    .fetch_optional(tx.connection())
    .await?;
    let Some(row) = row else { return Ok(0) };
    sqlx::query!(
        "INSERT INTO app.application_event (tenant_id, application_id, role, act, words)
         VALUES (app.ctx_tenant(), $1, 'worker', $2, $3)",
        row.application_id,
        Deed::RefuseFile.code(),
        format!("В файле «{}» найден вирус: файл удалён", row.name),
    )
    .execute(tx.connection())
    .await?;
    if let Some(account) = row.by_account {
        sqlx::query!(
            "INSERT INTO app.letter (tenant_id, public_id, account_id, kind, application_id)
             VALUES (app.ctx_tenant(), $1, $2, $3, $4)",
            Uuid::now_v7(),
            account,
            LetterKind::FileRefused.code(),
            row.application_id,
        )
        .execute(tx.connection())
        .await?;
    }
    Ok(1)
}

/// It could not be looked through this time: it waits on.
///
/// # Errors
/// If the database does not answer.
pub async fn later(tx: &mut WorkerTx, waiting: &Waiting) -> Result<()> {
    let tenant = tx.tenant().map(|tenant| tenant.0);
    let minutes = waiting.tries.clamp(1, LONGEST);
    match waiting.of {
        Of::File => sqlx::query!(
            "UPDATE app.file SET virus_after = now() + make_interval(mins => $3)
             WHERE tenant_id = $1 AND id = $2 AND virus_state = 'quarantined'",
            tenant,
            waiting.id,
            minutes,
        ),
        Of::Order => sqlx::query!(
            "UPDATE app.order SET virus_after = now() + make_interval(mins => $2)
             WHERE id = $1 AND virus_state = 'quarantined'",
            waiting.id,
            minutes,
        ),
        Of::Schedule => sqlx::query!(
            "UPDATE app.municipal_schedule SET virus_after = now() + make_interval(mins => $3)
             WHERE tenant_id = $1 AND id = $2 AND virus_state = 'quarantined'",
            tenant,
            waiting.id,
            minutes,
        ),
        Of::Sample => sqlx::query!(
            "UPDATE app.sample SET virus_after = now() + make_interval(mins => $2)
             WHERE id = $1 AND virus_state = 'quarantined'",
            waiting.id,
            minutes,
        ),
    }
    .execute(tx.connection())
    .await?;
    Ok(())
}
