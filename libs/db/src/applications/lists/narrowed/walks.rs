//! The walks themselves: for each order and direction, for one municipality or all in scope, the
//! index that has it. What is filtered on the way stands in the macro of the parent.

use super::{Counted, Filter, Hit, Place};
use crate::{error::Result, scope::Scope};
use domain::{
    life::Status,
    reference::{Category, Form},
};

/// A page, walked from behind a place.
macro_rules! walked {
    ($scope:expr, $by:expr, $from:literal $(, $key:expr)*) => {
        filtered!(
            Hit,
            fetch_all,
            $scope,
            $by,
            r#"SELECT x.id AS "id!", x.public_id AS "public_id!", x.hit AS "hit!", x.n = 20000 AS "stopped!""#,
            $from,
            " LIMIT 51"
            $(, $key)*
        )
    };
}

/// The count, walked from the beginning.
macro_rules! counted {
    ($scope:expr, $by:expr, $from:literal) => {
        filtered!(
            Counted,
            fetch_one,
            $scope,
            $by,
            r#"SELECT count(*) FILTER (WHERE c.hit) AS "count!", coalesce(bool_or(c.n = 20000), false) AS "stopped!"
               FROM (SELECT x.hit, x.n"#,
            $from,
            " LIMIT 1001) c",
        )
    };
}

// COALESCE is no index condition under row-level security, CASE is. Terms are compared as rows,
// which the planner thinks narrow less than a range: it would see no use in the status.
// A municipality, where it is asked for, leads: its own index is walked. So does a status in the
// order of terms, which most filters have, and so do the lists of the operators' queue.
pub(super) async fn by_term(
    scope: &mut Scope,
    by: &Filter,
    down: bool,
    from: &Place,
) -> Result<Vec<Hit>> {
    let one_status = by.status.or(by.implied).is_some();
    let (due_on, id) = (from.due_on, from.id);
    if by.is_queue(scope) {
        return Ok(if down {
            walked!(
            scope,
            by,
            "row_number() OVER (ORDER BY a.due_on DESC, a.id DESC) AS n FROM app.application a
             WHERE a.status = 'under_review' AND a.route = 'operator' AND a.procedure = $4
               AND (a.due_on, a.id) >= ($9, 0::bigint) AND (a.due_on, a.id) < ($10, 0::bigint) AND (a.due_on, a.id) < ($15, $16)
             ORDER BY a.due_on DESC, a.id DESC LIMIT 20000",
            due_on,
            id
        )
        } else {
            walked!(
            scope,
            by,
            "row_number() OVER (ORDER BY a.due_on, a.id) AS n FROM app.application a
             WHERE a.status = 'under_review' AND a.route = 'operator' AND a.procedure = $4
               AND (a.due_on, a.id) >= ($9, 0::bigint) AND (a.due_on, a.id) < ($10, 0::bigint) AND (a.due_on, a.id) > ($15, $16)
             ORDER BY a.due_on, a.id LIMIT 20000",
            due_on,
            id
        )
        });
    }
    Ok(match (by.tenant.is_some(), one_status, down) {
        (false, false, false) => walked!(
            scope,
            by,
            "row_number() OVER (ORDER BY a.due_on, a.id) AS n FROM app.application a
             WHERE a.submitted_at IS NOT NULL AND (a.due_on, a.id) >= ($9, 0::bigint) AND (a.due_on, a.id) < ($10, 0::bigint) AND (a.due_on, a.id) > ($15, $16)
             ORDER BY a.due_on, a.id LIMIT 20000",
            due_on,
            id
        ),
        (false, false, true) => walked!(
            scope,
            by,
            "row_number() OVER (ORDER BY a.due_on DESC, a.id DESC) AS n FROM app.application a
             WHERE a.submitted_at IS NOT NULL AND (a.due_on, a.id) >= ($9, 0::bigint) AND (a.due_on, a.id) < ($10, 0::bigint) AND (a.due_on, a.id) < ($15, $16)
             ORDER BY a.due_on DESC, a.id DESC LIMIT 20000",
            due_on,
            id
        ),
        (false, true, false) => walked!(
            scope,
            by,
            "row_number() OVER (ORDER BY a.due_on, a.id) AS n FROM app.application a
             WHERE a.submitted_at IS NOT NULL AND a.status = $5
               AND (a.due_on, a.id) >= ($9, 0::bigint) AND (a.due_on, a.id) < ($10, 0::bigint) AND (a.due_on, a.id) > ($15, $16)
             ORDER BY a.due_on, a.id LIMIT 20000",
            due_on,
            id
        ),
        (false, true, true) => walked!(
            scope,
            by,
            "row_number() OVER (ORDER BY a.due_on DESC, a.id DESC) AS n FROM app.application a
             WHERE a.submitted_at IS NOT NULL AND a.status = $5
               AND (a.due_on, a.id) >= ($9, 0::bigint) AND (a.due_on, a.id) < ($10, 0::bigint) AND (a.due_on, a.id) < ($15, $16)
             ORDER BY a.due_on DESC, a.id DESC LIMIT 20000",
            due_on,
            id
        ),
        (true, false, false) => walked!(
            scope,
            by,
            "row_number() OVER (ORDER BY a.due_on, a.id) AS n FROM app.application a
             WHERE a.tenant_id = $1 AND a.submitted_at IS NOT NULL
               AND (a.due_on, a.id) >= ($9, 0::bigint) AND (a.due_on, a.id) < ($10, 0::bigint) AND (a.due_on, a.id) > ($15, $16)
             ORDER BY a.due_on, a.id LIMIT 20000",
            due_on,
            id
        ),
        (true, false, true) => walked!(
            scope,
            by,
            "row_number() OVER (ORDER BY a.due_on DESC, a.id DESC) AS n FROM app.application a
             WHERE a.tenant_id = $1 AND a.submitted_at IS NOT NULL
               AND (a.due_on, a.id) >= ($9, 0::bigint) AND (a.due_on, a.id) < ($10, 0::bigint) AND (a.due_on, a.id) < ($15, $16)
             ORDER BY a.due_on DESC, a.id DESC LIMIT 20000",
            due_on,
            id
        ),
        (true, true, false) => walked!(
            scope,
            by,
            "row_number() OVER (ORDER BY a.due_on, a.id) AS n FROM app.application a
             WHERE a.tenant_id = $1 AND a.submitted_at IS NOT NULL AND a.status = $5
               AND (a.due_on, a.id) >= ($9, 0::bigint) AND (a.due_on, a.id) < ($10, 0::bigint) AND (a.due_on, a.id) > ($15, $16)
             ORDER BY a.due_on, a.id LIMIT 20000",
            due_on,
            id
        ),
        (true, true, true) => walked!(
            scope,
            by,
            "row_number() OVER (ORDER BY a.due_on DESC, a.id DESC) AS n FROM app.application a
             WHERE a.tenant_id = $1 AND a.submitted_at IS NOT NULL AND a.status = $5
               AND (a.due_on, a.id) >= ($9, 0::bigint) AND (a.due_on, a.id) < ($10, 0::bigint) AND (a.due_on, a.id) < ($15, $16)
             ORDER BY a.due_on DESC, a.id DESC LIMIT 20000",
            due_on,
            id
        ),
    })
}

pub(super) async fn by_name(
    scope: &mut Scope,
    by: &Filter,
    down: bool,
    from: &Place,
) -> Result<Vec<Hit>> {
    Ok(match (by.tenant.is_some(), down) {
        (false, false) => walked!(
            scope,
            by,
            "row_number() OVER (ORDER BY a.surname, a.name, a.patronymic, a.id) AS n
             FROM app.application a WHERE a.submitted_at IS NOT NULL
               AND (a.surname, a.name, a.patronymic, a.id) > ($15, $16, $17, $18)
             ORDER BY a.surname, a.name, a.patronymic, a.id LIMIT 20000",
            from.surname,
            from.name,
            from.patronymic,
            from.id
        ),
        (false, true) => walked!(
            scope,
            by,
            "row_number() OVER (ORDER BY a.surname DESC, a.name DESC, a.patronymic DESC, a.id DESC) AS n
             FROM app.application a WHERE a.submitted_at IS NOT NULL
               AND (a.surname, a.name, a.patronymic, a.id) < ($15, $16, $17, $18)
             ORDER BY a.surname DESC, a.name DESC, a.patronymic DESC, a.id DESC LIMIT 20000",
            from.surname,
            from.name,
            from.patronymic,
            from.id
        ),
        (true, false) => walked!(
            scope,
            by,
            "row_number() OVER (ORDER BY a.surname, a.name, a.patronymic, a.id) AS n
             FROM app.application a WHERE a.tenant_id = $1 AND a.submitted_at IS NOT NULL
               AND (a.surname, a.name, a.patronymic, a.id) > ($15, $16, $17, $18)
             ORDER BY a.surname, a.name, a.patronymic, a.id LIMIT 20000",
            from.surname,
            from.name,
            from.patronymic,
            from.id
        ),
        (true, true) => walked!(
            scope,
            by,
            "row_number() OVER (ORDER BY a.surname DESC, a.name DESC, a.patronymic DESC, a.id DESC) AS n
             FROM app.application a WHERE a.tenant_id = $1 AND a.submitted_at IS NOT NULL
               AND (a.surname, a.name, a.patronymic, a.id) < ($15, $16, $17, $18)
             ORDER BY a.surname DESC, a.name DESC, a.patronymic DESC, a.id DESC LIMIT 20000",
            from.surname,
            from.name,
            from.patronymic,
            from.id
        ),
    })
}

pub(super) async fn by_number(
    scope: &mut Scope,
    by: &Filter,
    down: bool,
    from: &Place,
) -> Result<Vec<Hit>> {
    Ok(match (by.tenant.is_some(), down) {
        (false, false) => walked!(
            scope,
            by,
            "row_number() OVER (ORDER BY CASE WHEN a.registered_on IS NULL THEN date '0001-01-01' ELSE a.registered_on END, CASE WHEN a.registered_number IS NULL THEN 0 ELSE a.registered_number END, a.id) AS n
             FROM app.application a WHERE a.submitted_at IS NOT NULL
               AND (CASE WHEN a.registered_on IS NULL THEN date '0001-01-01' ELSE a.registered_on END, CASE WHEN a.registered_number IS NULL THEN 0 ELSE a.registered_number END, a.id) > ($15, $16, $17)
             ORDER BY CASE WHEN a.registered_on IS NULL THEN date '0001-01-01' ELSE a.registered_on END, CASE WHEN a.registered_number IS NULL THEN 0 ELSE a.registered_number END, a.id LIMIT 20000",
            from.registered_on,
            from.number,
            from.id
        ),
        (false, true) => walked!(
            scope,
            by,
            "row_number() OVER (ORDER BY CASE WHEN a.registered_on IS NULL THEN date '0001-01-01' ELSE a.registered_on END DESC, CASE WHEN a.registered_number IS NULL THEN 0 ELSE a.registered_number END DESC, a.id DESC) AS n
             FROM app.application a WHERE a.submitted_at IS NOT NULL
               AND (CASE WHEN a.registered_on IS NULL THEN date '0001-01-01' ELSE a.registered_on END, CASE WHEN a.registered_number IS NULL THEN 0 ELSE a.registered_number END, a.id) < ($15, $16, $17)
             ORDER BY CASE WHEN a.registered_on IS NULL THEN date '0001-01-01' ELSE a.registered_on END DESC, CASE WHEN a.registered_number IS NULL THEN 0 ELSE a.registered_number END DESC, a.id DESC LIMIT 20000",
            from.registered_on,
            from.number,
            from.id
        ),
        (true, false) => walked!(
            scope,
            by,
            "row_number() OVER (ORDER BY CASE WHEN a.registered_on IS NULL THEN date '0001-01-01' ELSE a.registered_on END, CASE WHEN a.registered_number IS NULL THEN 0 ELSE a.registered_number END, a.id) AS n
             FROM app.application a WHERE a.tenant_id = $1 AND a.submitted_at IS NOT NULL
               AND (CASE WHEN a.registered_on IS NULL THEN date '0001-01-01' ELSE a.registered_on END, CASE WHEN a.registered_number IS NULL THEN 0 ELSE a.registered_number END, a.id) > ($15, $16, $17)
             ORDER BY CASE WHEN a.registered_on IS NULL THEN date '0001-01-01' ELSE a.registered_on END, CASE WHEN a.registered_number IS NULL THEN 0 ELSE a.registered_number END, a.id LIMIT 20000",
            from.registered_on,
            from.number,
            from.id
        ),
        (true, true) => walked!(
            scope,
            by,
            "row_number() OVER (ORDER BY CASE WHEN a.registered_on IS NULL THEN date '0001-01-01' ELSE a.registered_on END DESC, CASE WHEN a.registered_number IS NULL THEN 0 ELSE a.registered_number END DESC, a.id DESC) AS n
             FROM app.application a WHERE a.tenant_id = $1 AND a.submitted_at IS NOT NULL
               AND (CASE WHEN a.registered_on IS NULL THEN date '0001-01-01' ELSE a.registered_on END, CASE WHEN a.registered_number IS NULL THEN 0 ELSE a.registered_number END, a.id) < ($15, $16, $17)
             ORDER BY CASE WHEN a.registered_on IS NULL THEN date '0001-01-01' ELSE a.registered_on END DESC, CASE WHEN a.registered_number IS NULL THEN 0 ELSE a.registered_number END DESC, a.id DESC LIMIT 20000",
            from.registered_on,
            from.number,
            from.id
        ),
    })
}

pub(super) async fn by_state(
    scope: &mut Scope,
    by: &Filter,
    down: bool,
    from: &Place,
) -> Result<Vec<Hit>> {
    Ok(match (by.tenant.is_some(), down) {
        (false, false) => walked!(
            scope,
            by,
            "row_number() OVER (ORDER BY a.status, a.due_on, a.id) AS n
             FROM app.application a WHERE a.submitted_at IS NOT NULL
               AND (a.status, a.due_on, a.id) > ($15, $16, $17)
             ORDER BY a.status, a.due_on, a.id LIMIT 20000",
            from.status,
            from.due_on,
            from.id
        ),
        (false, true) => walked!(
            scope,
            by,
            "row_number() OVER (ORDER BY a.status DESC, a.due_on DESC, a.id DESC) AS n
             FROM app.application a WHERE a.submitted_at IS NOT NULL
               AND (a.status, a.due_on, a.id) < ($15, $16, $17)
             ORDER BY a.status DESC, a.due_on DESC, a.id DESC LIMIT 20000",
            from.status,
            from.due_on,
            from.id
        ),
        (true, false) => walked!(
            scope,
            by,
            "row_number() OVER (ORDER BY a.status, a.due_on, a.id) AS n
             FROM app.application a WHERE a.tenant_id = $1 AND a.submitted_at IS NOT NULL
               AND (a.status, a.due_on, a.id) > ($15, $16, $17)
             ORDER BY a.status, a.due_on, a.id LIMIT 20000",
            from.status,
            from.due_on,
            from.id
        ),
        (true, true) => walked!(
            scope,
            by,
            "row_number() OVER (ORDER BY a.status DESC, a.due_on DESC, a.id DESC) AS n
             FROM app.application a WHERE a.tenant_id = $1 AND a.submitted_at IS NOT NULL
               AND (a.status, a.due_on, a.id) < ($15, $16, $17)
             ORDER BY a.status DESC, a.due_on DESC, a.id DESC LIMIT 20000",
            from.status,
            from.due_on,
            from.id
        ),
    })
}

/// How many rows the filter leaves.
///
/// # Errors
/// If the database does not answer.
pub async fn count(scope: &mut Scope, by: &Filter) -> Result<Counted> {
    if by.is_queue(scope) {
        return Ok(counted!(
            scope,
            by,
            "row_number() OVER (ORDER BY a.due_on, a.id) AS n FROM app.application a
             WHERE a.status = 'under_review' AND a.route = 'operator' AND a.procedure = $4
               AND (a.due_on, a.id) >= ($9, 0::bigint) AND (a.due_on, a.id) < ($10, 0::bigint)
             ORDER BY a.due_on, a.id LIMIT 20000"
        ));
    }
    Ok(match (by.tenant.is_some(), by.status.or(by.implied).is_some()) {
        (false, false) => counted!(
            scope,
            by,
            "row_number() OVER (ORDER BY a.due_on, a.id) AS n FROM app.application a
             WHERE a.submitted_at IS NOT NULL AND (a.due_on, a.id) >= ($9, 0::bigint) AND (a.due_on, a.id) < ($10, 0::bigint)
             ORDER BY a.due_on, a.id LIMIT 20000"
        ),
        (false, true) => counted!(
            scope,
            by,
            "row_number() OVER (ORDER BY a.due_on, a.id) AS n FROM app.application a
             WHERE a.submitted_at IS NOT NULL AND a.status = $5 AND (a.due_on, a.id) >= ($9, 0::bigint) AND (a.due_on, a.id) < ($10, 0::bigint)
             ORDER BY a.due_on, a.id LIMIT 20000"
        ),
        (true, false) => counted!(
            scope,
            by,
            "row_number() OVER (ORDER BY a.due_on, a.id) AS n FROM app.application a
             WHERE a.tenant_id = $1 AND a.submitted_at IS NOT NULL AND (a.due_on, a.id) >= ($9, 0::bigint) AND (a.due_on, a.id) < ($10, 0::bigint)
             ORDER BY a.due_on, a.id LIMIT 20000"
        ),
        (true, true) => counted!(
            scope,
            by,
            "row_number() OVER (ORDER BY a.due_on, a.id) AS n FROM app.application a
             WHERE a.tenant_id = $1 AND a.submitted_at IS NOT NULL AND a.status = $5
               AND (a.due_on, a.id) >= ($9, 0::bigint) AND (a.due_on, a.id) < ($10, 0::bigint)
             ORDER BY a.due_on, a.id LIMIT 20000"
        ),
    })
}
